package temporal_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/temporal"
)

const (
	yes     = kleene.True
	no      = kleene.False
	unknown = kleene.Unknown
)

func TestDatesCompare(t *testing.T) {
	for _, c := range []struct {
		a, b                   string
		less, lessEqual, equal kleene.Truth
	}{
		{"2020", "2021", yes, yes, no},
		{"2020", "2020", no, yes, yes},
		{"2020-05", "2020-05", no, yes, yes},
		{"2020-05", "2020-06", yes, yes, no},
		{"2020-05", "2020", unknown, unknown, unknown},
		{"2020-05", "2021", yes, yes, no},
		{"2020-05-01", "2020-05", unknown, unknown, unknown},
		{"2020-04-30", "2020-05", yes, yes, no},
		{"2020-06-01", "2020-05", no, no, no},
		{"2020-05-01", "2020-05-01", no, yes, yes},
		{"2020-05-01", "2020-05-01T12:00:00", unknown, unknown, unknown},
		{"2020-05-01", "2020-05-02T00:00:00", yes, yes, no},
		{"2020-05-01", "2020-05-02T04:59:59Z", unknown, unknown, unknown}, // still 1 May in New York
		{"2020-05-01", "2020-05-02T05:00:00Z", yes, yes, no},
		{"2020-05-01T12:00", "2020-05-01T12:00", no, yes, yes},
		{"2020-05-01T12:00", "2020-05-01T17:00Z", no, yes, yes},
		{"2020-05-01T12:00", "2020-05-01T12:00:30", unknown, unknown, unknown},
		{"2020-05-01T12:00:00", "2020-05-01T12:00:00.000", no, yes, yes},
		{"2020-05-01T12:00:00", "2020-05-01T12:00:00.001", yes, yes, no},
		{"2020-05-01T12:00:00Z", "2020-05-01T14:00:00+02:00", no, yes, yes},
	} {
		a, b := parse(t, c.a), parse(t, c.b)
		require.Equal(t, c.less, temporal.Less(a, b, newYork), "%s < %s", a, b)
		require.Equal(t, c.lessEqual, temporal.LessEqual(a, b, newYork), "%s <= %s", a, b)
		require.Equal(t, c.equal, temporal.Equal(a, b, newYork), "%s == %s", a, b)
		require.Equal(t, c.equal, temporal.Equal(b, a, newYork), "%s == %s", b, a)
		require.Equal(t, kleene.Not(c.lessEqual), temporal.Less(b, a, newYork), "%s < %s", b, a)
	}
	require.Equal(t, unknown, temporal.Equal(temporal.Date{}, temporal.Date{}, nil), "no date")
	require.Equal(t, unknown, temporal.Less(temporal.Date{}, parse(t, "2020"), nil), "no date")
}

func TestWithin(t *testing.T) {
	now := instant(t, "2026-03-15T10:00:00-05:00")
	for _, c := range []struct {
		date string
		span temporal.Span
		want kleene.Truth
	}{
		{"2026-03-15", temporal.Months(3), yes},
		{"2026-03-15", temporal.Days(0), yes},
		{"2026-03-15", temporal.Hours(1), yes},
		{"2026-03-15T10:00", temporal.Days(0), yes},
		{"2026-03-15T10:00:00", temporal.Days(0), yes},
		{"2026-03-15T15:00:00Z", temporal.Days(0), yes},
		{"2026-03-15T10:00:01", temporal.Years(1), no},
		{"2026-03-16", temporal.Years(1), no},
		{"2027", temporal.Years(1), no},
		{"2025-12-15", temporal.Months(3), unknown}, // before or after 10:00
		{"2025-12-15T09:59:59", temporal.Months(3), no},
		{"2025-12-15T10:00:00", temporal.Months(3), yes},
		{"2025-12-16", temporal.Months(3), yes},
		{"2025-12-14", temporal.Months(3), no},
		{"2025-12", temporal.Months(3), unknown},
		{"2026-01", temporal.Months(3), yes},
		{"2026-03", temporal.Months(3), unknown}, // may be after now
		{"2026", temporal.Years(1), unknown},
		{"2025", temporal.Years(2), yes},
		{"2024", temporal.Years(1), no},
		{"2026-03-12", temporal.Hours(36), no},
		{"2026-03-13", temporal.Hours(36), unknown},
		{"2026-03-14", temporal.Hours(36), yes},
		{"1900", temporal.Years(10_000), yes},
		{"2026-03-14", temporal.Days(-1), no},
	} {
		require.Equal(t, c.want, temporal.Within(parse(t, c.date), now, c.span), "%s within %s", c.date, c.span)
	}
	require.Equal(t, unknown, temporal.Within(temporal.Date{}, now, temporal.Years(1)))
}

// random returns a Date of the precision, in a few years so that Dates meet.
func random(r *rand.Rand, precision int) string {
	at := time.Date(2019, 12, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(120*24*60*60)) * time.Second)
	if r.IntN(4) == 0 {
		at = at.Truncate(24 * time.Hour)
	}
	layouts := []string{"2006", "2006-01", time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05Z"}
	return at.Format(layouts[precision])
}

// refined returns a more precise Date that s may mean.
func refined(r *rand.Rand, s string) string {
	for _, next := range []struct {
		length int
		all    []string
	}{
		{4, []string{"-01", "-02", "-07", "-12"}}, {7, []string{"-01", "-15", "-28"}},
		{10, []string{"T00:00", "T10:00", "T23:59"}}, {16, []string{":00", ":30", ":59.999"}},
	} {
		if len(s) == next.length {
			s += next.all[r.IntN(len(next.all))]
			if r.IntN(2) == 0 {
				break
			}
		}
	}
	return s
}

func TestFullDatesAreLessEqualOrGreater(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 5_000 {
		a, b := parse(t, random(r, 4)), parse(t, random(r, 4))
		if r.IntN(5) == 0 {
			b = a
		}
		answers := []kleene.Truth{temporal.Less(a, b, nil), temporal.Equal(a, b, nil), temporal.Less(b, a, nil)}
		require.Equal(t, 1, count(answers, yes), "%s and %s", a, b)
		require.Equal(t, 2, count(answers, no), "%s and %s", a, b)
	}
}

func count(answers []kleene.Truth, want kleene.Truth) int {
	n := 0
	for _, answer := range answers {
		if answer == want {
			n++
		}
	}
	return n
}

// The exception is FHIRPath's: partial dates that are written alike are equal.
func TestRefiningADateNeverTurnsAnAnswer(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	now := instant(t, "2020-02-10T10:00:00Z")
	spans := []temporal.Span{temporal.Days(0), temporal.Hours(30), temporal.Days(10), temporal.Months(1), temporal.Years(1)}
	for range 20_000 {
		rough, other := random(r, r.IntN(5)), random(r, r.IntN(5))
		fine := refined(r, rough)
		a, finer, b := parse(t, rough), parse(t, fine), parse(t, other)
		span := spans[r.IntN(len(spans))]
		for name, answer := range map[string]func(temporal.Date) kleene.Truth{
			"less":    func(d temporal.Date) kleene.Truth { return temporal.Less(d, b, nil) },
			"greater": func(d temporal.Date) kleene.Truth { return temporal.Less(b, d, nil) },
			"equal":   func(d temporal.Date) kleene.Truth { return temporal.Equal(d, b, nil) },
			"elapsed": func(d temporal.Date) kleene.Truth { return temporal.Between(d, temporal.Of(now), nil).Less(span) },
			"at most": func(d temporal.Date) kleene.Truth { return temporal.Between(d, b, nil).LessEqual(span) },
			"age":     func(d temporal.Date) kleene.Truth { return temporal.AgeAt(d, now).Less(span) },
			"within": func(d temporal.Date) kleene.Truth {
				if first, last := d.Bounds(nil); !first.After(now) && !last.Before(now) {
					return unknown // a day that holds now is in it, by promise
				}
				return temporal.Within(d, now, span)
			},
		} {
			before, after := answer(a), answer(finer)
			born := temporal.AgeAt(finer, now).Known()
			if before == unknown || temporal.Equal(a, b, nil) == yes || name == "age" && !born {
				continue
			}
			require.Equal(t, before, after, "%s: %s refined to %s, against %s or %s", name, rough, fine, other, span)
		}
	}
}

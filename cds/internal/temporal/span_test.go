package temporal_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/temporal"
)

func TestSpansPrintAsTheyWereWritten(t *testing.T) {
	for want, s := range map[string]temporal.Span{
		"1 year":         temporal.Years(1),
		"3 months":       temporal.Months(3),
		"2 weeks":        temporal.Weeks(2),
		"28 days":        temporal.Days(28),
		"36 hours":       temporal.Hours(36),
		"1 hour":         temporal.Minutes(60),
		"90 minutes":     temporal.Minutes(90),
		"0 days":         temporal.Years(0),
		"-3 days":        temporal.Days(-3),
		"10000 years":    temporal.Years(math.MaxInt),
		"-120000 months": temporal.Months(math.MinInt),
		"87600000 hours": temporal.Hours(math.MaxInt),
	} {
		require.Equal(t, want, s.String())
	}
}

func TestPlus(t *testing.T) {
	require.Equal(t, "10 days", temporal.Days(7).Plus(temporal.Days(3)).String())
	require.Equal(t, "1 month 2 weeks 12 hours", temporal.Weeks(2).Plus(temporal.Months(1)).Plus(temporal.Hours(12)).String())
	require.Equal(t, temporal.Years(10_000), temporal.Years(9_000).Plus(temporal.Years(9_000)))
	require.Equal(t, temporal.Hours(math.MaxInt), temporal.Hours(math.MaxInt).Plus(temporal.Hours(math.MaxInt)))
}

func TestSpansCompare(t *testing.T) {
	for _, c := range []struct {
		a, b                   temporal.Span
		less, lessEqual, equal kleene.Truth
	}{
		{temporal.Months(12), temporal.Years(1), no, yes, yes},
		{temporal.Months(11), temporal.Years(1), yes, yes, no},
		{temporal.Weeks(2), temporal.Days(14), no, yes, yes},
		{temporal.Hours(24), temporal.Days(1), no, yes, yes},
		{temporal.Minutes(59), temporal.Hours(1), yes, yes, no},
		{temporal.Months(1), temporal.Days(27), no, no, no},
		{temporal.Months(1), temporal.Days(28), no, unknown, unknown},
		{temporal.Months(1), temporal.Days(30), unknown, unknown, unknown},
		{temporal.Months(1), temporal.Days(31), unknown, yes, unknown},
		{temporal.Months(1), temporal.Days(32), yes, yes, no},
		{temporal.Months(2), temporal.Days(58), no, no, no},
		{temporal.Months(2), temporal.Days(59), no, unknown, unknown},
		{temporal.Months(2), temporal.Days(62), unknown, yes, unknown},
		{temporal.Months(3), temporal.Weeks(13), unknown, unknown, unknown},
		{temporal.Years(1), temporal.Days(364), no, no, no},
		{temporal.Years(1), temporal.Days(365), no, unknown, unknown},
		{temporal.Years(1), temporal.Days(366), unknown, yes, unknown},
		{temporal.Years(4), temporal.Days(1460), no, unknown, unknown}, // 1897 to 1900
		{temporal.Years(4), temporal.Days(1461), unknown, yes, unknown},
		{temporal.Years(400), temporal.Days(146_097), no, yes, yes},
		{temporal.Years(0), temporal.Days(0), no, yes, yes},
		{temporal.Days(-1), temporal.Days(0), yes, yes, no},
	} {
		require.Equal(t, c.less, c.a.Less(c.b), "%s < %s", c.a, c.b)
		require.Equal(t, c.lessEqual, c.a.LessEqual(c.b), "%s <= %s", c.a, c.b)
		require.Equal(t, c.equal, c.a.Equal(c.b), "%s == %s", c.a, c.b)
		require.Equal(t, c.equal, c.b.Equal(c.a), "%s == %s", c.b, c.a)
		require.Equal(t, kleene.Not(c.lessEqual), c.b.Less(c.a), "%s < %s", c.b, c.a)
	}
}

func TestElapsed(t *testing.T) {
	for _, c := range []struct {
		from, to               string
		span                   temporal.Span
		less, lessEqual, equal kleene.Truth
		text                   string
	}{
		{"2025-03-15T10:00:00Z", "2026-03-15T10:00:00Z", temporal.Years(1), no, yes, yes, "12 months"},
		{"2025-03-15T10:00:01Z", "2026-03-15T10:00:00Z", temporal.Years(1), yes, yes, no, "12 months"},
		{"2025-03-15", "2026-03-15T10:00:00Z", temporal.Years(1), unknown, unknown, unknown, "12 months"},
		{"2025-03-14", "2026-03-15T10:00:00Z", temporal.Years(1), no, no, no, "12 months"},
		{"2025-03", "2026-03-15T10:00:00Z", temporal.Months(11), no, no, no, "11–12 months"},
		{"2025", "2026-03-15T10:00:00Z", temporal.Months(2), no, no, no, "2–14 months"},
		{"2020", "2026-03-15T10:00:00Z", temporal.Years(6), unknown, unknown, unknown, "5–6 years"},
		{"2026-02-28", "2026-05-31T10:00:00Z", temporal.Months(3), unknown, unknown, unknown, "3 months"}, // 31 May less 3 months
		{"2026-03-05", "2026-03-15T10:00:00Z", temporal.Weeks(2), yes, yes, no, "10 days"},
		{"2026-03", "2026-03-15T10:00:00Z", temporal.Months(1), yes, yes, no, "0–14 days"},
		{"2026-03-15T06:59:00Z", "2026-03-15T10:00:00Z", temporal.Hours(3), no, no, no, "3 hours"},
		{"2026-03-15T07:00:00Z", "2026-03-15T10:00:00Z", temporal.Minutes(180), no, yes, yes, "3 hours"},
		{"2026-03-16", "2026-03-15T10:00:00Z", temporal.Days(1), yes, yes, no, "0 days"},
	} {
		e := temporal.Between(parse(t, c.from), parse(t, c.to), nil)
		require.Equal(t, c.less, e.Less(c.span), "%s to %s < %s", c.from, c.to, c.span)
		require.Equal(t, c.lessEqual, e.LessEqual(c.span), "%s to %s <= %s", c.from, c.to, c.span)
		require.Equal(t, c.equal, e.Equal(c.span), "%s to %s == %s", c.from, c.to, c.span)
		require.Equal(t, c.text, e.String(), "%s to %s", c.from, c.to)
	}
	require.Equal(t, unknown, temporal.Between(temporal.Date{}, parse(t, "2026-03-15"), nil).Less(temporal.Years(1)))
}

func TestMostDaysIsNeverLessThanASpan(t *testing.T) {
	for span, want := range map[temporal.Span]int{
		temporal.Years(1): 366, temporal.Months(2): 62, temporal.Weeks(2): 14, temporal.Days(3): 3,
		temporal.Hours(1): 1, temporal.Hours(24): 1, temporal.Hours(25): 2, temporal.Days(0): 0, temporal.Days(-3): 0,
		temporal.Months(1).Plus(temporal.Days(7)): 38,
	} {
		require.Equal(t, want, span.MostDays(), span)
	}
}

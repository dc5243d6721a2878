package temporal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/temporal"
)

func TestAge(t *testing.T) {
	for _, c := range []struct {
		birth, now             string
		span                   temporal.Span
		less, lessEqual, equal kleene.Truth
		text                   string
	}{
		{"1961-03-15", "2026-03-15T00:00:01Z", temporal.Years(65), no, yes, yes, "65 years"},
		{"1961-03-15", "2026-03-14T23:59:59Z", temporal.Years(65), yes, yes, no, "64 years"},
		{"1961-03-15", "2026-03-16T00:00:00Z", temporal.Years(65), no, no, no, "65 years"},
		{"1961-03-15", "2026-03-15T23:00:00-05:00", temporal.Years(65), no, yes, yes, "65 years"}, // 16 March in UTC
		{"1961-03", "2026-03-15T10:00:00Z", temporal.Years(65), unknown, unknown, unknown, "64–65 years"},
		{"1961", "2026-03-15T10:00:00Z", temporal.Years(65), unknown, unknown, unknown, "64–65 years"},
		{"1960", "2026-03-15T10:00:00Z", temporal.Years(65), no, no, no, "65–66 years"},
		{"1962", "2026-03-15T10:00:00Z", temporal.Years(65), yes, yes, no, "63–64 years"},
		{"1950-02-03", "2026-03-01T00:00:00Z", temporal.Years(75), no, no, no, "76 years"},
		{"2008-02-29", "2026-02-28T12:00:00Z", temporal.Years(18), yes, yes, no, "17 years"},
		{"2008-02-29", "2026-03-01T12:00:00Z", temporal.Years(18), no, yes, yes, "18 years"},
		{"2008-02-29", "2028-02-28T12:00:00Z", temporal.Years(20), yes, yes, no, "19 years"},
		{"2008-02-29", "2028-02-29T12:00:00Z", temporal.Years(20), no, yes, yes, "20 years"},
		{"2026-03-03", "2026-03-15T10:00:00Z", temporal.Days(12), no, yes, yes, "12 days"},
		{"2026-03-15", "2026-03-15T10:00:00Z", temporal.Days(28), yes, yes, no, "0 days"},
		{"2026-03-14", "2026-03-15T10:00:00Z", temporal.Days(1), no, yes, yes, "1 day"},
		{"2026-02-15", "2026-03-15T10:00:00Z", temporal.Days(28), no, yes, yes, "1 month"},
		{"2026-01-31", "2026-02-28T10:00:00Z", temporal.Months(1), yes, yes, no, "28 days"},
		{"2026-01-31", "2026-03-01T10:00:00Z", temporal.Months(1), no, yes, yes, "1 month"},
		{"2025-09-20", "2026-03-15T10:00:00Z", temporal.Months(6), yes, yes, no, "5 months"},
		{"2024-03-16", "2026-03-15T10:00:00Z", temporal.Years(2), yes, yes, no, "23 months"},
		{"2024-03-15", "2026-03-15T10:00:00Z", temporal.Years(2), no, yes, yes, "2 years"},
		{"2026", "2026-03-15T10:00:00Z", temporal.Months(3), yes, yes, no, "0–2 months"},
		{"2026-03", "2026-03-15T10:00:00Z", temporal.Days(15), yes, yes, no, "0–14 days"},
		{"2026-03-14T12:00:00Z", "2026-03-15T10:00:00Z", temporal.Hours(24), yes, yes, no, "1 day"},
		{"2026-03-14T12:00:00Z", "2026-03-15T10:00:00Z", temporal.Hours(22), no, yes, yes, "1 day"},
		{"2026-03-14", "2026-03-15T10:00:00Z", temporal.Hours(24), unknown, unknown, unknown, "1 day"},
		{"2026-03-16", "2026-03-15T10:00:00Z", temporal.Years(65), unknown, unknown, unknown, "not known"},
	} {
		age := temporal.AgeAt(parse(t, c.birth), instant(t, c.now))
		require.Equal(t, c.less, age.Less(c.span), "born %s, at %s < %s", c.birth, c.now, c.span)
		require.Equal(t, c.lessEqual, age.LessEqual(c.span), "born %s, at %s <= %s", c.birth, c.now, c.span)
		require.Equal(t, c.equal, age.Equal(c.span), "born %s, at %s == %s", c.birth, c.now, c.span)
		require.Equal(t, c.text, age.String(), "born %s, at %s", c.birth, c.now)
	}
	none := temporal.AgeAt(temporal.Date{}, instant(t, "2026-03-15T10:00:00Z"))
	require.Equal(t, unknown, none.Less(temporal.Years(200)))
	require.Equal(t, "not known", none.String())
}

func TestYears(t *testing.T) {
	for _, c := range []struct {
		birth       string
		least, most int
	}{
		{"1950-02-03", 76, 76}, {"1950-03-16", 75, 75}, {"1950", 75, 76}, {"1950-03", 75, 76}, {"2026-01", 0, 0}, {"2027", 0, 0},
	} {
		least, most := temporal.AgeAt(parse(t, c.birth), instant(t, "2026-03-15T10:00:00Z")).Years()
		require.Equal(t, []int{c.least, c.most}, []int{least, most}, c.birth)
	}
}

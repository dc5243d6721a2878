package dose_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/dose"
)

func TestDuration(t *testing.T) {
	bounds := func(value, unit string) string {
		return repeat(`"boundsDuration":{"value":` + value + `,"unit":"` + unit + `"}`)
	}
	for _, c := range []struct{ name, dosage, want string }{
		{"days", one(bounds("7", "d")), "7 days"},
		{"weeks, in words", one(bounds("2", "weeks")), "2 weeks"},
		{"months", one(bounds("3", "mo")), "3 months"},
		{"hours", one(bounds("36", "h")), "36 hours"},
		{"a week and a half", one(bounds("1.5", "wk")), "11 days"},
		{"a range", one(repeat(`"boundsRange":{"low":{"value":5,"unit":"d"},"high":{"value":10,"unit":"d"}}`)), "10 days"},
		{"a period, both days included", one(repeat(`"boundsPeriod":{"start":"2026-03-01","end":"2026-03-07"}`)), "7 days"},
		{"a period of instants", one(repeat(`"boundsPeriod":{"start":"2026-03-01T08:00:00Z","end":"2026-03-03T08:00:00Z"}`)), "3 days"},
		{"a partial period: the upper end", one(repeat(`"boundsPeriod":{"start":"2026-03","end":"2026-04"}`)), "61 days"},
		{"fourteen, twice a day", one(tablet1, repeat(`"count":14,"frequency":2,"period":1,"periodUnit":"d"`)), "7 days"},
		{"five, twice a day", one(tablet1, repeat(`"count":5,"frequency":2,"period":1,"periodUnit":"d"`)), "3 days"},
		{"once", one(tablet1, repeat(`"count":1`)), "1 day"},
		{"steps follow each other", `[{"sequence":1,` + bounds("3", "d") + `},{"sequence":2,` + bounds("1", "wk") + `}]`, "1 week 3 days"},
		{"the longest of a step", `[{"sequence":1,` + bounds("3", "d") + `},{"sequence":1,` + bounds("1", "wk") + `}]`, "1 week"},
		{"the longest of all", `[{` + bounds("3", "d") + `},{` + bounds("1", "wk") + `}]`, "1 week"},
		{"no bounds", one(tablet1, twice), "?"},
		{"one without bounds", `[{` + bounds("3", "d") + `},{` + twice + `}]`, "?"},
		{"a period that is open", one(repeat(`"boundsPeriod":{"start":"2026-03-01"}`)), "?"},
		{"a period without a start", one(repeat(`"boundsPeriod":{"end":"2026-03-01"}`)), "?"},
		{"a period that ends before it starts", one(repeat(`"boundsPeriod":{"start":"2026-03-07","end":"2026-03-01"}`)), "?"},
		{"a unit nobody knows", one(bounds("3", "moons")), "?"},
		{"nothing", `[]`, "?"},
	} {
		span, known := dose.Duration(dosage(t, c.dosage))
		got := "?"
		if known {
			got = span.String()
		}
		require.Equal(t, c.want, got, c.name)
	}
}

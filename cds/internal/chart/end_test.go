package chart_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/chart"
)

func TestEnd(t *testing.T) {
	request := func(duration string) string {
		return `{"resourceType":"MedicationRequest` + of + `"authoredOn":"2026-01-31","dispenseRequest":{"expectedSupplyDuration":` + duration + `}}`
	}
	statement := func(rest string) string { return `{"resourceType":"MedicationStatement` + of + rest + `}` }
	administration := func(rest string) string { return `{"resourceType":"MedicationAdministration` + of + rest + `}` }
	for name, c := range map[string]struct{ json, want string }{
		"days":                   {request(`{"value":10,"code":"d"}`), "2026-02-10 … 2026-02-10"},
		"by the name of a unit":  {request(`{"value":10,"unit":"Days"}`), "2026-02-10 … 2026-02-10"},
		"weeks and a half":       {request(`{"value":1.5,"code":"wk"}`), "2026-02-11 … 2026-02-11"},
		"a month":                {request(`{"value":1,"code":"mo"}`), "2026-02-28 … 2026-02-28"},
		"half a month":           {request(`{"value":0.5,"code":"mo"}`), "2026-02-16 … 2026-02-16"},
		"a month and a half":     {request(`{"value":1.5,"code":"mo"}`), "2026-03-16 … 2026-03-16"},
		"a year":                 {request(`{"value":1,"code":"a"}`), "2027-01-31 … 2027-01-31"},
		"hours":                  {request(`{"value":36,"code":"h"}`), "2026-02-02 … 2026-02-02"},
		"minutes":                {request(`{"value":90,"code":"min"}`), "2026-02-01 … 2026-02-01"},
		"a day in tenths":        {request(`{"value":0.1,"code":"d"},"numberOfRepeatsAllowed":29`), "2026-02-03 … 2026-02-03"},
		"with repeats":           {request(`{"value":10,"code":"d"},"numberOfRepeatsAllowed":2`), "2026-03-02 … 2026-03-02"},
		"more than a value":      {request(`{"value":10,"code":"d","comparator":">"}`), "not known"},
		"no unit of time":        {request(`{"value":10,"code":"mg"}`), "not known"},
		"centuries":              {request(`{"value":1000,"code":"a"}`), "not known"},
		"less than nothing":      {request(`{"value":-10,"code":"d"}`), "not known"},
		"no supply":              {request(`{}`), "not known"},
		"no start":               {`{"resourceType":"MedicationRequest` + of + `"dispenseRequest":{"expectedSupplyDuration":{"value":10,"code":"d"}}}`, "not known"},
		"a period":               {statement(`"effectivePeriod":{"start":"2026-01-01","end":"2026-02"}`), "2026-02-01 … 2026-02-28"},
		"a period that goes on":  {statement(`"effectivePeriod":{"start":"2026-01-01"}`), "not known"},
		"the later of two":       {statement(`"effectivePeriod":{"start":"2026-01-01","end":"2026-01-20"},"dosage":[{"timing":{"repeat":{"boundsDuration":{"value":10,"code":"d"}}}}]`), "2026-01-20 … 2026-01-20"},
		"a dosage without end":   {statement(`"dosage":[{"timing":{"repeat":{"boundsPeriod":{"end":"2026-02"}}}},{"text":"daily"}]`), "not known"},
		"two partial ones":       {statement(`"dosage":[{"timing":{"repeat":{"boundsPeriod":{"end":"2026"}}}},{"timing":{"repeat":{"boundsPeriod":{"end":"2026-02"}}}}]`), "2026-02-01 … 2026-12-31"},
		"an administration":      {administration(`"effectiveDateTime":"2026-02-01"`), "2026-02-01 … 2026-02-01"},
		"one that took a while":  {administration(`"effectivePeriod":{"start":"2026-02-01","end":"2026-02-03"}`), "2026-02-03 … 2026-02-03"},
		"one that still goes on": {administration(`"effectivePeriod":{"start":"2026-02-01"}`), "not known"},
		"a dispense":             {`{"resourceType":"MedicationDispense` + of + `"whenHandedOver":"2026-02-01","daysSupply":{"value":30}}`, "2026-03-03 … 2026-03-03"},
		"no medication":          {`{"resourceType":"Procedure` + of + `"performedDateTime":"2026-02-01"}`, "not known"},
	} {
		t.Run(name, func(t *testing.T) {
			chart, e := chartAt(t, now, c.json)
			first, last, known := chart.End(e)
			got := "not known"
			if known {
				got = first.Format(time.DateOnly) + " … " + last.Format(time.DateOnly)
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestWhatTellsThatACourseEnded(t *testing.T) {
	statement := func(rest string) string { return `{"resourceType":"MedicationStatement` + of + rest + `}` }
	for name, c := range map[string]struct {
		json string
		want bool
	}{
		"a period that is over":   {statement(`"effectivePeriod":{"start":"2026-01-01","end":"2026-02-01"}`), true},
		"a period that goes on":   {statement(`"effectivePeriod":{"start":"2026-01-01"}`), false},
		"a period that is to end": {statement(`"effectivePeriod":{"start":"2026-01-01","end":"2027-01-01"}`), false},
		"a dosage":                {statement(`"dosage":[{"timing":{"repeat":{"boundsPeriod":{"end":"2026-02-01"}}}}]`), false},
		"an administration":       {`{"resourceType":"MedicationAdministration` + of + `"effectiveDateTime":"2026-02-01"}`, true},
		"a supply":                {`{"resourceType":"MedicationRequest` + of + `"authoredOn":"2026-01-31","dispenseRequest":{"expectedSupplyDuration":{"value":10,"code":"d"}}}`, false},
	} {
		chart, e := chartAt(t, now, c.json)
		require.Equal(t, c.want, chart.Ended(e), name)
	}
}

func TestWhereADosageEnds(t *testing.T) {
	for kind, path := range map[string]string{
		`MedicationStatement` + of + `"status":"active","effectiveDateTime":"2026-01","dosage"`:                    "dosage.timing.repeat.boundsDuration",
		`MedicationRequest` + of + `"status":"active","intent":"order","authoredOn":"2026-01","dosageInstruction"`: "dosageInstruction.timing.repeat.boundsDuration",
	} {
		_, e := chartAt(t, now, `{"resourceType":"`+kind+`:[{"timing":{"repeat":{"boundsDuration":{"value":5,"code":"wk"}}}}]}`)
		require.Equal(t, unknown(path, "35 days from 2026-01 on does not tell whether it has ended"), e.Current())
	}
}

func TestSupplyEndsByTheClock(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	c, e := chartAt(t, now, `{"resourceType":"MedicationDispense`+of+`"status":"completed","whenHandedOver":"2026-02-10","daysSupply":{"value":30}}`)
	for at, want := range map[time.Time]chart.State{
		time.Date(2026, 3, 12, 23, 59, 59, 0, newYork): yes,
		time.Date(2026, 3, 13, 0, 0, 0, 0, newYork):    no,
	} {
		c.At(at)
		require.Equal(t, want, e.Current(), at)
	}
}

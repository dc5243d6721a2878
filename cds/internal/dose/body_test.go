package dose_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/dose"
	"github.com/primum-cds/primum/cds/internal/measure"
)

func size(t testing.TB, text string) measure.Quantity {
	if text == "" {
		return measure.Quantity{}
	}
	q, err := measure.Parse(text)
	require.NoError(t, err)
	return q
}

func maxPerDay(value, unit string) string {
	return `"maxDosePerPeriod":{"numerator":{"value":` + value + `,"unit":"` + unit + `"},"denominator":{"value":1,"unit":"d"}}`
}

func maxAtOnce(value, unit string) string {
	return `"maxDosePerAdministration":{"value":` + value + `,"unit":"` + unit + `"}`
}

func rangeOf(low, high, unit string) string {
	return `"doseAndRate":[{"doseRange":{"low":{"value":` + low + `,"unit":"` + unit + `"},"high":{"value":` + high + `,"unit":"` + unit + `"}}}]`
}

// A child of 10 kg and 0.5 m2: its dose, the dose where its size is not known, and the dose a kg or m2, of which
// nobody needs to know the size.
func TestDosesByTheSizeOfTheBody(t *testing.T) {
	const weight, surface = dose.ByWeight, dose.BySurface
	child := dose.Body{Weight: size(t, "10 kg"), Surface: size(t, "0.5 m2")}
	fourTimes := repeat(`"frequency":4,"period":1,"periodUnit":"d"`)
	for _, c := range []struct {
		name, strength, dosage string
		by                     dose.Size
		single, daily          string // of the child
		unsized, each          string // daily
	}{
		{"by weight", "", one(of("15", "mg/kg"), fourTimes), weight, "150 mg", "600 mg/day",
			"? the dose goes by the size of the body: 15 mg/kg", "60 mg/day"},
		{"by surface", "", one(of("75", "mg/m2"), daily), surface, "37.5 mg", "37.5 mg/day",
			"? the dose goes by the size of the body: 75 mg/m²", "75 mg/day"},
		{"exact", "", one(of("0.1", "mg/kg"), repeat(`"frequency":3,"period":1,"periodUnit":"d"`)), weight, "1 mg", "3 mg/day",
			"? the dose goes by the size of the body: 0.1 mg/kg", "0.3 mg/day"},
		{"written with an exponent", "", one(of("15", "mg.kg-1"), daily), weight, "150 mg", "150 mg/day",
			"? the dose goes by the size of the body: 15 mg·kg⁻¹", "15 mg/day"},
		{"a pound", "", one(of("10", "mg/lb"), daily), weight, "220.46 mg", "220.46 mg/day",
			"? the dose goes by the size of the body: 10 mg/lb", "22.05 mg/day"},
		{"micrograms", "", one(of("10", "mcg/kg"), daily), weight, "100 mcg", "100 mcg/day",
			"? the dose goes by the size of the body: 10 mcg/kg", "10 mcg/day"},
		{"units", "", one(of("0.5", "units/kg"), daily), weight, "5 IU", "5 IU/day",
			"? the dose goes by the size of the body: 0.5 unit/kg", "0.5 IU/day"},
		{"milliequivalents", "", one(of("1", "mEq/kg"), daily), weight, "10 mEq", "10 mEq/day",
			"? the dose goes by the size of the body: 1 mEq/kg", "1 mEq/day"},
		{"a volume of a solution", "32 mg/mL", one(of("0.5", "mL/kg"), daily), weight, "160 mg", "160 mg/day",
			"? the dose goes by the size of the body: 0.5 mL/kg", "16 mg/day"},
		{"a volume without a strength", "", one(of("0.5", "mL/kg"), daily), weight, "? the dose is 5 mL, and no strength is known", "? the dose is 5 mL, and no strength is known",
			"? the dose goes by the size of the body: 0.5 mL/kg", "? the dose is 0.5 mL, and no strength is known"},
		{"the upper end of a range", "", one(rangeOf("10", "15", "mg/kg"), daily), weight, "150 mg", "150 mg/day",
			"? the dose goes by the size of the body: 15 mg/kg", "15 mg/day"},
		{"an infusion", "", one(rateOf("5", "ug/kg/min")), weight, "? the drug is infused, and no single dose", "72000 mcg/day",
			"? the dose goes by the size of the body: 5 mcg/kg/min", "7200 mcg/day"},
		{"an infusion of some hours", "", one(rateOf("5", "mg/kg/h"), repeat(`"frequency":2,"period":1,"periodUnit":"d","duration":3,"durationUnit":"h"`)), weight, "150 mg", "300 mg/day",
			"? the dose goes by the size of the body: 5 mg/kg/h", "30 mg/day"},
		{"an infusion whose unit has a product below", "", one(rateOf("5", "mg/(kg.h)")), weight, "? the drug is infused, and no single dose", "1200 mg/day",
			"? the dose goes by the size of the body: 5 mg/(kg·h)", "120 mg/day"},
		{"an infusion of a solution", "2 mg/mL", one(rateOf("1", "mL/kg/h")), weight, "? the drug is infused, and no single dose", "480 mg/day",
			"? the dose goes by the size of the body: 1 mL/kg/h", "48 mg/day"},
		{"a ratio over a time", "", one(`"doseAndRate":[{"rateRatio":{"numerator":{"value":6,"unit":"mg/kg"},"denominator":{"value":12,"unit":"h"}}}]`), weight,
			"? the drug is infused, and no single dose", "120 mg/day", "? the dose goes by the size of the body: 6 mg/kg", "12 mg/day"},
		{"a limit by weight of a fixed dose", "", one(mg500, fourTimes, maxPerDay("60", "mg/kg")), weight | dose.Fixed, "500 mg", "600 mg/day",
			"2000 mg/day", "60 mg/day"},
		{"a fixed limit of a dose by weight", "", one(of("40", "mg/kg"), fourTimes, maxPerDay("1", "g")), weight | dose.Fixed, "400 mg", "1 g/day",
			"1 g/day", "160 mg/day"},
		{"a limit at once", "", one(of("40", "mg/kg"), fourTimes, maxAtOnce("20", "mg/kg")), weight, "200 mg", "800 mg/day",
			"? the dose goes by the size of the body: 40 mg/kg", "80 mg/day"},
		{"a limit alone", "", one(prn, maxPerDay("75", "mg/kg")), weight, "? no dose given", "750 mg/day",
			"? no dose given", "75 mg/day"},
		{"as ordered and as calculated", "", one(`"doseAndRate":[{"doseQuantity":{"value":15,"unit":"mg/kg"}},{"doseQuantity":{"value":160,"unit":"mg"}}]`, daily), weight | dose.Fixed, "160 mg", "160 mg/day",
			"160 mg/day", "15 mg/day"},
		{"a part by weight", "", `[{` + mg500 + `,` + daily + `},{` + of("20", "mg/kg") + `,` + daily + `}]`, weight | dose.Fixed, "500 mg", "700 mg/day",
			"? the dose goes by the size of the body: 20 mg/kg / >=500 mg/day", "? the dose does not go by the size of the body: 500 mg / >=20 mg/day"},
		{"by weight and by surface", "", `[{` + of("10", "mg/m2") + `,` + daily + `},{` + of("20", "mg/kg") + `,` + daily + `}]`, weight | surface, "200 mg", "205 mg/day",
			"? the dose goes by the size of the body: 10 mg/m²", "? the dose goes by the size of the body: 10 mg/m² / >=20 mg/day"},
		{"a dose of a day at once", "", one(of("90", "mg/kg/d"), twice), weight, "? the dose 900 mg/day is not understood", "? the dose 900 mg/day is not understood",
			"? the dose goes by the size of the body: 90 mg/kg/day", "? the dose 90 mg/day is not understood"},
		{"a number by weight", "500 mg", one(of("1", "/kg"), daily), weight, "? the dose 10 is not understood", "? the dose 10 is not understood",
			"? the dose goes by the size of the body: 1 /kg", "? the dose 1 is not understood"},
		{"tablets by weight", "500 mg", one(of("1", "{tablet}/kg"), daily), weight, "? the dose 10 tablet is not understood", "? the dose 10 tablet is not understood",
			"? the dose goes by the size of the body: 1 tablet/kg", "? the dose 1 tablet is not understood"},
		{"a tablet whose code is by weight", "500 mg", one(`"doseAndRate":[{"doseQuantity":{"value":1,"unit":"tablet","system":"http://unitsofmeasure.org","code":"mg/kg"}}]`, daily), weight,
			"? the dose 10 mg is not understood", "? the dose 10 mg is not understood", "? the dose goes by the size of the body: 1 mg/kg", "? the dose 1 mg is not understood"},
		{"the square of a weight", "", one(of("15", "mg/kg2"), daily), dose.Fixed, "? the dose 15 mg/kg² is not understood", "? the dose 15 mg/kg² is not understood",
			"? the dose 15 mg/kg² is not understood", "? the dose does not go by the size of the body: 15 mg/kg²"},
		{"a fixed dose", "", one(mg500, twice), dose.Fixed, "500 mg", "1000 mg/day",
			"1000 mg/day", "? the dose does not go by the size of the body: 500 mg"},
	} {
		v, s := dosage(t, c.dosage), strength(t, c.strength)
		each := dose.Each(weight)
		if c.by == surface {
			each = dose.Each(surface)
		}
		require.Equal(t, c.single, show(dose.Single(v, s, child)), "single: "+c.name)
		require.Equal(t, c.daily, show(dose.Daily(v, s, child)), "daily: "+c.name)
		unsized := dose.Daily(v, s, dose.Body{})
		require.Equal(t, c.unsized, show(unsized), "of a size that is not known: "+c.name)
		require.Equal(t, c.each, show(dose.Daily(v, s, each)), "each: "+c.name)
		require.Equal(t, c.by, unsized.By, c.name)
		require.Equal(t, c.by, dose.Daily(v, s, child).By, c.name)
	}
}

// What is lacking is said of the reason that is given.
func TestWhatADoseLacks(t *testing.T) {
	mg500Daily, perKg, perM2 := `{`+mg500+`,`+daily+`}`, `{`+of("20", "mg/kg")+`,`+daily+`}`, `{`+of("20", "mg/m2")+`,`+daily+`}`
	for dosed, want := range map[string]dose.Size{
		mg500Daily: 0, perKg: dose.ByWeight, perM2: dose.BySurface, mg500Daily + "," + perM2: dose.BySurface,
		`{"text":"some"},` + perKg: 0, perKg + `,{"text":"some"}`: dose.ByWeight,
	} {
		require.Equal(t, want, dose.Daily(dosage(t, "["+dosed+"]"), nil, dose.Body{}).Lacks, dosed)
	}
	require.Equal(t, dose.ByWeight, dose.Daily(dosage(t, "["+perKg+"]"), nil, dose.Body{Surface: size(t, "1 m2")}).Lacks)
	require.Equal(t, dose.BySurface, dose.Daily(dosage(t, "["+mg500Daily+"]"), nil, dose.Each(dose.BySurface)).Lacks)
}

func TestRatesByTheSizeOfTheBody(t *testing.T) {
	mixed := "[{" + rateOf("0.2", "ug/kg/h") + "},{" + rateOf("1", "mg/h") + "}]"
	child := dose.Body{Weight: size(t, "10 kg"), Surface: size(t, "0.5 m2")}
	for _, c := range []struct {
		dosage string
		body   dose.Body
		want   string
	}{
		{one(rateOf("0.7", "ug/kg/h")), child, "7 mcg/h"},
		{one(rateOf("0.7", "ug/kg/h")), dose.Each(dose.ByWeight), "0.7 mcg/h"},
		{one(rateOf("10", "mg/m2/h")), child, "5 mg/h"},
		{mixed, child, "1 mg/h"},
		{mixed, dose.Body{}, "? the dose goes by the size of the body: 0.2 mcg/kg/h / >=1 mg/h"},
		{mixed, dose.Each(dose.ByWeight), "? the dose does not go by the size of the body: 1 mg/h / >=0.2 mcg/h"},
	} {
		require.Equal(t, c.want, show(dose.Rate(dosage(t, c.dosage), nil, c.body)), c.dosage)
	}
}

// tenfold makes sure that the dose of a child of 10 kg is ten times that of a kg.
func tenfold(t *testing.T, each, child measure.Quantity) {
	if each.IsZero() || child.IsZero() {
		require.Equal(t, each.IsZero(), child.IsZero())
		return
	}
	low, high := each.Ends()
	childLow, childHigh := child.Ends()
	for _, ends := range [][2]float64{{low, childLow}, {high, childHigh}} {
		if expected := 10 * ends[0]; !math.IsInf(expected, 0) && expected != 0 {
			require.InEpsilon(t, expected, ends[1], 1e-9, "%s and %s", each, child)
		}
	}
}

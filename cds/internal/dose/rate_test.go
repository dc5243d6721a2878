package dose_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/dose"
)

func rateOf(value, unit string) string {
	return `"doseAndRate":[{"rateQuantity":{"value":` + value + `,"unit":"` + unit + `","system":"http://unitsofmeasure.org","code":"` + unit + `"}}]`
}

func TestRates(t *testing.T) {
	for _, c := range []struct{ name, strength, dosage, want string }{
		{"by the size of the body", "", one(rateOf("0.7", "ug/kg/h")), "? the dose goes by the size of the body: 0.7 mcg/kg/h"},
		{"of the drug", "", one(rateOf("10", "mg/h")), "10 mg/h"},
		{"of a solution", "2 mg/mL", one(rateOf("5", "mL/h")), "10 mg/h"},
		{"of a solution whose strength is not known", "", one(rateOf("5", "mL/h")), "? the dose is 120 mL, and no strength is known"},
		{"the highest of several", "", "[{" + rateOf("0.2", "ug/kg/h") + "},{" + rateOf("0.8", "ug/kg/h") + "}]", "? the dose goes by the size of the body: 0.2 mcg/kg/h"},
		{"the upper end of a range", "", one(`"doseAndRate":[{"rateRange":{"low":{"value":0.2,"unit":"ug/kg/h","system":"http://unitsofmeasure.org","code":"ug/kg/h"},"high":{"value":0.9,"unit":"ug/kg/h","system":"http://unitsofmeasure.org","code":"ug/kg/h"}}}]`), "? the dose goes by the size of the body: 0.9 mcg/kg/h"},
		{"a ratio", "", one(`"doseAndRate":[{"rateRatio":{"numerator":{"value":24,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"},"denominator":{"value":12,"unit":"h","system":"http://unitsofmeasure.org","code":"h"}}}]`), "2 mg/h"},
		{"by the size of the body and not", "", "[{" + rateOf("0.2", "ug/kg/h") + "},{" + rateOf("1", "mg/h") + "}]", "? the dose goes by the size of the body: 0.2 mcg/kg/h / >=1 mg/h"},
		{"given at once", "", one(mg500), "? no rate of an infusion is given"},
		{"below zero", "", one(rateOf("-1", "ug/kg/h")), "? a rate of -1 mcg/kg/h is below zero"},
		{"without a value", "", one(`"doseAndRate":[{"rateQuantity":{"unit":"ug/kg/h"}}]`), "? no rate given"},
		{"over a time that is none", "", one(`"doseAndRate":[{"rateRatio":{"numerator":{"value":24,"unit":"mg"},"denominator":{"value":12,"unit":"mL"}}}]`), "? the rate is not understood"},
		{"no instruction", "", "[]", "? no dosage instruction given"},
	} {
		require.Equal(t, c.want, show(dose.Rate(dosage(t, c.dosage), strength(t, c.strength), dose.Body{})), c.name)
	}
}

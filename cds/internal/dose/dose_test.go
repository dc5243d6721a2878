package dose_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/apd/v3"
	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/dose"
	"github.com/primum-cds/primum/cds/internal/tree"
	"github.com/primum-cds/primum/cds/ucum"
)

// strength reads "500 mg"; "" is none.
func strength(t testing.TB, s string) *dose.Strength {
	t.Helper()
	if s == "" {
		return nil
	}
	value, code, _ := strings.Cut(s, " ")
	amount, _, err := apd.NewFromString(value)
	require.NoError(t, err)
	unit, err := ucum.Parse(code)
	require.NoError(t, err)
	return &dose.Strength{Amount: amount, Unit: unit}
}

func dosage(t testing.TB, s string) tree.Value {
	t.Helper()
	v, err := tree.Parse([]byte(s))
	require.NoError(t, err, s)
	return v
}

// show writes a Result: the dose, or the reason and after a slash what is known.
func show(r dose.Result) string {
	switch {
	case r.Known:
		return r.Quantity.String()
	case r.Quantity.IsZero():
		return "? " + r.Reason
	}
	return "? " + r.Reason + " / " + r.Quantity.String()
}

// Short hand for the parts of an instruction.
const (
	tablet1 = `"doseAndRate":[{"doseQuantity":{"value":1,"unit":"tablet","system":"http://unitsofmeasure.org","code":"{tablet}"}}]`
	tablet2 = `"doseAndRate":[{"doseQuantity":{"value":2,"unit":"tablet","system":"http://unitsofmeasure.org","code":"{tablet}"}}]`
	mg500   = `"doseAndRate":[{"doseQuantity":{"value":500,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}}]`
	daily   = `"timing":{"repeat":{"frequency":1,"period":1,"periodUnit":"d"}}`
	twice   = `"timing":{"repeat":{"frequency":2,"period":1,"periodUnit":"d"}}`
	prn     = `"asNeededBoolean":true`
)

func of(value, unit string) string {
	return fmt.Sprintf(`"doseAndRate":[{"doseQuantity":{"value":%s,"unit":%q}}]`, value, unit)
}

func repeat(parts string) string { return `"timing":{"repeat":{` + parts + `}}` }
func code(word string) string {
	return `"timing":{"code":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation","code":"` + word + `"}]}}`
}
func one(parts ...string) string { return `[{` + strings.Join(parts, ",") + `}]` }

func TestDoses(t *testing.T) {
	for _, c := range []struct{ name, strength, dosage, single, daily string }{
		// What is given at once.
		{"tablets", "500 mg", one(tablet2, twice), "1000 mg", "2000 mg/day"},
		{"half a tablet", "0.25 mg", one(of("0.5", "tablet"), daily), "0.125 mg", "0.125 mg/day"},
		{"capsules in plain words", "20 mg", one(of("2", "Capsules"), daily), "40 mg", "40 mg/day"},
		{"a caplet, which UCUM does not know", "500 mg", one(of("2", "caplet(s)"), daily), "1000 mg", "1000 mg/day"},
		{"pill", "81 mg", one(`"doseQuantity":{"value":1,"system":"http://unitsofmeasure.org","code":"{pill}"}`, daily), "81 mg", "81 mg/day"},
		{"HL7's code for a tablet", "5 mg", one(`"doseAndRate":[{"doseQuantity":{"value":1,"system":"http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm","code":"TAB"}}]`, daily), "5 mg", "5 mg/day"},
		{"suppository", "25 mg", one(of("1", "suppository"), daily), "25 mg", "25 mg/day"},
		{"one of a solid, as Synthea writes", "10 mg", one(`"doseAndRate":[{"doseQuantity":{"value":1}}]`, daily), "10 mg", "10 mg/day"},
		{"the unit 1", "10 mg", one(`"doseAndRate":[{"doseQuantity":{"value":3,"code":"1","system":"http://unitsofmeasure.org"}}]`, daily), "30 mg", "30 mg/day"},
		{"a mass", "", one(mg500, twice), "500 mg", "1000 mg/day"},
		{"a mass of a tablet", "250 mg", one(mg500, twice), "500 mg", "1000 mg/day"},
		{"exact decimals", "0.1 mg", one(of("3", "tablet"), daily), "0.3 mg", "0.3 mg/day"},
		{"mcg", "", one(of("125", "mcg"), daily), "125 mcg", "125 mcg/day"},
		{"milliequivalents", "", one(of("20", "mEq"), daily), "20 mEq", "20 mEq/day"},
		{"units", "", one(of("10", "units"), daily), "10 IU", "10 IU/day"},
		{"units as U", "", one(`"doseAndRate":[{"doseQuantity":{"value":10,"unit":"U","system":"http://unitsofmeasure.org","code":"U"}}]`, daily), "10 IU", "10 IU/day"},
		{"millilitres of a solution", "50 mg/mL", one(of("5", "mL"), twice), "250 mg", "500 mg/day"},
		{"litres of a solution", "0.9 mg/mL", one(of("1", "L"), daily), "900 mg", "900 mg/day"},
		{"a US teaspoon", "20 mg/mL", one(of("1", "tsp"), daily), "98.58 mg", "98.58 mg/day"},
		{"puffs", "90 ug/{actuat}", one(of("2", "puffs"), repeat(`"frequency":1,"period":6,"periodUnit":"h"`)), "180 mcg", "720 mcg/day"},
		{"sprays", "50 ug/{actuation}", one(of("2", "spray"), daily), "100 mcg", "100 mcg/day"},
		{"a range: the upper end", "5 mg", one(`"doseAndRate":[{"doseRange":{"low":{"value":1,"unit":"tablet"},"high":{"value":2,"unit":"tablet"}}}]`, daily), "10 mg", "10 mg/day"},
		{"ordered and calculated", "", one(`"doseAndRate":[{"doseQuantity":{"value":15,"unit":"mg/kg","code":"mg/kg","system":"http://unitsofmeasure.org"}},{"doseQuantity":{"value":300,"unit":"mg"}}]`, twice), "300 mg", "600 mg/day"},
		{"two ways: the higher", "500 mg", one(`"doseAndRate":[{"doseQuantity":{"value":1,"unit":"tablet"}},{"doseQuantity":{"value":0.6,"unit":"g"}}]`, daily), "0.6 g", "0.6 g/day"},
		{"an upper limit at once", "500 mg", one(tablet2, twice, `"maxDosePerAdministration":{"value":750,"unit":"mg"}`), "750 mg", "1500 mg/day"},
		{"by weight, but at most", "", one(of("15", "mg/kg"), repeat(`"frequency":1,"period":6,"periodUnit":"h"`), `"maxDosePerAdministration":{"value":1000,"unit":"mg"}`), "1000 mg", "4000 mg/day"},
		{"MedicationAdministration's dose", "", `{"dose":{"value":5,"unit":"mg"}}`, "5 mg", "? timing not given"},

		// Infusions.
		{"an infusion all day", "", one(`"doseAndRate":[{"rateQuantity":{"value":2,"unit":"mg/h","code":"mg/h","system":"http://unitsofmeasure.org"}}]`), "? the drug is infused, and no single dose", "48 mg/day"},
		{"a volume per hour", "0.1 mg/mL", one(`"doseAndRate":[{"rateQuantity":{"value":10,"unit":"mL/hr"}}]`), "? the drug is infused, and no single dose", "24 mg/day"},
		{"a ratio", "", one(`"doseAndRate":[{"rateRatio":{"numerator":{"value":1,"unit":"g"},"denominator":{"value":8,"unit":"h"}}}]`), "? the drug is infused, and no single dose", "3 g/day"},
		{"the upper end of rates", "", one(`"doseAndRate":[{"rateRange":{"low":{"value":1,"unit":"mg/h"},"high":{"value":4,"unit":"mg/h"}}}]`), "? the drug is infused, and no single dose", "96 mg/day"},
		{"for two hours, twice a day", "", one(`"doseAndRate":[{"rateQuantity":{"value":100,"unit":"mg/h"}}]`, repeat(`"frequency":2,"period":1,"periodUnit":"d","duration":2,"durationUnit":"h"`)), "200 mg", "400 mg/day"},
		{"twice a day, but how long?", "", one(`"doseAndRate":[{"rateQuantity":{"value":100,"unit":"mg/h"}}]`, twice), "? the drug is infused, and no single dose", "? the drug is infused, but how long it lasts is not given"},
		{"a rate beside a dose is its speed", "", one(`"doseAndRate":[{"doseQuantity":{"value":1,"unit":"g"},"rateQuantity":{"value":100,"unit":"mL/h"}}]`, daily), "1 g", "1 g/day"},
		{"a rate by weight", "", one(`"doseAndRate":[{"rateQuantity":{"value":5,"unit":"mcg/kg/min"}}]`), "? the drug is infused, and no single dose", "? the dose goes by the size of the body: 5 mcg/kg/min"},
		{"a rate without a time", "", one(`"doseAndRate":[{"rateQuantity":{"value":5,"unit":"mg"}}]`), "? the drug is infused, and no single dose", "? the rate 5 mg is not understood"},
		{"a rate in litres of oxygen", "", one(`"doseAndRate":[{"rateQuantity":{"value":2,"unit":"L/min"}}]`), "? the drug is infused, and no single dose", "? the dose is 2880 L, and no strength is known"},

		// Patches.
		{"a patch every three days", "25 ug/h", one(of("1", "patch"), repeat(`"frequency":1,"period":3,"periodUnit":"d"`)), "? a patch releases its drug over time, and no single dose", "600 mcg/day"},
		{"two patches every 72 hours", "25 ug/h", one(of("2", "patches"), repeat(`"frequency":1,"period":72,"periodUnit":"h"`)), "? a patch releases its drug over time, and no single dose", "1200 mcg/day"},
		{"one system, without a unit", "0.2 mg/h", one(`"doseAndRate":[{"doseQuantity":{"value":1}}]`, daily), "? a patch releases its drug over time, and no single dose", "4.8 mg/day"},
		{"patches faster than they can be worn", "25 ug/h", one(of("1", "patch"), twice), "? a patch releases its drug over time, and no single dose", "? a patch releases its drug over time, but how long it lasts is not given"},
		{"a patch is no tablet", "100 mg", one(of("1", "patch"), daily), "? the dose is 1 patch, and how much a patch releases is not known", "? the dose is 1 patch, and how much a patch releases is not known"},

		// Timing.
		{"BID", "500 mg", one(tablet1, code("BID")), "500 mg", "1000 mg/day"},
		{"TID", "500 mg", one(tablet1, code("TID")), "500 mg", "1500 mg/day"},
		{"QID", "500 mg", one(tablet1, code("QID")), "500 mg", "2000 mg/day"},
		{"QOD", "500 mg", one(tablet1, code("QOD")), "500 mg", "250 mg/day"},
		{"Q4H", "500 mg", one(tablet1, code("Q4H")), "500 mg", "3000 mg/day"},
		{"Q6H", "500 mg", one(tablet1, code("Q6H")), "500 mg", "2000 mg/day"},
		{"AM", "500 mg", one(tablet1, code("AM")), "500 mg", "500 mg/day"},
		{"BED", "500 mg", one(tablet1, code("BED")), "500 mg", "500 mg/day"},
		{"an abbreviation as text", "500 mg", one(tablet1, `"timing":{"code":{"text":"b.i.d."}}`), "500 mg", "1000 mg/day"},
		{"Q4-6H as text: the shorter", "500 mg", one(tablet1, `"timing":{"code":{"text":"q4-6 hr"}}`), "500 mg", "3000 mg/day"},
		{"another system's codes", "500 mg", one(tablet1, `"timing":{"code":{"coding":[{"system":"http://example.org","code":"BID"}]}}`), "500 mg", `? the timing "BID" is not understood`},
		{"a timing in words", "500 mg", one(tablet1, `"timing":{"code":{"text":"as directed"}}`), "500 mg", `? the timing "as directed" is not understood`},
		{"every 8 hours is exact", "1000 mg", one(tablet1, repeat(`"frequency":1,"period":8,"periodUnit":"h"`)), "1000 mg", "3000 mg/day"},
		{"two to three times a day", "500 mg", one(tablet1, repeat(`"frequency":2,"frequencyMax":3,"period":1,"periodUnit":"d"`)), "500 mg", "1500 mg/day"},
		{"every 4 to 6 hours", "500 mg", one(tablet1, repeat(`"frequency":1,"period":4,"periodMax":6,"periodUnit":"h"`)), "500 mg", "3000 mg/day"},
		{"once a week", "7 mg", one(tablet1, repeat(`"frequency":1,"period":1,"periodUnit":"wk"`)), "7 mg", "1 mg/day"},
		{"without a frequency: once", "7 mg", one(tablet1, repeat(`"period":12,"periodUnit":"h"`)), "7 mg", "14 mg/day"},
		{"once a month", "1461 mg", one(tablet1, repeat(`"frequency":1,"period":1,"periodUnit":"mo"`)), "1461 mg", "48 mg/day"},
		{"Monday, Wednesday, Friday", "7 mg", one(tablet1, repeat(`"dayOfWeek":["mon","wed","fri"]`)), "7 mg", "3 mg/day"},
		{"twice on two days", "7 mg", one(tablet1, repeat(`"frequency":2,"period":1,"periodUnit":"d","dayOfWeek":["mon","fri"]`)), "7 mg", "4 mg/day"},
		{"weekly on Monday", "7 mg", one(tablet1, repeat(`"frequency":1,"period":1,"periodUnit":"wk","dayOfWeek":["mon"]`)), "7 mg", "1 mg/day"},
		{"weekly on two days: both", "7 mg", one(tablet1, repeat(`"frequency":1,"period":1,"periodUnit":"wk","dayOfWeek":["mon","thu"]`)), "7 mg", "2 mg/day"},
		{"every other day on Mondays", "7 mg", one(tablet1, repeat(`"frequency":1,"period":2,"periodUnit":"d","dayOfWeek":["mon"]`)), "7 mg", "? the days of the week do not fit the period"},
		{"a weekday nobody knows", "7 mg", one(tablet1, repeat(`"dayOfWeek":["Monday"]`)), "7 mg", `? the day of the week "Monday" is not understood`},
		{"at three times", "7 mg", one(tablet1, repeat(`"timeOfDay":["08:00:00","14:00:00","20:00:00"]`)), "7 mg", "21 mg/day"},
		{"at two times, though once is said", "7 mg", one(tablet1, repeat(`"frequency":1,"period":1,"periodUnit":"d","timeOfDay":["08:00:00","20:00:00"]`)), "7 mg", "14 mg/day"},
		{"morning and bedtime", "7 mg", one(tablet1, repeat(`"when":["MORN","HS"]`)), "7 mg", "14 mg/day"},
		{"three times with meals", "7 mg", one(tablet1, repeat(`"frequency":3,"period":1,"periodUnit":"d","when":["C"]`)), "7 mg", "21 mg/day"},
		{"with meals, how often?", "7 mg", one(tablet1, repeat(`"when":["PC"]`)), "7 mg", "? with meals, but how often is not given"},
		{"daily with meals, how often?", "7 mg", one(tablet1, repeat(`"period":1,"periodUnit":"d","when":["AC"]`)), "7 mg", "? with meals, but how often is not given"},
		{"a time nobody knows", "7 mg", one(tablet1, repeat(`"when":["TEATIME"]`)), "7 mg", `? the time of day "TEATIME" is not understood`},
		{"once in all", "7 mg", one(tablet1, repeat(`"count":1`)), "7 mg", "7 mg/day"},
		{"four times a day, two in all", "7 mg", one(tablet1, repeat(`"count":2,"frequency":4,"period":1,"periodUnit":"d"`)), "7 mg", "14 mg/day"},
		{"listed times", "7 mg", one(tablet1, `"timing":{"event":["2026-03-01T08:00:00Z","2026-03-01T20:00:00Z","2026-03-02T08:00:00Z"]}`), "7 mg", "14 mg/day"},
		{"three times, but in what time?", "7 mg", one(tablet1, repeat(`"frequency":3`)), "7 mg", "? 3 times, but not in what time"},
		{"a period without a unit", "7 mg", one(tablet1, repeat(`"frequency":3,"period":1`)), "7 mg", "? the period of the timing has no unit"},
		{"a period in a wrong unit", "7 mg", one(tablet1, repeat(`"frequency":3,"period":1,"periodUnit":"moon"`)), "7 mg", `? the period of the timing has the unit "moon"`},
		{"a period of zero", "7 mg", one(tablet1, repeat(`"frequency":3,"period":0,"periodUnit":"d"`)), "7 mg", "? the period of the timing is not understood"},

		// As needed.
		{"as needed every 6 hours", "500 mg", one(tablet1, repeat(`"frequency":1,"period":6,"periodUnit":"h"`), prn), "500 mg", "2000 mg/day"},
		{"as needed, at most", "500 mg", one(tablet1, prn, `"maxDosePerPeriod":{"numerator":{"value":4,"unit":"tablet"},"denominator":{"value":1,"unit":"d","code":"d"}}`), "500 mg", "2000 mg/day"},
		{"as needed, at most in 24 hours", "500 mg", one(tablet1, prn, `"maxDosePerPeriod":{"numerator":{"value":3,"unit":"g"},"denominator":{"value":24,"unit":"h"}}`), "500 mg", "3 g/day"},
		{"every 4 hours, but at most", "500 mg", one(tablet2, repeat(`"frequency":1,"period":4,"periodUnit":"h"`), `"asNeededCodeableConcept":{"text":"pain"}`, `"maxDosePerPeriod":{"numerator":{"value":8,"unit":"tablet"},"denominator":{"value":1,"unit":"d"}}`), "1000 mg", "4000 mg/day"},
		{"a maximum nobody understands", "500 mg", one(tablet1, twice, `"maxDosePerPeriod":{"numerator":{"value":8,"unit":"tablet"},"denominator":{"value":1,"unit":"moon"}}`), "500 mg", "1000 mg/day"},
		{"as needed without a maximum", "500 mg", one(tablet1, prn), "500 mg", "? as needed without a maximum"},
		{"as needed, infused", "", one(`"doseAndRate":[{"rateQuantity":{"value":2,"unit":"mg/h"}}]`, prn), "? the drug is infused, and no single dose", "? as needed without a maximum"},
		{"Synthea's as needed", "500 mg", `[{"sequence":1,"asNeededBoolean":true}]`, "? no dose given", "? no dose given"},

		// Several instructions.
		{"two at once are added", "500 mg", `[{` + tablet2 + `,` + code("AM") + `},{` + tablet1 + `,` + code("PM") + `}]`, "1000 mg", "1500 mg/day"},
		{"the same sequence is added", "500 mg", `[{"sequence":1,` + tablet2 + `,` + code("AM") + `},{"sequence":1,` + tablet1 + `,` + code("PM") + `}]`, "1000 mg", "1500 mg/day"},
		{"a taper: the highest", "10 mg", `[{"sequence":1,` + tablet2 + `,` + twice + `},{"sequence":2,` + tablet1 + `,` + twice + `}]`, "20 mg", "40 mg/day"},
		{"a base and a taper", "10 mg", `[{` + tablet1 + `,` + daily + `},{"sequence":1,` + tablet2 + `,` + twice + `},{"sequence":2,` + tablet1 + `,` + twice + `}]`, "20 mg", "50 mg/day"},
		{"in several units", "", `[{` + mg500 + `,` + daily + `},{` + of("1", "g") + `,` + daily + `}]`, "1 g", "1500 mg/day"},
		{"one of them unknown", "500 mg", `[{` + tablet1 + `,` + daily + `},{` + tablet2 + `,` + prn + `}]`, "1000 mg", "? as needed without a maximum / >=500 mg/day"},
		{"one step unknown", "500 mg", `[{"sequence":1,` + tablet1 + `,` + daily + `},{"sequence":2,"text":"then stop slowly"}]`, "? the dose is given in words only / >=500 mg", "? the dose is given in words only / >=500 mg/day"},
		{"units that do not add", "", `[{` + mg500 + `,` + daily + `},{` + of("10", "units") + `,` + daily + `}]`, `? "500 mg" cannot be compared with "10 IU" / >=500 mg`, `? "500 mg/day" cannot be added to "10 IU/day" / >=500 mg/day`},

		// What is not known.
		{"no instruction", "500 mg", `[]`, "? no dosage instruction given", "? no dosage instruction given"},
		{"no dose", "500 mg", one(daily), "? no dose given", "? no dose given"},
		{"words only", "500 mg", `[{"text":"two tablets at night"}]`, "? the dose is given in words only", "? the dose is given in words only"},
		{"no value", "500 mg", one(`"doseAndRate":[{"doseQuantity":{"unit":"mg"}}]`, daily), "? no dose given", "? no dose given"},
		{"no timing", "500 mg", one(tablet1), "500 mg", "? timing not given"},
		{"tablets without a strength", "", one(tablet2, daily), "? the dose is 2 tablet, and no strength is known", "? the dose is 2 tablet, and no strength is known"},
		{"one of what, without a strength", "", one(`"doseAndRate":[{"doseQuantity":{"value":1}}]`, daily), "? the dose is 1, and no strength is known", "? the dose is 1, and no strength is known"},
		{"tablets of a solution", "50 mg/mL", one(tablet2, daily), "? the dose is 2 tablet, but the strength is 50 mg/mL", "? the dose is 2 tablet, but the strength is 50 mg/mL"},
		{"one of a solution", "50 mg/mL", one(`"doseAndRate":[{"doseQuantity":{"value":1}}]`, daily), "? the dose is 1, but the strength is 50 mg/mL", "? the dose is 1, but the strength is 50 mg/mL"},
		{"millilitres of a tablet", "500 mg", one(of("5", "mL"), daily), "? the dose is 5 mL, but the strength is 500 mg", "? the dose is 5 mL, but the strength is 500 mg"},
		{"millilitres without a strength", "", one(of("5", "mL"), daily), "? the dose is 5 mL, and no strength is known", "? the dose is 5 mL, and no strength is known"},
		{"puffs of a tablet", "500 mg", one(of("2", "puffs"), daily), "? the dose is 2 puff, but the strength is 500 mg", "? the dose is 2 puff, but the strength is 500 mg"},
		{"drops", "5 mg/mL", one(of("1", "drop"), daily), "? the dose is 1 drop, and the size of a drop is not known", "? the dose is 1 drop, and the size of a drop is not known"},
		{"grams of a gel", "0.01 mg/mg", one(of("4", "g"), daily), "? the dose is 4 g, of the drug or of the product is not said", "? the dose is 4 g, of the drug or of the product is not said"},
		{"inches of an ointment", "0.02 mg/mg", one(of("0.5", "inch"), daily), "? the dose 0.5 in is not understood", "? the dose 0.5 in is not understood"},
		{"by weight", "", one(of("15", "mg/kg"), twice), "? the dose goes by the size of the body: 15 mg/kg", "? the dose goes by the size of the body: 15 mg/kg"},
		{"by body surface", "", one(of("75", "mg/m2"), daily), "? the dose goes by the size of the body: 75 mg/m²", "? the dose goes by the size of the body: 75 mg/m²"},
		{"a unit nobody knows", "500 mg", one(of("1", "application"), daily), "? the dose 1 application is not understood", "? the dose 1 application is not understood"},
		{"a scoop", "500 mg", one(of("1", "heaped scoop"), daily), "? the unit of the dose 1 heaped scoop is not known", "? the unit of the dose 1 heaped scoop is not known"},
		{"a percentage as strength", "5 %", one(tablet1, daily), "? the dose is 1 tablet, and the strength 5% is not understood", "? the dose is 1 tablet, and the strength 5% is not understood"},
		{"an open range", "5 mg", one(`"doseAndRate":[{"doseRange":{"low":{"value":1,"unit":"tablet"}}}]`, daily), "? the dose is a range without an upper end", "? the dose is a range without an upper end"},
		{"below zero", "5 mg", one(of("-1", "tablet"), daily), "? a dose of -1 tablet is below zero", "? a dose of -1 tablet is below zero"},
		{"no number a dose can have", "5 mg", one(of("1e400", "tablet"), daily), `? "1e400" is not a quantity: its exponent is beyond ±100`, `? "1e400" is not a quantity: its exponent is beyond ±100`},
	} {
		v, s := dosage(t, c.dosage), strength(t, c.strength)
		require.Equal(t, c.single, show(dose.Single(v, s, dose.Body{})), "single: "+c.name)
		require.Equal(t, c.daily, show(dose.Daily(v, s, dose.Body{})), "daily: "+c.name)
	}
}

func TestWorkIsBounded(t *testing.T) {
	many := `[` + strings.Repeat(`{`+tablet1+`},`, 64) + `{` + tablet1 + `}]`
	require.Equal(t, "? more than 64 dosage instructions", show(dose.Single(dosage(t, many), nil, dose.Body{})))
	times := one(tablet1, repeat(`"timeOfDay":[`+strings.Repeat(`"08:00:00",`, 96)+`"08:00:00"]`))
	require.Equal(t, "? more times of day than can be", show(dose.Daily(dosage(t, times), strength(t, "5 mg"), dose.Body{})))
	require.Equal(t, "? no dosage instruction given", show(dose.Daily(tree.Value{}, nil, dose.Body{})))
}

func TestTheOrderOfInstructionsDoesNotMatter(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	instructions := []string{
		`{` + tablet1 + `,` + daily + `}`, `{"sequence":1,` + tablet2 + `,` + twice + `}`, `{"sequence":2,` + mg500 + `,` + twice + `}`,
		`{"sequence":2,` + tablet1 + `,` + code("Q6H") + `}`, `{` + of("1", "g") + `,` + daily + `}`,
	}
	for range 200 {
		r.Shuffle(len(instructions), func(i, j int) { instructions[i], instructions[j] = instructions[j], instructions[i] })
		v := dosage(t, `[`+strings.Join(instructions, ",")+`]`)
		daily, err := dose.Daily(v, strength(t, "250 mg"), dose.Body{}).Quantity.To("mg/d")
		require.NoError(t, err)
		// 250 and 1000 of those without a sequence; 1000 in step 1, 1000 + 1000 in step 2.
		require.Equal(t, "3250 mg/day", daily.String())
	}
}

func FuzzDaily(f *testing.F) {
	for _, s := range []string{
		one(tablet2, twice), one(of("5", "mL"), code("Q4H"), prn), `[{"doseQuantity":{"value":1e99}}]`, `{"dose":{"value":5}}`,
		one(`"doseAndRate":[{"rateRatio":{"numerator":{"value":1,"unit":"g"},"denominator":{"value":8,"unit":"h"}}}]`),
		one(of("15", "mg/kg"), twice, maxPerDay("75", "mg/kg")), one(of("0.5", "mL/kg"), twice, maxAtOnce("1", "g")), one(rateOf("5", "ug/kg/min")),
		`[{` + of("75", "mg/m2") + `,` + daily + `},{` + mg500 + `}]`,
		`[{"timing":{"repeat":{"frequency":1e18,"period":1e-99,"periodUnit":"s","dayOfWeek":[1],"when":[null]}}}]`, `[[]]`, `[1]`,
	} {
		f.Add(s)
	}
	child := dose.Body{Weight: size(f, "10 kg"), Surface: size(f, "0.5 m2")}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := tree.Parse([]byte(s))
		if err != nil {
			return
		}
		for _, product := range []string{"", "500 mg", "50 mg/mL", "25 ug/h", "90 ug/{actuat}"} {
			strength := strength(t, product)
			for name, of := range map[string]func(tree.Value, *dose.Strength, dose.Body) dose.Result{"single": dose.Single, "daily": dose.Daily, "rate": dose.Rate} {
				sized, each := of(v, strength, child), of(v, strength, dose.Each(dose.ByWeight))
				for _, r := range []dose.Result{of(v, strength, dose.Body{}), sized, each, of(v, strength, dose.Each(dose.BySurface))} {
					require.Equal(t, r.Known, r.Reason == "", "%+v", r)
					require.False(t, r.Known && (r.Quantity.IsZero() || r.Lacks != 0))
					require.Equal(t, sized.By, r.By, name)
				}
				require.Zero(t, sized.Lacks, "all of the child is known")
				if sized.By == dose.ByWeight {
					require.Equal(t, sized.Known, each.Known, "%s: %s and %s", name, sized.Reason, each.Reason)
					tenfold(t, each.Quantity, sized.Quantity)
				}
			}
		}
		dose.Duration(v)
		dose.RouteClass(v, "")
	})
}

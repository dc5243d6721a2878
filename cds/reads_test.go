package cds_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

const readCodes = `
pack: test
codes:
  sugar: {loinc: [2345-7, 4548-4]}
  salt:  {loinc: [2951-2]}
  upper: {loinc: [8480-6]}
  drugs: {rxnorm: [6809]}
params:
  back: {value: 3}
tables:
  labs: {file: labs.csv, columns: {id: string, lab: codes, drug: codes, back: int}}
`

// readEngine compiles rules over readCodes.
func readEngine(t testing.TB, text string) *cds.Engine {
	read, err := rules.LoadFS(fstest.MapFS{
		"0.yaml": {Data: []byte(readCodes + text)}, "labs.csv": {Data: []byte("id,lab,drug,back\na,sugar,drugs,1\nb,salt,drugs,2\n")},
	}, ".")
	require.NoError(t, err)
	engine, err := cds.New(read)
	require.NoError(t, err)
	return engine
}

// read tells a Read in one line: "Observation by patient, loinc 2345-7, 32 days".
func read(r cds.Read) string {
	parts := []string{strings.TrimSpace(r.Type + " by " + r.From)}
	var codes []string
	for _, c := range r.Codes {
		codes = append(codes, c.Code)
	}
	if r.Codes != nil {
		parts = append(parts, strings.Join(codes, " "))
	}
	if r.Current {
		parts = append(parts, "current")
	}
	if r.Days > 0 {
		parts = append(parts, fmt.Sprint(r.Days, " days"))
	}
	if r.Adds {
		parts = append(parts, "adds")
	}
	return strings.Join(parts, ", ")
}

func reads(e *cds.Engine, hook string) []string {
	var out []string
	for _, r := range e.Reads(hook) {
		out = append(out, read(r))
	}
	return out
}

var (
	medicationReads = func(how string) []string {
		return []string{
			"Medication by reference", "MedicationAdministration by patient" + how + ", adds", "MedicationDispense by patient" + how + ", adds",
			"MedicationRequest by patient" + how, "MedicationStatement by patient" + how,
		}
	}
	bodyReads     = []string{"Observation by patient, 29463-7, 373 days", "Observation by patient, 3137-7 8302-2, 3661 days", "Patient by patient"} // of doses that go by it
	dialysisReads = []string{"Condition by patient, 32 days", "Condition by patient, current", "Procedure by patient, 32 days"}
)

func TestReads(t *testing.T) {
	for _, test := range []struct {
		when string
		want []string
	}{
		{"true", nil},
		{"patient.gender == 'female'", []string{"Patient by patient"}},
		{"has(patient.birthDate)", []string{"Patient by patient"}},
		{"patient.?gender.orValue('male') == 'male'", []string{"Patient by patient"}},
		{"patient.age() < years(3)", []string{"Patient by patient"}},
		{"patient.takes(drugs)", medicationReads(", current")},
		{"patient.taking(drugs).size() > 0", medicationReads(", current")},
		{"patient.took(drugs, months(1))", medicationReads(", 32 days")},
		{"patient.tookSince(drugs, date('2020'))", medicationReads("")},
		{"patient.held(drugs)", medicationReads("")},
		{"patient.taken(drugs).size() > 0", medicationReads("")},
		{"patient.medications.exists(m, m.current)", medicationReads("")},
		{"patient.takes(drugs) || patient.held(drugs)", medicationReads("")},
		{"patient.dailyDose(drugs) > quantity(1, 'g/d')", append(medicationReads(", current"), bodyReads...)},
		{"patient.allergicTo(drugs)", []string{"AllergyIntolerance by patient, current"}},
		{"patient.allergiesTo(drugs).size() > 0", []string{"AllergyIntolerance by patient, current"}},
		{"patient.allergicTo(drugs) || patient.allergies.exists(a, a.current)", []string{"AllergyIntolerance by patient"}},
		{"patient.has(drugs)", []string{"Condition by patient, current"}},
		{"patient.had(drugs)", []string{"Condition by patient", "Procedure by patient"}},
		{"patient.had(drugs, days(7)) || patient.had(drugs, days(3))", []string{"Condition by patient, 8 days", "Procedure by patient, 8 days"}},
		{"known(patient.latest(sugar))", []string{"Observation by patient, 2345-7 4548-4"}},
		{"patient.hasResult(sugar, years(1))", []string{"Observation by patient, 2345-7 4548-4, 367 days"}},
		{"patient.hasResult(salt, months(params.back)) && patient.sinceResult(sugar) > days(9)",
			[]string{"Observation by patient, 2345-7 4548-4", "Observation by patient, 2951-2, 94 days"}},
		{"patient.hasResult(salt, days(3)) && patient.hasResult(salt, days(9))", []string{"Observation by patient, 2951-2, 10 days"}},
		{"known(patient.latest(upper))", []string{"Observation by patient, 35094-2 55284-4 8480-6 85354-9"}}, // the panels that hold it
		{"known(patient.latest(patient.gender == 'male' ? sugar : salt))", []string{"Observation by patient, 2345-7 2951-2 4548-4", "Patient by patient"}},
		{"known(cel.bind(x, salt, patient.latest(x)))", []string{"Observation by patient"}},
		{"known(patient.latest(sugar)) || patient.observations.size() > 3", []string{"Observation by patient"}},
		{"patient.immunizations.exists(i, i.current)", []string{"Immunization by patient"}},
		{"patient.procedures.exists(i, i.current)", []string{"Procedure by patient"}},
		{"patient.resources('ServiceRequest').exists(s, s.current)", []string{"ServiceRequest by patient"}},
		{"patient.weight() > quantity(3, 'kg')", []string{"Observation by patient, 29463-7, 373 days", "Patient by patient"}},
		{"patient.bmi() > quantity(3, 'kg/m2')", []string{
			"Observation by patient, 29463-7, 373 days", "Observation by patient, 3137-7 8302-2, 3661 days", "Patient by patient"}},
		{"patient.dialysis()", dialysisReads},
		{"patient.egfr() < quantity(3, 'mL/min/{1.73_m2}')", []string{dialysisReads[0], dialysisReads[1],
			"Observation by patient, 33914-3 62238-1 98979-8, 373 days", "Observation by patient, 14682-9 2160-0 38483-4, 380 days",
			"Patient by patient", dialysisReads[2]}},
		{"patient.fib4() > 2.67", []string{"Observation by patient, 1742-6 1920-8 777-3, 373 days", "Patient by patient"}},
		{"patient.meld('i') > 20", []string{dialysisReads[0], dialysisReads[1],
			"Observation by patient, 14631-6 14682-9 1975-2 2160-0 34714-6 38483-4 6301-6, 373 days", "Patient by patient", dialysisReads[2]}},
		{"patient.anionGap('albumin-corrected') > quantity(12, 'mmol/L')", []string{
			"Observation by patient, 1751-7 1963-8 2028-9 20565-8 2069-3 2075-0 2947-0 2951-2, 373 days"}},
		{"patient.anionGap() > quantity(12, 'mmol/L')", []string{
			"Observation by patient, 1963-8 2028-9 20565-8 2069-3 2075-0 2947-0 2951-2, 373 days"}},
		{"patient.qtc('reported') > quantity(500, 'ms')", []string{"Observation by patient, 8636-3, 373 days"}},
		{"patient.qsofa() >= 2", []string{"Observation by patient, 35094-2 55284-4 8480-6 85354-9 9269-2 9279-1, 2 days", "Patient by patient"}},
		{"patient.cha2ds2vasc() >= 2", []string{"Condition by patient", "Patient by patient"}},
		{"patient.childPugh() >= 10", []string{"Condition by patient, current",
			"Observation by patient, 14631-6 1751-7 1975-2 34714-6 6301-6, 373 days", "Patient by patient"}},
		{"patient.pregnant()", []string{"Condition by patient, current", "Observation by patient, 82810-3, 280 days", "Patient by patient"}},
		{"patient.lactating()", []string{"Condition by patient, current", "Patient by patient"}},
		{"patient.trimester() == 1", []string{"Observation by patient, 11778-8 18185-9 8665-2, 311 days"}},
		{"patient.encounterClass() == 'IMP'", []string{"Encounter by context.encounterId"}},
		{"context.performer == 'Practitioner/1'", []string{"by context.performer"}},
		{"has(context.performer) && context.performer == 'Practitioner/1'", nil},
		{"context.?performer.orValue('') == 'Practitioner/1'", nil},
		{"quantity(3, 'kg') > quantity(2, 'kg')", nil},
	} {
		t.Run(test.when, func(t *testing.T) {
			e := readEngine(t, "rules: [{id: r, when: "+yamlText(test.when)+", card: {indicator: info, summary: It holds}}]")
			require.Equal(t, test.want, reads(e, ""))
		})
	}
}

func yamlText(s string) string { return `"` + s + `"` }

// What is under review is read where the hook does not bring it.
func TestReadsOfTheFocus(t *testing.T) {
	current := medicationReads(", current")
	for _, test := range []struct {
		of, hook string
		want     []string
	}{
		{"MedicationRequest", "order-sign", current[:1]},
		{"MedicationRequest", "medication-refill", current[:1]},
		{"MedicationRequest", "order-dispatch", []string{current[0], current[3]}}, // the context only refers to it
		{"MedicationRequest", "patient-view", []string{current[0], current[3]}},
		{"MedicationRequest", "allergyintolerance-create", []string{current[0], current[3]}},
		{"MedicationUse", "order-sign", current[:1]},
		{"MedicationUse", "patient-view", current},
		{"AllergyIntolerance", "allergyintolerance-create", nil},
		{"AllergyIntolerance", "problem-list-item-create", []string{"AllergyIntolerance by patient, current"}},
		{"Condition", "problem-list-item-create", nil},
		{"Appointment", "appointment-book", nil},
		{"ServiceRequest", "order-select", nil},
		{"ServiceRequest", "org.example.admission", []string{"ServiceRequest by patient, current"}},
		{"ServiceRequest", "", []string{"ServiceRequest by patient, current"}},
	} {
		e := readEngine(t, "rules: [{id: r, for: {x: "+test.of+"}, when: x.current, card: {indicator: info, summary: It holds}}]")
		require.Equal(t, test.want, reads(e, test.hook), "%s at %s", test.of, test.hook)
	}
}

// A rule about observations of certain codes reads those, row by row.
func TestReadsOfTheObservationsUnderReview(t *testing.T) {
	for _, test := range []struct{ rule, want string }{
		{"when: x.current", "Observation by patient, current"},
		{"when: x.code in sugar && x.current", "Observation by patient, 2345-7 4548-4, current"},
		{"when: x.code in sugar || x.code in salt", "Observation by patient, 2345-7 2951-2 4548-4, current"},
		{"when: x.code in sugar || x.current", "Observation by patient, current"},
		{"when: '!(x.code in sugar)'", "Observation by patient, current"},
		{"each: {row: labs}, let: {of: x.code in row.lab}, when: of && x.current", "Observation by patient, 2345-7 2951-2 4548-4, current"},
	} {
		e := readEngine(t, "rules: [{id: r, for: {x: Observation}, "+test.rule+", card: {indicator: info, summary: It holds}}]")
		require.Equal(t, []string{test.want}, reads(e, "patient-view"), test.rule)
	}
}

// Rules are read as a whole, row by row, and merged; those that are not asked at the hook are not.
func TestReadsOfRules(t *testing.T) {
	e := readEngine(t, `
rules:
  - id: b
    each: {row: labs}
    hooks: [order-sign]
    let: {which: row.lab, result: "patient.latest(which, days(30))"}
    when: known(result) && patient.takes(row.drug)
    card: {indicator: info, summary: "{{ patient.gender }}"}
    undecided: {indicator: info, summary: "{{ patient.value(sugar, months(row.back)) }}"}
  - id: a
    hooks: [order-sign, patient-view]
    when: |
      patient.gender == 'male' &&
      patient.takes(drugs)
    card: {indicator: info, summary: It holds}
  - {id: c, hooks: [patient-view], status: retired, when: patient.has(drugs), card: {indicator: info, summary: It holds}}
  - {id: d, hooks: [patient-view], status: draft, when: patient.has(drugs), card: {indicator: info, summary: It holds}}
`)
	current := medicationReads(", current")
	require.ElementsMatch(t, append(current[:5:5], "Observation by patient, 2345-7 2951-2 4548-4, 31 days", "Observation by patient, 2345-7 4548-4", "Patient by patient"), reads(e, "order-sign"))
	require.Equal(t, append(current[:5:5], "Patient by patient"), reads(e, "patient-view"))
	require.Empty(t, reads(e, "encounter-start"))

	first := map[string]string{}
	for _, r := range e.Reads("order-sign") {
		first[read(r)] = r.Rule + " at " + r.At.String()
	}
	require.Equal(t, "a at 0.yaml:25:7", first["MedicationRequest by patient, current"])
	require.Equal(t, "a at 0.yaml:24:7", first["Patient by patient"])
	require.Equal(t, "b at 0.yaml:17:36", first["Observation by patient, 2345-7 2951-2 4548-4, 31 days"])
}

// A rule that shares its plan with others reads its own codes.
func TestReadsOfRulesThatAreAlike(t *testing.T) {
	rule := "{id: %s, when: known(patient.latest(%s)), hooks: [%s], card: {indicator: info, summary: It holds}}"
	e := readEngine(t, "rules: ["+fmt.Sprintf(rule, "a", "sugar", "patient-view")+","+fmt.Sprintf(rule, "b", "salt", "order-sign")+"]")
	require.Equal(t, []string{"Observation by patient, 2345-7 4548-4"}, reads(e, "patient-view"))
	require.Equal(t, []string{"Observation by patient, 2951-2"}, reads(e, "order-sign"))
	require.Equal(t, []string{"Observation by patient, 2345-7 2951-2 4548-4"}, reads(e, ""))
}

func TestIsResource(t *testing.T) {
	for name, want := range map[string]bool{"Patient": true, "ServiceRequest": true, "Resource": false, "DomainResource": false, "Quantity": false, "patient": false, "": false} {
		require.Equal(t, want, cds.IsResource(name), name)
	}
}

// A declared hook says what it brings, too.
func TestReadsAtADeclaredHook(t *testing.T) {
	fields := []cds.HookField{{Name: "patientId", Form: "id"}, {Name: "plan", Form: "resource"}}
	text := "pack: test\nrules: [{id: r, for: {x: CarePlan}, when: x.current, card: {indicator: info, summary: It holds}}]"
	for name, brings := range map[string][]string{"org.example.a": {"CarePlan"}, "org.example.b": {"Goal"}, "org.example.c": nil} {
		e := compile(t, text, cds.WithHooks(cds.Hook{Name: name, Fields: fields, Focus: "plan", Brings: brings}))
		h, known := e.Hook(name)
		require.True(t, known)
		require.Equal(t, brings, h.Brings)
		if name == "org.example.a" {
			require.Empty(t, reads(e, name))
		} else {
			require.Equal(t, []string{"CarePlan by patient, current"}, reads(e, name))
		}
	}
	_, err := cds.New(packs(t, text), cds.WithHooks(cds.Hook{Name: "org.example.a", Brings: []string{"Care"}}))
	require.EqualError(t, err, `the hook "org.example.a": there is no resource type "Care"
the hook "org.example.a": nothing says which field holds what is under review`)
}

func ExampleEngine_Reads() {
	engine, err := cds.New([]cds.Pack{{
		Name:  "example",
		Codes: []cds.Codes{{Name: "hba1c", Groups: []cds.CodeGroup{{System: "http://loinc.org", Codes: []cds.Text{{Value: "4548-4"}}}}}},
		Rules: []cds.Rule{{
			ID: "overdue", When: cds.Text{Value: "patient.age() >= years(18) && !patient.hasResult(hba1c, months(6))"},
			Card: cds.Card{Indicator: cds.Text{Value: "info"}, Summary: cds.Text{Value: "HbA1c is due"}, SourceLabel: cds.Text{Value: "Example"}},
		}},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range engine.Reads("patient-view") {
		fmt.Println(r.Type, r.Codes, r.Days, r.Rule)
	}
	// Output:
	// Observation [http://loinc.org|4548-4] 187 overdue
	// Patient [] 0 overdue
}

// What was searched by the codes of a rule is all that it is asked about, whatever else there may be.
func TestObservationsSearchedByCode(t *testing.T) {
	e := readEngine(t, "rules: [{id: r, for: {x: Observation}, when: x.code in sugar && x.status == 'final', card: {indicator: info, summary: It holds}}]")
	for query, want := range map[string][]cds.Missing{
		"Observation?patient=1": nil,
		"Observation?patient=1&code=http://loinc.org|2345-7,http://loinc.org|4548-4":           nil,
		"Observation?patient=1&code=http://loinc.org|2345-7":                                   {{Resource: "Observation", Reason: "supplied only with code=http://loinc.org|2345-7"}},
		"Observation?patient=1&code=http://loinc.org|2345-7,http://loinc.org|4548-4&_count=10": nil,
		"Condition?patient=1": {{Resource: "Observation", Reason: "not supplied"}},
	} {
		rec, err := e.Read(cds.Input{JSON: []byte(`{"resourceType":"Bundle","type":"searchset"}`), Query: query})
		require.NoError(t, err)
		report, err := e.Evaluate(t.Context(), rec, cds.Review{Hook: "patient-view", Now: time.Unix(0, 0)})
		require.NoError(t, err)
		var missing []cds.Missing
		for _, u := range report.Undecided {
			missing = append(missing, u.Missing...)
		}
		require.Equal(t, want, missing, query)
		rec.Close()
	}
}

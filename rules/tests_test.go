package rules

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/stretchr/testify/require"
)

func TestEveryMistakeInATestFileIsNamedAtItsPlace(t *testing.T) {
	requireWanted(t, "testdata/badtest", func(path string) error {
		files, err := LoadTests(path)
		if err != nil {
			return err
		}
		var all cds.Errors
		for _, f := range files {
			for _, test := range f.Tests {
				if _, _, err := test.Bundle(f.Pack); err != nil {
					all = append(all, err.(cds.Errors)...)
				}
			}
		}
		return all.Sorted()
	})
}

func TestTestFilesAreReadWithTheirPack(t *testing.T) {
	for _, path := range []string{"testdata/good", "testdata/good/renal", "testdata/good/renal/renal_test.yaml"} {
		files, err := LoadTests(path)
		require.NoError(t, err)
		require.Len(t, files, 1)
		require.Equal(t, "renal-dosing", files[0].Pack.Name)
		tests := files[0].Tests
		require.Len(t, tests, 2)
		require.Equal(t, "stops metformin at eGFR 25", tests[0].Name)
		require.Equal(t, "order-sign", tests[1].Hook)
		require.Equal(t, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), tests[1].Now)
		require.Equal(t, "critical", tests[0].Want[0].Indicator)
		require.Equal(t, "testdata/good/renal/renal_test.yaml:9:15", tests[0].Want[0].Position.String())
		require.Equal(t, "metformin-low-egfr", tests[1].Undecided[0].Rule)
	}
}

// bundles returns what the first test of a test file becomes, beside a pack with a few codes.
func bundles(t *testing.T, test string) (record, drafts string, err error) {
	t.Helper()
	files := fstest.MapFS{
		"p.yaml": {Data: []byte("pack: p\ncodes:\n  drug: {rxnorm: [6809]}\n  lab: {loinc: [62238-1, 1]}\n" +
			"  problem: {codes: [\"snomed|709044004\"]}\n  set: {valueset: \"http://example.org/v\"}\nrules: []\n")},
		"p_test.yaml": {Data: []byte("now: 2026-03-01T00:00:00Z\ntests:\n  - name: t\n" + test)},
		"pat.json":    {Data: []byte(`{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"Patient","id":"x1"}}]}`)},
		"pat.ndjson":  {Data: []byte(`{"resourceType":"Patient","id":"x1"}` + "\n" + `{"resourceType":"Patient","id":"x2"}`)},
	}
	l := &testLoader{}
	require.NoError(t, l.walk(tree{fsys: files}, "."))
	if err := l.mistakes.err(); err != nil {
		return "", "", err
	}
	r, d, err := l.files[0].Tests[0].Bundle(l.files[0].Pack)
	return string(r), string(d), err
}

func TestShortHandBecomesFHIR(t *testing.T) {
	const patient = `{"resource":{"id":"patient","resourceType":"Patient"}}`
	const subject = `"subject":{"reference":"Patient/patient"}`
	const metformin = `{"coding":[{"code":"6809","display":"drug","system":"http://www.nlm.nih.gov/research/umls/rxnorm"}]}`
	const egfr = `{"coding":[{"code":"62238-1","display":"lab","system":"http://loinc.org"}]}`
	const ucum = `"system":"http://unitsofmeasure.org"`
	tests := []struct{ name, yaml, record, drafts string }{
		{"nothing", "", patient, ""},
		{"patient", "    patient: {id: p9, birthDate: 1950, gender: female, multipleBirthInteger: 2, deceasedBoolean: false, name: [{family: \"7\"}]}\n",
			`{"resource":{"birthDate":"1950","deceasedBoolean":false,"gender":"female","id":"p9","multipleBirthInteger":2,"name":[{"family":"7"}],"resourceType":"Patient"}}`, ""},
		{"order", "    orders: [{drug: drug, dose: \"1000 mg\", every: \"12 h\", route: oral}]\n", patient,
			`{"resource":{"authoredOn":"2026-03-01T00:00:00Z","dosageInstruction":[{"doseAndRate":[{"doseQuantity":{"code":"mg",` + ucum + `,"unit":"mg","value":1000}}],` +
				`"route":{"text":"oral"},"timing":{"repeat":{"frequency":1,"period":12,"periodUnit":"h"}}}],"id":"order-1","intent":"order",` +
				`"medicationCodeableConcept":` + metformin + `,"resourceType":"MedicationRequest","status":"draft",` + subject + `}}`},
		{"every way of dosing", "    orders:\n      - {drug: drug, dose: 5-10 mg, timesPerDay: 1-2, asNeeded: true, maxPerDay: 20 mg, for: 10 d}\n" +
			"      - {drug: drug, every: 4-6 h, until: 2026-04, on: 2026-03-01, id: o, status: active, intent: plan, asNeeded: false}\n", patient,
			`{"resource":{"authoredOn":"2026-03-01T00:00:00Z","dosageInstruction":[{"asNeededBoolean":true,"doseAndRate":[{"doseRange":{"high":{"code":"mg",` + ucum +
				`,"unit":"mg","value":10},"low":{"code":"mg",` + ucum + `,"unit":"mg","value":5}}}],"maxDosePerPeriod":{"denominator":{"code":"d",` + ucum +
				`,"unit":"d","value":1},"numerator":{"code":"mg",` + ucum + `,"unit":"mg","value":20}},"timing":{"repeat":{"boundsDuration":{"code":"d",` + ucum +
				`,"unit":"d","value":10},"frequency":1,"frequencyMax":2,"period":1,"periodUnit":"d"}}}],"id":"order-1","intent":"order","medicationCodeableConcept":` + metformin +
				`,"resourceType":"MedicationRequest","status":"draft",` + subject + `}},` +
				`{"resource":{"authoredOn":"2026-03-01","dosageInstruction":[{"timing":{"repeat":{"boundsPeriod":{"end":"2026-04","start":"2026-03-01"},` +
				`"frequency":1,"period":4,"periodMax":6,"periodUnit":"h"}}}],"id":"o","intent":"plan","medicationCodeableConcept":` + metformin +
				`,"resourceType":"MedicationRequest","status":"active",` + subject + `}}`},
		{"other orders", "    orders: [{code: \"loinc|24627-2\"}]\n", patient,
			`{"resource":{"authoredOn":"2026-03-01T00:00:00Z","code":{"coding":[{"code":"24627-2","system":"http://loinc.org"}]},"id":"order-1","intent":"order",` +
				`"resourceType":"ServiceRequest","status":"draft",` + subject + `}}`},
		{"medications", "    meds: [{drug: drug}, {drug: drug, type: MedicationStatement, on: 2025-01, dose: \"1 {tablet}\"}]\n", patient + "," +
			`{"resource":{"id":"med-1","intent":"order","medicationCodeableConcept":` + metformin + `,"resourceType":"MedicationRequest","status":"active",` + subject + `}},` +
			`{"resource":{"dosage":[{"doseAndRate":[{"doseQuantity":{"code":"{tablet}",` + ucum + `,"unit":"{tablet}","value":1}}]}],"effectiveDateTime":"2025-01","id":"med-2",` +
			`"medicationCodeableConcept":` + metformin + `,"resourceType":"MedicationStatement","status":"active",` + subject + `}}`, ""},
		{"labs", "    labs:\n      - {code: lab, value: \">60 mL/min\", on: 2026-02-01}\n      - {code: lab, value: 7.40}\n      - {code: lab, absent: asked-declined, status: preliminary}\n" +
			"      - {code: lab, components: [{code: lab, value: true}, {code: lab, value: problem}]}\n", patient + "," +
			`{"resource":{"code":` + egfr + `,"effectiveDateTime":"2026-02-01","id":"lab-1","resourceType":"Observation","status":"final",` + subject +
			`,"valueQuantity":{"code":"mL/min","comparator":">",` + ucum + `,"unit":"mL/min","value":60}}},` +
			`{"resource":{"code":` + egfr + `,"effectiveDateTime":"2026-03-01T00:00:00Z","id":"lab-2","resourceType":"Observation","status":"final",` + subject + `,"valueQuantity":{"value":7.40}}},` +
			`{"resource":{"code":` + egfr + `,"dataAbsentReason":{"coding":[{"code":"asked-declined","system":"http://terminology.hl7.org/CodeSystem/data-absent-reason"}]},` +
			`"effectiveDateTime":"2026-03-01T00:00:00Z","id":"lab-3","resourceType":"Observation","status":"preliminary",` + subject + `}},` +
			`{"resource":{"code":` + egfr + `,"component":[{"code":` + egfr + `,"valueBoolean":true},{"code":` + egfr +
			`,"valueCodeableConcept":{"coding":[{"code":"709044004","display":"problem","system":"http://snomed.info/sct"}]}}],` +
			`"effectiveDateTime":"2026-03-01T00:00:00Z","id":"lab-4","resourceType":"Observation","status":"final",` + subject + `}}`, ""},
		{"allergies and conditions", "    allergies: [{drug: drug, criticality: high}]\n    conditions: [{code: problem, on: 2020, status: resolved, until: 2021-05}]\n", patient + "," +
			`{"resource":{"category":["medication"],"clinicalStatus":{"coding":[{"code":"active","system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"}]},"code":` + metformin +
			`,"criticality":"high","id":"allergy-1","patient":{"reference":"Patient/patient"},"resourceType":"AllergyIntolerance",` +
			`"verificationStatus":{"coding":[{"code":"confirmed","system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"}]}}},` +
			`{"resource":{"abatementDateTime":"2021-05","clinicalStatus":{"coding":[{"code":"resolved","system":"http://terminology.hl7.org/CodeSystem/condition-clinical"}]},` +
			`"code":{"coding":[{"code":"709044004","display":"problem","system":"http://snomed.info/sct"}]},"id":"condition-1","onsetDateTime":"2020","resourceType":"Condition",` + subject +
			`,"verificationStatus":{"coding":[{"code":"confirmed","system":"http://terminology.hl7.org/CodeSystem/condition-ver-status"}]}}}`, ""},
		{"body", "    weight: 70.5 kg\n", patient + "," +
			`{"resource":{"category":[{"coding":[{"code":"vital-signs","system":"http://terminology.hl7.org/CodeSystem/observation-category"}]}],` +
			`"code":{"coding":[{"code":"29463-7","display":"Body weight","system":"http://loinc.org"}]},"effectiveDateTime":"2026-03-01T00:00:00Z","id":"weight","resourceType":"Observation",` +
			`"status":"final",` + subject + `,"valueQuantity":{"code":"kg",` + ucum + `,"unit":"kg","value":70.5}}}`, ""},
		{"in full", "    resources: [{resourceType: Procedure, id: 7, status: completed, code: {coding: [{system: s, code: 0123}]}, extension: [{url: u, valueDecimal: 1.0}]}]\n", patient + "," +
			`{"resource":{"code":{"coding":[{"code":"0123","system":"s"}]},"extension":[{"url":"u","valueDecimal":1.0}],"id":"7","resourceType":"Procedure","status":"completed"}}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			record, drafts, err := bundles(t, tt.yaml)
			require.NoError(t, err)
			require.Equal(t, `{"entry":[`+tt.record+`],"resourceType":"Bundle","type":"collection"}`, record)
			if tt.drafts != "" {
				tt.drafts = `{"entry":[` + tt.drafts + `],"resourceType":"Bundle","type":"collection"}`
			}
			require.Equal(t, tt.drafts, drafts)
		})
	}
}

func TestShortHandAddsToABundle(t *testing.T) {
	record, drafts, err := bundles(t, "    bundle: pat.json\n    weight: 70 kg\n    orders: [{code: lab}]\n")
	require.NoError(t, err)
	require.Contains(t, record, `{"entry":[{"resource":{"id":"x1","resourceType":"Patient"}},{"resource":{"category":`)
	require.Contains(t, record, `"reference":"Patient/x1"`)
	require.Contains(t, record, `"type":"searchset"`)
	require.Contains(t, drafts, `"reference":"Patient/x1"`)

	record, _, err = bundles(t, "    bundle: pat.ndjson\n")
	require.NoError(t, err)
	require.Equal(t, "{\"resourceType\":\"Patient\",\"id\":\"x1\"}\n{\"resourceType\":\"Patient\",\"id\":\"x2\"}", record)
}

// A test at a hook of one's own is asked with the context that it gives. One at a hook that no rule names could not
// fail, and is refused.
func TestTestsAtAHookOfOnesOwn(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"p.yaml": `pack: p
hooks:
  org.example.transfer: {fields: {patientId: {type: id}, urgent: {type: boolean}, floor: {type: integer}, beds: {type: references}, ward: {type: text}}}
rules:
  - id: urgent
    hooks: [org.example.transfer]
    when: context.urgent && context.floor == 3 && context.beds[0] == 'Location/1' && context.ward == '3 East' && context.patientId == 'patient'
    card: {indicator: info, summary: It holds}
`,
		"p_test.yaml": `now: 2026-03-01T00:00:00Z
tests:
  - name: holds
    hook: org.example.transfer
    context: {urgent: true, floor: 3, beds: [Location/1], ward: 3 East}
    want: [{rule: urgent}]
  - name: is not known
    hook: org.example.transfer
    context: {urgent: true, floor: 3, beds: [Location/1]}
    want: []
    undecided: [{rule: urgent, missing: ward}]
  - name: is misspelt
    hook: org.example.transfr
    want: []
`} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	results, err := RunTests(t.Context(), []string{dir})
	require.NoError(t, err)
	require.Len(t, results, 3)
	require.Empty(t, results[0].Mistakes)
	require.Empty(t, results[1].Mistakes)
	require.EqualError(t, results[2].Mistakes, filepath.ToSlash(dir)+`/p_test.yaml:12:11: no rule of this pack is asked at the hook "org.example.transfr" (did you mean "org.example.transfer"?)
      - name: is misspelt
              ^`)
}

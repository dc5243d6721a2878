package hooks

import (
	"testing"

	"github.com/primum-cds/primum/cds"
	"github.com/stretchr/testify/require"
)

func TestPrefetch(t *testing.T) {
	const (
		self       = `"link":[{"relation":"self","url":"https://example.org/MedicationRequest?patient=p1"}]`
		unresolved = `"link":[{"relation":"self","url":"MedicationRequest?patient={{context.patientId}}"}]`
		meds       = `"entry":[{"resource":{"resourceType":"MedicationRequest","id":"m"}},{"resource":{"resourceType":"Medication"},"search":{"mode":"include"}}]`
		statements = `"entry":[{"resource":{"resourceType":"MedicationStatement","id":"m"}}]`
		searchset  = `{"resourceType":"Bundle","type":"searchset",`
		collection = `{"resourceType":"Bundle","type":"collection",`
		query      = "MedicationRequest?patient=p1"
	)
	for _, test := range []struct {
		name, key, json string
		want            cds.Input // without Name and JSON
	}{
		{"the link says it", "meds", searchset + self + `}`, cds.Input{}},
		{"the link says it, whatever the key", "opioidMeds", searchset + self + `}`, cds.Input{}},
		{"the key says it", "meds", searchset + meds + `}`, cds.Input{Query: query}},
		{"the key says it, of nothing", "medicationRequests", `null`, cds.Input{Query: query}},
		{"the key says active", "active-meds", `null`, cds.Input{Query: query + "&status=active"}},
		{"the key, as the link holds a token", "meds", searchset + unresolved + `}`, cds.Input{Query: query}},
		{"the resources contradict the key", "meds", searchset + statements + `}`, cds.Input{}},
		{"the resources say it", "item1", searchset + meds + `}`, cds.Input{}},
		{"the resources of a collection say it", "item1", collection + meds + `}`, cds.Input{Supplies: []string{"MedicationRequest"}}},
		{"an array is not everything", "item1", `[{"resourceType":"Condition"}]`, cds.Input{Supplies: []string{"Condition"}}},
		{"nobody says it", "item1", `null`, cds.Input{}},
		{"the key speaks of a part", "opioidMeds", searchset + meds + `}`, cds.Input{Supplies: []string{}}},
		{"the key speaks of a part, of nothing", "recentObservations", `null`, cds.Input{Supplies: []string{}}},
		{"a patient", "patient", `{"resourceType":"Patient","id":"p1"}`, cds.Input{Query: "Patient/p1"}},
		{"a failure", "meds", `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"timeout","diagnostics":"took too long"}]}`,
			cds.Input{Query: query, Absent: "the prefetch failed: took too long"}},
		{"a failure with a code", "meds", `{"resourceType":"OperationOutcome","issue":{"code":"timeout"}}`, cds.Input{Query: query, Absent: "the prefetch failed: timeout"}},
		{"a failure without words", "item1", `{"resourceType":"OperationOutcome"}`, cds.Input{Absent: "the prefetch failed"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := Decode(request(`"prefetch":{}`, `"prefetch":{"`+test.key+`":`+test.json+`}`))
			require.NoError(t, err)
			require.Empty(t, r.Warnings)
			got := r.Inputs()[1]
			require.Equal(t, "prefetch."+test.key, got.Name)
			if test.want.Absent == "" {
				require.JSONEq(t, test.json, string(got.JSON))
			} else {
				require.Empty(t, got.JSON)
			}
			got.Name, got.JSON = "", nil
			require.Equal(t, test.want, got)
		})
	}
}

func TestPrefetchThatIsNone(t *testing.T) {
	r, err := Decode(request(`"prefetch":{}`, `"prefetch":{"b":"text","a":{"x":1}}`))
	require.NoError(t, err)
	require.Equal(t, []cds.Notice{
		{Resource: "request", Path: "prefetch.b", Message: "a FHIR resource or null was expected: left out"},
		{Resource: "request", Path: "prefetch.a", Message: "a FHIR resource or null was expected: left out"},
	}, r.Warnings)
	require.Equal(t, []cds.Input{
		{Name: "prefetch.a", Absent: "it is not a FHIR resource"}, {Name: "prefetch.b", Absent: "it is not a FHIR resource"},
	}, r.Inputs()[1:])

	r, err = Decode(request(`"prefetch":{}`, `"prefetch":[]`))
	require.NoError(t, err)
	require.Equal(t, []cds.Notice{{Resource: "request", Path: "prefetch", Message: "an object was expected: left out"}}, r.Warnings)
}

func TestGuess(t *testing.T) {
	for _, test := range []struct {
		key, query string
		partial    bool
	}{
		{"patient", "Patient/1", false},
		{"patientResource", "Patient/1", false},
		{"conditions", "Condition?patient=1", false},
		{"patientConditions", "Condition?patient=1", false},
		{"allergies", "AllergyIntolerance?patient=1", false},
		{"all_allergy_intolerances", "AllergyIntolerance?patient=1", false},
		{"MedicationRequestBundle", "MedicationRequest?patient=1", false},
		{"currentConditions", "Condition?patient=1&clinical-status=active", false},
		{"active.medicationStatements", "MedicationStatement?patient=1&status=active", false},
		{"activeObservations", "", true},
		{"labObservations", "", true},
		{"item1", "", false},
		{"", "", false},
	} {
		query, partial := guess(test.key, "1")
		require.Equal(t, test.query, query, test.key)
		require.Equal(t, test.partial, partial, test.key)
	}
}

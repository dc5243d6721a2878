package record

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func searchset(self, rest string) []byte {
	link := ""
	if self != "" {
		link = `,"link":[{"relation":"self","url":"` + self + `"}]`
	}
	return []byte(`{"resourceType":"Bundle","type":"searchset"` + link + rest + `}`)
}

// answer is what Supplied says, "complete" or the reason.
func answer(r *Record, a Ask) string {
	complete, reason := r.Supplied(a)
	if complete != (reason == "") {
		return "BUG: " + reason
	}
	if complete {
		return "complete"
	}
	return reason
}

func TestSuppliedBySearch(t *testing.T) {
	const base = "https://example.org/fhir/"
	for _, test := range []struct {
		query, kind                     string
		current, ever, since2024, coded string // the answers; "" is complete
	}{
		{"MedicationRequest?patient=1", "MedicationRequest", "", "", "", ""},
		{"MedicationRequest?patient=Patient/1&_count=100&_sort=-authoredon&_include=MedicationRequest:medication", "MedicationRequest", "", "", "", ""},
		{"Patient/1/MedicationRequest", "MedicationRequest", "", "", "", ""},
		{"MedicationRequest/_search?subject:Patient=1", "MedicationRequest", "", "", "", ""},
		{"MedicationRequest/_search", "MedicationRequest", "not supplied", "not supplied", "not supplied", "not supplied"},
		{"MedicationRequest?patient=2", "MedicationRequest", "supplied for Patient/2", "supplied for Patient/2", "supplied for Patient/2", "supplied for Patient/2"},
		{"MedicationRequest?patient=1&status=active", "MedicationRequest", "", "supplied only with status=active", "supplied only with status=active", "supplied only with status=active"},
		{"MedicationRequest?patient=1&status=active,on-hold&intent=order,plan", "MedicationRequest", "", "supplied only with status=active,on-hold", "supplied only with status=active,on-hold", "supplied only with status=active,on-hold"},
		{"MedicationRequest?patient=1&status=completed", "MedicationRequest", "supplied only with status=completed", "supplied only with status=completed", "supplied only with status=completed", "supplied only with status=completed"},
		{"MedicationRequest?patient=1&status:not=entered-in-error", "MedicationRequest", "", "", "", ""},
		{"MedicationRequest?patient=1&intent=plan", "MedicationRequest", "supplied only with intent=plan", "supplied only with intent=plan", "supplied only with intent=plan", "supplied only with intent=plan"},
		{"MedicationRequest?patient=1&authoredon=ge2020-03-30", "MedicationRequest", "supplied only with authoredon=ge2020-03-30", "supplied only with authoredon=ge2020-03-30", "", "supplied only with authoredon=ge2020-03-30"},
		{"MedicationRequest?patient=1&authoredon=gt2023", "MedicationRequest", "supplied only with authoredon=gt2023", "supplied only with authoredon=gt2023", "", "supplied only with authoredon=gt2023"},
		{"MedicationRequest?patient=1&authoredon=gt2024-01-01", "MedicationRequest", "supplied only with authoredon=gt2024-01-01", "supplied only with authoredon=gt2024-01-01", "supplied only with authoredon=gt2024-01-01", "supplied only with authoredon=gt2024-01-01"},
		{"MedicationRequest?patient=1&authoredon=ge2024-01-01T10:00:00Z", "MedicationRequest", "supplied only with authoredon=ge2024-01-01T10:00:00Z", "supplied only with authoredon=ge2024-01-01T10:00:00Z", "supplied only with authoredon=ge2024-01-01T10:00:00Z", "supplied only with authoredon=ge2024-01-01T10:00:00Z"},
		{"MedicationRequest?patient=1&authoredon=ge2020&authoredon=le2025", "MedicationRequest", "supplied only with authoredon=le2025", "supplied only with authoredon=le2025", "supplied only with authoredon=le2025", "supplied only with authoredon=le2025"},
		{"MedicationRequest?patient=1&status=active&authoredon=ge2020", "MedicationRequest", "supplied only with authoredon=ge2020", "supplied only with status=active", "supplied only with status=active", "supplied only with status=active"},
		{"MedicationRequest?patient=1&encounter=5", "MedicationRequest", "supplied only with encounter=5", "supplied only with encounter=5", "supplied only with encounter=5", "supplied only with encounter=5"},
		{"Observation?patient=1&category=laboratory", "Observation", "supplied only with category=laboratory", "supplied only with category=laboratory", "supplied only with category=laboratory", "supplied only with category=laboratory"},
		{"Observation?patient=1&code=http://loinc.org|1,http://loinc.org|2", "Observation", "supplied only with code=http://loinc.org|1,http://loinc.org|2", "supplied only with code=http://loinc.org|1,http://loinc.org|2", "supplied only with code=http://loinc.org|1,http://loinc.org|2", ""},
		{"Observation?patient=1&code=2&date=ge2023-05", "Observation", "supplied only with code=2", "supplied only with code=2", "supplied only with code=2", "supplied only with date=ge2023-05"},
		{"Observation?patient=1&code:in=http://vs&status=final,amended,corrected", "Observation", "supplied only with code:in=http://vs", "supplied only with code:in=http://vs", "supplied only with code:in=http://vs", "supplied only with code:in=http://vs"},
		{"Observation?patient=1&status=final,amended,corrected", "Observation", "", "", "", ""},
		{"Condition?patient=1&clinical-status=http%3A%2F%2Fterminology.hl7.org%2FCodeSystem%2Fcondition-clinical%7Cactive", "Condition", "", "supplied only with clinical-status=http://terminology.hl7.org/CodeSystem/condition-clinical|active", "supplied only with clinical-status=http://terminology.hl7.org/CodeSystem/condition-clinical|active", "supplied only with clinical-status=http://terminology.hl7.org/CodeSystem/condition-clinical|active"},
		{"Condition?patient=1&onset-date=ge2022", "Condition", "supplied only with onset-date=ge2022", "supplied only with onset-date=ge2022", "", "supplied only with onset-date=ge2022"},
		{"AllergyIntolerance?patient=1&verification-status=confirmed", "AllergyIntolerance", "supplied only with verification-status=confirmed", "supplied only with verification-status=confirmed", "supplied only with verification-status=confirmed", "supplied only with verification-status=confirmed"},
		{"Condition/5", "Condition", "supplied only with _id=5", "supplied only with _id=5", "supplied only with _id=5", "supplied only with _id=5"},
		{"Patient/1/$everything", "Condition", "", "", "", ""},
		{"Patient/1/$everything?_type=Observation,Condition", "Condition", "", "", "", ""},
		{"Patient/1/$everything?_type=Observation", "Condition", "not supplied", "not supplied", "not supplied", "not supplied"},
		{"Patient/1/$everything?start=2020-01-01", "Condition", "supplied only with start=2020-01-01", "supplied only with start=2020-01-01", "supplied only with start=2020-01-01", "supplied only with start=2020-01-01"},
		{"Condition?patient=1", "Observation", "not supplied", "not supplied", "not supplied", "not supplied"},
		{"Condition?patient={{context.patientId}}", "Condition", "not supplied", "not supplied", "not supplied", "not supplied"},
		{"?_getpages=12", "Condition", "not supplied", "not supplied", "not supplied", "not supplied"},
	} {
		t.Run(test.query, func(t *testing.T) {
			for name, in := range map[string]Input{
				"self link": {JSON: searchset(base+test.query, "")},
				"query":     {JSON: searchset("", ""), Query: test.query},
				"null":      {JSON: []byte("null"), Query: test.query},
			} {
				if name == "self link" && unresolved(test.query) {
					continue
				}
				r := read(t, Options{PatientID: "1"}, in)
				for _, a := range []struct {
					ask  Ask
					want string
				}{
					{Ask{Type: test.kind, Current: true}, test.current},
					{Ask{Type: test.kind}, test.ever},
					{Ask{Type: test.kind, Since: "2024-01-01"}, test.since2024},
					{Ask{Type: test.kind, Codes: []Code{{"http://loinc.org", "2"}}}, test.coded},
				} {
					if a.want == "" {
						a.want = "complete"
					}
					require.Equal(t, a.want, answer(r, a.ask), "%s %+v", name, a.ask)
				}
			}
		})
	}
}

func TestSuppliedByShape(t *testing.T) {
	const condition = `{"resourceType":"Condition","id":"c"}`
	const entry = `"entry":[{"resource":` + condition + `}]`
	bundle := func(kind string) []byte {
		return []byte(`{"resourceType":"Bundle","type":"` + kind + `",` + entry + `}`)
	}
	next := `,"link":[{"relation":"next","url":"x"}]`
	self := "https://example.org/Condition?patient=1"
	unsupported := `,"entry":[{"resource":` + condition + `},{"search":{"mode":"outcome"},"resource":{"resourceType":"OperationOutcome","issue":[{"severity":"warning","diagnostics":"ignored"}]}}]`
	failed := `,"entry":[{"search":{"mode":"outcome"},"resource":{"resourceType":"OperationOutcome","issue":[{"severity":"error","diagnostics":"half of it"}]}}]`
	for _, test := range []struct {
		name                         string
		inputs                       []Input
		condition, medicationRequest string
	}{
		{"nothing", nil, "not supplied", "not supplied"},
		{"a collection", []Input{{JSON: bundle("collection")}}, "complete", "complete"},
		{"a document", []Input{{JSON: bundle("document")}}, "complete", "complete"},
		{"a transaction", []Input{{JSON: bundle("transaction")}}, "complete", "complete"},
		{"a batch", []Input{{JSON: bundle("batch")}}, "complete", "complete"},
		{"a history", []Input{{JSON: bundle("history")}}, "not supplied", "not supplied"},
		{"a message", []Input{{JSON: bundle("message")}}, "not supplied", "not supplied"},
		{"a Bundle without a type", []Input{{JSON: []byte(`{"resourceType":"Bundle",` + entry + `}`)}}, "complete", "not supplied"},
		{"an array", []Input{{JSON: []byte("[" + condition + "]")}}, "complete", "complete"},
		{"NDJSON", []Input{{JSON: []byte(condition + "\n" + condition)}}, "complete", "complete"},
		{"NDJSON with a bad line", []Input{{JSON: []byte(condition + "\n{\n" + condition)}}, "line 2 could not be read", "line 2 could not be read"},
		{"a single resource", []Input{{JSON: []byte(condition)}}, "not supplied", "not supplied"},
		{"a single resource for a search", []Input{{JSON: []byte(condition), Query: "Condition?patient=1"}}, "not supplied as a list", "not supplied"},
		{"a searchset that names nothing", []Input{{JSON: searchset("", "")}}, "not supplied", "not supplied"},
		{"a searchset by its resources", []Input{{JSON: searchset("", ","+entry)}}, "complete", "not supplied"},
		{"included resources do not name", []Input{{JSON: searchset("", `,"entry":[{"search":{"mode":"include"},"resource":`+condition+`}]`)}}, "not supplied", "not supplied"},
		{"an empty searchset by its link", []Input{{JSON: searchset(self, "")}}, "complete", "not supplied"},
		{"the link goes before the query", []Input{{JSON: searchset(self, ""), Query: "MedicationRequest?patient=1"}}, "complete", "not supplied"},
		{"a next page", []Input{{JSON: searchset("", ","+entry+next)}}, "next page not supplied", "not supplied"},
		{"a page of a collection", []Input{{JSON: bundle("collection")}, {JSON: searchset("", ","+entry+next)}}, "complete", "complete"},
		{"fewer than in total", []Input{{JSON: searchset("", ","+entry+`,"total":3`)}}, "only 1 of 3 supplied", "not supplied"},
		{"as many as in total", []Input{{JSON: searchset("", ","+entry+`,"total":1`)}}, "complete", "not supplied"},
		{"an unresolved token that found nothing", []Input{{JSON: searchset("https://example.org/Condition?patient={{context.patientId}}", ""), Query: "Condition?patient=1"}}, "its search still held {{ and found nothing", "not supplied"},
		{"an unresolved token in the link of resources", []Input{{JSON: searchset("https://example.org/Condition?patient=%7B%7Bx}}", ","+entry), Query: "Condition?patient=1"}}, "complete", "not supplied"},
		{"a remark of the server", []Input{{JSON: searchset(self, unsupported)}}, "complete", "not supplied"},
		{"an error of the server", []Input{{JSON: searchset(self, failed)}}, "half of it", "not supplied"},
		{"an OperationOutcome", []Input{{JSON: []byte(`{"resourceType":"OperationOutcome","issue":[{"diagnostics":"no access"}]}`), Query: "Condition?patient=1"}}, "no access", "not supplied"},
		{"absent by query", []Input{{Absent: "fetch failed", Query: "Condition?patient=1"}}, "fetch failed", "not supplied"},
		{"absent by type", []Input{{Absent: "fetch failed", Supplies: []string{"Condition", "MedicationRequest"}}}, "fetch failed", "fetch failed"},
		{"absent twice", []Input{{Absent: "b", Query: "Condition?patient=1"}, {Absent: "a", Query: "Condition?patient=1"}}, "a; b", "not supplied"},
		{"absent once, supplied once", []Input{{Absent: "fetch failed", Query: "Condition?patient=1"}, {JSON: searchset(self, "")}}, "complete", "not supplied"},
		{"declared", []Input{{JSON: []byte(condition), Supplies: []string{"MedicationRequest"}}}, "not supplied", "complete"},
		{"declared to be nothing", []Input{{JSON: bundle("collection"), Supplies: []string{}}}, "not supplied", "not supplied"},
		{"a collection that answers a search", []Input{{JSON: bundle("collection"), Query: "Condition?patient=1"}}, "complete", "not supplied"},
		{"drafts", []Input{{JSON: bundle("collection"), Draft: true}}, "not supplied", "not supplied"},
		{"searchsets in a batch-response", []Input{{JSON: []byte(`{"resourceType":"Bundle","type":"batch-response","entry":[{"resource":` + string(searchset(self, "")) + `}]}`)}}, "complete", "not supplied"},
		{"searchsets in an array", []Input{{JSON: []byte(`[` + string(searchset(self, "")) + `]`)}}, "complete", "not supplied"},
		{"a request that failed", []Input{{JSON: []byte(`{"resourceType":"Bundle","type":"batch","entry":[{"response":{"status":"503 busy"}},{"resource":` + condition + `}]}`)}}, "a request failed: 503 busy", "a request failed: 503 busy"},
		{"a type that R4 calls otherwise", []Input{{JSON: []byte(`[` + condition + `,{"resourceType":"MedicationOrder"}]`)}}, "complete", "supplied as MedicationOrder, which is not FHIR R4"},
		{"a part that cannot be read", []Input{{JSON: []byte(`[` + condition + `,{"id":"x"}]`)}}, "a part of it could not be read", "a part of it could not be read"},
		{"entries twice", []Input{{JSON: []byte(`{"resourceType":"Bundle","type":"collection",` + entry + `,` + entry + `}`)}}, "Bundle.entry is given twice", "Bundle.entry is given twice"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := read(t, Options{PatientID: "1"}, test.inputs...)
			require.Equal(t, test.condition, answer(r, Ask{Type: "Condition", Current: true}))
			require.Equal(t, test.medicationRequest, answer(r, Ask{Type: "MedicationRequest", Current: true}))
		})
	}
}

package record

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func about(id, subject string) string {
	return `{"resourceType":"Observation","id":"` + id + `","status":"final","subject":` + subject + `}`
}

func TestWhoseData(t *testing.T) {
	patient2 := `{"resourceType":"Patient","id":"2"}`
	for _, test := range []struct {
		name, json, expect, want string
	}{
		{"every form of a reference", `[` + patient1 + `,` + about("a", `{"reference":"Patient/1"}`) + `,` + about("b", `{"reference":"https://example.org/fhir/Patient/1/_history/3"}`) +
			`,` + about("c", `{"reference":"urn:uuid:1"}`) + `]`, "",
			lines("patient 1", "Observation/a", "Observation/b", "Observation/c", "Patient/1")},
		{"another patient's", `[` + patient1 + `,` + about("a", `{"reference":"Patient/2"}`) + `,` + about("b", `{"reference":"Patient/2"}`) + `,` + about("c", `{"display":"him"}`) + `]`, "",
			lines("patient 1", "Observation/c", "Patient/1", "! Observation/a |  | left out: it belongs to Patient/2 (and in 1 other)")},
		{"a device's", `[` + patient1 + `,` + about("a", `{"reference":"Device/1"}`) + `]`, "",
			lines("patient 1", "Patient/1", "! Observation/a |  | left out: it belongs to Device/1")},
		{"the Patient that most name", `[` + patient1 + `,` + patient2 + `,` + about("a", `{"reference":"Patient/2"}`) + `]`, "",
			lines("patient 2", "Observation/a", "Patient/2", "! Patient/1 |  | left out: it belongs to Patient/1")},
		{"the first of two Patients that nobody names", `[` + patient2 + `,` + patient1 + `]`, "",
			lines("patient 1", "Patient/1", "! Patient/2 |  | left out: it belongs to Patient/2")},
		{"the expected patient", `[` + patient1 + `,` + patient2 + `,` + about("a", `{"reference":"Patient/2"}`) + `]`, "Patient/1",
			lines("patient 1", "Patient/1", "! Observation/a |  | left out: it belongs to Patient/2", "! Patient/2 |  | left out: it belongs to Patient/2")},
		{"no Patient", `[` + about("a", `{"reference":"Patient/2"}`) + `,` + about("b", `{"reference":"Patient/2"}`) + `,` + about("c", `{"reference":"Patient/1"}`) + `]`, "",
			lines("patient 2", "Observation/a", "Observation/b", "! Observation/c |  | left out: it belongs to Patient/1")},
		{"a Patient without an id is the one that is named", `[{"resourceType":"Patient"},` + about("a", `{"reference":"Patient/2"}`) + `]`, "",
			lines("patient 2", "Observation/a", "Patient/2")},
		{"a Patient without an id, named by its fullUrl", `{"resourceType":"Bundle","type":"transaction","entry":[
			{"fullUrl":"urn:uuid:x","resource":{"resourceType":"Patient"}},{"resource":` + about("a", `{"reference":"urn:uuid:x"}`) + `},{"resource":` + about("b", `{"reference":"urn:uuid:y"}`) + `}]}`, "",
			lines("patient ~b6cd92f2", "Observation/a", "Patient/~b6cd92f2", "! Observation/b |  | left out: it belongs to Patient/y")},
		{"a subject that is a string or a list", `[` + patient1 + `,` + about("a", `"Patient/2"`) + `,` + about("b", `[{"reference":"Patient/2"}]`) + `]`, "",
			lines("patient 1", "Patient/1", "! Observation/a |  | left out: it belongs to Patient/2 (and in 1 other)")},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := read(t, Options{PatientID: test.expect}, Input{Name: "in", JSON: []byte(test.json)})
			require.Equal(t, test.want, r.text())
		})
	}
}

func TestResolve(t *testing.T) {
	r := read(t, Options{}, Input{JSON: []byte(`{"resourceType":"Bundle","type":"collection","entry":[
		{"fullUrl":"urn:uuid:4b1c","resource":{"resourceType":"Medication","id":"m"}},
		{"fullUrl":"https://example.org/fhir/Medication/n","resource":{"resourceType":"Medication","id":"n"}},
		{"resource":{"resourceType":"Encounter","id":"0af3"}},
		{"resource":{"resourceType":"MedicationRequest","id":"r","status":"active","contained":[
			{"resourceType":"Medication","id":"c"},{"resourceType":"Substance","id":"s"}]}}]}`)})
	request := ofType(r, "MedicationRequest")[0]
	for reference, want := range map[string]string{
		"#c":                                    "MedicationRequest/r#c",
		"#":                                     "MedicationRequest/r",
		"#missing":                              "",
		"Medication/m":                          "Medication/m",
		"Medication/m/_history/2":               "Medication/m",
		"urn:uuid:4b1c":                         "Medication/m",
		"urn:uuid:0af3":                         "Encounter/0af3",
		"urn:uuid:none":                         "",
		"https://example.org/fhir/Medication/n": "Medication/n",
		"https://other.org/Medication/n":        "Medication/n",
		"Medication/missing":                    "",
		"Medication?identifier=1":               "",
		"":                                      "",
	} {
		got, ok := r.Resolve(request, reference)
		require.Equal(t, want != "", ok, reference)
		if ok {
			require.Equal(t, want, got.Ref(), reference)
		}
	}
	sibling, ok := r.Resolve(request.Contained[0], "#s")
	require.True(t, ok)
	require.Equal(t, "MedicationRequest/r#s", sibling.Ref())
	require.Equal(t, request, sibling.Parent)
	_, ok = r.Resolve(nil, "#s")
	require.False(t, ok)
}

package hooks

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/stretchr/testify/require"
)

const draft = `{"resourceType":"MedicationRequest","id":"d1","status":"draft"}`

// request is a request at order-select with some parts of it replaced.
func request(replace ...string) []byte {
	body := `{"hook":"order-select","hookInstance":"f24dfe5e","fhirServer":"https://example.org/fhir/",
		"context":{"userId":"Practitioner/1","patientId":"p1","encounterId":"Encounter/e1","selections":["MedicationRequest/d1"],
			"draftOrders":{"resourceType":"Bundle","entry":[{"fullUrl":"urn:uuid:1","resource":` + draft + `},{"resource":{"resourceType":"ServiceRequest","id":"d2"}}]}},
		"prefetch":{}}`
	return []byte(strings.NewReplacer(replace...).Replace(body))
}

func TestDecode(t *testing.T) {
	r, err := Decode(request(`"prefetch":{}`, `"extension":{"a":1},"unknown":[],"fhirAuthorization":{"access_token":"secret","token_type":"Bearer","expires_in":300,"scope":"patient/*.rs","subject":"us"}`))
	require.NoError(t, err)
	require.Len(t, r.Context, 5)
	r.Context = nil
	require.Equal(t, &Request{
		Hook: "order-select", HookInstance: "f24dfe5e", FHIRServer: "https://example.org/fhir",
		Extension: json.RawMessage(`{"a":1}`),
		UserID:    "Practitioner/1", PatientID: "p1", EncounterID: "e1",
		Authorization: &Authorization{AccessToken: "secret", TokenType: "Bearer", ExpiresIn: 300, Scope: "patient/*.rs", Subject: "us"},
		Focus:         []string{"MedicationRequest/d1"},
		Drafts: []Draft{{Field: "draftOrders", Review: true, JSON: json.RawMessage(`{"resourceType":"Bundle","entry":[{"fullUrl":"urn:uuid:1","resource":` +
			draft + `},{"resource":{"resourceType":"ServiceRequest","id":"d2"}}]}`)}},
	}, r)
}

func TestDecodeErrors(t *testing.T) {
	for _, test := range []struct{ name, body, want string }{
		{"no JSON", `{"hook":`, "JSON was expected"},
		{"no object", `[]`, "a JSON object was expected"},
		{"too deep", strings.Repeat("[", 5000) + strings.Repeat("]", 5000), "JSON that is not nested more than 300 deep was expected"},
		{"far too deep", strings.Repeat("[", 20000), "JSON was expected"},
		{"no hook", `{}`, "hook: the name of a hook, such as order-sign or org.example.my-hook, was expected"},
		{"no such hook", `{"hook":"order-sgin"}`, "hook: the name of a hook, such as order-sign or org.example.my-hook, was expected"},
		{"no context", `{"hook":"patient-view"}`, "context: an object was expected"},
		{"a context that is none", `{"hook":"patient-view","context":"x"}`, "context: an object was expected"},
		{"no patient", `{"hook":"patient-view","context":{}}`, "context.patientId: the id of a patient was expected"},
		{"no orders", `{"hook":"order-sign","context":{"patientId":"1"}}`, "context.draftOrders: a FHIR resource or Bundle was expected"},
		{"orders that are none", `{"hook":"order-sign","context":{"patientId":"1","draftOrders":[1]}}`, "context.draftOrders: a FHIR resource or Bundle was expected"},
		{"no references", `{"hook":"order-dispatch","context":{"patientId":"1","dispatchedOrders":[1,{}]}}`, ""},
		{"no references at all", `{"hook":"order-dispatch","context":{"patientId":"1","dispatchedOrders":{}}}`, `context.dispatchedOrders: a list of references such as "ServiceRequest/1" was expected`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Decode([]byte(test.body))
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			var wrong *RequestError
			require.ErrorAs(t, err, &wrong)
			require.EqualError(t, err, test.want)
		})
	}
	_, err := Decode([]byte(`{"hook" 1}`))
	require.Equal(t, &RequestError{Expected: "JSON", Offset: 9}, err)
}

func TestDecodePeople(t *testing.T) {
	outside := func(path, as string) cds.Notice {
		return cds.Notice{Resource: "request", Path: path, Message: "outside the context, read as context." + as}
	}
	for _, test := range []struct {
		name, body, user, patient, encounter string
		warnings                             []cds.Notice
	}{
		{"as specified", `"context":{"userId":"Practitioner/1","patientId":"1","encounterId":"2"}`, "Practitioner/1", "1", "2", nil},
		{"with types", `"context":{"userId":"Practitioner/1","patientId":"Patient/1","encounterId":"Encounter/2"}`, "Practitioner/1", "1", "2", nil},
		{"as URLs", `"context":{"userId":"Practitioner/1","patientId":"https://example.org/Patient/1/_history/2"}`, "Practitioner/1", "1", "", nil},
		{"as numbers", `"context":{"userId":"Practitioner/1","patientId":17}`, "Practitioner/1", "17", "", nil},
		{"outside, by old names", `"user":"Practitioner/1","patient":"1","context":{}`, "Practitioner/1", "1", "", []cds.Notice{outside("user", "userId"), outside("patient", "patientId")}},
		{"outside", `"userId":"Practitioner/1","patientId":"1","context":{}`, "Practitioner/1", "1", "", []cds.Notice{outside("userId", "userId"), outside("patientId", "patientId")}},
		{"nobody", `"context":{"patientId":"1"}`, "", "1", "", []cds.Notice{{Resource: "request", Path: "context.userId", Message: `a reference such as "Practitioner/1" was expected`}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := Decode([]byte(`{"hook":"patient-view","hookInstance":"x",` + test.body + `}`))
			require.NoError(t, err)
			require.Equal(t, []string{test.user, test.patient, test.encounter}, []string{r.UserID, r.PatientID, r.EncounterID})
			require.Equal(t, test.warnings, r.Warnings)
		})
	}
}

func TestDecodeFocus(t *testing.T) {
	const one = `"selections":["MedicationRequest/d1"]`
	for _, test := range []struct {
		name, selections string
		focus            []string
		warning          string
	}{
		{"as specified", one, []string{"MedicationRequest/d1"}, ""},
		{"two", `"selections":["ServiceRequest/d2","MedicationRequest/d1"]`, []string{"ServiceRequest/d2", "MedicationRequest/d1"}, ""},
		{"a bare id", `"selections":["d1"]`, []string{"MedicationRequest/d1"}, ""},
		{"a string", `"selections":"MedicationRequest/d1"`, []string{"MedicationRequest/d1"}, ""},
		{"a URL", `"selections":["https://example.org/fhir/MedicationRequest/d1"]`, []string{"MedicationRequest/d1"}, ""},
		{"a fullUrl", `"selections":["urn:uuid:1"]`, []string{"MedicationRequest/d1"}, ""},
		{"none", `"selections":[]`, nil, "nothing is selected: all drafts are reviewed"},
		{"not there", `"x":1`, nil, "nothing is selected: all drafts are reviewed"},
		{"of what was not sent", `"selections":["MedicationRequest/x"]`, nil, "none of the drafts is MedicationRequest/x: all of them are reviewed"},
		{"one of what was not sent", `"selections":["MedicationRequest/x","d1"]`, []string{"MedicationRequest/d1"}, "not among the drafts: MedicationRequest/x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := Decode(request(one, test.selections))
			require.NoError(t, err)
			require.Equal(t, test.focus, r.Focus)
			if test.warning == "" {
				require.Empty(t, r.Warnings)
			} else {
				require.Equal(t, []cds.Notice{{Resource: "request", Path: "context.selections", Message: test.warning}}, r.Warnings)
			}
		})
	}
}

func TestDecodeOtherHooks(t *testing.T) {
	allergy := `{"resourceType":"AllergyIntolerance","id":"a"}`
	for _, test := range []struct {
		name, context string
		focus         []string
		inputs        []cds.Input
	}{
		{"patient-view", ``, nil, []cds.Input{}},
		{"allergyintolerance-create", `,"allergyIntolerance":` + allergy, nil, []cds.Input{{Name: "context.allergyIntolerance", JSON: []byte(allergy), Draft: true}}},
		{"medication-verify", `,"medication":` + draft, nil, []cds.Input{{Name: "context.medication", JSON: []byte(draft), Draft: true}}},
		{"medication-prescribe", `,"medications":[` + draft + `]`, nil, []cds.Input{{Name: "context.medications", JSON: []byte(`[` + draft + `]`), Draft: true}}},
		{"order-dispatch", `,"dispatchedOrders":["ServiceRequest/1","https://example.org/ServiceRequest/2"],"performer":"Organization/1","fulfillment-tasks":[{"resourceType":"Task"}]`,
			[]string{"ServiceRequest/1", "ServiceRequest/2"}, []cds.Input{{Name: "context.fulfillmentTasks", JSON: []byte(`[{"resourceType":"Task"}]`), Supplies: []string{}}}},
		{"org.example.admission", `,"ward":3`, nil, []cds.Input{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := Decode([]byte(`{"hook":"` + test.name + `","hookInstance":"x","context":{"userId":"Practitioner/1","patientId":"Patient/1"` + test.context + `}}`))
			require.NoError(t, err)
			require.Empty(t, r.Warnings)
			require.Equal(t, test.focus, r.Focus)
			require.Equal(t, test.inputs, r.Inputs())
		})
	}
}

func TestReview(t *testing.T) {
	r, err := Decode([]byte(`{"hook":"org.example.admission","hookInstance":"x","user":"Practitioner/1","context":{"patientId":"Patient/1","ward":3,"beds":["a",true]}}`))
	require.NoError(t, err)
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	require.Equal(t, cds.Review{Hook: "org.example.admission", Now: now, Context: map[string]any{
		"patientId": "1", "userId": "Practitioner/1", "ward": 3.0, "beds": []any{"a", true},
	}}, r.Review(now))
}

func TestIsRequest(t *testing.T) {
	for body, want := range map[string]bool{
		string(request()):                       true,
		`{"hook":"x"}`:                          true,
		`{"resourceType":"Bundle"}`:             false,
		`{"resourceType":"Basic","hook":"x"}`:   false,
		`[{"hook":"x"}]`:                        false,
		`{"hook":`:                              false,
		"{\"resourceType\":\"Patient\"}\n{...}": false,
		``:                                      false,
	} {
		require.Equal(t, want, IsRequest([]byte(body)), body)
	}
}

// FuzzDecode: any body is a *RequestError or a request whose parts are JSON.
func FuzzDecode(f *testing.F) {
	f.Add(request())
	f.Add(request(`"prefetch":{}`, `"prefetch":{"meds":null,"patient":{"resourceType":"Patient"},"x":[{"resourceType":"OperationOutcome"}],"\u0001":7}`))
	f.Add([]byte(`{"hook":"order-dispatch","context":{"patientId":1,"dispatchedOrders":"a"}}`))
	f.Add([]byte(`{"conte\u0078t":{"a":1},"context":{"patientId":"1","patientId":"2"},"context":1,"hook":"a.b","prefetch":{"a":null,"a":[]}}`))
	f.Add([]byte(`{"hook":"a.b","context":{"\u0000\"":"\u0001\""},"prefetch":[]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := Decode(body)
		if err != nil {
			var wrong *RequestError
			require.ErrorAs(t, err, &wrong)
			return
		}
		require.True(t, cds.ValidHook(r.Hook))
		for _, in := range r.Inputs() {
			require.True(t, in.Absent != "" || json.Valid(in.JSON), "%s", in.JSON)
		}
		require.Equal(t, r.Hook, r.Review(time.Time{}).Hook)
	})
}

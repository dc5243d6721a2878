package hooks_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/primum-cds/primum/hooks"
	"github.com/stretchr/testify/require"
)

// medications is what a service for interactions asks clients to bring.
func medications(hooks.Service) ([]hooks.Template, error) {
	return []hooks.Template{{Key: "meds", Query: "MedicationRequest?patient={{context.patientId}}"}}, nil
}

// withServer lets what is missing be fetched.
func withServer(body string) string {
	return strings.Replace(body, `{"hook"`, `{"fhirServer":"https://ehr.example.org/fhir","fhirAuthorization":{"access_token":"canary","token_type":"Bearer","expires_in":300,"scope":"patient/*.rs","subject":"us"},"hook"`, 1)
}

// fhirServer is a Fetcher that answers each query by its key.
type fhirServer struct {
	answers map[string]hooks.Prefetch
	asked   []hooks.Template
}

func (f *fhirServer) Fetch(_ context.Context, _ hooks.Caller, _ *hooks.Request, queries []hooks.Template) []hooks.Prefetch {
	f.asked = append(f.asked, queries...)
	var out []hooks.Prefetch
	for _, q := range queries {
		out = append(out, f.answers[q.Key])
	}
	return out
}

// Every state of a prefetch, with and without a FHIR server to get what is missing from.
func TestP1P2P3P4P5Prefetch(t *testing.T) {
	next := strings.Replace(bundle("searchset"), `"entry"`, `"link":[{"relation":"next","url":"https://ehr.example.org/fhir?page=2"}],"entry"`, 1)
	states := []struct {
		name, prefetch string
		state          hooks.PrefetchState
		again          bool // is fetched
		known          bool // that nothing is taken
	}{
		{"absent", `{}`, hooks.PrefetchAbsent, true, false},
		{"null", `{"meds":null}`, hooks.PrefetchEmpty, false, true},
		{"empty", `{"meds":` + bundle("searchset") + `}`, hooks.PrefetchEmpty, false, true},
		{"OperationOutcome", `{"meds":{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"timeout"}]}}`, hooks.PrefetchFailed, false, false},
		{"paged", `{"meds":` + next + `}`, hooks.PrefetchPartial, true, false},
		{"good", `{"meds":` + bundle("searchset", takesWarfarin) + `}`, hooks.PrefetchSatisfied, false, true},
	}
	found := hooks.Prefetch{JSON: json.RawMessage(bundle("searchset", takesWarfarin))}
	failed := hooks.Prefetch{Absent: "the FHIR server did not answer"}
	both := []string{"interaction", "pair-that-exists"}
	for _, server := range []struct {
		name          string
		fetcher       *fhirServer
		url, token    bool
		fetched, fail bool
	}{
		{name: "no Fetcher", url: true, token: true},
		{name: "no fhirServer", fetcher: &fhirServer{answers: map[string]hooks.Prefetch{"meds": found}}},
		{name: "no token", fetcher: &fhirServer{answers: map[string]hooks.Prefetch{"meds": found}}, url: true},
		{name: "it is fetched", fetcher: &fhirServer{answers: map[string]hooks.Prefetch{"meds": found}}, url: true, token: true, fetched: true},
		{name: "fetching fails", fetcher: &fhirServer{answers: map[string]hooks.Prefetch{"meds": failed}}, url: true, token: true, fail: true},
	} {
		for _, s := range states {
			t.Run(server.name+"/"+s.name, func(t *testing.T) {
				var outcome *hooks.Outcome
				config := hooks.Config{Prefetch: medications, Observe: func(_ context.Context, o *hooks.Outcome) { outcome = o }}
				if server.fetcher != nil {
					server.fetcher.asked = nil
					config.Fetcher = server.fetcher
				}
				body := asking("order-sign", `,"draftOrders":`+bundle("collection", ibuprofen), s.prefetch)
				if server.url {
					body = withServer(body)
				}
				if !server.token {
					body = strings.Replace(body, `"fhirAuthorization"`, `"x"`, 1)
				}
				w := post(handler(t, config), "order-sign", body)

				state := s.state
				if server.fetched && s.again {
					state = hooks.PrefetchFetched
				}
				require.Equal(t, map[string]hooks.PrefetchState{"meds": state}, outcome.Prefetch)
				if asked := server.fetcher; asked != nil && (server.fetched || server.fail) && s.again {
					require.Equal(t, []hooks.Template{{Key: "meds", Query: "MedicationRequest?patient=7"}}, asked.asked)
				} else if asked != nil {
					require.Empty(t, asked.asked)
				}
				if !s.known && state != hooks.PrefetchFetched && state != hooks.PrefetchPartial && !server.fail && (server.fetcher == nil || !server.fetched) {
					code, diagnostics := refused(t, w, http.StatusPreconditionFailed)
					require.Equal(t, "processing", code)
					require.Equal(t, "nothing can be decided: missing are prefetch.meds, and there is no FHIR server to get them from", diagnostics)
					return
				}
				a := answered(t, w)
				switch {
				case state == hooks.PrefetchFetched || s.name == "good":
					require.Len(t, a.Cards, 2)
					require.Empty(t, a.report(t).Undecided)
				case s.known:
					require.Empty(t, a.Cards)
					require.Empty(t, a.report(t).Undecided)
				default:
					require.Empty(t, a.Cards)
					require.Equal(t, both, a.report(t).Undecided)
				}
			})
		}
	}
}

// 412 is for requests on which nothing at all can be decided: where a draft is enough, it is decided.
func TestP5OnlyWhereNothingCanBeDecided(t *testing.T) {
	h := handler(t, hooks.Config{})
	a := answered(t, post(h, "order-sign", asking("order-sign", `,"draftOrders":`+bundle("collection", ibuprofen, drug("w", "draft", "11289", "warfarin")), `{}`)))
	require.NotEmpty(t, a.Cards)
	_, diagnostics := refused(t, post(h, "order-sign", asking("order-sign", `,"draftOrders":`+bundle("collection", metformin), `{}`)), http.StatusPreconditionFailed)
	require.Equal(t, "nothing can be decided: missing are MedicationRequest, Observation, and there is no FHIR server to get them from", diagnostics)
}

// A prefetch says what its query asked: active ones only do not say what was taken.
func TestP6PrefetchSuppliesWhatItsQueryAsked(t *testing.T) {
	h := handler(t, hooks.Config{Prefetch: func(hooks.Service) ([]hooks.Template, error) {
		return []hooks.Template{{Key: "meds", Query: "MedicationRequest?patient={{context.patientId}}&authoredon=ge2026-02-01"}}, nil
	}})
	a := answered(t, post(h, "order-sign", asking("order-sign", `,"draftOrders":`+bundle("collection", ibuprofen), `{"meds":null}`)))
	require.Equal(t, []string{"interaction", "pair-that-exists"}, a.report(t).Undecided)
}

// The tokens of a template are filled from the request; one that cannot be is not asked.
func TestP7Tokens(t *testing.T) {
	f := &fhirServer{}
	h := handler(t, hooks.Config{Fetcher: f, Prefetch: func(hooks.Service) ([]hooks.Template, error) {
		return []hooks.Template{
			{Key: "a", Query: "Patient/{{context.patientId}}"}, {Key: "b", Query: "Practitioner/{{userPractitionerId}}"}, {Key: "c", Query: "Patient/{{userPatientId}}"},
			{Key: "d", Query: "Encounter/{{ context.encounterId }}"}, {Key: "e", Query: "MedicationRequest?_id={{context.dispatchedOrders}}&x={{%context.userId}}"},
			{Key: "f", Query: "Condition?date=gt{{today() - 90 days}}"},
		}, nil
	}, Services: []hooks.Service{{ID: "s", Hook: "order-dispatch"}}})
	answered(t, do(h, "POST", "/cds-services/s", withServer(asking("order-dispatch", `,"performer":"Organization/1","dispatchedOrders":["MedicationRequest/1","MedicationRequest/2"]`, `{}`))))
	require.Equal(t, []hooks.Template{
		{Key: "a", Query: "Patient/7"}, {Key: "b", Query: "Practitioner/1"},
		{Key: "e", Query: "MedicationRequest?_id=MedicationRequest/1,MedicationRequest/2&x=Practitioner/1"},
	}, f.asked)
}

// A Medication that an order refers to and nobody brought is fetched.
func TestP1MedicationReferences(t *testing.T) {
	refers := func(id, to string) string {
		return `{"resourceType":"MedicationRequest","id":"` + id + `","status":"draft","intent":"order","medicationReference":{"reference":"` + to + `"}}`
	}
	f := &fhirServer{answers: map[string]hooks.Prefetch{"Medication/m": {JSON: json.RawMessage(
		`{"resourceType":"Medication","id":"m","code":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"5640","display":"ibuprofen"}]}}`)}}}
	h := handler(t, hooks.Config{Fetcher: f})
	body := withServer(asking("order-sign", `,"draftOrders":`+bundle("collection", refers("1", "https://ehr.example.org/fhir/Medication/m"), refers("2", "Medication/m"), refers("3", "#x"), refers("4", "Medication/n")),
		`{"medications":`+bundle("searchset", takesWarfarin, `{"resourceType":"Medication","id":"n"}`)+`}`))
	a := answered(t, post(h, "order-sign", body))
	require.Equal(t, []hooks.Template{{Key: "Medication/m", Query: "Medication/m"}}, f.asked)
	require.Contains(t, a.summaries(), "warning: Bleeding: ibuprofen interacts")
}

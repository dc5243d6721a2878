package hooks_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/fetch"
	"github.com/stretchr/testify/require"
)

// medications is what a service for interactions asks clients to bring.
func medications(hooks.Service, hooks.TemplateVersion) ([]hooks.Template, error) {
	return []hooks.Template{{Key: "meds", Query: "MedicationRequest?patient={{context.patientId}}"}}, nil
}

// withServer lets what is missing be fetched.
func withServer(body string) string {
	return strings.Replace(body, `{"hook"`, `{"fhirServer":"https://ehr.example.org/fhir","fhirAuthorization":{"access_token":"canary","token_type":"Bearer","expires_in":300,"scope":"patient/*.rs","subject":"us"},"hook"`, 1)
}

// fhirServer is a Fetcher that answers each query by its key; what it has not is not found.
type fhirServer struct {
	answers map[string]string
	asked   []fetch.Query
	token   string
}

func (f *fhirServer) Get(_ context.Context, r fetch.Request) []fetch.Result {
	f.asked, f.token = append(f.asked, r.Queries...), string(r.Token)
	var out []fetch.Result
	for _, q := range r.Queries {
		result := fetch.Result{Key: q.Key, URL: q.URL, JSON: []byte(f.answers[q.Key])}
		if len(result.JSON) == 0 {
			result.Absent = fetch.NotFound
		}
		out = append(out, result)
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
	found := map[string]string{"meds": bundle("searchset", takesWarfarin)}
	both := []string{"interaction", "pair-that-exists"}
	for _, server := range []struct {
		name          string
		fetcher       *fhirServer
		url, token    bool
		fetched, fail bool
	}{
		{name: "no Fetcher", url: true, token: true},
		{name: "no fhirServer", fetcher: &fhirServer{answers: found}},
		{name: "no token", fetcher: &fhirServer{answers: found}, url: true, fetched: true}, // of a server that asks for none
		{name: "it is fetched", fetcher: &fhirServer{answers: found}, url: true, token: true, fetched: true},
		{name: "fetching fails", fetcher: &fhirServer{}, url: true, token: true, fail: true},
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
					require.Equal(t, []fetch.Query{{Key: "meds", URL: "MedicationRequest?patient=7"}}, asked.asked)
					require.Equal(t, server.token, asked.token == "canary")
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
	h := handler(t, hooks.Config{Prefetch: func(hooks.Service, hooks.TemplateVersion) ([]hooks.Template, error) {
		return []hooks.Template{{Key: "meds", Query: "MedicationRequest?patient={{context.patientId}}&authoredon=ge2026-02-01"}}, nil
	}})
	a := answered(t, post(h, "order-sign", asking("order-sign", `,"draftOrders":`+bundle("collection", ibuprofen), `{"meds":null}`)))
	require.Equal(t, []string{"interaction", "pair-that-exists"}, a.report(t).Undecided)
}

// The tokens of a template are filled from the request; one that cannot be is not asked.
func TestP7Tokens(t *testing.T) {
	f := &fhirServer{}
	h := handler(t, hooks.Config{Fetcher: f, Prefetch: func(hooks.Service, hooks.TemplateVersion) ([]hooks.Template, error) {
		return []hooks.Template{
			{Key: "a", Query: "Patient/{{context.patientId}}"}, {Key: "b", Query: "Practitioner/{{userPractitionerId}}"}, {Key: "c", Query: "Patient/{{userPatientId}}"},
			{Key: "d", Query: "RelatedPerson/{{ userRelatedPersonId }}"}, {Key: "e", Query: "MedicationRequest?_id={{context.dispatchedOrders}}&x={{%context.performer}}"},
			{Key: "f", Query: "Condition?date=gt{{today() - 90 days}}"}, {Key: "g", Query: "Practitioner?_id={{%a.generalPractitioner.resolve().id}}"},
		}, nil
	}, Services: []hooks.Service{{ID: "s", Hook: "order-dispatch"}}, Clients: map[string]hooks.Client{"": {Templates: hooks.TemplateVersion3}}})
	answered(t, do(h, "POST", "/cds-services/s", withServer(asking("order-dispatch", `,"performer":"Organization/1","dispatchedOrders":["MedicationRequest/1","MedicationRequest/2"]`, `{}`))))
	require.Equal(t, []fetch.Query{
		{Key: "a", URL: "Patient/7"}, {Key: "b", URL: "Practitioner/1"},
		{Key: "e", URL: "MedicationRequest?_id=MedicationRequest/1,MedicationRequest/2&x=Organization/1"},
		{Key: "f", URL: "Condition?date=gt2025-12-01"},
	}, f.asked)

	// What a client sends is one part of a search, whatever is in it, and leads nowhere else.
	for patient, want := range map[string]string{
		"7&_count=1": "MedicationRequest?patient=7%26_count%3D1", "a b+c": "MedicationRequest?patient=a%20b%2Bc", "..": "", "7#x": "MedicationRequest?patient=7%23x",
	} {
		f := &fhirServer{}
		body := strings.Replace(withServer(asking("order-sign", `,"draftOrders":`+bundle("collection", ibuprofen), `{}`)), `"patientId":"7"`, `"patientId":"`+patient+`"`, 1)
		answered(t, post(handler(t, hooks.Config{Fetcher: f, Prefetch: medications}), "order-sign", body))
		if want == "" {
			require.Empty(t, f.asked)
		} else {
			require.Equal(t, []fetch.Query{{Key: "meds", URL: want}}, f.asked)
		}
	}
}

// A Medication that an order refers to and nobody brought is fetched.
func TestP1MedicationReferences(t *testing.T) {
	refers := func(id, to string) string {
		return `{"resourceType":"MedicationRequest","id":"` + id + `","status":"draft","intent":"order","medicationReference":{"reference":"` + to + `"}}`
	}
	f := &fhirServer{answers: map[string]string{
		"Medication/m": `{"resourceType":"Medication","id":"m","code":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"5640","display":"ibuprofen"}]}}`,
		"meds":         bundle("searchset", takesWarfarin, refers("x", "Medication/late")),
	}}
	h := handler(t, hooks.Config{Fetcher: f, Prefetch: medications})
	body := withServer(asking("order-sign", `,"draftOrders":`+bundle("collection", refers("1", "Medication/m"), refers("2", "Medication/m"), refers("3", "#x"), refers("4", "Medication/n")),
		`{"more":`+bundle("searchset", `{"resourceType":"Medication","id":"n"}`)+`}`))
	a := answered(t, post(h, "order-sign", body))
	require.Equal(t, []fetch.Query{
		{Key: "meds", URL: "MedicationRequest?patient=7"}, {Key: "Medication/m", URL: "Medication/m"}, {Key: "Medication/late", URL: "Medication/late"},
	}, f.asked)
	require.Contains(t, a.summaries(), "warning: Bleeding: ibuprofen interacts")
}

package hooks_test

import (
	"cmp"
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

// somebody is a prefetch that tells nothing but who the patient is.
const somebody = `{"patient":{"resourceType":"Patient","id":"7"}}`

// withServer lets what is missing be fetched.
func withServer(body string) string {
	return strings.Replace(body, `{"hook"`, `{"fhirServer":"https://ehr.example.org/fhir","fhirAuthorization":{"access_token":"canary","token_type":"Bearer","expires_in":300,"scope":"patient/*.rs","subject":"us"},"hook"`, 1)
}

// fhirServer is a Fetcher that answers each query by its key; what it has not is not found.
type fhirServer struct {
	answers map[string]string
	why     fetch.Reason // of what it has not; "": it is not found
	asked   []fetch.Query
	token   string
}

func (f *fhirServer) Get(_ context.Context, r fetch.Request) []fetch.Result {
	f.asked, f.token = append(f.asked, r.Queries...), string(r.Token)
	var out []fetch.Result
	for _, q := range r.Queries {
		result := fetch.Result{Key: q.Key, URL: q.URL, JSON: []byte(f.answers[q.Key])}
		if len(result.JSON) == 0 {
			result.Absent = cmp.Or(f.why, fetch.NotFound)
		}
		out = append(out, result)
	}
	return out
}

// Every state of a prefetch, with and without a FHIR server to get what is missing from: whole answers.
func TestP1P2P3P4P5Prefetch(t *testing.T) {
	next := strings.Replace(bundle("searchset"), `"entry"`, `"link":[{"relation":"next","url":"https://ehr.example.org/fhir?page=2"}],"entry"`, 1)
	states := []struct {
		name, prefetch string
		state          hooks.PrefetchState
	}{
		{"absent", `{}`, hooks.PrefetchAbsent},
		{"null", `{"meds":null}`, hooks.PrefetchEmpty},
		{"empty", `{"meds":` + bundle("searchset") + `}`, hooks.PrefetchEmpty},
		{"OperationOutcome", `{"meds":{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"timeout"}]}}`, hooks.PrefetchFailed},
		{"paged", `{"meds":` + next + `}`, hooks.PrefetchPartial},
		{"a token left", `{"meds":{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"MedicationRequest?patient={{context.patientId}}"}]}}`, hooks.PrefetchAbsent},
		{"good", `{"meds":` + bundle("searchset", takesWarfarin) + `}`, hooks.PrefetchSatisfied},
	}
	const (
		both  = `{"cards":[],"extension":{"io.github.primum-cds.report":{"undecided":["interaction","pair-that-exists"]}}}`
		none  = `{"cards":[]}`
		cards = "the cards of interaction.json"
	)
	lacking := func(reason string) string {
		return `{"resourceType":"OperationOutcome","issue":[` +
			`{"severity":"error","code":"processing","diagnostics":"nothing can be decided: nothing of what the rules read was obtained","expression":["prefetch"]},` +
			`{"severity":"error","code":"processing","diagnostics":"prefetch.meds: ` + reason + `","expression":["prefetch.meds"]}]}`
	}
	const held, failed = "its search still held {{ and found nothing", "the prefetch failed: timeout"
	const nobody, nowhere = ", and this service fetches nothing", ", and the request names no FHIR server"
	found := map[string]string{"meds": bundle("searchset", takesWarfarin)}
	for _, server := range []struct {
		name       string
		fetcher    *fhirServer
		url, token bool
		fetched    bool
		want       []string // of each state
	}{
		{name: "no Fetcher", url: true, token: true,
			want: []string{lacking("not prefetched" + nobody), none, none, lacking(failed), both, lacking(held + nobody), cards}},
		{name: "no fhirServer", fetcher: &fhirServer{answers: found},
			want: []string{lacking("not prefetched" + nowhere), none, none, lacking(failed), both, lacking(held + nowhere), cards}},
		{name: "no token", fetcher: &fhirServer{answers: found}, url: true, fetched: true, // of a server that asks for none
			want: []string{cards, none, none, lacking(failed), cards, cards, cards}},
		{name: "a token that is asked for is missing", fetcher: &fhirServer{why: fetch.Unauthorized}, url: true,
			want: []string{lacking("not prefetched, and not fetched: the FHIR server did not allow it"), none, none, lacking(failed), both,
				lacking("not prefetched, and not fetched: the FHIR server did not allow it"), cards}},
		{name: "it is fetched", fetcher: &fhirServer{answers: found}, url: true, token: true, fetched: true,
			want: []string{cards, none, none, lacking(failed), cards, cards, cards}},
		{name: "fetching fails", fetcher: &fhirServer{why: fetch.Timeout}, url: true, token: true,
			want: []string{lacking("not prefetched, and not fetched: the FHIR server did not answer in time"), none, none, lacking(failed), both,
				lacking("not prefetched, and not fetched: the FHIR server did not answer in time"), cards}},
	} {
		for i, s := range states {
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

				again := s.state == hooks.PrefetchAbsent || s.state == hooks.PrefetchPartial
				state := s.state
				if server.fetched && again {
					state = hooks.PrefetchFetched
				}
				require.Equal(t, map[string]hooks.PrefetchState{"meds": state}, outcome.Prefetch)
				if asked := server.fetcher; asked != nil && server.url && again {
					require.Equal(t, []fetch.Query{{Key: "meds", URL: "MedicationRequest?patient=7"}}, asked.asked)
					require.Equal(t, server.token, asked.token == "canary")
				} else if asked != nil {
					require.Empty(t, asked.asked)
				}
				want, status := server.want[i], http.StatusOK
				if strings.Contains(want, "OperationOutcome") {
					status = http.StatusPreconditionFailed
				}
				require.Equal(t, status, w.Code)
				full(t, w.Body.Bytes())
				if want == cards {
					golden(t, "interaction", w.Body.Bytes())
				} else {
					require.Equal(t, want, w.Body.String())
				}
			})
		}
	}
}

// 412 is for requests on which nothing at all can be decided: where a draft is enough, it is decided, and where one
// key came, what the others leave open is told in cards.
func TestP5OnlyWhereNothingCanBeDecided(t *testing.T) {
	h := handler(t, hooks.Config{})
	a := answered(t, post(h, "order-sign", asking("order-sign", `,"draftOrders":`+bundle("collection", ibuprofen, drug("w", "draft", "11289", "warfarin")), `{}`)))
	require.NotEmpty(t, a.Cards)

	two := func(s hooks.Service, _ hooks.TemplateVersion) ([]hooks.Template, error) {
		if s.Hook != "order-sign" {
			return nil, nil
		}
		return []hooks.Template{{Key: "meds", Query: "MedicationRequest?patient={{context.patientId}}"}, {Key: "labs", Query: "Observation?patient={{context.patientId}}"},
			{Key: "visit", Query: "Encounter/{{context.encounterId}}"}}, nil
	}
	order := `,"draftOrders":` + bundle("collection", metformin,
		`{"resourceType":"MedicationRequest","id":"r","status":"draft","intent":"order","medicationReference":{"reference":"Medication/m"}}`)
	ofNobody := &fhirServer{answers: map[string]string{"Medication/m": `{"resourceType":"Medication","id":"m","code":{"text":"something"}}`}}
	for _, test := range []struct {
		name, body string
		config     hooks.Config
		want       string // the issues; "" for cards
	}{
		{"without templates", asking("order-sign", order, `{}`), hooks.Config{},
			"nothing can be decided: nothing of what the rules read was obtained | prefetch: the rules read MedicationRequest, Observation"},
		{"what was sent failed, without templates", asking("order-sign", order, `{"labs":{"resourceType":"OperationOutcome"}}`), hooks.Config{},
			"nothing can be decided: nothing of what the rules read was obtained | prefetch.labs: the prefetch failed"},
		{"a Medication says nothing of the patient", withServer(asking("order-sign", order, `{"labs":7}`)), hooks.Config{Prefetch: two, Fetcher: ofNobody},
			"nothing can be decided: nothing of what the rules read was obtained | prefetch.labs: it is not a FHIR resource" +
				" | prefetch.meds: not prefetched, and not fetched: the FHIR server does not have it | prefetch.visit: not asked, as the request has no value for a token"},
		{"one key came", asking("order-sign", order, `{"labs":null}`), hooks.Config{Prefetch: two}, ""},
		{"one key was fetched", withServer(asking("order-sign", order, `{}`)), hooks.Config{Prefetch: two, Fetcher: &fhirServer{answers: map[string]string{"labs": bundle("searchset")}}}, ""},
		{"a key came that nobody asked for", asking("order-sign", order, somebody), hooks.Config{Prefetch: two}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := post(handler(t, test.config), "order-sign", test.body)
			if test.want == "" {
				require.Equal(t, []string{"info: Metformin: no eGFR in a year", "info: Not known: no eGFR in a year"}, answered(t, w).summaries())
				return
			}
			require.Equal(t, test.want, strings.Join(issues(t, w, http.StatusPreconditionFailed), " | "))
		})
	}
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
	answered(t, do(h, "POST", "/cds-services/s", withServer(asking("order-dispatch", `,"performer":"Organization/1","dispatchedOrders":["MedicationRequest/1","MedicationRequest/2"]`, somebody))))
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
		body := strings.Replace(withServer(asking("order-sign", `,"draftOrders":`+bundle("collection", ibuprofen), somebody)), `"patientId":"7"`, `"patientId":"`+patient+`"`, 1)
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

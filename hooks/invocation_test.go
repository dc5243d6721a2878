package hooks_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/auth"
	"github.com/primum-cds/primum/hooks/fetch"
	"github.com/stretchr/testify/require"
)

// noSuchService tells whoever asks for what there is not which services there are.
const noSuchService = "there is no such service; there are: primum-allergyintolerance-create, primum-appointment-book, primum-encounter-discharge, " +
	"primum-encounter-start, primum-medication-prescribe, primum-medication-refill, primum-medication-verify, primum-order-dispatch, primum-order-review, " +
	"primum-order-select, primum-order-sign, primum-org.example.admission, primum-patient-view, primum-problem-list-item-create"

func TestR5UnknownServices(t *testing.T) {
	engine, err := trial()
	require.NoError(t, err)
	many := make([]hooks.Service, 51)
	for i := range many {
		many[i] = hooks.Service{ID: fmt.Sprint("s", i), Hook: "order-sign"}
	}
	for _, test := range []struct {
		services []hooks.Service
		want     string
	}{
		{nil, noSuchService},
		{[]hooks.Service{}, "there is no such service, for there are none"},
		{[]hooks.Service{{ID: "orders", Hook: "order-sign"}, {ID: "a", Hook: "order-sign"}, {ID: "orders", Hook: "order-select"}}, "there is no such service; there are: a, orders"},
		{many, "there is no such service: those that there are are listed at /cds-services"},
	} {
		h, err := hooks.New(engine, hooks.Config{Services: test.services})
		require.NoError(t, err)
		code, diagnostics := refused(t, post(h, "x", signing([]string{ibuprofen})), http.StatusNotFound)
		require.Equal(t, []string{"not-found", test.want}, []string{code, diagnostics})
	}
}

func TestR1R5RequestsThatAreRefused(t *testing.T) {
	ok := signing([]string{ibuprofen}, takesWarfarin)
	h := handler(t, hooks.Config{MaxBody: 10_000})
	for _, test := range []struct {
		name, method, path, body string
		status                   int
		code, diagnostics        string
	}{
		{"elsewhere", "GET", "/", "", 404, "not-found", "there is nothing here: services are listed at /cds-services"},
		{"elsewhere that begins alike", "GET", "/cds-servicesx", "", 404, "not-found", "there is nothing here: services are listed at /cds-services"},
		{"below a service", "POST", "/cds-services/primum-order-sign/x/y", ok, 404, "not-found", "there is nothing here: services are listed at /cds-services"},
		{"no such service", "POST", "/cds-services/x", ok, 404, "not-found", noSuchService},
		{"another method", "GET", "/cds-services/primum-order-sign", "", 405, "not-supported", "this is asked by POST"},
		{"another method of discovery", "POST", "/cds-services", ok, 405, "not-supported", "this is asked by GET, HEAD"},
		{"the hook of another service", "POST", "/cds-services/primum-order-select", ok, 400, "invalid", "hook: order-select, at which this service answers, was expected"},
		{"no body", "POST", "/cds-services/primum-order-sign", "", 400, "structure", "JSON was expected"},
		{"no JSON", "POST", "/cds-services/primum-order-sign", "{\n  \"hook\": order-sign}", 400, "structure", "JSON was expected: it breaks at line 2, byte 11"},
		{"no object", "POST", "/cds-services/primum-order-sign", "[]", 400, "structure", "a JSON object was expected"},
		{"too deep", "POST", "/cds-services/primum-order-sign", strings.Repeat("[", 400) + strings.Repeat("]", 400), 400, "structure", "JSON that is not nested more than 300 deep was expected"},
		{"too long", "POST", "/cds-services/primum-order-sign", ok + strings.Repeat(" ", 10_000), 413, "too-long", "a body of at most 10000 bytes was expected"},
		{"no hook", "POST", "/cds-services/primum-order-sign", `{"context":{}}`, 400, "invalid", "hook: the name of a hook, such as order-sign or org.example.my-hook, was expected"},
		{"no context", "POST", "/cds-services/primum-order-sign", `{"hook":"order-sign"}`, 400, "invalid", "context: an object was expected"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := do(h, test.method, test.path, test.body)
			code, diagnostics := refused(t, w, test.status)
			require.Equal(t, []string{test.code, test.diagnostics}, []string{code, diagnostics})
			if test.status == http.StatusMethodNotAllowed {
				require.Contains(t, w.Header().Get("Allow"), "OPTIONS")
			}
		})
	}
}

// Whatever a client says of its body, what counts is that it is JSON. What was compressed is not read.
func TestG1ContentTypes(t *testing.T) {
	h := handler(t, hooks.Config{})
	for _, contentType := range []string{"application/json", "application/json; charset=utf-8", "text/plain", "application/fhir+json", "", "x"} {
		w := do(h, "POST", "/cds-services/primum-order-sign", signing([]string{ibuprofen}, takesWarfarin), "Content-Type", contentType)
		require.Len(t, answered(t, w).Cards, 2, contentType)
	}
	_, diagnostics := refused(t, do(h, "POST", "/cds-services/primum-order-sign", "x", "Content-Encoding", "gzip"), http.StatusUnsupportedMediaType)
	require.Equal(t, "a body without Content-Encoding was expected", diagnostics)
}

// The context fields of each hook, as the hook library has them: what is required must be there and of its
// form, what is not may be missing or odd.
func TestH19ContextOfEveryHook(t *testing.T) {
	var services []hooks.Service
	for _, hook := range append(cds.HookNames(), admission.Name) {
		services = append(services, hooks.Service{ID: "primum-" + hook, Hook: hook})
	}
	h := handler(t, hooks.Config{Services: services})
	order := bundle("collection", ibuprofen)
	const person, stay = `"userId":"Practitioner/1","patientId":"7"`, `,"encounterId":"9"`
	userId := `context.userId: a reference such as "Practitioner/1" was expected`
	noUser, noPatient := strings.Replace(person, `"userId":"Practitioner/1",`, "", 1), `"userId":"Practitioner/1"`
	for _, test := range []struct {
		hook, context, want string // "": answered
	}{
		{"patient-view", person, ""},
		{"patient-view", person + stay, ""},
		{"patient-view", noUser, userId},
		{"patient-view", `"userId":{"reference":"Practitioner/1"},"patientId":"7"`, userId},
		{"patient-view", noPatient, "context.patientId: the id of a patient was expected"},
		{"patient-view", `"userId":"Practitioner/1","patientId":{"id":"7"}`, "context.patientId: the id of a patient was expected"},
		{"patient-view", person + `,"encounterId":{"x":1},"more":[null]`, ""},
		{"order-select", person + `,"selections":["MedicationRequest/d1"],"draftOrders":` + order, ""},
		{"order-select", person + `,"selections":["MedicationRequest/d1"]`, "context.draftOrders: a FHIR resource or Bundle was expected"},
		{"order-sign", person + `,"draftOrders":` + order, ""},
		{"order-sign", person + `,"draftOrders":"MedicationRequest/d1"`, "context.draftOrders: a FHIR resource or Bundle was expected"},
		{"order-sign", noUser + `,"draftOrders":` + order, userId},
		{"appointment-book", person + `,"appointments":` + bundle("collection", `{"resourceType":"Appointment"}`), ""},
		{"appointment-book", person, "context.appointments: a FHIR resource or Bundle was expected"},
		{"encounter-start", person + stay, ""},
		{"encounter-start", person, "context.encounterId: the id of an encounter was expected"},
		{"encounter-discharge", person + stay, ""},
		{"encounter-discharge", person, "context.encounterId: the id of an encounter was expected"},
		{"order-dispatch", `"patientId":"7","dispatchedOrders":["MedicationRequest/d1"],"performer":"Organization/1"`, ""},
		{"order-dispatch", `"patientId":"7","dispatchedOrders":["MedicationRequest/d1"],"performer":"Organization/1","fulfillmentTasks":[{"resourceType":"Task"}]`, ""},
		{"order-dispatch", `"patientId":"7","dispatchedOrders":["MedicationRequest/d1"],"performer":"Organization/1","fulfillment-tasks":[{"resourceType":"Task"}]`, ""},
		{"order-dispatch", `"patientId":"7","performer":"Organization/1"`, `context.dispatchedOrders: a list of references such as "ServiceRequest/1" was expected`},
		{"order-dispatch", `"patientId":"7","dispatchedOrders":["MedicationRequest/d1"]`, `context.performer: a reference such as "Practitioner/1" was expected`},
		{"allergyintolerance-create", person + `,"allergyIntolerance":{"resourceType":"AllergyIntolerance"}`, ""},
		{"allergyintolerance-create", person, "context.allergyIntolerance: a FHIR resource or Bundle was expected"},
		{"medication-refill", person + `,"medications":` + order, ""},
		{"medication-refill", noUser + `,"medications":` + order, ""},
		{"medication-refill", person, "context.medications: a FHIR resource or Bundle was expected"},
		{"problem-list-item-create", person + `,"conditions":` + bundle("collection", `{"resourceType":"Condition"}`), ""},
		{"problem-list-item-create", person, "context.conditions: a FHIR resource or Bundle was expected"},
		{"medication-verify", person + `,"medication":` + ibuprofen, ""},
		{"medication-verify", person, "context.medication: a FHIR resource or Bundle was expected"},
		{"medication-prescribe", person + `,"medications":` + order, ""},
		{"medication-prescribe", person, "context.medications: a FHIR resource or Bundle was expected"},
		{"order-review", person + `,"orders":` + order, ""},
		{"order-review", person, "context.orders: a FHIR resource or Bundle was expected"},
		{"org.example.admission", `"patientId":"7","ward":"3","plan":` + order, ""},
		{"org.example.admission", `"patientId":"7","plan":` + order, "context.ward: a text was expected"},
		{"org.example.admission", `"patientId":"7","ward":"3"`, "context.plan: a FHIR resource or Bundle was expected"},
	} {
		body := `{"hook":"` + test.hook + `","hookInstance":"1","context":{` + test.context + `},"prefetch":{"patient":{"resourceType":"Patient","id":"7"},"medications":` + bundle("searchset", takesWarfarin, ibuprofen) + `}}`
		w := do(h, "POST", "/cds-services/primum-"+test.hook, body)
		if test.want == "" {
			answered(t, w)
			continue
		}
		_, diagnostics := refused(t, w, http.StatusBadRequest)
		require.Equal(t, test.want, diagnostics, test.hook)
	}
}

func TestR8E1UnknownMembersAndExtensions(t *testing.T) {
	body := strings.Replace(signing([]string{ibuprofen}, takesWarfarin), `{"hook"`, `{"extension":{"org.example.x":{"a":[1]}},"unknown":{"b":null},"hook"`, 1)
	body = strings.Replace(body, `"patientId":"7"`, `"patientId":"7","extension":{"org.example.y":{}},"of-3.1":[{}]`, 1)
	require.Len(t, answered(t, post(handler(t, hooks.Config{}), "order-sign", body)).Cards, 2)
	request, err := hooks.Decode([]byte(body))
	require.NoError(t, err)
	require.JSONEq(t, `{"org.example.x":{"a":[1]}}`, string(request.Extension))
}

// A hookInstance that comes again, or is missing, is no reason to refuse.
func TestR4HookInstance(t *testing.T) {
	h := handler(t, hooks.Config{})
	body := signing([]string{ibuprofen}, takesWarfarin)
	for range 2 {
		require.Len(t, answered(t, post(h, "order-sign", body)).Cards, 2)
	}
	a := answered(t, post(h, "order-sign", strings.Replace(body, `"hookInstance"`, `"x"`, 1)))
	require.Len(t, a.Cards, 2)
	require.Equal(t, []map[string]string{{"resource": "request", "path": "hookInstance", "message": "a UUID was expected"}}, a.report(t).Warnings)
}

// slow is a Fetcher that gets nothing in the time that it is given.
type slow struct{ until time.Time }

func (s *slow) Get(ctx context.Context, r fetch.Request) []fetch.Result {
	s.until, _ = ctx.Deadline()
	out := make([]fetch.Result, len(r.Queries))
	for i := range out {
		out[i].Absent = fetch.Timeout
	}
	return out
}

// A FHIR server that does not answer is given up in time to ask the rules: the rest is decided before the deadline.
func TestR6AnswersInTime(t *testing.T) {
	f := &slow{}
	h := handler(t, hooks.Config{Deadlines: map[string]time.Duration{"": time.Hour, "order-sign": time.Minute}, Fetcher: f, Prefetch: medications})
	const given = time.Minute - 100*time.Millisecond
	earliest := time.Now().Add(given)
	a := answered(t, post(h, "order-sign", withServer(asking("order-sign", `,"draftOrders":`+bundle("collection", ibuprofen), somebody))))
	require.WithinRange(t, f.until, earliest, time.Now().Add(given))
	require.Equal(t, []string{"interaction", "pair-that-exists"}, a.report(t).Undecided)
}

// What takes longer than the deadline is refused, with the time after which to ask again.
func TestR6TooLate(t *testing.T) {
	h := handler(t, hooks.Config{Deadlines: map[string]time.Duration{"": time.Nanosecond}})
	w := post(h, "order-sign", signing([]string{ibuprofen}, takesWarfarin))
	code, _ := refused(t, w, http.StatusServiceUnavailable)
	require.Equal(t, "timeout", code)
	require.Equal(t, "1", w.Header().Get("Retry-After"))
}

// A panic in what a program plugs in is the call's own: it gets a 500 that tells nothing.
func TestPanics(t *testing.T) {
	var outcome *hooks.Outcome
	h := handler(t, hooks.Config{Authenticator: panicking{}, Observe: func(_ context.Context, o *hooks.Outcome) { outcome = o }})
	code, diagnostics := refused(t, do(h, "GET", "/cds-services", ""), http.StatusInternalServerError)
	require.Equal(t, []string{"exception", "the service failed: its log says why"}, []string{code, diagnostics})
	require.Equal(t, http.StatusInternalServerError, outcome.Status)
}

// A panic in one rule leaves the cards of the others.
func TestPanicInARule(t *testing.T) {
	a := answered(t, post(handler(t, hooks.Config{}), "order-sign", signing([]string{clarithromycin}, takesStatin)))
	require.Equal(t, []string{"critical: Rhabdomyolysis: clarithromycin interacts"}, a.summaries())
	require.Equal(t, []string{"panics"}, a.report(t).Failed)
}

type panicking struct{}

func (panicking) Verify(context.Context, string, string) (auth.Caller, error) {
	panic("Mrs Canary")
}

package hooks_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/rules"
	"github.com/samply/golang-fhir-models/fhir-models/fhir"
	"github.com/stretchr/testify/require"
)

// asked is a Handler whose one rule, at order-sign, has this card.
func asked(t *testing.T, card string) *hooks.Handler {
	packs, err := rules.LoadFS(fstest.MapFS{"rules.yaml": {Data: []byte("pack: one\nrules:\n" +
		"  - {id: r, hooks: [order-sign], for: {order: MedicationRequest}, when: \"order.status == 'draft'\", card: " + card + "}\n")}}, ".")
	require.NoError(t, err)
	engine, err := cds.New(packs)
	require.NoError(t, err)
	h, err := hooks.New(engine, hooks.Config{Now: func() time.Time { return march }, Random: &counter{}, Deadlines: map[string]time.Duration{"": time.Minute}})
	require.NoError(t, err)
	return h
}

// What has no value is left out, whatever templates came to and whatever was in the order.
func TestG2NothingIsEmpty(t *testing.T) {
	order := strings.Replace(ibuprofen, `"intent"`, `"note":[],"extension":[{},{"url":"https://example.org/x","valueString":"y"}],"supportingInformation":[{}],"requester":{},"intent"`, 1)
	h := asked(t, `{indicator: info, summary: "{{ '' }}", detail: "{{ '' }}", source: {label: "{{ '' }}", url: "{{ order.id }}"},
		links: [{label: "{{ '' }}", url: "https://example.org/{{ order.id }}", type: smart, appContext: "{{ '' }}"}, {label: x, url: "https://example.org/{{ order.id }}", type: smart, appContext: "{{ '' }}"}],
		suggestions: [{label: Again, actions: [{create: order}]}], override: [{code: a, system: "https://example.org/b", display: c}]}`)
	w := post(h, "order-sign", asking("order-sign", `,"draftOrders":`+bundle("collection", order), `{}`))
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	full(t, w.Body.Bytes())
	golden(t, "nothing-empty", w.Body.Bytes())
}

// Comments and commas at the end are no JSON: the place is told.
func TestG3JSONAsItIsWritten(t *testing.T) {
	h := handler(t, hooks.Config{})
	good := signing([]string{ibuprofen}, takesWarfarin)
	for _, test := range []struct{ name, from, to, want string }{
		{"a comment", `{"hook"`, "{// why\n\"hook\"", "JSON was expected: it breaks at line 1, byte 2"},
		{"a comment between stars", `{"hook"`, `{/**/"hook"`, "JSON was expected: it breaks at line 1, byte 2"},
		{"a comma at the end of an object", `"patientId":"7"`, `"patientId":"7",,`, "JSON was expected: it breaks at line 2, byte 56"},
		{"a comma at the end of a list", `}}]}},"prefetch"`, `}},]}},"prefetch"`, "JSON was expected: it breaks at line 4, byte 154"},
		{"a text in single quotes", `"7"`, `'7'`, "JSON was expected: it breaks at line 2, byte 52"},
		{"a number with a plus", `"value":1`, `"value":+1`, "JSON was expected: it breaks at line 4, byte 65"},
		{"two values", `{"hook"`, `{}{"hook"`, "JSON was expected: it breaks at line 1, byte 3"},
		{"a byte order mark", `{"hook"`, "\ufeff{\"hook\"", "JSON was expected: it breaks at line 1, byte 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			body := strings.Replace(good, test.from, test.to, 1)
			require.NotEqual(t, good, body)
			_, diagnostics := refused(t, post(h, "order-sign", body), http.StatusBadRequest)
			require.Equal(t, test.want, diagnostics)
		})
	}
}

// What is sent of FHIR is FHIR's JSON: R4 has each of its elements, of the type that they are of.
func TestG4ResourcesAreFHIR(t *testing.T) {
	of := func(kind string, raw []byte, as any) {
		elements, found := strings.CutPrefix(string(raw), `{"resourceType":"`+kind+`",`) // which the structs do not have
		require.True(t, found, "%s", raw)
		d := json.NewDecoder(strings.NewReader("{" + elements))
		d.DisallowUnknownFields()
		require.NoError(t, d.Decode(as), "%s", raw)
	}
	client := hooks.Client{SystemActions: hooks.InResponse, DetectedIssues: true}
	w := post(handler(t, hooks.Config{Clients: map[string]hooks.Client{"": client}}), "order-sign", signing([]string{ibuprofen}, takesWarfarin))
	var a struct {
		Cards []struct {
			Suggestions []struct {
				Actions []struct{ Resource json.RawMessage }
			}
		}
		SystemActions []struct{ Resource json.RawMessage }
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &a))
	of("MedicationRequest", a.Cards[0].Suggestions[1].Actions[0].Resource, &fhir.MedicationRequest{})
	require.Len(t, a.SystemActions, 2)
	for _, action := range a.SystemActions {
		of("DetectedIssue", action.Resource, &fhir.DetectedIssue{})
	}
	of("OperationOutcome", post(handler(t, hooks.Config{}), "order-sign", `{`).Body.Bytes(), &fhir.OperationOutcome{})
}

// A context of several versions, which there must not be, is read resource by resource.
func TestG5VersionsOfFHIRMixed(t *testing.T) {
	old := strings.Replace(clarithromycin, `"doseAndRate":[{"doseQuantity":{"value":1,"code":"{pill}"}}]`, `"doseQuantity":{"value":1,"code":"{pill}"}`, 1)
	a := answered(t, post(handler(t, hooks.Config{}), "order-sign", signing([]string{ibuprofen, old}, takesWarfarin, takesStatin)))
	require.Equal(t, []string{"critical: Rhabdomyolysis: clarithromycin interacts", "warning: Bleeding: ibuprofen interacts", "warning: Warfarin and ibuprofen are taken together"}, a.summaries())
	require.Equal(t, []map[string]string{{"resource": "MedicationRequest/d2", "path": "dosageInstruction.doseQuantity", "message": "an element of FHIR STU3, read as doseAndRate.doseQuantity"}}, a.report(t).Warnings)
}

// An authorization without the server that it is for is of no use, and no reason to refuse.
func TestR2AuthorizationWithoutServer(t *testing.T) {
	f := &fhirServer{}
	body := strings.Replace(withServer(signing([]string{ibuprofen}, takesWarfarin)), `"fhirServer":"https://ehr.example.org/fhir",`, "", 1)
	a := answered(t, post(handler(t, hooks.Config{Fetcher: f, Prefetch: medications}), "order-sign", body))
	require.Len(t, a.Cards, 2)
	require.Empty(t, f.asked)
	require.Equal(t, []map[string]string{{"resource": "request", "path": "fhirServer", "message": "a URL was expected, as there is a fhirAuthorization: nothing is fetched"}}, a.report(t).Warnings)
}

// What is prefetched and what is fetched from the client's FHIR server come to the same answer, byte for byte.
func TestR7PrefetchedOrFetched(t *testing.T) {
	taken := bundle("searchset", takesWarfarin, takesStatin)
	order := `,"draftOrders":` + bundle("collection", ibuprofen, clarithromycin)
	brought := post(handler(t, hooks.Config{Prefetch: medications}), "order-sign", asking("order-sign", order, `{"meds":`+taken+`}`))
	fetched := post(handler(t, hooks.Config{Prefetch: medications, Fetcher: &fhirServer{answers: map[string]string{"meds": taken}}}), "order-sign", withServer(asking("order-sign", order, `{}`)))
	require.Len(t, answered(t, brought).Cards, 3)
	require.Equal(t, brought.Body.String(), fetched.Body.String())
}

// Where several suggestions are recommended, any of them may be taken. How the actions of one go together is not said:
// a client of 2.0 does not know it, and takes all.
func TestC6C7SeveralSuggestionsAndActions(t *testing.T) {
	h := asked(t, `{indicator: info, summary: Two ways, suggestions: [
		{label: Replace it, recommended: true, actions: [{delete: order}, {create: order}]}, {label: Update it, recommended: true, actions: [{update: order}]}]}`)
	w := post(h, "order-sign", asking("order-sign", `,"draftOrders":`+bundle("collection", ibuprofen), `{}`))
	require.Equal(t, "any", answered(t, w).Cards[0].SelectionBehavior)
	var a struct {
		Cards []struct {
			Suggestions []map[string]json.RawMessage
		}
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &a))
	require.Len(t, a.Cards[0].Suggestions, 2)
	for _, s := range a.Cards[0].Suggestions {
		require.Equal(t, []string{"actions", "isRecommended", "label", "uuid"}, slices.Sorted(maps.Keys(s)))
	}
}

// Whatever element a client leaves out or sends as null, it gets cards, or is told what is missing.
func TestWhateverIsLeftOut(t *testing.T) {
	h := handler(t, hooks.Config{})
	for _, file := range []string{"warfarin-ketorolac-order-select", "digoxin-cyclosporine-order-sign"} {
		body, err := os.ReadFile("testdata/requests/" + file + ".json")
		require.NoError(t, err)
		var root map[string]any
		require.NoError(t, json.Unmarshal(body, &root))
		hook := root["hook"].(string)
		calls := 0
		call := func() {
			calls++
			changed, err := json.Marshal(root)
			require.NoError(t, err)
			w := post(h, hook, string(changed))
			require.Contains(t, []int{http.StatusOK, http.StatusBadRequest, http.StatusPreconditionFailed}, w.Code, "%s", changed)
			full(t, w.Body.Bytes())
			if w.Code != http.StatusOK {
				issues(t, w, w.Code)
			}
		}
		var leaveOut func(v any)
		leaveOut = func(v any) {
			switch v := v.(type) {
			case map[string]any:
				for name, member := range maps.Clone(v) {
					delete(v, name)
					call()
					v[name] = nil
					call()
					v[name] = member
					leaveOut(member)
				}
			case []any:
				for i, item := range v {
					v[i] = nil
					call()
					v[i] = item
					leaveOut(item)
				}
			}
		}
		leaveOut(root)
		require.Greater(t, calls, 150)
	}
}

package server_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/feedback/bolt"
	"github.com/primum-cds/primum/hooks/fetch"
	"github.com/primum-cds/primum/hooks/server"
	"github.com/stretchr/testify/require"
)

// canaryRequest has the word canary, in one spelling or another, in everything that may say something of a person.
const canaryRequest = `{"hook":"order-sign","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea","fhirServer":%q,
"fhirAuthorization":{"access_token":"Canary-access-token","token_type":"Bearer","expires_in":300,"scope":"canary/scope","subject":"canary-client"},
"extension":{"org.example":{"x":"canary-extension"}},
"context":{"userId":"Practitioner/canary-user","patientId":"canary-patient","encounterId":"canary-encounter","draftOrders":{"resourceType":"Bundle","entry":[
{"fullUrl":"urn:uuid:canary-full-url","resource":{"resourceType":"MedicationRequest","id":"canary-order","status":"draft","intent":"order",
"subject":{"reference":"Patient/canary-patient","display":"Mrs Canary"},"note":[{"text":"canary note"}],
"medicationCodeableConcept":{"text":"canary drug text","coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"5640","display":"canary display"}]},
"dosageInstruction":[{"text":"canary dosage","patientInstruction":"canary instruction"}]}}]}},
"prefetch":{"patient":{"resourceType":"Patient","id":"canary-patient","identifier":[{"system":"urn:mrn","value":"canary-mrn"}],
"name":[{"family":"Canary","given":["Canaria"]}],"birthDate":"1948-05-17","address":[{"line":["1 Canary Wharf"]}],"telecom":[{"value":"canary@example.org"}],"extension":[{"url":"canary","valueString":"canary"}]},
"problems":{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception","diagnostics":"canary diagnostics"}]},
"canary-key":{"resourceType":"Condition","id":"canary-condition","subject":{"reference":"Patient/someone-canary"},"code":{"text":"canary disease"},"recordedDate":"canary date"}}}`

var canary = regexp.MustCompile(`(?i).{0,80}canar.{0,80}`)

// Nothing that says who a patient or a user is, and no token, is in any output but the answer to the caller.
func TestCanaries(t *testing.T) {
	var spans, log lines
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(&spans, r.Body) }))
	defer collector.Close()
	fhir := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/AllergyIntolerance") {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = io.WriteString(w, `{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"MedicationRequest","id":"canary-warfarin","status":"active",
			"intent":"order","subject":{"reference":"Patient/canary-patient"},"medicationCodeableConcept":{"text":"canary"}}}]}`)
	}))
	defer fhir.Close()
	ehr, dir := newEHR(t), t.TempDir()
	config := trial(filepath.Join(dir, "rules"))
	write(t, filepath.Join(dir, "rules", "trial.yaml"), ruleFile("1")+`  - {id: panics, hooks: [order-sign], for: {o: MedicationRequest}, when: panics(o.drug), card: {indicator: info, summary: no}}
  - {id: fails, hooks: [order-sign], for: {o: MedicationRequest}, when: "fails(o.drug)", card: {indicator: info, summary: no}}
  - {id: warns, hooks: [order-sign], for: {o: MedicationRequest}, when: "patient.takes(ibuprofen) || patient.allergicTo(ibuprofen) || patient.has(ibuprofen)", card: {indicator: info, summary: "{{ o.drug }}"}}
`)
	config.Rules.Load = load(
		cds.WithFunction("panics", func(c cds.Concept) bool { panic("canary: " + fmt.Sprint(c)) }),
		cds.WithFunction("fails", func(c cds.Concept) (bool, error) { return false, fmt.Errorf("canary: %v", c) }))
	config.Hooks.Authenticator = ehr.verifier()
	var err error
	config.Hooks.Fetcher, err = fetch.New(fetch.Config{Servers: []fetch.Server{{Issuer: issuer, Base: fhir.URL}}})
	require.NoError(t, err)
	store, err := bolt.Open(t.Context(), filepath.Join(dir, "feedback.db"))
	require.NoError(t, err)
	defer store.Close()
	config.Hooks.Feedback = store
	config.Hooks.Prefetch = func(hooks.Service, hooks.TemplateVersion) ([]hooks.Template, error) {
		return []hooks.Template{{Key: "meds", Query: "MedicationRequest?patient={{context.patientId}}"}, {Key: "allergies", Query: "AllergyIntolerance?patient={{context.patientId}}"}}, nil
	}
	config.Decisions, config.Audit = filepath.Join(dir, "decisions.log"), filepath.Join(dir, "audit.ndjson")
	config.Archive = filepath.Join(dir, "archive")
	config.Traces = server.Traces{Endpoint: collector.URL}
	config.Log = log.logger()
	r := run(t, config)

	const path = "/cds-services/primum-order-sign"
	var tokens int
	call := func(path, body, token string) (int, string) {
		request, err := http.NewRequest(http.MethodPost, r.url+path, strings.NewReader(body))
		require.NoError(t, err)
		request.Header.Set("Authorization", token)
		request.Header.Set("X-Canary", "canary header")
		request.Header.Set("User-Agent", "canary agent")
		request.Header.Set("tracestate", "canary=canary")
		response, err := r.client.Do(request)
		require.NoError(t, err)
		defer response.Body.Close()
		answer, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response.StatusCode, string(answer)
	}
	signed := func(path string) string {
		tokens++
		return "Bearer " + ehr.token(path, fmt.Sprint("canary-jti-", tokens), jwt.MapClaims{"sub": "canary-sub", "tenant": "tenant-1"})
	}
	body := fmt.Sprintf(canaryRequest, fhir.URL)
	status, answer := call(path, body, signed(path))
	require.Equal(t, http.StatusOK, status, answer)
	card := regexp.MustCompile(`"uuid":"([^"]+)"`).FindStringSubmatch(answer)[1]
	for _, wrong := range []struct {
		status            int
		path, body, token string
	}{
		{401, path, body, "Bearer canary"},
		{401, path, body, signed("/canary")},
		{401, path, body, "Bearer " + ehr.token(path, "canary", jwt.MapClaims{"iss": "canary"})},
		{400, path, "canary", signed(path)},
		{400, path, strings.ReplaceAll(body, `"patientId"`, `"canaryId"`), signed(path)},
		{400, path, strings.ReplaceAll(body, `"order-sign"`, `"canary-hook"`), signed(path)},
		{404, "/cds-services/canary-service", body, signed("/cds-services/canary-service")},
		{404, "/canary", body, signed("/canary")},
		{200, path + "/feedback", `{"feedback":[{"card":"` + card + `","outcome":"overridden","outcomeTimestamp":"2026-03-01T00:00:00Z"}]}`, signed(path + "/feedback")},
		{400, path + "/feedback", `{"feedback":[{"card":"canary","outcome":"canary"}]}`, signed(path + "/feedback")},
	} {
		status, answer := call(wrong.path, wrong.body, wrong.token)
		require.Equal(t, wrong.status, status, "%s %s", wrong.path, answer)
		require.Empty(t, canary.FindString(answer), "an error tells")
	}
	_, metrics := r.get("/metrics")
	_, ready := r.get("/readyz")
	r.stop()

	outputs := map[string]string{"log": log.String(), "metrics": metrics, "readyz": ready, "traces": spans.String()}
	for _, name := range []string{config.Decisions, config.Audit} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		outputs[filepath.Base(name)] = string(text)
	}
	for name, text := range outputs {
		require.NotEmpty(t, text, name)
		require.Empty(t, canary.FindString(text), name)
		require.NotContains(t, text, "eyJ", name) // how each token begins
	}
	require.Contains(t, outputs["traces"], `"name":"call primum-order-sign"`)
	require.Contains(t, outputs["traces"], `"name":"fetch"`)
	require.Contains(t, outputs["metrics"], `primum_fetches_total{reason="ok"} 1`)
	require.Contains(t, outputs["metrics"], `primum_fetches_total{reason="server-error"} 1`)
	require.Contains(t, outputs["metrics"], `primum_auth_refusals_total{reason="aud"} 1`)
	require.Contains(t, outputs["metrics"], `primum_rule_results_total{result="failed",rule="panics"} 1`)

	// The archive names patients, as it says, and holds no token.
	kept, err := filepath.Glob(filepath.Join(config.Archive, "*", "*"))
	require.NoError(t, err)
	require.NotEmpty(t, kept)
	for _, name := range kept {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NotContains(t, string(text), "access-token", name)
	}
}

package hooks_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/auth"
	"github.com/primum-cds/primum/hooks/fetch"
)

// callers is an Authenticator that takes the token for the issuer.
type callers struct{}

func (callers) Verify(_ context.Context, authorization, _ string) (auth.Caller, error) {
	return auth.Caller{Issuer: strings.TrimPrefix(authorization, "Bearer ")}, nil
}

// What the rule reads of the patient, published to clients of 2.0 and to those that understand dates.
const (
	saltRule = `hooks: [patient-view], `
	saltWhen = "patient.value(salt, months(7)) > quantity(145, 'mmol/L')"
	salt2    = "Observation?patient={{context.patientId}}&code=http://loinc.org|2951-2&_sort=-date"
	salt3    = "Observation?patient={{context.patientId}}&code=http://loinc.org|2951-2&date=ge{{today() - 219 days}}&_sort=-date"
)

func versionedHandler(t *testing.T, f hooks.Fetcher) *hooks.Handler {
	h, err := hooks.New(engineOf(t, ruleOf("salty", saltRule, saltWhen)), hooks.Config{
		Prefetch: hooks.RuleTemplates, Authenticator: callers{}, Fetcher: f, Now: func() time.Time { return now },
		Clients: map[string]hooks.Client{"new": {Templates: hooks.TemplateVersion3}, "old": {Templates: hooks.TemplateVersion2}},
	})
	require.NoError(t, err)
	return h
}

func discovered(prefetch string) string {
	return `{"services":[{"hook":"patient-view","hookVersion":"1.0","title":"Primum, patient-view",` +
		`"description":"Asks the clinical rules that are for patient-view.","id":"primum-patient-view","version":"3.0.0",` +
		`"prefetch":{"observations":"` + prefetch + `"}}]}`
}

// A client is given the templates that it is known to understand, everybody else those of 2.0.
func TestD8P9TemplatesForEachClient(t *testing.T) {
	h := versionedHandler(t, nil)
	for issuer, prefetch := range map[string]string{"new": salt3, "old": salt2, "unknown": salt2, "": salt2} {
		w := do(h, "GET", "/cds-services", "", "Authorization", "Bearer "+issuer)
		require.Equal(t, http.StatusOK, w.Code)
		require.Equal(t, discovered(prefetch), w.Body.String(), issuer)
	}
}

// Where nobody says who they are, what is published is what the setting for all others says.
func TestTemplatesWithoutAuthentication(t *testing.T) {
	engine := engineOf(t, ruleOf("salty", saltRule, saltWhen))
	for others, prefetch := range map[hooks.TemplateVersion]string{0: salt2, hooks.TemplateVersion2: salt2, hooks.TemplateVersion3: salt3} {
		h, err := hooks.New(engine, hooks.Config{Prefetch: hooks.RuleTemplates, Clients: map[string]hooks.Client{
			"": {Templates: others}, "new": {Templates: hooks.TemplateVersion3},
		}})
		require.NoError(t, err)
		require.Equal(t, discovered(prefetch), do(h, "GET", "/cds-services", "").Body.String(), others)
	}
}

// A call is understood by the templates that its client was given: what is missing is fetched as these would have
// asked for it, and what is there answers what they ask.
func TestCallsByTheTemplatesOfTheClient(t *testing.T) {
	const call = `{"hook":"patient-view","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea","fhirServer":"https://ehr.example.org/fhir",` +
		`"context":{"userId":"Practitioner/1","patientId":"p1"},"prefetch":{`
	result := `{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"Observation","id":"o1","status":"final",` +
		`"code":{"coding":[{"system":"http://loinc.org","code":"2951-2"}]},"subject":{"reference":"Patient/p1"},"effectiveDateTime":"2026-02-27",` +
		`"valueQuantity":{"value":150,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"}}}]}`
	for issuer, query := range map[string]string{
		"new": "Observation?patient=p1&code=http://loinc.org|2951-2&date=ge2025-07-25&_sort=-date",
		"old": "Observation?patient=p1&code=http://loinc.org|2951-2&_sort=-date",
	} {
		server := &fhirServer{answers: map[string]string{"observations": result}}
		h := versionedHandler(t, server)
		w := do(h, "POST", "/cds-services/primum-patient-view", call+"}}", "Authorization", "Bearer "+issuer)
		require.Len(t, answered(t, w).Cards, 1, issuer)
		require.Equal(t, []fetch.Query{{Key: "observations", URL: query}}, server.asked)

		server.asked = nil
		w = do(h, "POST", "/cds-services/primum-patient-view", call+`"observations":`+result+"}}", "Authorization", "Bearer "+issuer)
		require.Len(t, answered(t, w).Cards, 1, issuer)
		require.Empty(t, server.asked)
	}
}

// What no template and no field of the context brings is said once, whichever templates clients are given.
func TestRulesThatNothingServesForAnyClient(t *testing.T) {
	for _, versions := range [][]hooks.TemplateVersion{{2}, {3}, {2, 3}} {
		clients := map[string]hooks.Client{}
		for i, v := range versions {
			clients[string(rune('a'+i))] = hooks.Client{Templates: v}
		}
		_, err := hooks.New(engineOf(t, ruleOf("r", "hooks: [order-sign], ", "patient.resources('Group').size() > 3")),
			hooks.Config{Prefetch: hooks.RuleTemplates, Clients: clients})
		require.ErrorContains(t, err, `hooks: service "primum-order-sign": rules.yaml:11:41: rule "r": no search finds the Group of a patient, so that none can be prefetched`)
		require.Equal(t, 1, strings.Count(err.Error(), "Group of a patient"))
	}
}

// Templates written by hand are examined as each client will read them.
func TestTemplatesAreExaminedForEachVersion(t *testing.T) {
	engine := engineOf(t, ruleOf("r", "hooks: [order-sign], ", "true"))
	byHand := func(for2, for3 string) hooks.Config {
		return hooks.Config{
			Clients: map[string]hooks.Client{"new": {Templates: hooks.TemplateVersion3}},
			Prefetch: func(_ hooks.Service, version hooks.TemplateVersion) ([]hooks.Template, error) {
				query := map[hooks.TemplateVersion]string{hooks.TemplateVersion2: for2, hooks.TemplateVersion3: for3}[version]
				return []hooks.Template{{Key: "a", Query: query}}, nil
			},
		}
	}
	const whole, recent = "Condition?patient={{context.patientId}}", "Condition?patient={{context.patientId}}&recorded-date=ge{{today() - 9 days}}"
	_, err := hooks.New(engine, byHand(whole, recent))
	require.NoError(t, err)
	_, err = hooks.New(engine, byHand(recent, recent))
	require.EqualError(t, err, `hooks: service "primum-order-sign": prefetch "a", character 59: today() - 9 days: dates are of version 3.0`)
	_, err = hooks.New(engine, byHand(whole, "Condition?patient={{%b.id}}"))
	require.EqualError(t, err, `hooks: service "primum-order-sign": prefetch "a", character 21: %b.id: there is no template "b"`)
}

// What could only be noticed by calls that go wrong is refused.
func TestConfigsThatMeanNothing(t *testing.T) {
	engine, err := trial()
	require.NoError(t, err)
	_, err = hooks.New(engine, hooks.Config{
		Clients: map[string]hooks.Client{"": {MaxCards: -1}, "https://ehr.example.org": {MaxCards: -3}, "https://other.example.org": {MaxCards: 1}},
		Origins: []string{"*", "https://ehr.example.org", "http://127.0.0.1:8080", "https://ehr.example.org/", "ehr.example.org", "https://EHR.example.org", ""},
	})
	require.EqualError(t, err, `hooks: client "": 0 cards or more were expected, not -1
client "https://ehr.example.org": 0 cards or more were expected, not -3
origin "https://ehr.example.org/": one as browsers send it was expected, such as https://ehr.example.org
origin "ehr.example.org": one as browsers send it was expected, such as https://ehr.example.org
origin "https://EHR.example.org": one as browsers send it was expected, such as https://ehr.example.org
origin "": one as browsers send it was expected, such as https://ehr.example.org`)
}

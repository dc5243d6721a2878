package hooks_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
)

func TestFill(t *testing.T) {
	r := &hooks.Request{
		PatientID: "p1", UserID: "Practitioner/7", Context: map[string]json.RawMessage{
			"orders": json.RawMessage(`["ServiceRequest/1","ServiceRequest/2"]`), "ward": json.RawMessage(`"a b&c=#/d"`), "bundle": json.RawMessage(`{}`),
		},
	}
	for template, want := range map[string]string{
		"Patient/{{context.patientId}}":                                       "Patient/p1",
		"{{context.userId}}":                                                  "Practitioner/7",
		"Practitioner/{{ userPractitionerId }}":                               "Practitioner/7",
		"Basic?x={{context.ward}}":                                            "Basic?x=a%20b%26c%3D%23/d", // one value, whatever is in it
		"ServiceRequest?_id={{context.orders}}":                               "ServiceRequest?_id=ServiceRequest/1,ServiceRequest/2",
		"Observation?date=ge{{today() - 1 day}}":                              "Observation?date=ge2026-02-28",
		"Observation?date=le{{today() + 31 'days'}}":                          "Observation?date=le2026-04-01",
		"Basic?x={{context.userId|userPractitionerId|context.encounterId}}":   "Basic?x=Practitioner/7,7", // what there is of several
		"Observation?code=http://loinc.org|4548-4,x&p={{%context.patientId}}": "Observation?code=http://loinc.org|4548-4,x&p=p1",
		"Patient/1":                         "Patient/1",
		"Encounter/{{context.encounterId}}": "", // it may be left out
		"Patient/{{userPatientId}}":         "", // the user is somebody else
		"Basic?x={{context.bundle}}":        "", // no simple value
		"Basic?x={{context.bundle.id}}":     "", // only the client can tell
		"Basic?x={{%meds.id}}":              "",
		"Basic?x={{context.patientId":       "", // no template
		"Basic?x={{context.nothing}}":       "",
	} {
		query, ok := hooks.Template{Query: template}.Fill(r, now)
		require.Equal(t, want != "", ok, template)
		if ok {
			require.Equal(t, want, query)
		}
	}
	for id, want := range map[string]string{"../x": "", "..": "", "a?b": "Patient/a%3Fb"} {
		query, ok := hooks.Template{Query: "Patient/{{context.patientId}}"}.Fill(&hooks.Request{PatientID: id}, now)
		require.Equal(t, want != "", ok, id)
		if ok {
			require.Equal(t, want, query)
		}
	}
}

// What a key was asked that cannot be asked, nobody knows: null does not say that there is nothing.
func TestP6WhatWasNotAskedSuppliesNothing(t *testing.T) {
	templates := []hooks.Template{{Key: "encounter", Query: "Encounter/{{context.encounterId}}"}, {Key: "careteam", Query: "CareTeam?patient={{%patient.id}}"}}
	for _, prefetch := range []string{
		`{}`, `{"encounter":null,"careteam":null}`,
		`{"encounter":{"resourceType":"Bundle","type":"searchset"},"careteam":{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"CareTeam","id":"c"}}]}}`,
	} {
		r, err := hooks.Decode([]byte(`{"hook":"patient-view","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea","context":{"userId":"Practitioner/1","patientId":"p1"},"prefetch":` + prefetch + `}`))
		require.NoError(t, err)
		for _, answer := range r.Asked(templates, now) {
			require.Empty(t, answer.Query)
			if prefetch == "{}" {
				require.Equal(t, hooks.PrefetchNotAsked, answer.State)
				require.Equal(t, "not asked, as the request has no value for a token", answer.Reason)
			}
		}
		for _, in := range r.Inputs() {
			require.Empty(t, in.Query)
			require.Equal(t, []string{}, in.Supplies)
		}
	}

	// A Bundle that says itself what it answers is believed.
	r, err := hooks.Decode([]byte(`{"hook":"patient-view","hookInstance":"x","context":{"userId":"Practitioner/1","patientId":"p1"},"prefetch":
		{"careteam":{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"https://example.org/CareTeam?patient=p1"}]}}}`))
	require.NoError(t, err)
	require.Equal(t, hooks.PrefetchEmpty, r.Asked(templates[1:], now)[0].State)
	require.Equal(t, cds.Input{Name: "prefetch.careteam"}, func() cds.Input { in := r.Inputs()[0]; in.JSON = nil; return in }())
}

// A Handler publishes what its rules read, and says at once what nothing brings.
func TestHandlerWithTheTemplatesOfItsRules(t *testing.T) {
	h, err := hooks.New(engineOf(t, ruleOf("r", "hooks: [order-sign], ", "patient.takes(drugs)")), hooks.Config{Prefetch: hooks.RuleTemplates})
	require.NoError(t, err)
	require.Contains(t, do(h, "GET", "/cds-services", "").Body.String(),
		`"prefetch":{"medications":"MedicationRequest?patient={{context.patientId}}&status=active,unknown","statements":"MedicationStatement?patient={{context.patientId}}&status=active,intended,unknown"}`)

	_, err = hooks.New(engineOf(t, ruleOf("r", "hooks: [order-sign], ", "patient.resources('Group').size() > 3")), hooks.Config{Prefetch: hooks.RuleTemplates})
	require.ErrorContains(t, err, `service "primum-order-sign": rules.yaml:11:41: rule "r": no search finds the Group of a patient`)

	_, err = hooks.New(engineOf(t, ruleOf("r", "", "true")), hooks.Config{
		Services: []hooks.Service{{ID: "s", Hook: "order-sign"}},
		Prefetch: func(hooks.Service, hooks.TemplateVersion) ([]hooks.Template, error) {
			return []hooks.Template{{Key: "a", Query: "Medication/{{context.medication.id}}"}, {Key: "b", Query: "Condition?code:not=1"}}, nil
		},
	})
	require.EqualError(t, err, `hooks: service "s": prefetch "a", character 14: context.medication.id: paths into a field are of version 3.0`)
}

func ExampleTemplates() {
	engine, err := cds.New([]cds.Pack{{Name: "example", Rules: []cds.Rule{{
		ID: "minors", When: cds.Text{Value: "patient.age() < years(18) && !patient.has(nothing)"}, Card: cds.Card{
			Indicator: cds.Text{Value: "info"}, Summary: cds.Text{Value: "A minor"}, SourceLabel: cds.Text{Value: "Example"},
		},
	}}, Codes: []cds.Codes{{Name: "nothing", Groups: []cds.CodeGroup{{System: "http://snomed.info/sct", Codes: []cds.Text{{Value: "709044004"}}}}}}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	templates, err := hooks.Templates(engine, "patient-view", hooks.TemplateVersion2)
	fmt.Println(templates, err)
	// Output: [{patient Patient/{{context.patientId}}} {conditions Condition?patient={{context.patientId}}}] <nil>
}

func ExampleLint() {
	hook, _ := cds.HookByName("order-sign")
	for _, p := range hooks.Lint([]hooks.Template{
		{Key: "drug", Query: "Medication/{{context.medication.id}}"},
		{Key: "meds", Query: "MedicationRequest?patient={{context.patientId}}&_include=MedicationRequest:medication"},
	}, hook, hooks.TemplateVersion2) {
		fmt.Println(p.Warning, p)
	}
	// Output:
	// false prefetch "drug", character 14: context.medication.id: paths into a field are of version 3.0
	// true prefetch "meds", character 49: _include is not among the parameters that clients must understand
}

// FuzzTemplate: whatever a template is, its problems are places in it; what has none can be filled in for a
// request that has everything, unless only the client can, and what was filled in holds no token and no more
// parameters than the template has.
func FuzzTemplate(f *testing.F) {
	for _, query := range []string{
		"Patient/{{context.patientId}}", "Observation?patient={{context.patientId}}&code=http://loinc.org|4548-4&date=gt{{today() - 90 days}}",
		"Practitioner?_id={{%a.entry.resource.x.resolve().ofType(Practitioner).id|%b.entry}}", "Encounter/{{%context.encounterId}}",
		"{{", "}}", "{{}}", "{{context.", "{{today()-}}", "{{a|}}", "x?{{context.patientId}}=&&", "{{userPractitionerId}}", "é{{context.é}}",
	} {
		f.Add(query, "p1")
	}
	hook, _ := cds.HookByName("order-sign")
	f.Fuzz(func(t *testing.T, query, id string) {
		template := hooks.Template{Key: "key", Query: query}
		var wrong bool
		for _, version := range []hooks.TemplateVersion{hooks.TemplateVersion2, hooks.TemplateVersion3} {
			for _, p := range hooks.Lint([]hooks.Template{template}, hook, version) {
				wrong = wrong || !p.Warning
				require.True(t, p.Offset >= 0 && p.Offset <= utf8.RuneCountInString(query), "%q %v", query, p)
			}
		}
		r := &hooks.Request{PatientID: id, EncounterID: id, UserID: "Practitioner/" + id}
		filled, ok := template.Fill(r, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
		if !ok {
			simple := strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789") == "" && id != ""
			other := strings.Contains(query, "userPatientId") || strings.Contains(query, "userRelatedPersonId") || strings.Contains(query, "userPractitionerRoleId")
			require.False(t, !wrong && simple && !other, "%q is not filled in", query)
			return
		}
		require.NotContains(t, filled, "{{")
		if id != "" && !strings.ContainsAny(query, "?&") {
			_, search, _ := strings.Cut(filled, "?")
			require.Empty(t, search, "an id became parameters: %q", filled)
		}
	})
}

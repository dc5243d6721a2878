package hooks_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
)

const (
	searchset        = `{"resourceType":"Bundle","type":"searchset"`
	orderOfAspirin   = `{"resource":{"resourceType":"MedicationRequest","id":"m","status":"active","intent":"order","subject":{"reference":"Patient/p1"},"medicationCodeableConcept":{"text":"x","coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"1191"}]}}}`
	orderOfMetformin = `{"resource":{"resourceType":"MedicationRequest","id":"n","status":"active","intent":"order","subject":{"reference":"Patient/p1"},"medicationCodeableConcept":{"text":"x","coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"6809"}]}}}`
	outcomeText      = `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"timeout","diagnostics":"took too long"}]}`
)

// medications are asked for in two ways; answer is what becomes of each, and outcome what comes of a rule
// that asks for current orderOfMetformin.
func becameOf(t *testing.T, prefetch string) (answers []hooks.Answer, outcome string) {
	engine := engineOf(t, ruleOf("r", "", "patient.takes(drugs)"))
	templates, err := hooks.Templates(engine, "patient-view", hooks.TemplateVersion2)
	require.NoError(t, err)
	r, err := hooks.Decode([]byte(`{"hook":"patient-view","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
		"context":{"userId":"Practitioner/1","patientId":"Patient/p1"},"prefetch":` + prefetch + `}`))
	require.NoError(t, err)
	answers = r.Asked(templates, now)
	require.Equal(t, answers, r.Asked(templates, now), "asking twice changes something")
	rec, err := engine.ReadPatient(r.PatientID, r.Inputs()...)
	require.NoError(t, err)
	defer rec.Close()
	report, err := engine.Evaluate(t.Context(), rec, r.Review(now))
	require.NoError(t, err)
	switch {
	case len(report.Findings) > 0:
		return answers, "holds"
	case len(report.Undecided) > 0:
		return answers, fmt.Sprint(report.Undecided[0].Missing)
	}
	return answers, "does not hold"
}

// P1 key absent; P2 null and the empty searchset; P3 an OperationOutcome; P4 pages.
func TestP1P2P3P4WhatBecameOfATemplate(t *testing.T) {
	const (
		meds       = "MedicationRequest?patient=p1&status=active,unknown"
		statements = "MedicationStatement?patient=p1&status=active,intended,unknown"
	)
	answer := func(state hooks.PrefetchState, reason string) []hooks.Answer {
		return []hooks.Answer{{"medications", meds, state, reason}, {"statements", statements, hooks.PrefetchAbsent, "not prefetched"}}
	}
	self := func(url string) string { return searchset + `,"link":[{"relation":"self","url":"` + url + `"}]}` }
	for _, test := range []struct {
		name, medications string // what is sent for the key; "" for no such key
		want              []hooks.Answer
		outcome           string
	}{
		{"P1 absent", "", answer(hooks.PrefetchAbsent, "not prefetched"), "[{MedicationRequest  not prefetched}]"},
		{"P2 null", "null", answer(hooks.PrefetchEmpty, ""), "does not hold"},
		{"P2 empty searchset", searchset + `}`, answer(hooks.PrefetchEmpty, ""), "does not hold"},
		{"P2 empty searchset that counts to 0", searchset + `,"total":0,"entry":[]}`, answer(hooks.PrefetchEmpty, ""), "does not hold"},
		{"P2 empty, as a list", `[]`, answer(hooks.PrefetchFailed, "it is not a FHIR resource"), "[{MedicationRequest  it is not a FHIR resource}]"},
		{"P3 outcome", outcomeText, answer(hooks.PrefetchFailed, "the prefetch failed: took too long"), "[{MedicationRequest  the prefetch failed: took too long}]"},
		{"P3 outcome among the results", searchset + `,"entry":[` + orderOfAspirin + `,{"resource":` + outcomeText + `,"search":{"mode":"outcome"}}]}`,
			answer(hooks.PrefetchPartial, ""), "[{MedicationRequest  took too long}]"},
		{"P4 first page", searchset + `,"link":[{"relation":"next","url":"https://example.org/fhir?page=2"}],"entry":[` + orderOfAspirin + `]}`,
			answer(hooks.PrefetchPartial, ""), "[{MedicationRequest  next page not supplied}]"},
		{"P4 first page, with what decides", searchset + `,"link":[{"relation":"next","url":"https://example.org/fhir?page=2"}],"entry":[` + orderOfMetformin + `]}`,
			answer(hooks.PrefetchPartial, ""), "holds"},
		{"P4 fewer than there are", searchset + `,"total":2,"entry":[` + orderOfAspirin + `]}`, answer(hooks.PrefetchPartial, ""), "[{MedicationRequest  only 1 of 2 supplied}]"},
		{"good", searchset + `,"total":1,"entry":[` + orderOfAspirin + `]}`, answer(hooks.PrefetchSatisfied, ""), "does not hold"},
		{"good, and told by its link", self("https://example.org/fhir/MedicationRequest?patient=p1&status=active"), answer(hooks.PrefetchEmpty, ""), "does not hold"},
		{"its link says that less was asked for", self("https://example.org/fhir/MedicationRequest?patient=p1&category=inpatient&status=active"),
			answer(hooks.PrefetchEmpty, ""), "[{MedicationRequest  supplied only with category=inpatient}]"},
		{"good, as a collection", `{"resourceType":"Bundle","type":"collection","entry":[` + orderOfAspirin + `]}`, answer(hooks.PrefetchSatisfied, ""), "does not hold"},
		{"searched with a token still in it", self("MedicationRequest?patient={{context.patientId}}&status=active,unknown"),
			answer(hooks.PrefetchAbsent, ""), "[{MedicationRequest  its search still held {{ and found nothing}]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			prefetch := `{}`
			if test.medications != "" {
				prefetch = `{"medications":` + test.medications + `}`
			}
			answers, outcome := becameOf(t, prefetch)
			require.Equal(t, test.want, answers)
			require.Equal(t, test.outcome, outcome)
		})
	}
}

// A key that the service did not ask for is read as far as it tells itself what it is.
func TestP1KeysThatNobodyAskedFor(t *testing.T) {
	answers, outcome := becameOf(t, `{"mine":{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"https://example.org/MedicationRequest?patient=p1"}]}}`)
	require.Equal(t, hooks.PrefetchAbsent, answers[0].State)
	require.Equal(t, "does not hold", outcome)
}

// P7: the grammar of 2.0. Each is examined for order-sign and, where nothing else is said, both versions.
func TestP7Grammar(t *testing.T) {
	for _, test := range []struct {
		query string
		want  []string // of 2.0
		new   []string // of 3.0
	}{
		{"Patient/{{context.patientId}}", nil, nil},
		{"Patient/{{ context.patientId }}", nil, nil},
		{"{{context.userId}}", nil, nil},
		{"Practitioner/{{userPractitionerId}}", nil, nil},
		{"PractitionerRole/{{userPractitionerRoleId}}", nil, nil},
		{"Patient/{{userPatientId}}", nil, nil},
		{"RelatedPerson/{{userRelatedPersonId}}", nil, nil},
		{"Patient/{{patientId}}", []string{"10: patientId: expected context and a field of it, as in {{context.patientId}}, or a token such as userPractitionerId"}, same},
		{"Patient/{{context}}", []string{"10: context: a field of the context was expected, as in {{context.patientId}}"}, same},
		{"Patient/{{context.patient}}", []string{"10: the hook order-sign has no context.patient"}, same},
		{"Medication/{{context.draftOrders}}", []string{"13: context.draftOrders of order-sign cannot stand in a template"}, same},
		{"Medication/{{context.medication.id}}", []string{"13: context.medication.id: paths into a field are of version 3.0"}, []string{"13: the hook order-sign has no context.medication"}},
		{"Medication/{{context.draftOrders.entry.resource.ofType(MedicationRequest).medication.resolve().id}}",
			[]string{"13: context.draftOrders.entry.resource.ofType(MedicationRequest).medication.resolve().id: paths into a field are of version 3.0"}, nil},
		{"Patient/{{}}", []string{"10: a name was expected, as in {{context.patientId}}"}, same},
		{"Patient/{{context.patientId}", []string{"8: {{ is not closed by }}"}, same},
		{"Patient/{{context.{{patientId}}}}", []string{"8: {{ is not closed by }}"}, same},
		{"Patient/context.patientId}}", []string{"25: }} closes nothing"}, same},
		{"Patient/{{context.}}", []string{"18: a field was expected after the point"}, same},
		{"Patient/{{context.patientId or 3}}", []string{`28: "or 3" was not expected here`}, same},
		{"Patient/{{context.patientId.first()}}", []string{"28: there is no function first(): expected ofType(Type) or resolve()"}, same},
		{"Patient/{{now()}}", []string{"10: there is no function now: only today() can stand here"}, same},
		{"Patient/{{context.patientId | context.userId}}", []string{"8: several paths in one token are of version 3.0"}, nil},
		{"", []string{"0: the template is empty"}, same},
	} {
		require.Equal(t, test.want, problems(test.query, hooks.TemplateVersion2), test.query)
		want := test.new
		if len(want) == 1 && want[0] == same[0] {
			want = test.want
		}
		require.Equal(t, want, problems(test.query, hooks.TemplateVersion3), test.query)
	}
}

var same = []string{"as in 2.0"}

// problems are what is wrong with a template of order-sign, "place: message"; of a warning, "place? message".
func problems(query string, version hooks.TemplateVersion) []string {
	hook, _ := cds.HookByName("order-sign")
	templates := []hooks.Template{{Key: "first", Query: "Patient/{{context.patientId}}"}, {Key: "key", Query: query}, {Key: "last", Query: "Patient/{{context.patientId}}"}}
	var out []string
	for _, p := range hooks.Lint(templates, hook, version) {
		mark := ":"
		if p.Warning {
			mark = "?"
		}
		out = append(out, fmt.Sprintf("%d%s %s", p.Offset, mark, p.Message))
	}
	return out
}

// P8: the part of FHIR's search that clients must understand. What goes beyond it is a warning.
func TestP8Queries(t *testing.T) {
	const patient = "Observation?patient={{context.patientId}}"
	for _, test := range []struct {
		query string
		want  []string
	}{
		{patient, nil},
		{patient + "&code=http://loinc.org|4548-4,http://loinc.org|2345-7", nil},
		{patient + "&code:in=http://example.org/ValueSet/labs", nil},
		{patient + "&date=ge2020-01-01&date=lt2021-01-01&date=2022", nil},
		{patient + "&_count=1&sort:desc=date", nil},
		{patient + "&_sort=-date", nil},
		{"Observation?_id=1&subject={{context.patientId}}", nil},
		{"Practitioner?_id={{userPractitionerId}}", nil},
		{patient + "&date=sa2020", []string{"42? date=sa2020: of the prefixes clients must understand eq, lt, gt, ge and le"}},
		{patient + "&code:not=1", []string{"42? code:not: of the modifiers clients must understand only :in"}},
		{patient + "&_include=Observation:subject", []string{"42? _include is not among the parameters that clients must understand"}},
		{patient + "&subject.name=x", []string{"42? subject.name: parameters of what is referred to are not among those that clients must understand"}},
		{patient + "&_maxresults=3", []string{"42? _maxresults is of version 3.0"}},
		{patient + "&code=", []string{`42? "code=": expected name=value`}},
		{"Observation?code=1", []string{"0? the search does not say of which patient: expected patient={{context.patientId}}"}},
		{"Observation", []string{"0? all resources of the type, of all patients: expected Type?parameters or Type/{{id}}"}},
		{"Patient/{{context.patientId}}/Observation", []string{"0? Patient/{{…}}/Observation is neither a read nor a search of a type: expected Type?parameters or Type/{{id}}"}},
		{"Patient/{{context.patientId}}/$everything", []string{"0? Patient/{{…}}/$everything is neither a read nor a search of a type: expected Type?parameters or Type/{{id}}"}},
		{"/Patient/{{context.patientId}}", []string{"0? a template is relative to the client's FHIR server: expected Type?parameters or Type/{{id}}"}},
		{"Observations?patient={{context.patientId}}", []string{`0: there is no type of resource "Observations": expected Type?parameters or Type/{{id}}`}},
		{"{{context.userId}}/x", []string{"0? the type is not told: expected Type?parameters or Type/{{id}}"}},
	} {
		require.Equal(t, test.want, problems(test.query, hooks.TemplateVersion2), test.query)
	}
	require.Empty(t, problems(patient+"&_maxresults=3", hooks.TemplateVersion3))
}

// P9: what 3.0 adds.
func TestP9Paths(t *testing.T) {
	const patient = "Observation?patient={{context.patientId}}"
	for _, test := range []struct {
		query string
		want  []string // of 3.0
	}{
		{patient + "&date=gt{{today() - 90 days}}", nil},
		{patient + "&date=gt{{today()-90 days}}&date=lt{{today()}}", nil},
		{"Practitioner?_id={{%first.generalPractitioner.resolve().ofType(Practitioner).id|%first.id}}", nil},
		{"Practitioner?_id={{%last.id}}", []string{"19: %last.id: a template must stand after those that it depends on"}},
		{"Practitioner?_id={{%key.id}}", []string{"19: %key.id: a template cannot depend on itself"}},
		{"Practitioner?_id={{%other.id}}", []string{`19: %other.id: there is no template "other"`}},
		{"Practitioner?_id={{%first.x.ofType(DomainResource).id}}", []string{"19: ofType(DomainResource): expected the name of one type of resource"}},
		{"Practitioner?_id={{%first.x.ofType(Quantity).id}}", []string{"19: ofType(Quantity): expected the name of one type of resource"}},
		{patient + "&date=gt{{today() - 90 months}}", []string{"64: days were expected, as in today() - 90 days"}},
		{patient + "&date=gt{{today() - days}}", []string{"61: a number of days was expected, as in today() - 90 days"}},
		{patient + "&date=gt{{today().year}}", []string{"51: today().year: today() has no fields"}},
		{patient + "&date=gt{{context.patientId - 3 days}}", []string{"69: only today() can be moved by days"}},
	} {
		require.Equal(t, test.want, problems(test.query, hooks.TemplateVersion3), test.query)
	}
	require.Equal(t, []string{"51: today() - 90 days: dates are of version 3.0"}, problems(patient+"&date=gt{{today() - 90 days}}", hooks.TemplateVersion2))
	require.Equal(t, []string{"19: %first.id: the answer of another prefetch is of version 3.0"}, problems("Practitioner?_id={{%first.id}}", hooks.TemplateVersion2))

	// The specification's own example: on 2024-09-13, today() - 90 days is 2024-06-15.
	query, ok := hooks.Template{Key: "labs", Query: patient + "&date=gt{{today() - 90 days}}"}.Fill(&hooks.Request{PatientID: "123"}, now.AddDate(-2, 6, 12))
	require.True(t, ok)
	require.Equal(t, "Observation?patient=123&date=gt2024-06-15", query)
}

// P10: what the specification itself writes otherwise.
func TestP10Slips(t *testing.T) {
	require.Empty(t, problems("Encounter/{{%context.encounterId}}", hooks.TemplateVersion2))
	require.Empty(t, problems("Observation?patient={{context.patientId}}&date=gt2025-06-15&date=2025-09-13", hooks.TemplateVersion2))
	query, ok := hooks.Template{Query: "Encounter/{{%context.encounterId}}"}.Fill(&hooks.Request{EncounterID: "e1"}, now)
	require.True(t, ok)
	require.Equal(t, "Encounter/e1", query)
}

func TestLintOfKeys(t *testing.T) {
	const query = "Patient/{{context.patientId}}"
	got := hooks.Lint([]hooks.Template{{"a", query}, {"a", query}, {"", query}}, hookOf(t, "order-sign"), hooks.TemplateVersion2)
	require.Equal(t, []hooks.TemplateProblem{{Key: "a", Message: "there are two templates with this key"}, {Message: "the template has no key"}}, got)
	require.EqualError(t, got[0], `prefetch "a", character 1: there are two templates with this key`)
}

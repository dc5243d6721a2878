package hooks_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/rules"
)

// engineOf compiles a pack of rules, each "hooks: condition", without a focus or with "for T" after the hooks.
func engineOf(t testing.TB, text string, opts ...cds.Option) *cds.Engine {
	packs, err := rules.LoadFS(fstest.MapFS{"rules.yaml": {Data: []byte(`pack: test
codes:
  sugar: {loinc: [2345-7, 4548-4]}
  salt:  {loinc: [2951-2]}
  drugs: {rxnorm: [6809]}
  aspirin: {rxnorm: [1191]}
  odd:   {codes: ["http://example.org/codes|a,b"]}
  spaced: {codes: ["http://example.org/codes|a b&c"]}
  many:  {codes: [` + many() + `]}
rules:
` + text)}}, ".")
	require.NoError(t, err)
	engine, err := cds.New(packs, opts...)
	require.NoError(t, err)
	return engine
}

func many() string {
	codes := make([]string, 100)
	for i := range codes {
		codes[i] = fmt.Sprintf(`"http://example.org/codes|%d"`, i)
	}
	return strings.Join(codes, ", ")
}

func ruleOf(id, more, when string) string {
	return fmt.Sprintf("  - {id: %s, %swhen: %q, card: {indicator: info, summary: It holds}}\n", id, more, when)
}

func hookOf(t testing.TB, name string) cds.Hook {
	hook, ok := cds.HookByName(name)
	require.True(t, ok, name)
	return hook
}

// The templates of the packs that come with the engine, at every hook and for clients of either version.
func TestTemplatesOfTheEmbeddedPacks(t *testing.T) {
	packs, err := rules.Embedded()
	require.NoError(t, err)
	engine, err := cds.New(packs)
	require.NoError(t, err)
	var b strings.Builder
	for _, name := range cds.HookNames() {
		for _, version := range []hooks.TemplateVersion{hooks.TemplateVersion2, hooks.TemplateVersion3} {
			templates, err := hooks.Templates(engine, name, version)
			require.NoError(t, err)
			require.Empty(t, hooks.Lint(templates, hookOf(t, name), version))
			fmt.Fprintf(&b, "-- %s, version %d --\n", name, version)
			for _, template := range templates {
				fmt.Fprintf(&b, "%-13s %s\n", template.Key, template.Query)
			}
		}
	}
	const golden = "testdata/templates/embedded.txt"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String())
}

func TestTemplates(t *testing.T) {
	const meds = "medications MedicationRequest?patient={{context.patientId}}"
	const active, states = meds + "&status=active,unknown", "statements MedicationStatement?patient={{context.patientId}}&status=active,intended,unknown"
	for _, test := range []struct {
		name, hook, more, when string
		version                hooks.TemplateVersion
		want                   []string
	}{
		{"nothing", "order-sign", "", "true", 2, nil},
		{"the patient", "order-sign", "", "patient.gender == 'male'", 2, []string{"patient Patient/{{context.patientId}}"}},
		{"what is current", "order-sign", "", "patient.takes(drugs)", 2, []string{active, states}},
		{"history is whole", "order-sign", "", "patient.takes(drugs) && patient.took(drugs, days(3))", 3,
			[]string{meds, "statements MedicationStatement?patient={{context.patientId}}"}},
		{"what an order hook brings", "order-sign", "for: {x: MedicationRequest}, ", "x.drug in drugs", 2, nil},
		{"what it only refers to", "order-dispatch", "for: {x: ServiceRequest}, ", "x.current", 2,
			[]string{"serviceRequests ServiceRequest?patient={{context.patientId}}&status=draft,active,on-hold,unknown"}},
		{"what is reviewed", "patient-view", "for: {x: MedicationRequest}, ", "x.drug in drugs", 2, []string{active}},
		{"dispenses by name", "patient-view", "for: {x: MedicationDispense}, ", "x.drug in drugs", 2,
			[]string{"dispenses MedicationDispense?patient={{context.patientId}}"}},
		{"results by code", "order-sign", "", "known(patient.latest(sugar)) || patient.hasResult(salt, days(3))", 2,
			[]string{"observations Observation?patient={{context.patientId}}&code=http://loinc.org|2345-7,http://loinc.org|2951-2,http://loinc.org|4548-4&_sort=-date"}},
		{"results of all time, for 3.0", "order-sign", "", "known(patient.latest(sugar)) || patient.hasResult(salt, days(3))", 3,
			[]string{"observations Observation?patient={{context.patientId}}&code=http://loinc.org|2345-7,http://loinc.org|2951-2,http://loinc.org|4548-4&_sort=-date"}},
		{"results of late, for 3.0", "order-sign", "", "known(patient.latest(salt, months(1))) || patient.hasResult(salt, days(3))", 3,
			[]string{"observations Observation?patient={{context.patientId}}&code=http://loinc.org|2951-2&date=ge{{today() - 33 days}}&_sort=-date"}},
		{"codes that a list cannot hold", "order-sign", "", "known(patient.latest(odd))", 2,
			[]string{"observations Observation?patient={{context.patientId}}&_sort=-date"}},
		{"codes that are escaped", "order-sign", "", "known(patient.latest(spaced))", 2,
			[]string{"observations Observation?patient={{context.patientId}}&code=http://example.org/codes|a+b%26c&_sort=-date"}},
		{"too many codes", "order-sign", "", "known(patient.latest(many))", 2,
			[]string{"observations Observation?patient={{context.patientId}}&_sort=-date"}},
		{"the encounter, if there is one", "order-sign", "", "patient.encounterClass() == 'IMP'", 2,
			[]string{"encounter Encounter/{{context.encounterId}}", "encounters Encounter?patient={{context.patientId}}&status=in-progress"}},
		{"the encounter, which there is", "encounter-start", "", "patient.encounterClass() == 'IMP'", 2,
			[]string{"encounter Encounter/{{context.encounterId}}"}},
		{"the encounter, which there is not", "order-dispatch", "", "patient.encounterClass() == 'IMP'", 2,
			[]string{"encounters Encounter?patient={{context.patientId}}&status=in-progress"}},
		{"the encounter among all", "order-sign", "", "patient.encounterClass() == 'IMP' || patient.resources('Encounter').size() > 3", 2,
			[]string{"encounters Encounter?patient={{context.patientId}}"}},
		{"types by their names", "order-sign", "", "patient.resources('FamilyMemberHistory').size() + patient.resources('AdverseEvent').size() > 3", 2,
			[]string{"adverseEvents AdverseEvent?subject={{context.patientId}}", "familyMemberHistories FamilyMemberHistory?patient={{context.patientId}}"}},
		{"in their order", "order-sign", "", "patient.resources('CarePlan').size() > 3 && patient.had(drugs) && patient.allergicTo(drugs) && patient.age() > years(3)", 2,
			[]string{"patient Patient/{{context.patientId}}", "allergies AllergyIntolerance?patient={{context.patientId}}", "conditions Condition?patient={{context.patientId}}",
				"procedures Procedure?patient={{context.patientId}}", "carePlans CarePlan?patient={{context.patientId}}"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			engine := engineOf(t, ruleOf("r", test.more, test.when))
			templates, err := hooks.Templates(engine, test.hook, test.version)
			require.NoError(t, err)
			var got []string
			for _, template := range templates {
				got = append(got, template.Key+" "+template.Query)
			}
			require.Equal(t, test.want, got)
			require.Empty(t, hooks.Lint(templates, hookOf(t, test.hook), test.version))
		})
	}
}

// A hook that nobody has described has a patient, and no more is known.
func TestTemplatesOfAnUnknownHook(t *testing.T) {
	engine := engineOf(t, ruleOf("r", "", "patient.takes(drugs) && patient.encounterClass() == 'IMP' && context.performer == 'x'"))
	templates, err := hooks.Templates(engine, "org.example.admission", hooks.TemplateVersion2)
	require.NoError(t, err)
	require.Equal(t, []string{"encounters", "medications", "statements"}, []string{templates[0].Key, templates[1].Key, templates[2].Key})
}

func TestRulesThatNothingBringsAreErrors(t *testing.T) {
	text := ruleOf("a", "", "patient.gender == 'male' && context.performer == 'x'") +
		ruleOf("b", "", "patient.resources('Organization').size() > 0") +
		ruleOf("c", "hooks: [order-dispatch], ", "context.performer == 'x'") +
		ruleOf("d", "", "has(context.performer) && context.performer == 'x'") +
		ruleOf("e", "for: {x: Substance}, ", "x.current")
	_, err := hooks.Templates(engineOf(t, text), "patient-view", hooks.TemplateVersion2)
	var all cds.Errors
	require.ErrorAs(t, err, &all)
	var got []string
	for _, e := range all {
		got = append(got, e.Error())
	}
	require.Equal(t, []string{
		`rules.yaml:11:48: rule "a": the hook patient-view brings no context.performer: ask the rule at other hooks, or let it test has(context.performer)`,
		`rules.yaml:12:20: rule "b": no search finds the Organization of a patient, so that none can be prefetched`,
		`rules.yaml:15:10: rule "e": no search finds the Substance of a patient, so that none can be prefetched`,
	}, got)

	nobody := cds.WithHooks(cds.Hook{Name: "org.example.shift", Fields: []cds.HookField{{Name: "userId", Form: "reference", Token: true}}})
	_, err = hooks.Templates(engineOf(t, ruleOf("a", "", "patient.takes(drugs)"), nobody), "org.example.shift", hooks.TemplateVersion2)
	require.ErrorContains(t, err, `rule "a": the hook org.example.shift has no token for the patient's id, so that no MedicationRequest can be prefetched`)
}

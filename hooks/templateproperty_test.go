package hooks_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// An atom is a condition that is undecided without what it reads. One that is quiet reads more than it waits
// for: without it, it is undecided for another reason, or decided by the rest.
type atom struct {
	focus string
	when  string
	quiet bool
}

// atoms use the whole vocabulary that reads a record.
var atoms = []atom{
	{"", "patient.age() < years(3)", false},
	{"", "patient.gender == 'male'", false},
	{"", "patient.takes(drugs)", false},
	{"", "patient.takes(drugs, ['oral'])", false},
	{"", "patient.taking(drugs).size() > 0", false},
	{"", "patient.took(drugs, months(3))", false},
	{"", "patient.tookSince(drugs, date('2025-11'))", false},
	{"", "patient.startedWithin(drugs, days(9))", false},
	{"", "patient.held(drugs)", false},
	{"", "patient.allergicTo(drugs)", false},
	{"", "patient.has(salt)", false},
	{"", "patient.had(salt)", false},
	{"", "patient.had(salt, years(2))", false},
	{"", "patient.latest(sugar).status == 'final'", false},
	{"", "patient.latest(sugar, weeks(5)).status == 'final'", false},
	{"", "patient.value(salt) > quantity(3, 'mmol/L')", false},
	{"", "patient.value(salt, months(7)) > quantity(3, 'mmol/L')", false},
	{"", "patient.hasResult(sugar, years(1))", false},
	{"", "patient.sinceResult(many) > days(3)", false},
	{"", "patient.weight() > quantity(3, 'kg')", false},
	{"", "patient.height() > quantity(3, 'cm')", false},
	{"", "patient.bmi() > quantity(3, 'kg/m2')", false},
	{"", "patient.bsa() > quantity(3, 'm2')", false},
	{"", "patient.creatinineClearance('auto') > quantity(3, 'mL/min')", true},
	{"", "patient.egfr() > quantity(3, 'mL/min/{1.73_m2}')", true},
	{"", "patient.dialysis()", false},
	{"", "patient.fib4() > 2.67", true},
	{"", "patient.meld('na-2016') > 20", true},
	{"", "patient.meld('3.0') > 20", true},
	{"", "patient.qtc('bazett') > quantity(500, 'ms')", true},
	{"", "patient.qtc('reported') > quantity(500, 'ms')", false},
	{"", "patient.correctedCalcium() > quantity(11, 'mg/dL')", true},
	{"", "patient.anionGap('albumin-corrected') > quantity(12, 'mmol/L')", true},
	{"", "patient.dosingWeight('auto') > quantity(12, 'kg')", true},
	{"", "patient.weightChoice() == 'ideal'", true},
	{"", "patient.news2('scale-2') >= 5", true},
	{"", "patient.qsofa() >= 2", true},
	{"", "patient.sofa() >= 2", true},
	{"", "patient.curb65() >= 2", true},
	{"", "patient.cha2ds2vasc() >= 2", true},
	{"", "patient.hasBled() >= 3", true},
	{"", "patient.wellsPE() > 4", true},
	{"", "patient.wellsDVT() > 1", true},
	{"", "patient.childPugh() >= 10", true},
	{"", "patient.centor('mcisaac') >= 3", true},
	{"", "patient.pregnant()", true},
	{"", "patient.lactating()", true},
	{"", "patient.gestationalAge() > weeks(3)", true},
	{"", "patient.trimester() == 2", true},
	{"", "patient.encounterClass() == 'IMP'", false},
	{"", "patient.dailyDose(drugs) > quantity(1, 'g/d')", true},
	{"", "patient.dailyDose(aspirin) > quantity(1, 'kg/d')", true},
	{"", "patient.medications.exists(m, m.id == 'a1')", false},
	{"", "patient.allergies.exists(m, m.id == 'a1')", false},
	{"", "patient.conditions.exists(m, m.id == 'a1')", false},
	{"", "patient.observations.exists(m, m.id == 'a1')", false},
	{"", "patient.procedures.exists(m, m.id == 'a1')", false},
	{"", "patient.immunizations.exists(m, m.id == 'a1')", false},
	{"", "patient.resources('ServiceRequest').exists(m, m.id == 'a1')", false},
	{"", "patient.resources('Encounter').exists(m, m.id == 'a1')", false},
	{"", "patient.resources('AdverseEvent').exists(m, m.id == 'a1')", false},
	{"MedicationRequest", "x.dailyDosePerKg(aspirin) > quantity(1, 'mg/kg/d')", true},
	{"MedicationRequest", "x.singleDose() > quantity(1, 'kg')", true},
	{"MedicationRequest", "x.dailyDosePerM2(aspirin) > quantity(1, 'mg/m2/d')", true},
	{"MedicationRequest", "x.drug in aspirin && patient.takes(drugs)", true},
	{"MedicationUse", "x.drug in aspirin && x.renews()", true},
	{"AllergyIntolerance", "x.current", true},
	{"Condition", "x.current", true},
	{"ServiceRequest", "x.current", true},
	{"Observation", "x.current", true},
}

// drafts are what hooks bring.
var drafts = map[string]string{
	"allergyIntolerance": `{"resourceType":"AllergyIntolerance","id":"new","patient":{"reference":"Patient/p1"}}`,
	"conditions":         `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Condition","id":"new","subject":{"reference":"Patient/p1"}}}]}`,
	"appointments":       `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Appointment","id":"new","status":"proposed"}}]}`,
}

const draftOrder = `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"MedicationRequest","id":"new","status":"draft","intent":"order",
	"subject":{"reference":"Patient/p1"},"medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"1191"}]},
	"dosageInstruction":[{"timing":{"repeat":{"frequency":2,"period":1,"periodUnit":"d"}},"doseAndRate":[{"doseQuantity":{"value":500,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}}]},
		{"timing":{"repeat":{"frequency":1,"period":1,"periodUnit":"d"}},"doseAndRate":[{"doseQuantity":{"value":75,"unit":"mg/m2","system":"http://unitsofmeasure.org","code":"mg/m2"}}]}]}}]}`

// body is a request at a hook. In its prefetch, the patient and the encounter are there, and of all else nothing.
func body(t testing.TB, hook cds.Hook, encounter bool, keys []string) []byte {
	fields := map[string]any{}
	for _, f := range hook.Fields {
		switch {
		case f.Name == "encounterId" && !encounter:
		case f.Name == "encounterId":
			fields[f.Name] = "e1"
		case f.Form == "id":
			fields[f.Name] = "p1"
		case f.Form == "reference":
			fields[f.Name] = "Practitioner/1"
		case f.Form == "references":
			fields[f.Name] = []string{"MedicationRequest/new"}
		case f.Form == "resource" && drafts[f.Name] != "":
			fields[f.Name] = json.RawMessage(drafts[f.Name])
		case f.Form == "resource":
			fields[f.Name] = json.RawMessage(draftOrder)
		}
	}
	prefetch := map[string]json.RawMessage{}
	for _, key := range keys {
		switch {
		case key == "patient":
			prefetch[key] = json.RawMessage(`{"resourceType":"Patient","id":"p1","gender":"female","birthDate":"1990-01-01"}`)
		case key == "encounter" && encounter:
			prefetch[key] = json.RawMessage(`{"resourceType":"Encounter","id":"e1","status":"in-progress","class":{"code":"AMB"},"subject":{"reference":"Patient/p1"}}`)
		case len(prefetch)%2 == 0 || key == "encounter":
			prefetch[key] = json.RawMessage(`null`)
		default:
			prefetch[key] = json.RawMessage(`{"resourceType":"Bundle","type":"searchset","total":0}`)
		}
	}
	out, err := json.Marshal(map[string]any{"hook": hook.Name, "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": fields, "prefetch": prefetch})
	require.NoError(t, err)
	return out
}

// undecided is what an engine leaves undecided where of the templates only some are answered.
func undecided(t testing.TB, engine *cds.Engine, hook cds.Hook, templates []hooks.Template, encounter bool, without ...string) []string {
	var answered []string
	for _, template := range templates {
		if !slices.Contains(without, template.Key) {
			answered = append(answered, template.Key)
		}
	}
	r, err := hooks.Decode(body(t, hook, encounter, answered))
	require.NoError(t, err)
	r.Asked(templates, now)
	rec, err := engine.ReadPatient(r.PatientID, r.Inputs()...)
	require.NoError(t, err)
	defer rec.Close()
	report, err := engine.Evaluate(context.Background(), rec, r.Review(now))
	require.NoError(t, err)
	require.Empty(t, report.Failures)
	var out []string
	for _, u := range report.Undecided {
		out = append(out, fmt.Sprint(u.Rule, " ", u.Focus, " ", u.Missing))
	}
	return out
}

// Whatever rules are written, what their templates bring is all that they ask for.
func TestTemplatesBringAllThatRulesAskFor(t *testing.T) {
	random := rand.New(rand.NewPCG(16, 2))
	for range 150 {
		var text strings.Builder
		for id := range 1 + random.IntN(6) {
			a, b := atoms[random.IntN(len(atoms))], atoms[random.IntN(len(atoms))]
			condition := a.when
			if b.focus == "" {
				condition = fmt.Sprintf([]string{"%s || %s", "%s && %s", "!(%s) || !(%s)", "(%s) == (%s)"}[random.IntN(4)], a.when, b.when)
			}
			text.WriteString(ruleOf(fmt.Sprint("r", id), focusOf(a), condition))
		}
		engine := engineOf(t, text.String())
		hook := hookOf(t, cds.HookNames()[random.IntN(len(cds.HookNames()))])
		version := hooks.TemplateVersion(2 + random.IntN(2))
		templates, err := hooks.Templates(engine, hook.Name, version)
		require.NoError(t, err)
		require.Empty(t, hooks.Lint(templates, hook, version))
		for _, u := range undecided(t, engine, hook, templates, random.IntN(2) == 0 || required(hook)) {
			for _, never := range []string{"not supplied", "supplied only", "not prefetched"} {
				require.NotContains(t, u, never, "%s\n%s\n%v", hook.Name, text.String(), templates)
			}
		}
	}
}

// No template is there for nothing: without it, a rule is undecided that was not, or for want of what it
// brings. Orders and statements each make up the medication list; only without both is it not known.
func TestNoTemplateIsThereForNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(36, 4))
	for range 150 {
		var text strings.Builder
		for id := range 1 + random.IntN(5) {
			if a := atoms[random.IntN(len(atoms))]; !a.quiet {
				text.WriteString(ruleOf(fmt.Sprint("r", id), focusOf(a), a.when))
			}
		}
		if text.Len() == 0 {
			continue
		}
		engine := engineOf(t, text.String())
		hook := hookOf(t, cds.HookNames()[random.IntN(len(cds.HookNames()))])
		templates, err := hooks.Templates(engine, hook.Name, hooks.TemplateVersion(2+random.IntN(2)))
		require.NoError(t, err)
		encounters := []bool{true}
		if !required(hook) {
			encounters = []bool{true, false}
		}
		for _, template := range templates {
			without := []string{template.Key}
			if template.Key == "statements" || template.Key == "medications" {
				without = []string{"statements", "medications"}
			}
			needed := slices.ContainsFunc(encounters, func(encounter bool) bool {
				whole, less := undecided(t, engine, hook, templates, encounter), undecided(t, engine, hook, templates, encounter, without...)
				return !slices.Equal(whole, less) && len(less) >= len(whole)
			})
			require.True(t, needed, "%s at %s\n%s", template, hook.Name, text.String())
		}
	}
}

func focusOf(a atom) string {
	if a.focus == "" {
		return ""
	}
	return "for: {x: " + a.focus + "}, "
}

func required(hook cds.Hook) bool {
	return slices.ContainsFunc(hook.Fields, func(f cds.HookField) bool { return f.Name == "encounterId" && f.Required })
}

package cds_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
)

// on is a record of a patient who takes some drugs.
func on(drugs ...string) string {
	out := `[{"resourceType":"Patient","id":"p","birthDate":"1960-05-04"}`
	for i, drug := range drugs {
		out += fmt.Sprintf(`,{"resourceType":"MedicationRequest","id":"m%d","status":"active","intent":"order","subject":{"reference":"Patient/p"},"medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"%s"}]}}`, i, drug)
	}
	return out + "]"
}

// Each rule means its own codes, whichever it shares its program with and whichever was compiled first.
func TestRulesThatDifferInNamesOfCodes(t *testing.T) {
	const warfarin, ibuprofen, metformin = "11289", "5640", "6809"
	var text strings.Builder
	text.WriteString(`pack: test
codes: {a: {rxnorm: [11289]}, b: {rxnorm: [5640]}, c: {rxnorm: [6809]}, also_a: {rxnorm: [11289]}, both: {rxnorm: [11289, 5640]}}
params: {never: {value: false}}
rules:
`)
	conditions := []struct{ id, when, holdsOn string }{
		{"a", "patient.takes(a)", warfarin},
		{"b", "patient.takes(b)", ibuprofen},
		{"c-spaced", "patient . takes( c ) // of c", metformin},
		{"a-and-b", "patient.takes(a) && patient.takes(b)", warfarin + " " + ibuprofen},
		{"a-and-a", "patient.takes(a) && patient.takes(a)", warfarin},
		{"a-and-also-a", "patient.takes(a) && patient.takes(also_a)", warfarin},
		{"b-and-b", "patient.takes(b) && patient.takes(b)", ibuprofen},
		{"in-a", "patient.medications.exists(m, m.drug in a)", warfarin},
		{"in-c", "patient.medications.exists(m, m.drug in c)", metformin},
		{"loop-a", "patient.medications.exists(a, a.drug in b)", ibuprofen},
		{"loop-b", "patient.medications.exists(b, b.drug in a)", warfarin},
		{"loop-over", "patient.medications.exists(a, patient.takes(b) && a.status == 'active')", ibuprofen},
		{"choice-a", "patient.takes(params.never ? b : a)", warfarin},
		{"choice-b", "patient.takes(params.never ? a : b)", ibuprofen},
		{"list", "[a, b].exists(x, patient.takes(x))", "either"},
		{"list-c", "[c, c].exists(x, patient.takes(x))", metformin},
		{"bind-a", "cel.bind(x, a, patient.takes(x))", warfarin},
		{"bind-b", "cel.bind(x, b, patient.takes(x))", ibuprofen},
		{"dose", "patient.dailyDose(c) > quantity(1, 'mg/d') || patient.takes(b)", ibuprofen},
		{"text", "'a' == 'a' && patient.takes(c)", metformin},
	}
	for _, c := range conditions {
		fmt.Fprintf(&text, "  - {id: %s, when: %q, card: {indicator: info, summary: It holds}}\n", c.id, c.when)
	}
	text.WriteString("  - {id: let-a, let: {x: a}, when: patient.takes(x), card: {indicator: info, summary: \"{{ x }} {{ a }}\"}}\n")
	text.WriteString("  - {id: let-b, let: {x: b}, when: patient.takes(x), card: {indicator: info, summary: \"{{ x }} {{ b }}\"}}\n")
	engine := compile(t, text.String())
	for _, drug := range []string{warfarin, ibuprofen, metformin} {
		told := ask(t, engine, on(drug))
		for _, c := range conditions {
			holds := strings.Contains(c.holdsOn, drug) && !strings.Contains(c.holdsOn, " ") || c.holdsOn == "either" && drug != metformin
			require.Equal(t, holds, strings.Contains(told, "finding info "+c.id+"\n"), "%s on %s:\n%s", c.id, drug, told)
		}
		require.Equal(t, drug == warfarin, strings.Contains(told, "finding info let-a\n"))
		require.Equal(t, drug == ibuprofen, strings.Contains(told, "finding info let-b\n"))
	}
	require.Contains(t, ask(t, engine, on(warfarin, ibuprofen)), "finding info a-and-b\n")
}

// What is told of a rule stands in its own words and places.
func TestRulesThatShareAProgramAreExplainedByThemselves(t *testing.T) {
	engine := compile(t, `pack: test
codes: {a: {rxnorm: [11289]}, a_longer_name: {rxnorm: [5640]}}
rules:
  - {id: short, when: "patient.takes(a) && 1 / size(patient.contact) > 0", card: {indicator: info, summary: It holds}}
  - {id: long, when: "patient.takes(a_longer_name) && 1 / size(patient.contact) > 0", card: {indicator: info, summary: It holds}}
`)
	var wait sync.WaitGroup
	for range 4 { // what explains a rule is made when it is first asked for
		wait.Go(func() {
			record, err := engine.Read(cds.JSON([]byte(on("11289", "5640"))))
			assert.NoError(t, err)
			defer record.Close()
			report, err := engine.Evaluate(context.Background(), record, cds.Review{Now: now})
			assert.NoError(t, err)
			assert.Equal(t, []cds.Failure{
				{Rule: "long", At: "0.yaml:5:55", Error: "division by zero"}, {Rule: "short", At: "0.yaml:4:44", Error: "division by zero"},
			}, report.Failures)
			got, err := engine.Explain(context.Background(), record, cds.Review{Now: now}, "long")
			assert.NoError(t, err)
			assert.Equal(t, []cds.Clause{
				{Depth: 0, Text: "patient.takes(a_longer_name) && 1 / size(patient.contact) > 0", Value: "error: division by zero", At: "0.yaml:5:23"},
				{Depth: 1, Text: "patient.takes(a_longer_name)", Value: "true", At: "0.yaml:5:23"},
				{Depth: 1, Text: "1 / size(patient.contact) > 0", Value: "error: division by zero", At: "0.yaml:5:55"},
				{Depth: 2, Text: "1 / size(patient.contact)", Value: "error: division by zero", At: "0.yaml:5:55"},
			}, got[0].Clauses)
		})
	}
	wait.Wait()
}

// Errors are the same, and in one order, on any number of processors, with and without places.
func TestErrorsDoNotDependOnProcessors(t *testing.T) {
	mistakes := []string{
		"patient.takes(nobody)", "patient.gendre == 'male'", "order.drug in a", "1 + ", "patient.takes(a) && patient.age()",
		"quantity(5, 'mgg') > quantity(1, 'mg')", "patient.takes(a)", "a", "patient.gender == 'man'",
	}
	var text strings.Builder
	text.WriteString("pack: test\ncodes: {a: {rxnorm: [11289]}}\nrules:\n")
	var built []cds.Rule
	for i := range 200 {
		when := mistakes[i%len(mistakes)]
		fmt.Fprintf(&text, "  - {id: r%d, when: %q, card: {indicator: info, summary: It holds}}\n", i, when)
		built = append(built, cds.Rule{ID: fmt.Sprintf("r%d", i/2), When: cds.Text{Value: when}})
	}
	written := packs(t, text.String())
	byHand := []cds.Pack{{Name: "hand", Codes: written[0].Codes, Rules: built}}
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	want := map[string]string{}
	for _, processors := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(processors)
		for name, of := range map[string][]cds.Pack{"written": written, "by hand": byHand} {
			_, err := cds.New(of)
			var errs cds.Errors
			require.True(t, errors.As(err, &errs))
			require.Greater(t, len(errs), 150)
			if processors == 1 {
				want[name] = err.Error()
			}
			require.Equal(t, want[name], err.Error(), "%s, %d processors", name, processors)
		}
	}
}

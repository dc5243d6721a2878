package main

import (
	"context"
	"fmt"
	"strings"
	"testing/fstest"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

// A primum reads the bundle, evaluates every rule as a review of the whole record, and closes it.
type primum struct {
	engine *cds.Engine
}

func newPrimum(s *RuleSet, _ map[string]string) (Engine, error) {
	packs, err := loadPack(packOf(s))
	if err != nil {
		return nil, err
	}
	engine, err := cds.New(packs)
	return &primum{engine}, err
}

func (p *primum) Evaluate(bundle []byte) ([]Hit, error) {
	report, err := p.report(bundle)
	if err != nil {
		return nil, err
	}
	hits := make([]Hit, len(report.Findings))
	for i, f := range report.Findings {
		hits[i] = Hit{f.Rule, strings.TrimPrefix(f.Focus, "MedicationRequest/")}
	}
	return once(hits), clean(report)
}

func (p *primum) report(bundle []byte) (*cds.Report, error) {
	record, err := p.engine.Read(cds.JSON(bundle))
	if err != nil {
		return nil, err
	}
	defer record.Close()
	return p.engine.Evaluate(context.Background(), record, cds.Review{Now: now})
}

// clean returns an error if a report says more than findings: of our own records all is known.
func clean(r *cds.Report) error {
	if len(r.Undecided)+len(r.Failures)+len(r.Suppressed)+len(r.Unscreened)+len(r.Warnings) == 0 {
		return nil
	}
	return fmt.Errorf("the report is not clean: undecided %v, failures %v, suppressed %v, unscreened %v, warnings %v",
		r.Undecided, r.Failures, r.Suppressed, r.Unscreened, r.Warnings)
}

// A pack is the files of one.
type pack struct {
	rules, table string
}

func loadPack(p pack) ([]cds.Pack, error) {
	files := fstest.MapFS{"rules.yaml": {Data: []byte(p.rules)}}
	if p.table != "" {
		files["pairs.csv"] = &fstest.MapFile{Data: []byte(p.table)}
	}
	return rules.LoadFS(files, ".")
}

// packOf writes rules as a pack: the interactions as a table, the others one by one.
func packOf(s *RuleSet) pack {
	var codes, rules, table strings.Builder
	fmt.Fprintf(&rules, `  - id: interaction
    each: {row: pairs}
    for: {order: MedicationRequest}
    when: (order.drug in row.a && patient.takes(row.b)) || (order.drug in row.b && patient.takes(row.a))
    card: {indicator: warning, summary: "{{ order.drug }}: interaction {{ row.id }}"}
`)
	table.WriteString("id,a,b\n")
	for _, r := range s.Interactions {
		fmt.Fprintf(&table, "%s,rxnorm|%s,rxnorm|%s\n", r.ID, strings.Join(r.A, ";rxnorm|"), strings.Join(r.B, ";rxnorm|"))
	}
	for i, r := range s.Allergies {
		fmt.Fprintf(&codes, "  class_%d: {rxnorm: [%s]}\n", i, strings.Join(r.Ingredients, ", "))
		fmt.Fprintf(&rules, `  - id: %s
    for: {order: MedicationRequest}
    when: order.drug in class_%d && patient.allergicTo(class_%[2]d)
    card: {indicator: critical, summary: "{{ order.drug }}: allergy"}
`, r.Name(), i)
	}
	for i, r := range s.Doses {
		fmt.Fprintf(&codes, "  dosed_%d: {rxnorm: [%s]}\n", i, r.Ingredient)
		fmt.Fprintf(&rules, `  - id: %s
    for: {order: MedicationRequest}
    when: order.drug in dosed_%d && order.dailyDose(dosed_%[2]d) > quantity(%s, 'mg/d')
    card: {indicator: warning, summary: "{{ order.drug }}: {{ order.dailyDose(dosed_%[2]d) }} is above %[3]s mg/d"}
`, r.Name(), i, r.Limit)
	}
	for i, r := range s.Labs {
		writeLab(&codes, &rules, i, r)
	}
	return pack{"pack: benchmark\ncodes:\n" + codes.String() +
		"tables: {pairs: {file: pairs.csv, columns: {id: string, a: codes, b: codes}}}\nrules:\n" + rules.String(), table.String()}
}

func writeLab(codes, rules *strings.Builder, i int, r LabRule) {
	fmt.Fprintf(codes, "  tests_%d: {loinc: [%s]}\n", i, strings.Join(r.Tests, ", "))
	focus, guard := "\n    for: {order: MedicationRequest}", fmt.Sprintf("order.drug in guard_%d", i)
	if r.Problem != "" {
		focus, guard = "", fmt.Sprintf("patient.has(guard_%d)", i)
		fmt.Fprintf(codes, "  guard_%d: {snomed: [%s]}\n", i, r.Problem)
	} else {
		fmt.Fprintf(codes, "  guard_%d: {rxnorm: [%s]}\n", i, r.Ingredient)
	}
	is := "<"
	if r.Above {
		is = ">"
	}
	fmt.Fprintf(rules, `  - id: %s%s
    when: "%s && patient.value(tests_%d, months(12)) %s quantity(%s, '%s')"
    card: {indicator: critical, summary: "%[1]s: {{ patient.value(tests_%[4]d, months(12)) }}"}
`, r.Name(), focus, guard, i, is, r.Limit, r.Unit)
}

// singles writes each interaction as a rule of its own with a constant card. It holds at the order of
// its first drug.
func singles(s *RuleSet) pack {
	var codes, rules strings.Builder
	for i, r := range s.Interactions {
		fmt.Fprintf(&codes, "  a_%d: {rxnorm: [%s]}\n  b_%[1]d: {rxnorm: [%[3]s]}\n", i, strings.Join(r.A, ", "), strings.Join(r.B, ", "))
		fmt.Fprintf(&rules, `  - id: single-%s
    for: {order: MedicationRequest}
    when: order.drug in a_%d && patient.takes(b_%[2]d)
    card: {indicator: warning, summary: These two should not be taken together}
`, r.ID, i)
	}
	return pack{rules: "pack: benchmark\ncodes:\n" + codes.String() + "rules:\n" + rules.String()}
}

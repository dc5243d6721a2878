package main

import (
	"encoding/json"
	"fmt"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// An exprNaive is expr as celNaive is CEL: every program looks through the whole decoded bundle.
type exprNaive struct {
	programs   []exprProgram
	ingredient map[string]string
}

type exprProgram struct {
	rule    string
	program *vm.Program
}

func newExpr(s *RuleSet, ingredient map[string]string) (Engine, error) {
	e := &exprNaive{ingredient: ingredient}
	var err error
	e.programs, err = compileExpr(map[string]any{"bundle": map[string]any{}, "ingredient": ingredient}, naiveExpr(s))
	return e, err
}

func (e *exprNaive) Evaluate(data []byte) ([]Hit, error) {
	var bundle map[string]any
	if err := json.Unmarshal(data, &bundle); err != nil {
		return nil, err
	}
	env := map[string]any{"bundle": bundle, "ingredient": e.ingredient}
	var machine vm.VM
	var hits []Hit
	for _, p := range e.programs {
		out, err := machine.Run(p.program, env)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.rule, err)
		}
		for _, id := range out.([]any) {
			hits = append(hits, Hit{p.rule, id.(string)})
		}
	}
	return once(hits), nil
}

func compileExpr(env map[string]any, texts []text) ([]exprProgram, error) {
	programs := make([]exprProgram, len(texts))
	for i, t := range texts {
		program, err := expr.Compile(t.expression, expr.Env(env))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.rule, err)
		}
		programs[i] = exprProgram{t.rule, program}
	}
	return programs, nil
}

// naiveExpr writes the rules over the whole bundle.
func naiveExpr(s *RuleSet) []text {
	var out []text
	orders := func(rule, condition string) {
		out = append(out, text{rule, fmt.Sprintf("map(filter(bundle.entry, let o = #; %s && (%s)), #.resource.id)", exprActive("o"), condition)})
	}
	for _, r := range s.Interactions {
		orders(r.Name(), fmt.Sprintf("%s && %s || %s && %s", exprDrug("o", r.A), exprTakes(r.B), exprDrug("o", r.B), exprTakes(r.A)))
	}
	for _, r := range s.Allergies {
		orders(r.Name(), fmt.Sprintf("%s && any(bundle.entry, #.resource.resourceType == 'AllergyIntolerance' && any(#.resource.clinicalStatus.coding, #.code == 'active') && any(#.resource.code.coding, #.system == '%s' && #.code in %s))",
			exprDrug("o", r.Ingredients), rxnorm, quoted(r.Ingredients)))
	}
	for _, r := range s.Doses {
		orders(r.Name(), fmt.Sprintf("%s && o.resource.dosageInstruction[0].doseAndRate[0].doseQuantity.value * o.resource.dosageInstruction[0].timing.repeat.frequency / o.resource.dosageInstruction[0].timing.repeat.period > %s",
			exprDrug("o", []string{r.Ingredient}), r.Limit))
	}
	for _, r := range s.Labs {
		if r.Problem == "" {
			orders(r.Name(), exprDrug("o", []string{r.Ingredient})+" && "+exprBeyond(r))
			continue
		}
		out = append(out, text{r.Name(), fmt.Sprintf("any(bundle.entry, #.resource.resourceType == 'Condition' && any(#.resource.code.coding, #.code == '%s') && any(#.resource.clinicalStatus.coding, #.code == 'active')) && %s ? [''] : []",
			r.Problem, exprBeyond(r))})
	}
	return out
}

func exprActive(name string) string {
	return fmt.Sprintf("%s.resource.resourceType == 'MedicationRequest' && %[1]s.resource.status == 'active'", name)
}

func exprDrug(name string, ingredients []string) string {
	return fmt.Sprintf("any(%s.resource.medicationCodeableConcept.coding, ingredient[#.code] in %s)", name, quoted(ingredients))
}

func exprTakes(ingredients []string) string {
	return fmt.Sprintf("any(bundle.entry, %s && #.resource.id != o.resource.id && %s)", exprActive("#"), exprDrug("#", ingredients))
}

func exprBeyond(r LabRule) string {
	result := fmt.Sprintf("#.resource.resourceType == 'Observation' && any(#.resource.code.coding, #.code in %s) && #.resource.status == 'final' && #.resource.effectiveDateTime > '%s'", quoted(r.Tests), since())
	return fmt.Sprintf("any(bundle.entry, let r = #; %s && r.resource.valueQuantity.value %s %s && none(bundle.entry, %[1]s && #.resource.effectiveDateTime > r.resource.effectiveDateTime))",
		result, r.sign(), r.Limit)
}

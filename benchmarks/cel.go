package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/cel-go/cel"
)

// A celNaive is CEL as one begins with it: the bundle decoded into maps, one program for each rule, and
// every program looks through the whole bundle for what it needs. A program yields ids of orders.
type celNaive struct {
	programs   []celProgram
	ingredient map[string]string
}

type celProgram struct {
	rule    string
	program cel.Program
}

func newCEL(s *RuleSet, ingredient map[string]string) (Engine, error) {
	env, err := cel.NewEnv(cel.Variable("bundle", cel.DynType), cel.Variable("ingredient", cel.MapType(cel.StringType, cel.StringType)))
	if err != nil {
		return nil, err
	}
	e := &celNaive{ingredient: ingredient}
	e.programs, err = compileCEL(env, naiveCEL(s))
	return e, err
}

func (e *celNaive) Evaluate(data []byte) ([]Hit, error) {
	var bundle any
	if err := json.Unmarshal(data, &bundle); err != nil {
		return nil, err
	}
	vars := map[string]any{"bundle": bundle, "ingredient": e.ingredient}
	var hits []Hit
	for _, p := range e.programs {
		out, _, err := p.program.Eval(vars)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.rule, err)
		}
		for it := out.(lister).Iterator(); it.HasNext() == celTrue; {
			hits = append(hits, Hit{p.rule, it.Next().Value().(string)})
		}
	}
	return once(hits), nil
}

// A rule in the text of a language.
type text struct {
	rule, expression string
}

func compileCEL(env *cel.Env, texts []text) ([]celProgram, error) {
	programs := make([]celProgram, len(texts))
	for i, t := range texts {
		tree, issues := env.Compile(t.expression)
		if issues.Err() != nil {
			return nil, fmt.Errorf("%s: %w", t.rule, issues.Err())
		}
		program, err := env.Program(tree, cel.EvalOptions(cel.OptOptimize))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.rule, err)
		}
		programs[i] = celProgram{t.rule, program}
	}
	return programs, nil
}

// naiveCEL writes the rules over the whole bundle.
func naiveCEL(s *RuleSet) []text {
	var out []text
	orders := func(rule, condition string) {
		out = append(out, text{rule, fmt.Sprintf("bundle.entry.map(o, %s && (%s), o.resource.id)", celActive("o"), condition)})
	}
	for _, r := range s.Interactions {
		orders(r.Name(), fmt.Sprintf("%s && %s || %s && %s", celDrug("o", r.A), celTakes(r.B), celDrug("o", r.B), celTakes(r.A)))
	}
	for _, r := range s.Allergies {
		orders(r.Name(), fmt.Sprintf("%s && bundle.entry.exists(a, a.resource.resourceType == 'AllergyIntolerance' && a.resource.clinicalStatus.coding.exists(c, c.code == 'active') && a.resource.code.coding.exists(c, c.system == '%s' && c.code in %s))",
			celDrug("o", r.Ingredients), rxnorm, quoted(r.Ingredients)))
	}
	for _, r := range s.Doses {
		orders(r.Name(), fmt.Sprintf("%s && o.resource.dosageInstruction[0].doseAndRate[0].doseQuantity.value * o.resource.dosageInstruction[0].timing.repeat.frequency / o.resource.dosageInstruction[0].timing.repeat.period > double(%s)",
			celDrug("o", []string{r.Ingredient}), r.Limit))
	}
	for _, r := range s.Labs {
		if r.Problem == "" {
			orders(r.Name(), celDrug("o", []string{r.Ingredient})+" && "+celBeyond(r))
			continue
		}
		out = append(out, text{r.Name(), fmt.Sprintf("bundle.entry.exists(c, c.resource.resourceType == 'Condition' && c.resource.code.coding.exists(x, x.code == '%s') && c.resource.clinicalStatus.coding.exists(x, x.code == 'active')) && %s ? [''] : []",
			r.Problem, celBeyond(r))})
	}
	return out
}

func celActive(name string) string {
	return fmt.Sprintf("%s.resource.resourceType == 'MedicationRequest' && %[1]s.resource.status == 'active'", name)
}

func celDrug(name string, ingredients []string) string {
	return fmt.Sprintf("%s.resource.medicationCodeableConcept.coding.exists(c, c.code in ingredient && ingredient[c.code] in %s)", name, quoted(ingredients))
}

func celTakes(ingredients []string) string {
	return fmt.Sprintf("bundle.entry.exists(m, %s && m.resource.id != o.resource.id && %s)", celActive("m"), celDrug("m", ingredients))
}

func celBeyond(r LabRule) string {
	result := func(name string) string {
		return fmt.Sprintf("%[1]s.resource.resourceType == 'Observation' && %[1]s.resource.code.coding.exists(c, c.code in %[2]s) && %[1]s.resource.status == 'final' && %[1]s.resource.effectiveDateTime > '%[3]s'",
			name, quoted(r.Tests), since())
	}
	return fmt.Sprintf("bundle.entry.exists(r, %s && r.resource.valueQuantity.value %s double(%s) && !bundle.entry.exists(n, %s && n.resource.effectiveDateTime > r.resource.effectiveDateTime))",
		result("r"), r.sign(), r.Limit, result("n"))
}

// sign is how values compare with the limit.
func (r LabRule) sign() string {
	if r.Above {
		return ">"
	}
	return "<"
}

// quoted writes a list of texts as most languages read it.
func quoted(list []string) string { return "['" + strings.Join(list, "', '") + "']" }

package main

import (
	"fmt"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/traits"
)

type lister = traits.Lister

const celTrue = types.True

// A celPrepared is CEL behind a host that prepares: each rule is asked of each active order, and looks
// through lists by type that hold only what is active.
type celPrepared struct {
	orders     []celProgram // asked of each order
	problems   []celProgram // asked once
	ingredient map[string]string
}

func newCELPrepared(s *RuleSet, ingredient map[string]string) (Engine, error) {
	var variables []cel.EnvOption
	for _, name := range preparedNames {
		variables = append(variables, cel.Variable(name, cel.DynType))
	}
	env, err := cel.NewEnv(variables...)
	if err != nil {
		return nil, err
	}
	orders, problems := preparedCEL(s)
	e := &celPrepared{ingredient: ingredient}
	if e.orders, err = compileCEL(env, orders); err != nil {
		return nil, err
	}
	e.problems, err = compileCEL(env, problems)
	return e, err
}

func (e *celPrepared) Evaluate(data []byte) ([]Hit, error) {
	p, err := prepare(data, e.ingredient)
	if err != nil {
		return nil, err
	}
	vars := p.variables()
	var hits []Hit
	ask := func(programs []celProgram, focus string) error {
		for _, p := range programs {
			out, _, err := p.program.Eval(vars)
			if err != nil {
				return fmt.Errorf("%s: %w", p.rule, err)
			}
			if out == types.True {
				hits = append(hits, Hit{p.rule, focus})
			}
		}
		return nil
	}
	for _, order := range p.orders {
		vars["order"] = order
		if err := ask(e.orders, order.(map[string]any)["id"].(string)); err != nil {
			return nil, err
		}
	}
	if err := ask(e.problems, ""); err != nil {
		return nil, err
	}
	return once(hits), nil
}

// preparedCEL writes the rules that are asked of each order, and those that are asked once.
func preparedCEL(s *RuleSet) (orders, problems []text) {
	takes := func(ingredients []string) string {
		return fmt.Sprintf("orders.exists(m, m.id != order.id && m.ingredient in %s)", quoted(ingredients))
	}
	for _, r := range s.Interactions {
		orders = append(orders, text{r.Name(), fmt.Sprintf("order.ingredient in %s && %s || order.ingredient in %s && %s", quoted(r.A), takes(r.B), quoted(r.B), takes(r.A))})
	}
	for _, r := range s.Allergies {
		orders = append(orders, text{r.Name(), fmt.Sprintf("order.ingredient in %s && allergies.exists(a, a.code.coding.exists(c, c.system == '%s' && c.code in %[1]s))", quoted(r.Ingredients), rxnorm)})
	}
	for _, r := range s.Doses {
		orders = append(orders, text{r.Name(), fmt.Sprintf("order.ingredient == '%s' && order.dosageInstruction[0].doseAndRate[0].doseQuantity.value * order.dosageInstruction[0].timing.repeat.frequency / order.dosageInstruction[0].timing.repeat.period > double(%s)", r.Ingredient, r.Limit)})
	}
	for _, r := range s.Labs {
		result := func(name string) string {
			return fmt.Sprintf("%[1]s.code.coding.exists(c, c.code in %[2]s) && %[1]s.effectiveDateTime > '%[3]s'", name, quoted(r.Tests), since())
		}
		beyond := fmt.Sprintf("observations.exists(r, %s && r.valueQuantity.value %s double(%s) && !observations.exists(n, %s && n.effectiveDateTime > r.effectiveDateTime))",
			result("r"), r.sign(), r.Limit, result("n"))
		if r.Problem == "" {
			orders = append(orders, text{r.Name(), fmt.Sprintf("order.ingredient == '%s' && %s", r.Ingredient, beyond)})
		} else {
			problems = append(problems, text{r.Name(), fmt.Sprintf("conditions.exists(c, c.code.coding.exists(x, x.code == '%s')) && %s", r.Problem, beyond)})
		}
	}
	return orders, problems
}

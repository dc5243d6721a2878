package main

import (
	"fmt"

	"github.com/expr-lang/expr/vm"
)

// An exprPrepared is expr behind the same host as celPrepared.
type exprPrepared struct {
	orders     []exprProgram // asked of each order
	problems   []exprProgram // asked once
	ingredient map[string]string
}

func newExprPrepared(s *RuleSet, ingredient map[string]string) (Engine, error) {
	env := (&prepared{}).variables()
	env["order"] = map[string]any{}
	orders, problems := preparedExpr(s)
	e := &exprPrepared{ingredient: ingredient}
	var err error
	if e.orders, err = compileExpr(env, orders); err != nil {
		return nil, err
	}
	e.problems, err = compileExpr(env, problems)
	return e, err
}

func (e *exprPrepared) Evaluate(data []byte) ([]Hit, error) {
	p, err := prepare(data, e.ingredient)
	if err != nil {
		return nil, err
	}
	env := p.variables()
	var machine vm.VM
	var hits []Hit
	ask := func(programs []exprProgram, focus string) error {
		for _, p := range programs {
			out, err := machine.Run(p.program, env)
			if err != nil {
				return fmt.Errorf("%s: %w", p.rule, err)
			}
			if out == true {
				hits = append(hits, Hit{p.rule, focus})
			}
		}
		return nil
	}
	for _, order := range p.orders {
		env["order"] = order
		if err := ask(e.orders, order.(map[string]any)["id"].(string)); err != nil {
			return nil, err
		}
	}
	if err := ask(e.problems, ""); err != nil {
		return nil, err
	}
	return once(hits), nil
}

// preparedExpr writes the rules that are asked of each order, and those that are asked once.
func preparedExpr(s *RuleSet) (orders, problems []text) {
	takes := func(ingredients []string) string {
		return fmt.Sprintf("any(orders, #.id != order.id && #.ingredient in %s)", quoted(ingredients))
	}
	for _, r := range s.Interactions {
		orders = append(orders, text{r.Name(), fmt.Sprintf("order.ingredient in %s && %s || order.ingredient in %s && %s", quoted(r.A), takes(r.B), quoted(r.B), takes(r.A))})
	}
	for _, r := range s.Allergies {
		orders = append(orders, text{r.Name(), fmt.Sprintf("order.ingredient in %s && any(allergies, any(#.code.coding, #.system == '%s' && #.code in %[1]s))", quoted(r.Ingredients), rxnorm)})
	}
	for _, r := range s.Doses {
		orders = append(orders, text{r.Name(), fmt.Sprintf("order.ingredient == '%s' && order.dosageInstruction[0].doseAndRate[0].doseQuantity.value * order.dosageInstruction[0].timing.repeat.frequency / order.dosageInstruction[0].timing.repeat.period > %s", r.Ingredient, r.Limit)})
	}
	for _, r := range s.Labs {
		result := fmt.Sprintf("any(#.code.coding, #.code in %s) && #.effectiveDateTime > '%s'", quoted(r.Tests), since())
		beyond := fmt.Sprintf("any(observations, let r = #; %s && r.valueQuantity.value %s %s && none(observations, %[1]s && #.effectiveDateTime > r.effectiveDateTime))",
			result, r.sign(), r.Limit)
		if r.Problem == "" {
			orders = append(orders, text{r.Name(), fmt.Sprintf("order.ingredient == '%s' && %s", r.Ingredient, beyond)})
		} else {
			problems = append(problems, text{r.Name(), fmt.Sprintf("any(conditions, any(#.code.coding, #.code == '%s')) && %s", r.Problem, beyond)})
		}
	}
	return orders, problems
}

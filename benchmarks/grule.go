package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hyperjumptech/grule-rule-engine/ast"
	"github.com/hyperjumptech/grule-rule-engine/builder"
	"github.com/hyperjumptech/grule-rule-engine/engine"
	"github.com/hyperjumptech/grule-rule-engine/pkg"
)

// A grule asks a knowledge base which of its rules match, once for each active order. Its language has no
// loops over lists: rules call methods of Go, behind the same host as celPrepared.
type grule struct {
	orders, problems *ast.KnowledgeBase
	names            map[string]string // of rules, by the identifiers that grule needs
	ingredient       map[string]string
}

func newGrule(s *RuleSet, ingredient map[string]string) (Engine, error) {
	e := &grule{names: map[string]string{}, ingredient: ingredient}
	orders, problems := e.write(s)
	var err error
	if e.orders, err = knowledge(orders); err != nil {
		return nil, err
	}
	e.problems, err = knowledge(problems)
	return e, err
}

func knowledge(grl string) (*ast.KnowledgeBase, error) {
	library := ast.NewKnowledgeLibrary()
	if err := builder.NewRuleBuilder(library).BuildRuleFromResource("rules", "1", pkg.NewBytesResource([]byte(grl))); err != nil {
		return nil, err
	}
	return library.NewKnowledgeBaseInstance("rules", "1")
}

func (e *grule) Evaluate(data []byte) ([]Hit, error) {
	p, err := prepare(data, e.ingredient)
	if err != nil {
		return nil, err
	}
	var hits []Hit
	for _, order := range p.orders {
		focus := &gruleFacts{prepared: p, order: order.(map[string]any)}
		if hits, err = e.ask(hits, e.orders, focus, focus.id()); err != nil {
			return nil, err
		}
	}
	if hits, err = e.ask(hits, e.problems, &gruleFacts{prepared: p}, ""); err != nil {
		return nil, err
	}
	return once(hits), nil
}

func (e *grule) ask(hits []Hit, rules *ast.KnowledgeBase, facts *gruleFacts, focus string) ([]Hit, error) {
	data := ast.NewDataContext()
	if err := data.Add("F", facts); err != nil {
		return nil, err
	}
	found, err := (&engine.GruleEngine{MaxCycle: 1, ReturnErrOnFailedRuleEvaluation: true}).FetchMatchingRules(data, rules)
	for _, rule := range found {
		hits = append(hits, Hit{e.names[rule.RuleName], focus})
	}
	return hits, err
}

// write writes the rules that are asked of each order, and those that are asked once.
func (e *grule) write(s *RuleSet) (orders, problems string) {
	var forOrders, forProblems strings.Builder
	rule := func(to *strings.Builder, name, when string) {
		id := fmt.Sprintf("R%d", len(e.names))
		e.names[id] = name
		fmt.Fprintf(to, "rule %s { when %s then Retract(\"%[1]s\"); }\n", id, when)
	}
	for _, r := range s.Interactions {
		rule(&forOrders, r.Name(), fmt.Sprintf("(F.Is(%s) && F.Takes(%s)) || (F.Is(%[2]s) && F.Takes(%[1]s))", arguments(r.A), arguments(r.B)))
	}
	for _, r := range s.Allergies {
		rule(&forOrders, r.Name(), fmt.Sprintf("F.Is(%s) && F.AllergicTo(%[1]s)", arguments(r.Ingredients)))
	}
	for _, r := range s.Doses {
		rule(&forOrders, r.Name(), fmt.Sprintf("F.Is(%q) && F.DailyDose() > %s", r.Ingredient, decimal(r.Limit)))
	}
	for _, r := range s.Labs {
		beyond := fmt.Sprintf("F.Newest(%s) < %s", arguments(r.Tests), decimal(r.Limit))
		if r.Above {
			beyond = fmt.Sprintf("F.Newest(%s) > %s", arguments(r.Tests), decimal(r.Limit))
		}
		beyond = fmt.Sprintf("F.HasResult(%s) && %s", arguments(r.Tests), beyond)
		if r.Problem == "" {
			rule(&forOrders, r.Name(), fmt.Sprintf("F.Is(%q) && %s", r.Ingredient, beyond))
		} else {
			rule(&forProblems, r.Name(), fmt.Sprintf("F.Has(%q) && %s", r.Problem, beyond))
		}
	}
	return forOrders.String(), forProblems.String()
}

func arguments(list []string) string { return `"` + strings.Join(list, `", "`) + `"` }

func decimal(s string) string {
	if strings.Contains(s, ".") {
		return s
	}
	return s + ".0"
}

// gruleFacts are what rules ask.
type gruleFacts struct {
	prepared *prepared
	order    map[string]any
}

func (f *gruleFacts) id() string { id, _ := f.order["id"].(string); return id }

// Is reports whether the order is of one of the ingredients.
func (f *gruleFacts) Is(ingredients ...string) bool {
	in, _ := f.order["ingredient"].(string)
	return slices.Contains(ingredients, in)
}

// Takes reports whether another order is of one of the ingredients.
func (f *gruleFacts) Takes(ingredients ...string) bool {
	return slices.ContainsFunc(f.prepared.orders, func(o any) bool {
		other := gruleFacts{order: o.(map[string]any)}
		return other.id() != f.id() && other.Is(ingredients...)
	})
}

// AllergicTo reports whether an allergy is to one of the ingredients.
func (f *gruleFacts) AllergicTo(ingredients ...string) bool {
	return anyCoded(f.prepared.allergies, ingredients)
}

// Has reports whether a condition has the code.
func (f *gruleFacts) Has(code string) bool {
	return anyCoded(f.prepared.conditions, []string{code})
}

func anyCoded(resources []any, codes []string) bool {
	return slices.ContainsFunc(resources, func(r any) bool {
		return slices.ContainsFunc(codesOf(r.(map[string]any)["code"]), func(code string) bool { return slices.Contains(codes, code) })
	})
}

// DailyDose returns the dose of a day, by the first dosage.
func (f *gruleFacts) DailyDose() float64 {
	dose, _ := at(f.order, "dosageInstruction", "doseAndRate", "doseQuantity", "value").(float64)
	frequency, _ := at(f.order, "dosageInstruction", "timing", "repeat", "frequency").(float64)
	period, _ := at(f.order, "dosageInstruction", "timing", "repeat", "period").(float64)
	return dose * frequency / period
}

// HasResult reports whether there is a result in the last 12 months.
func (f *gruleFacts) HasResult(tests ...string) bool { return f.newest(tests) != nil }

// Newest returns the value of the newest result.
func (f *gruleFacts) Newest(tests ...string) float64 {
	value, _ := at(f.newest(tests), "valueQuantity", "value").(float64)
	return value
}

func (f *gruleFacts) newest(tests []string) map[string]any {
	var newest map[string]any
	last := since()
	for _, o := range f.prepared.observations {
		o := o.(map[string]any)
		if !anyCoded([]any{o}, tests) {
			continue
		}
		if effective, _ := o["effectiveDateTime"].(string); effective > last {
			newest, last = o, effective
		}
	}
	return newest
}

// at walks down objects by name, through the first element of lists.
func at(value any, path ...string) any {
	for _, name := range path {
		if list, ok := value.([]any); ok && len(list) > 0 {
			value = list[0]
		}
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

// An opa asks a prepared query of one policy. Rules are data in the store, indexed by ingredient and
// problem, so that the policy does not grow with them.
type opa struct {
	query rego.PreparedEvalQuery
}

func newOPA(s *RuleSet, ingredient map[string]string) (Engine, error) {
	policy, err := files.ReadFile("data/policy.rego")
	if err != nil {
		return nil, err
	}
	store := inmem.NewFromObjectWithOpts(policyData(s, ingredient), inmem.OptRoundTripOnWrite(false), inmem.OptReturnASTValuesOnRead(true))
	query, err := rego.New(
		rego.Query("data.benchmark.hits"),
		rego.Module("policy.rego", string(policy)),
		rego.Store(store),
	).PrepareForEval(context.Background())
	return &opa{query}, err
}

func (e *opa) Evaluate(bundle []byte) ([]Hit, error) {
	input, err := ast.ValueFromReader(bytes.NewReader(bundle))
	if err != nil {
		return nil, err
	}
	results, err := e.query.Eval(context.Background(), rego.EvalParsedInput(input))
	if err != nil {
		return nil, err
	}
	if len(results) != 1 || len(results[0].Expressions) != 1 {
		return nil, fmt.Errorf("the query has %d results", len(results))
	}
	pairs, _ := results[0].Expressions[0].Value.([]any)
	hits := make([]Hit, len(pairs))
	for i, p := range pairs {
		p := p.([]any)
		hits[i] = Hit{p[0].(string), p[1].(string)}
	}
	return once(hits), nil
}

// policyData is the rules as the policy looks them up.
func policyData(s *RuleSet, ingredient map[string]string) map[string]any {
	pairs, classes, doses := map[string]any{}, map[string]any{}, map[string]any{}
	labs, problems, tests, ingredients := map[string]any{}, map[string]any{}, map[string]any{}, map[string]any{}
	for code, in := range ingredient {
		ingredients[code] = in
	}
	for _, r := range s.Interactions {
		for _, a := range r.A {
			post(pairs, a, map[string]any{"rule": r.Name(), "partners": anys(r.B)})
		}
		for _, b := range r.B {
			post(pairs, b, map[string]any{"rule": r.Name(), "partners": anys(r.A)})
		}
	}
	for _, r := range s.Allergies {
		for _, in := range r.Ingredients {
			post(classes, in, map[string]any{"rule": r.Name(), "ingredients": anys(r.Ingredients)})
		}
	}
	for _, r := range s.Doses {
		post(doses, r.Ingredient, map[string]any{"rule": r.Name(), "limit": number(r.Limit)})
	}
	for _, r := range s.Labs {
		lab := map[string]any{"rule": r.Name(), "tests": anys(r.Tests), "above": r.Above, "limit": number(r.Limit)}
		if r.Problem != "" {
			post(problems, r.Problem, lab)
		} else {
			post(labs, r.Ingredient, lab)
		}
		for _, t := range r.Tests {
			tests[t] = true
		}
	}
	return map[string]any{
		"pairs": pairs, "classes": classes, "doses": doses, "labs": labs, "problems": problems,
		"tests": tests, "ingredient": ingredients, "since": since(),
	}
}

func post(index map[string]any, key string, value any) {
	list, _ := index[key].([]any)
	index[key] = append(list, value)
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// since is the instant after which results count.
func since() string { return now.AddDate(0, -12, 0).Format(instant) }

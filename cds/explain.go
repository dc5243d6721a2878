package cds

import (
	"context"
	"fmt"
	"strings"

	"github.com/primum-cds/primum/cds/internal/expr"
	"github.com/primum-cds/primum/cds/internal/kleene"
)

// An Explanation says how one instance of a rule came to its outcome for one focus.
type Explanation struct {
	Rule    string
	Focus   string
	At      string
	Outcome string // "holds", "does not hold", "undecided" or "failed"
	Clauses []Clause
	Missing []Missing
	// Evidence is what the condition read, whatever came of it.
	Evidence []Evidence
	Error    string
	// Assumed says that the outcome was reached by reading codes that nobody can map as "not in": the report
	// lists their resources as unscreened.
	Assumed bool
	// Asked says why the review would not have asked the rule: its status, its hooks, the site; "" if
	// it would have.
	NotAsked string
}

// A Clause is a part of the condition: `a && b` has a and b one level deeper.
type Clause struct {
	Depth int
	Text  string
	Value string // "true", "false", "unknown: …", "error: …", or what a let is
	At    string // file:line:col
}

// ErrNoRule is returned by Explain for a rule that the engine does not have.
type ErrNoRule struct{ Rule, Near string }

// Error names the rule, and one that may have been meant.
func (e *ErrNoRule) Error() string {
	if e.Near != "" {
		return fmt.Sprintf("there is no rule %q (did you mean %q?)", e.Rule, e.Near)
	}
	return fmt.Sprintf("there is no rule %q", e.Rule)
}

// Explain asks a record one rule, by its id or by `id[row]`, and says clause by clause why it held, did
// not hold, or could not be decided. Every clause is evaluated, also where another decides. A rule with a
// table and no row named is explained for the rows that do not plainly fail: at most 20 explanations.
func (e *Engine) Explain(ctx context.Context, rec *Record, review Review, ruleID string) ([]Explanation, error) {
	ev, err := e.evaluation(ctx, rec, review)
	if err != nil {
		return nil, err
	}
	defer ev.release()
	id, _, _ := strings.Cut(ruleID, "[")
	var out []Explanation
	found := false
	for _, r := range e.rules {
		if r.def.ID != id {
			continue
		}
		for i := range r.rows {
			in := &r.rows[i]
			if ruleID != id && r.instanceID(in) != ruleID {
				continue
			}
			found = true
			for _, focus := range ev.foci(r.scope.Of) {
				q := &question{evaluation: ev, rule: r, instance: in, focus: focus}
				x := q.explain()
				if ruleID == id && len(r.rows) > 1 && x.Outcome == "does not hold" {
					continue
				}
				out = append(out, x)
			}
		}
	}
	if !found {
		return nil, &ErrNoRule{ruleID, expr.Nearest(ruleID, e.ids(id))}
	}
	return out[:min(len(out), maxExplanations)], nil
}

const maxExplanations = 20

// ids are those of all rules, and of the rows of one.
func (e *Engine) ids(rule string) []string {
	var ids []string
	for _, r := range e.rules {
		ids = append(ids, r.def.ID)
		for i := range r.rows {
			if r.def.ID == rule {
				ids = append(ids, r.instanceID(&r.rows[i]))
			}
		}
	}
	return ids
}

func (q *question) explain() Explanation {
	x := Explanation{Rule: q.rule.instanceID(q.instance), Focus: q.focusRef(), At: q.rule.def.At, NotAsked: q.notAsked()}
	out := q.decide()
	x.Assumed = q.eval.AssumeNotIn
	for _, m := range out.Missing {
		x.Missing = append(x.Missing, Missing{Resource: m.Resource, Path: m.Path, Reason: m.Reason})
	}
	switch {
	case out.Err != nil:
		x.Outcome, x.Error = "failed", out.Err.Error()
	case out.Truth == kleene.True:
		x.Outcome = "holds"
	case out.Truth == kleene.False:
		x.Outcome = "does not hold"
	default:
		x.Outcome = "undecided"
	}
	q.attest()
	if reads := q.eval.Reads(); len(reads) > 0 {
		x.Evidence = evidence(reads)
	}
	q.eval.AssumeNotIn = false
	q.pose()
	for _, clause := range q.rule.when.Clauses(q.vars) {
		x.Clauses = append(x.Clauses, q.clause(clause, q.rule.def.When))
	}
	for _, let := range q.rule.def.Let {
		x.Clauses = append(x.Clauses, Clause{Text: let.Name + " = " + let.Expr.Value, Value: q.vars.Explain(let.Name), At: placeOf(let.Expr, 0)})
	}
	q.eval.AssumeNotIn = false
	return x
}

func (q *question) clause(c expr.Clause, source Text) Clause {
	return Clause{Depth: c.Depth, Text: c.Text, Value: c.Value, At: placeOf(source, c.Offset)}
}

func (q *question) notAsked() string {
	switch {
	case q.instance.off:
		return "the site has switched it off"
	case !q.rule.askedAt(q.review.Hook):
		return "it is asked at " + strings.Join(q.rule.def.Hooks, ", ")
	case q.rule.status() != Active:
		return "its status is " + string(q.rule.status())
	}
	return ""
}

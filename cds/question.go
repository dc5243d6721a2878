package cds

import (
	"errors"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/expr"
	"github.com/primum-cds/primum/cds/internal/kleene"
)

// A question is one instance of a rule asked about one focus.
type question struct {
	*evaluation
	rule     *rule
	instance *instance
	focus    *chart.Entry
	vars     *expr.Vars
}

// pose evaluates `when`, and keeps what it reads if that is little.
func (q *question) pose() expr.Outcome {
	q.eval.Ask(q.focus)
	return q.answer()
}

// attest evaluates a `when` that is true and reads much once more, to keep what it reads: that is the evidence.
// Few of the many questions hold, and for all others it is cheaper not to have looked.
func (q *question) attest() expr.Outcome {
	q.eval.AskAgain()
	return q.answer()
}

func (q *question) answer() expr.Outcome {
	q.vars = &q.evaluation.vars
	q.engine.env.Bind(q.vars, q.eval, q.rule.scope, q.rule.lets, q.rule.row(q.instance))
	return q.rule.when.Decide(q.vars)
}

// decide evaluates `when`. Where codes that nobody can map leave it open, it is asked once more with
// those codes read as "not in": what that decides is left out, the resources being listed as unscreened.
func (q *question) decide() expr.Outcome {
	out := q.pose()
	if !slices.ContainsFunc(out.Missing, func(m expr.Missing) bool { return m.Uncovered != nil }) {
		return out
	}
	q.eval.KeepUnmapped()
	q.eval.AssumeNotIn = true
	if out = q.pose(); out.Truth == kleene.True {
		out.Truth = kleene.False // uncovered codes alone never make a finding
	}
	return out
}

func (q *question) focusRef() string {
	if q.focus == nil {
		return ""
	}
	return q.focus.Ref()
}

func (q *question) failure(err error) Failure {
	return Failure{Rule: q.rule.instanceID(q.instance), Focus: q.focusRef(), At: q.place(err), Error: err.Error()}
}

// place is where in the rule an error arose: in a let, or in the condition.
func (q *question) place(err error) string {
	text, offset := q.rule.def.When, 0
	var fault *expr.Fault
	if errors.As(err, &fault) {
		offset = fault.Offset
		for _, let := range q.rule.def.Let {
			if q.rule.lets[let.Name] == fault.Program {
				text = let.Expr
			}
		}
	}
	return placeOf(text, offset)
}

func placeOf(text Text, offset int) string {
	if at := text.At(offset); at.File != nil {
		return at.String()
	}
	return ""
}

// trouble says which errors the logic went past, "" if none.
func (q *question) trouble() string {
	errs := append(slices.Clone(q.eval.Failures()), q.vars.Hidden(q.rule.when)...)
	if len(errs) == 0 {
		return ""
	}
	var texts []string
	for _, err := range errs {
		texts = append(texts, err.Error())
	}
	slices.Sort(texts)
	return strings.Join(slices.Compact(texts), "; ")
}

package cds

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/expr"
	"github.com/primum-cds/primum/cds/internal/kleene"
)

// Evaluate asks a record the rules of a hook. The same rules, record and review give the same report,
// byte for byte, whatever the order of rules and of the record's entries.
//
// The error says what is missing in the review, or is ctx's if it ended before all rules were asked: then the
// report is there, too, with what was decided until then, and each rule that was not asked is among its Failures,
// as Late. The error is never about a single rule: that is in Report.Failures.
func (e *Engine) Evaluate(ctx context.Context, rec *Record, review Review) (*Report, error) {
	ev, err := e.evaluation(ctx, rec, review)
	if err != nil {
		return nil, err
	}
	defer ev.release()
	for i, t := range e.index.types {
		for _, focus := range ev.foci(t.of) {
			ev.askAll(ctx, ev.waking.wake(i, focus), focus)
		}
		ev.unreviewed(t.of)
	}
	if ev.late {
		return ev.report(), ctx.Err()
	}
	return ev.report(), nil
}

// askAll asks instances of rules about one focus.
func (e *evaluation) askAll(ctx context.Context, instances []int32, focus *chart.Entry) {
	for _, n := range instances {
		r, in := e.engine.index.at(n)
		switch {
		case !r.askedAt(e.review.Hook):
		case ctx.Err() != nil:
			e.late = true
			e.unasked(r, focus, Failure{Late: true, Error: "not asked: the evaluation was ended before"})
		case e.eval.Exhausted():
			e.unasked(r, focus, Failure{Error: "not asked: the record takes more work than one evaluation may"})
		default:
			e.ask(ctx, r, in, focus)
		}
	}
}

// unasked says once a rule and focus that it was not asked, and why.
func (e *evaluation) unasked(r *rule, focus *chart.Entry, f Failure) {
	f.Rule, f.At = r.def.ID, r.def.At
	if focus != nil {
		f.Focus = focus.Ref()
	}
	if n := len(e.failures); n == 0 || e.failures[n-1] != f {
		e.failures = append(e.failures, f)
	}
}

func (r *rule) askedAt(hook string) bool {
	return hook == "" || len(r.def.Hooks) == 0 || slices.Contains(r.def.Hooks, hook)
}

// An evaluation is one Evaluate under way. Its memory is used for one after another: nothing of it, nor of
// the record, may be in a report.
type evaluation struct {
	engine *Engine
	record *Record
	review Review
	hook   *Hook // of the library; nil if it is none of them
	eval   *expr.Eval
	vars   expr.Vars
	asking question
	waking *waking
	byType map[string][]*chart.Entry // foci
	text   []byte                    // that cards are written in

	findings  []*finding
	held      map[*instance]*finding // the first finding of each
	undecided []*undecided
	failures  []Failure
	late      bool // some are so
}

func newEvaluation(e *Engine) *evaluation {
	return &evaluation{engine: e, eval: expr.NewEval(nil), waking: newWaking(e.index), byType: map[string][]*chart.Entry{}, held: map[*instance]*finding{}}
}

// release gives the memory back. The evaluation cannot be used after.
func (e *evaluation) release() {
	e.eval.Reset(nil)
	e.waking.done()
	clear(e.byType)
	clear(e.held)
	e.forgetFindings()
	clear(e.undecided)
	clear(e.failures)
	*e = evaluation{
		engine: e.engine, eval: e.eval, waking: e.waking, byType: e.byType, held: e.held, text: e.text,
		findings: e.findings[:0], undecided: e.undecided[:0], failures: e.failures[:0],
	}
	e.engine.evaluations.Put(e)
}

// forgetFindings empties the findings, and keeps the memory of a few.
func (e *evaluation) forgetFindings() {
	const few = 64
	for i, f := range e.findings {
		if *f = (finding{}); i >= few {
			e.findings[i] = nil
		}
	}
}

// ErrNoHook is returned by Evaluate for a Review of a hook that there is not.
type ErrNoHook struct{ Hook, Near string }

// Error names the hook, and one that may have been meant.
func (e *ErrNoHook) Error() string {
	if e.Near != "" {
		return fmt.Sprintf("there is no hook %q (did you mean %q?)", e.Hook, e.Near)
	}
	return fmt.Sprintf("there is no hook %q: expected one of the CDS Hooks library, or one such as org.example.my-hook", e.Hook)
}

// ErrNoNow is returned by Evaluate for a Review without an instant.
var ErrNoNow = errors.New("the review has no Now: there is no ambient clock")

func (e *Engine) evaluation(ctx context.Context, rec *Record, review Review) (*evaluation, error) {
	switch {
	case rec == nil || rec.chart == nil:
		return nil, errors.New("there is no record, or it was closed")
	case rec.engine != e:
		return nil, errors.New("the record was read by another engine")
	case review.Now.IsZero():
		return nil, ErrNoNow
	}
	hook := e.hookNamed(review.Hook)
	if hook == nil && review.Hook != "" && !ValidHook(review.Hook) {
		return nil, &ErrNoHook{review.Hook, nearestHook(review.Hook)}
	}
	rec.chart.At(review.Now)
	ev := e.evaluations.Get().(*evaluation)
	ev.record, ev.review, ev.hook = rec, review, hook
	ev.eval.Reset(rec.chart)
	ev.waking.begin(rec.chart, ev.eval)
	ev.eval.Context = review.Context
	ev.eval.Interrupted = func() bool { return ctx.Err() != nil }
	return ev, nil
}

// ask asks one instance of a rule about one focus.
func (e *evaluation) ask(ctx context.Context, r *rule, in *instance, focus *chart.Entry) {
	q := &e.asking
	*q = question{evaluation: e, rule: r, instance: in, focus: focus}
	defer func() {
		e.eval.AssumeNotIn = false
		if p := recover(); p != nil {
			e.failures = append(e.failures, q.failure(fmt.Errorf("internal error: %v", p)))
		}
	}()
	out := q.decide()
	if out.Truth == kleene.True && out.Err == nil && !e.eval.AllRead() {
		out = q.attest()
	}
	switch {
	case out.Err != nil:
		f := q.failure(out.Err)
		f.Late = ctx.Err() != nil // it was ended in the middle
		e.late = e.late || f.Late
		e.failures = append(e.failures, f)
	case out.Truth == kleene.True:
		q.hold()
	case out.Truth == kleene.Unknown:
		e.undecided = append(e.undecided, q.leave(out.Missing))
	}
}

// report puts everything into its order.
func (e *evaluation) report() *Report {
	rec := e.record.record
	out := &Report{
		Findings: []Finding{}, Undecided: []Undecided{}, Failures: []Failure{}, Suppressed: []Suppressed{},
		Unscreened: e.unscreened(), Skipped: map[string]int{}, Warnings: []Notice{},
	}
	for t, n := range rec.Skipped {
		out.Skipped[t] = n
	}
	for _, w := range rec.Warnings {
		out.Warnings = append(out.Warnings, Notice(w))
	}
	e.reportFindings(out)
	e.reportUndecided(out)
	out.Failures = append(out.Failures, e.failures...)
	slices.SortFunc(out.Failures, func(a, b Failure) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Focus, b.Focus), cmp.Compare(a.At, b.At), cmp.Compare(a.Error, b.Error))
	})
	slices.SortFunc(out.Suppressed, func(a, b Suppressed) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Focus, b.Focus), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.By, b.By))
	})
	return out
}

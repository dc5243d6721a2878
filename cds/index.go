package cds

import (
	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/expr"
)

// An index finds the instances of rules that a patient may wake: all but those whose condition is known to be
// false for lack of a code. It never changes an answer.
//
// Instances are numbered over all rules, row by row. Each is posted under what it needs at least: codes of the
// focus, codes of a list of the patient's, or that a list is not known to be all. What wakes it is looked at
// once more, as far as codes tell, before its condition is asked.
type index struct {
	rules      []*rule
	ruleOf     []int32 // by instance
	conditions []condition
	sets       codeSets
	lists      []expr.List // that are asked for
	gates      []gate
	types      []typeIndex // sorted by the type that rules are for
}

// A condition is what a rule needs, ready to be looked up.
type condition struct {
	need  ask
	first int32   // the instance of the rule's first row
	width int32   // how many columns are needed
	cells []int32 // the sets in these columns, row by row
}

// An ask is an expr.Need with its sets and lists numbered.
type ask struct {
	op    expr.Op
	view  chart.View
	kind  chart.Kind
	list  int32
	set   int32 // -1 where a cell of the row names it
	cell  int32
	parts []ask
}

// A typeIndex finds the instances that are for one type of focus, "" for none.
type typeIndex struct {
	of     string
	always []int32 // asked about every focus
	// alone and joined are posted by the codes of the focus. Those that are joined can be woken by the
	// patient's lists as well, which is what happens if the focus may be in many sets.
	alone, joined posting
	lists         byLists
	instead       byLists // of joined
}

// byLists are instances posted by what is in the patient's lists.
type byLists struct {
	views  [chart.Views]posting
	others []instances
}

// instances are posted under one question that takes no codes: mostly all rows of a rule, so that they are
// noted from the first to the last.
type instances struct {
	need ask
	runs []run
}

// A run is instances, one after the other.
type run struct{ from, to int32 }

// add adds an instance; they come in order.
func (p *instances) add(n int32) {
	last := len(p.runs) - 1
	if last < 0 || p.runs[last].to < n {
		p.runs = append(p.runs, run{n, n + 1})
		return
	}
	p.runs[last].to = n + 1
}

func (p *instances) appendTo(out []int32) []int32 {
	for _, r := range p.runs {
		for n := r.from; n < r.to; n++ {
			out = append(out, n)
		}
	}
	return out
}

// at returns an instance by its number.
func (x *index) at(n int32) (*rule, *instance) {
	i := x.ruleOf[n]
	return x.rules[i], &x.rules[i].rows[n-x.conditions[i].first]
}

// setOf is the set that is asked for, for an instance.
func (c *condition) setOf(a *ask, n int32) int32 {
	if a.set >= 0 {
		return a.set
	}
	return c.cells[(n-c.first)*c.width+a.cell]
}

// post fills the index.
func (e *Engine) post() {
	b := &indexer{sets: newSetNumbers(), types: map[string]*typePosts{}, index: &index{rules: e.rules}}
	for i, r := range e.rules {
		b.rule(int32(i), r)
	}
	e.index = b.finish(e.coder.Codes)
}

package cds

import (
	"slices"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/expr"
	"github.com/primum-cds/primum/cds/internal/kleene"
)

// A waking finds what one evaluation wakes. Its memory serves many, one after the other.
type waking struct {
	index *index
	chart *chart.Chart
	eval  *expr.Eval

	focus     *chart.Entry
	inFocus   marks
	strange   []bool // by group: whether the focus may be in any of its sets for all that is known
	views     [chart.Views]viewed
	open      []kleene.Truth // by list
	unsure    map[chart.Kind]bool
	byLists   [][]int32 // by type: what the patient's lists wake, whatever the focus
	gathered  []bool    // by type: whether byLists is known
	instances []int32
}

// viewed is what is known of a view.
type viewed struct {
	known     bool
	carried   marks // the sets of which an entry carries a code
	strangers []stranger
}

// A stranger is an entry that may be in any set of a group for all that is known.
type stranger struct {
	one  *chart.Entry
	more bool
}

func newWaking(x *index) *waking {
	return &waking{
		index: x, strange: make([]bool, len(x.sets.groups)), open: make([]kleene.Truth, len(x.lists)), unsure: map[chart.Kind]bool{},
		byLists: make([][]int32, len(x.types)), gathered: make([]bool, len(x.types)), inFocus: newMarks(x.sets.len()),
	}
}

// begin turns to an evaluation, done forgets all about it.
func (w *waking) begin(c *chart.Chart, eval *expr.Eval) { w.chart, w.eval = c, eval }

func (w *waking) done() {
	w.chart, w.eval, w.focus = nil, nil, nil
	w.inFocus.clear()
	for v := range w.views {
		if view := &w.views[v]; view.known {
			view.known = false
			view.carried.clear()
			clear(view.strangers)
		}
	}
	clear(w.open)
	clear(w.unsure)
	clear(w.gathered)
}

// wake returns the instances for a type to ask about a focus, in order. The result is good until the next
// call.
func (w *waking) wake(of int, focus *chart.Entry) []int32 {
	t := &w.index.types[of]
	w.look(focus)
	out := w.instances[:0]
	for _, set := range w.inFocus.list {
		out = w.met(out, t.focus.of(set))
	}
	if slices.Contains(w.strange, true) {
		for i, set := range t.focus.sets {
			if w.strange[w.index.sets.group[set]] {
				out = w.met(out, t.focus.at(i))
			}
		}
	}
	out = w.met(out, w.wokenByLists(of))
	w.instances = out
	if len(out) == 0 {
		return t.always
	}
	w.instances = append(out, t.always...)
	slices.Sort(w.instances)
	return slices.Compact(w.instances)
}

// look turns to a focus.
func (w *waking) look(focus *chart.Entry) {
	w.focus = focus
	w.inFocus.clear()
	clear(w.strange)
	if focus == nil {
		return
	}
	for _, id := range focus.Concept.IDs {
		for _, set := range w.index.sets.of(id) {
			w.inFocus.mark(set)
		}
	}
	systems := focus.OwnSystems()
	for g, set := range w.index.sets.groups {
		w.strange[g] = !slices.ContainsFunc(systems, set.Covers)
	}
}

// met adds the instances whose needs are met.
func (w *waking) met(out, instances []int32) []int32 {
	for _, n := range instances {
		if c := &w.index.conditions[w.index.ruleOf[n]]; w.meets(&c.need, c, n) {
			out = append(out, n)
		}
	}
	return out
}

func (w *waking) meets(a *ask, c *condition, n int32) bool {
	switch a.op {
	case expr.Every:
		for i := range a.parts {
			if !w.meets(&a.parts[i], c, n) {
				return false
			}
		}
		return true
	case expr.Some:
		for i := range a.parts {
			if w.meets(&a.parts[i], c, n) {
				return true
			}
		}
		return false
	case expr.Focus:
		set := c.setOf(a, n)
		return w.inFocus.has(set) || w.strange[w.index.sets.group[set]]
	case expr.Entry:
		return w.mayHold(a.view, c.setOf(a, n))
	case expr.Open:
		return w.isOpen(a.list)
	case expr.Unsure:
		return w.isUnsure(a.kind)
	}
	return a.op == expr.Always
}

func (c *condition) setOf(a *ask, n int32) int32 {
	if a.set >= 0 {
		return a.set
	}
	return c.cell(n, a.cell)
}

func (w *waking) isOpen(list int32) bool {
	if w.open[list] == kleene.Unknown {
		w.open[list] = kleene.Of(w.eval.Open(w.index.lists[list]))
	}
	return w.open[list] == kleene.True
}

func (w *waking) isUnsure(kind chart.Kind) bool {
	unsure, known := w.unsure[kind]
	if !known {
		unsure = w.chart.Unsure(kind)
		w.unsure[kind] = unsure
	}
	return unsure
}

// mayHold reports whether an entry of a view may be in a set.
func (w *waking) mayHold(of chart.View, set int32) bool {
	view := w.view(of)
	if view.carried.has(set) {
		return true
	}
	s := view.strangers[w.index.sets.group[set]]
	return s.more || s.one != nil && (s.one != w.focus || !of.WithoutFocus())
}

// view is what is known of a view; it is found out when first asked for.
func (w *waking) view(of chart.View) *viewed {
	view := &w.views[of]
	if view.known {
		return view
	}
	view.known = true
	if view.strangers == nil {
		view.carried, view.strangers = newMarks(w.index.sets.len()), make([]stranger, len(w.index.sets.groups))
	}
	for id := range w.chart.CodesIn(of) {
		for _, set := range w.index.sets.of(id) {
			view.carried.mark(set)
		}
	}
	for g, set := range w.index.sets.groups {
		view.strangers[g].one, view.strangers[g].more = w.chart.Strangers(of, set)
	}
	return view
}

// wokenByLists are the instances for a type that the patient's lists wake.
func (w *waking) wokenByLists(of int) []int32 {
	if w.gathered[of] {
		return w.byLists[of]
	}
	t, out := &w.index.types[of], w.byLists[of][:0]
	for v := range t.views {
		out = w.wokenByView(out, chart.View(v), &t.views[v])
	}
	for i := range t.lists {
		if w.isOpen(t.lists[i].need.list) {
			out = append(out, t.lists[i].all...)
		}
	}
	for i := range t.unsure {
		if w.isUnsure(t.unsure[i].need.kind) {
			out = append(out, t.unsure[i].all...)
		}
	}
	slices.Sort(out)
	w.byLists[of], w.gathered[of] = slices.Compact(out), true
	return w.byLists[of]
}

func (w *waking) wokenByView(out []int32, of chart.View, p *posting) []int32 {
	if len(p.sets) == 0 {
		return out
	}
	view := w.view(of)
	for _, set := range view.carried.list {
		out = append(out, p.of(set)...)
	}
	if !slices.ContainsFunc(view.strangers, func(s stranger) bool { return s.one != nil }) {
		return out
	}
	for i, set := range p.sets {
		if view.strangers[w.index.sets.group[set]].one != nil {
			out = append(out, p.at(i)...)
		}
	}
	return out
}

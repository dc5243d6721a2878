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
	aliens    []*chart.Entry // the entries that are the one stranger of a group
	open      []kleene.Truth // by list
	gates     []passing
	unsure    map[chart.Kind]bool
	byLists   []gathered // by type: what the patient's lists wake, whatever the focus
	instead   []gathered // by type: what they wake in place of the focus
	instances []int32
}

// viewed is what is known of a view.
type viewed struct {
	known     bool
	carried   marks // the sets of which an entry carries a code
	strangers []stranger
	strange   bool // there are some
}

// A stranger is an entry that may be in any set of a group for all that is known.
type stranger struct {
	one  *chart.Entry
	more bool
}

// gathered are instances, once they are known.
type gathered struct {
	known bool
	alien bool // for a focus that is a stranger
	all   []int32
}

func newWaking(x *index) *waking {
	return &waking{
		index: x, strange: make([]bool, len(x.sets.groups)), open: make([]kleene.Truth, len(x.lists)), gates: make([]passing, len(x.gates)), unsure: map[chart.Kind]bool{},
		byLists: make([]gathered, len(x.types)), instead: make([]gathered, len(x.types)), inFocus: newMarks(x.sets.len()),
	}
}

// begin turns to an evaluation, done forgets all about it.
func (w *waking) begin(c *chart.Chart, eval *expr.Eval) { w.chart, w.eval = c, eval }

func (w *waking) done() {
	w.chart, w.eval, w.focus = nil, nil, nil
	w.inFocus.clear()
	for v := range w.views {
		if view := &w.views[v]; view.known {
			view.known, view.strange = false, false
			view.carried.clear()
			clear(view.strangers)
		}
	}
	clear(w.aliens)
	w.aliens = w.aliens[:0]
	clear(w.open)
	clear(w.gates)
	clear(w.unsure)
	for i := range w.byLists {
		w.byLists[i].known, w.instead[i].known = false, false
	}
}

// wake returns the instances for a type to ask about a focus, in order. The result is good until the next
// call.
func (w *waking) wake(of int, focus *chart.Entry) []int32 {
	t := &w.index.types[of]
	w.look(focus)
	out := w.byFocus(w.instances[:0], t, of)
	out = w.met(out, w.gather(&w.byLists[of], &t.lists))
	w.instances = out
	if len(out) == 0 {
		return t.always
	}
	w.instances = append(out, t.always...)
	slices.Sort(w.instances)
	return slices.Compact(w.instances)
}

// byFocus adds what the focus wakes.
func (w *waking) byFocus(out []int32, t *typeIndex, of int) []int32 {
	for _, set := range w.inFocus.list {
		for _, p := range []*posting{&t.alone, &t.joined} {
			from, to := p.of(set)
			out = w.guarded(out, p, from, to)
		}
	}
	if w.strangeTo(&t.alone) {
		for i, set := range t.alone.sets {
			if w.strange[w.index.sets.group[set]] {
				out = w.guarded(out, &t.alone, t.alone.starts[i], t.alone.starts[i+1])
			}
		}
	}
	if w.strangeTo(&t.joined) {
		out = w.met(out, w.gather(&w.instead[of], &t.instead))
	}
	return out
}

// strangeTo reports whether the focus may be in sets of a posting for all that is known.
func (w *waking) strangeTo(p *posting) bool {
	return slices.ContainsFunc(p.groups, func(g int32) bool { return w.strange[g] })
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
	for g, covered := range w.index.sets.groups {
		w.strange[g] = !chart.Covered(systems, covered)
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

// guarded adds those of a posting that pass their guards and whose needs are met.
func (w *waking) guarded(out []int32, p *posting, from, to int32) []int32 {
	if p.guards == nil {
		return w.met(out, p.all[from:to])
	}
	for i := from; i < to; i++ {
		if w.passes(p.guards[i]) {
			out = w.met(out, p.all[i:i+1])
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
	for g, covered := range w.index.sets.groups {
		one, more := w.chart.Strangers(of, covered)
		view.strangers[g] = stranger{one, more}
		view.strange = view.strange || one != nil
		if one != nil && !more && of.WithoutFocus() {
			w.aliens = append(w.aliens, one)
		}
	}
	return view
}

// gather finds what the patient's lists wake, some of it without need. It is the same for all foci but those
// that are strangers themselves.
func (w *waking) gather(g *gathered, by *byLists) []int32 {
	if g.known && !g.alien && !w.alien() {
		return g.all
	}
	g.all = g.all[:0]
	for v := range by.views {
		g.all = w.byView(g.all, chart.View(v), &by.views[v])
	}
	for i := range by.others {
		if w.meets(&by.others[i].need, nil, 0) {
			g.all = by.others[i].appendTo(g.all)
		}
	}
	g.known, g.alien = true, w.alien()
	return g.all
}

// alien reports whether the focus is the one stranger of a group.
func (w *waking) alien() bool { return slices.Contains(w.aliens, w.focus) }

func (w *waking) byView(out []int32, of chart.View, p *posting) []int32 {
	if len(p.sets) == 0 {
		return out
	}
	for _, set := range w.view(of).carried.list {
		from, to := p.of(set)
		out = append(out, p.all[from:to]...)
	}
	if !w.view(of).strange {
		return out
	}
	for i, set := range p.sets {
		if w.mayHold(of, set) {
			out = append(out, p.all[p.starts[i]:p.starts[i+1]]...)
		}
	}
	return out
}

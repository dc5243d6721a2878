package cds

import (
	"slices"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/expr"
)

// A guard is a look-up that most instances of a table fail: an entry of a view must be in a set, or one of some
// lists be open. It stands beside each instance in a posting, so that going through many touches little memory:
// the number of its gate in the upper bits, that of the set in the others.
type guard uint32

// A gate is what guards have in common.
type gate struct {
	view  chart.View
	lists []int32
}

const (
	unguarded guard = 0
	gateBits        = 28
	maxGates        = 1<<(32-gateBits) - 1
)

func (g guard) gate() int  { return int(g>>gateBits) - 1 }
func (g guard) set() int32 { return int32(g & (1<<gateBits - 1)) }

// guardBeside makes a guard of what stands beside a waker; unguarded if nothing there is fit for it.
func (b *indexer) guardBeside(beside []ask, c *condition, n int32) guard {
	for i := range beside {
		entry, lists := parted(&beside[i])
		if entry == nil {
			continue
		}
		set := c.setOf(entry, n)
		at := slices.IndexFunc(b.index.gates, func(g gate) bool { return g.view == entry.view && slices.Equal(g.lists, lists) })
		if at < 0 && len(b.index.gates) < maxGates {
			at = len(b.index.gates)
			b.index.gates = append(b.index.gates, gate{entry.view, lists})
		}
		if at >= 0 && set < 1<<gateBits {
			return guard(at+1)<<gateBits | guard(set)
		}
	}
	return unguarded
}

// parted takes apart "an entry is in codes, or a list is open": entry is nil for anything else.
func parted(a *ask) (entry *ask, lists []int32) {
	if a.op == expr.Entry {
		return a, nil
	}
	if a.op != expr.Some {
		return nil, nil
	}
	for i := range a.parts {
		switch part := &a.parts[i]; {
		case part.op == expr.Open:
			lists = append(lists, part.list)
		case part.op == expr.Entry && entry == nil:
			entry = part
		default:
			return nil, nil
		}
	}
	return entry, lists
}

// passes reports whether a guard lets its instance pass.
func (w *waking) passes(g guard) bool {
	if g == unguarded {
		return true
	}
	p := &w.gates[g.gate()]
	if p.carried == nil {
		gate := &w.index.gates[g.gate()]
		view := w.view(gate.view)
		*p = passing{&view.carried, view.strange, slices.ContainsFunc(gate.lists, w.isOpen)}
	}
	return p.carried.has(g.set()) || p.open || p.strange && w.mayHold(w.index.gates[g.gate()].view, g.set())
}

// passing is what one evaluation knows of a gate, once it was asked for.
type passing struct {
	carried       *marks
	strange, open bool
}

package cds

import (
	"context"
	"slices"
	"sync"
)

// WithoutIndex returns the engine that asks every rule about every focus: what an index must answer.
func (e *Engine) WithoutIndex() *Engine {
	plain, x := *e, *e.index
	x.types = slices.Clone(x.types)
	for i := range x.types {
		x.types[i] = typeIndex{of: x.types[i].of}
	}
	for n := range x.ruleOf {
		r, in := x.at(int32(n))
		i := slices.IndexFunc(x.types, func(t typeIndex) bool { return t.of == r.scope.Of })
		if !in.off {
			x.types[i].always = append(x.types[i].always, int32(n))
		}
	}
	plain.index = &x
	plain.evaluations = &sync.Pool{New: func() any { return newEvaluation(&plain) }}
	return &plain
}

// Woken counts the instances that a review wakes, over all foci, and asks none.
func (e *Engine) Woken(rec *Record, review Review) (int, error) {
	ev, err := e.evaluation(context.Background(), rec, review)
	if err != nil {
		return 0, err
	}
	defer ev.release()
	n := 0
	for i, t := range e.index.types {
		for _, focus := range ev.foci(t.of) {
			n += len(ev.waking.wake(i, focus))
		}
	}
	return n, nil
}

// IndexBytes returns how much memory the index takes, without that of what runs once for each rule.
func (e *Engine) IndexBytes() int {
	x := e.index
	n := 4 * (len(x.ruleOf) + len(x.sets.starts) + len(x.sets.sets) + len(x.sets.group))
	postings := func(ps ...posting) {
		for _, p := range ps {
			n += 4 * (len(p.sets) + len(p.starts) + len(p.all) + len(p.guards))
		}
	}
	for i := range x.conditions {
		n += 4 * len(x.conditions[i].cells)
	}
	for i := range x.types {
		t := &x.types[i]
		n += 4 * len(t.always)
		postings(t.alone, t.joined)
		for _, by := range []*byLists{&t.lists, &t.instead} {
			postings(by.views[:]...)
			for _, other := range by.others {
				n += 8 * len(other.runs)
			}
		}
	}
	return n
}

// Post makes the index once more.
func (e *Engine) Post() { e.post() }

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

package cds

import (
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

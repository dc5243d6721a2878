package cds

import "slices"

// WithoutIndex returns the engine that asks every rule about every focus: what an index must answer.
func (e *Engine) WithoutIndex() *Engine {
	plain := *e
	plain.index = map[string]*index{}
	for of, x := range e.index {
		all := slices.Clone(x.always)
		for _, p := range x.posts {
			all = append(all, p.all...)
		}
		slices.Sort(all)
		plain.index[of] = &index{always: slices.Compact(all)}
	}
	return &plain
}

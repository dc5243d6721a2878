package store

import (
	"cmp"
	"slices"
)

// An isA says that a child is a kind of a parent. It sorts by child.
type isA uint64

func newIsA(child, parent uint32) isA { return isA(child)<<32 | isA(parent) }

func (e isA) child() uint32  { return uint32(e >> 32) }
func (e isA) parent() uint32 { return uint32(e) }

// A rows holds lists of numbers, one after the other, while they are built.
type rows struct{ starts, entries []uint32 }

func (r rows) of(i uint32) []uint32 { return r.entries[r.starts[i]:r.starts[i+1]] }

// parentRows returns the parents of n concepts; relations are sorted.
func parentRows(n int, relations []isA) rows {
	r := rows{make([]uint32, n+1), make([]uint32, len(relations))}
	for i, e := range relations {
		r.starts[e.child()+1]++
		r.entries[i] = e.parent()
	}
	r.sum()
	return r
}

// childRows returns the children of n concepts.
func childRows(n int, relations []isA) rows {
	r := rows{make([]uint32, n+1), make([]uint32, len(relations))}
	for _, e := range relations {
		r.starts[e.parent()+1]++
	}
	r.sum()
	next := slices.Clone(r.starts)
	for _, e := range relations {
		r.entries[next[e.parent()]] = e.child()
		next[e.parent()]++
	}
	return r
}

func (r rows) sum() {
	for i := 1; i < len(r.starts); i++ {
		r.starts[i] += r.starts[i-1]
	}
}

// A hierarchy is the is-a relation of concepts with numbers that rise from parent to child.
type hierarchy struct {
	number   []uint32 // of each concept, by its number before
	parents  rows
	children rows
}

// newHierarchy numbers n concepts. It returns a circle, from child to parent, if there is one.
func newHierarchy(n int, relations []isA) (h hierarchy, circle []uint32) {
	slices.Sort(relations)
	relations = slices.Compact(relations)
	h.parents, h.children = parentRows(n, relations), childRows(n, relations)
	order, circle := h.order(n)
	if circle != nil {
		return hierarchy{}, circle
	}
	h.number = h.numbers(order)
	for i, e := range relations {
		relations[i] = newIsA(h.number[e.child()], h.number[e.parent()])
	}
	slices.Sort(relations)
	h.parents, h.children = parentRows(n, relations), childRows(n, relations)
	return h, nil
}

// order returns the concepts, parents before children.
func (h hierarchy) order(n int) (order, circle []uint32) {
	waiting := make([]uint32, n)
	order = make([]uint32, 0, n)
	for i := range uint32(n) {
		if waiting[i] = uint32(len(h.parents.of(i))); waiting[i] == 0 {
			order = append(order, i)
		}
	}
	for at := 0; at < len(order); at++ {
		for _, child := range h.children.of(order[at]) {
			if waiting[child]--; waiting[child] == 0 {
				order = append(order, child)
			}
		}
	}
	if len(order) < n {
		return nil, h.circle(waiting)
	}
	return order, nil
}

// circle walks up along concepts that wait, each of which has a parent that waits, until it comes back.
func (h hierarchy) circle(waiting []uint32) []uint32 {
	at := uint32(slices.IndexFunc(waiting, func(n uint32) bool { return n > 0 }))
	met := map[uint32]int{}
	var path []uint32
	for {
		if first, ok := met[at]; ok {
			return append(path[first:], at)
		}
		met[at] = len(path)
		path = append(path, at)
		parents := h.parents.of(at)
		at = parents[slices.IndexFunc(parents, func(p uint32) bool { return waiting[p] > 0 })]
	}
}

// numbers gives low numbers to concepts with many ways down, which rise from child to parent. Where they
// are too many to tell apart, order decides.
func (h hierarchy) numbers(order []uint32) []uint32 {
	ways := make([]float64, len(order))
	rank := make([]uint32, len(order))
	for at, i := range slices.Backward(order) {
		rank[i] = uint32(at)
		for _, child := range h.children.of(i) {
			ways[i] += 1 + ways[child]
		}
	}
	slices.SortFunc(order, func(a, b uint32) int {
		return cmp.Or(-cmp.Compare(ways[a], ways[b]), cmp.Compare(rank[a], rank[b]))
	})
	number := make([]uint32, len(order))
	for at, i := range order {
		number[i] = uint32(at)
	}
	return number
}

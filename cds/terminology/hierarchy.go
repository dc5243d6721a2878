package terminology

import (
	"cmp"
	"slices"
)

// A hierarchy is the is-a relation of concepts that are numbered from 0. It has no cycle.
type hierarchy struct {
	up, down edges
	level    []int32 // by concept: the longest way up to a root
}

// An isA says that child is a kind of parent.
type isA struct{ child, parent int32 }

// edges are the neighbours of each concept in one direction, one after the other.
type edges struct{ start, to []int32 }

func (e edges) of(i int32) []int32 { return e.to[e.start[i]:e.start[i+1]] }

// newHierarchy builds the hierarchy of n concepts. Pairs may repeat and are put in order. If they run in
// a circle, it returns one, from child to parent, its first concept again at the end.
func newHierarchy(n int, pairs []isA) (h *hierarchy, circle []int32) {
	slices.SortFunc(pairs, func(a, b isA) int { return cmp.Or(cmp.Compare(a.child, b.child), cmp.Compare(a.parent, b.parent)) })
	pairs = slices.Compact(pairs)
	h = &hierarchy{
		up:    newEdges(n, pairs, func(p isA) (int32, int32) { return p.child, p.parent }),
		down:  newEdges(n, pairs, func(p isA) (int32, int32) { return p.parent, p.child }),
		level: make([]int32, n),
	}
	waiting := make([]int32, n) // parents without a level yet
	var ready []int32
	for i := range int32(n) {
		if waiting[i] = int32(len(h.up.of(i))); waiting[i] == 0 {
			ready = append(ready, i)
		}
	}
	for at := 0; at < len(ready); at++ {
		for _, child := range h.down.of(ready[at]) {
			h.level[child] = max(h.level[child], h.level[ready[at]]+1)
			if waiting[child]--; waiting[child] == 0 {
				ready = append(ready, child)
			}
		}
	}
	if len(ready) < n {
		return nil, h.circle(waiting)
	}
	return h, nil
}

func newEdges(n int, pairs []isA, ends func(isA) (from, to int32)) edges {
	e := edges{make([]int32, n+1), make([]int32, len(pairs))}
	for _, p := range pairs {
		from, _ := ends(p)
		e.start[from+1]++
	}
	for i := range n {
		e.start[i+1] += e.start[i]
	}
	next := slices.Clone(e.start)
	for _, p := range pairs {
		from, to := ends(p)
		e.to[next[from]] = to
		next[from]++
	}
	return e
}

// circle goes up from a concept that still waits, along those that wait, until it comes back: what waits
// always has a parent that waits.
func (h *hierarchy) circle(waiting []int32) []int32 {
	at := int32(slices.IndexFunc(waiting, func(n int32) bool { return n > 0 }))
	met := map[int32]int{}
	var path []int32
	for {
		if first, ok := met[at]; ok {
			return append(path[first:], at)
		}
		met[at] = len(path)
		path = append(path, at)
		for _, parent := range h.up.of(at) {
			if waiting[parent] > 0 {
				at = parent
				break
			}
		}
	}
}

// descendants returns what is below i, without it, in the order of the numbers.
func (h *hierarchy) descendants(i int32) []int32 { return h.reach(h.down, i) }

// ancestors returns what is above i, without it, in the order of the numbers.
func (h *hierarchy) ancestors(i int32) []int32 { return h.reach(h.up, i) }

func (h *hierarchy) reach(e edges, i int32) []int32 {
	if len(e.of(i)) == 0 {
		return nil
	}
	seen := make([]uint64, len(h.level)/64+1)
	var out []int32
	visit := func(from int32) {
		for _, to := range e.of(from) {
			if bit := uint64(1) << (to % 64); seen[to/64]&bit == 0 {
				seen[to/64] |= bit
				out = append(out, to)
			}
		}
	}
	visit(i)
	for at := 0; at < len(out); at++ {
		visit(out[at])
	}
	slices.Sort(out)
	return out
}

// subsumes reports whether below is above or one of its descendants. Along concepts with one parent it
// does not allocate.
func (h *hierarchy) subsumes(above, below int32) bool {
	for below != above {
		parents := h.up.of(below)
		if h.level[below] <= h.level[above] || len(parents) == 0 {
			return false
		}
		if len(parents) > 1 {
			_, found := slices.BinarySearch(h.ancestors(below), above)
			return found
		}
		below = parents[0]
	}
	return true
}

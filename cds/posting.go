package cds

import "slices"

// A posting holds instances by the sets of codes that wake them, in flat arrays.
type posting struct {
	sets   []int32 // sorted
	starts []int32 // where those of each set begin, and at last where they end
	all    []int32 // instances, sorted for each set
	guards []guard // of each of them; nil if none has one
	groups []int32 // those of the sets
}

// of returns where the instances of one set are.
func (p *posting) of(set int32) (from, to int32) {
	i, found := slices.BinarySearch(p.sets, set)
	if !found {
		return 0, 0
	}
	return p.starts[i], p.starts[i+1]
}

// posts gather what a posting will hold.
type posts struct {
	sets      []int32
	instances []int32
	guards    []guard
	guarded   bool
}

func (p *posts) add(set, instance int32, g guard) {
	p.sets, p.instances, p.guards = append(p.sets, set), append(p.instances, instance), append(p.guards, g)
	p.guarded = p.guarded || g != unguarded
}

// posting sorts the posts by their sets; they were added in the order of their instances. Of is the group of
// each set.
func (p *posts) posting(of []int32) posting {
	next := make([]int32, len(of)+1)
	for _, set := range p.sets {
		next[set+1]++
	}
	out := posting{all: make([]int32, len(p.sets))}
	for set, group := range of {
		if next[set+1] > 0 {
			out.sets, out.starts = append(out.sets, int32(set)), append(out.starts, next[set])
			numberOf(&out.groups, group)
		}
		next[set+1] += next[set]
	}
	out.sets, out.starts = slices.Clip(out.sets), slices.Clip(append(out.starts, int32(len(p.sets))))
	if p.guarded {
		out.guards = make([]guard, len(p.sets))
	}
	for i, set := range p.sets {
		at := next[set]
		next[set]++
		out.all[at] = p.instances[i]
		if p.guarded {
			out.guards[at] = p.guards[i]
		}
	}
	return out
}

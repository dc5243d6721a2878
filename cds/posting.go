package cds

import "slices"

// A posting holds instances by the sets of codes that wake them, in three flat arrays.
type posting struct {
	sets   []int32 // sorted
	starts []int32 // where those of each set begin, and at last where they end
	all    []int32 // instances, sorted for each set
}

// of returns the instances of one set.
func (p *posting) of(set int32) []int32 {
	i, found := slices.BinarySearch(p.sets, set)
	if !found {
		return nil
	}
	return p.at(i)
}

// at returns the instances of the i-th set.
func (p *posting) at(i int) []int32 { return p.all[p.starts[i]:p.starts[i+1]] }

// pairs gather what a posting will hold: a set and an instance each.
type pairs []uint64

func (p *pairs) add(set, instance int32) {
	*p = append(*p, uint64(set)<<32|uint64(instance))
}

func (p pairs) posting() posting {
	slices.Sort(p)
	p = slices.Compact(p)
	out := posting{all: make([]int32, 0, len(p))}
	for i, pair := range p {
		if set := int32(pair >> 32); i == 0 || set != out.sets[len(out.sets)-1] {
			out.sets = append(out.sets, set)
			out.starts = append(out.starts, int32(i))
		}
		out.all = append(out.all, int32(uint32(pair)))
	}
	out.starts = append(out.starts, int32(len(p)))
	out.sets, out.starts = slices.Clip(out.sets), slices.Clip(out.starts)
	return out
}

package cds

import (
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds/terminology"
)

// codeSets are the sets of codes that rules need, numbered, and the numbers of those that hold a code.
type codeSets struct {
	starts []int32 // by terminology.ID: where the sets of the code begin
	sets   []int32
	group  []int32    // by set: which of the groups it is of
	groups [][]string // the systems that the sets of each group cover
}

// of returns the sets that hold a code.
func (s *codeSets) of(id terminology.ID) []int32 {
	if int(id)+1 >= len(s.starts) {
		return nil
	}
	return s.sets[s.starts[id]:s.starts[id+1]]
}

// len returns how many sets there are.
func (s *codeSets) len() int { return len(s.group) }

// setNumbers gives sets their numbers.
type setNumbers struct {
	numbers map[*terminology.Set]int32
	list    []*terminology.Set
}

func newSetNumbers() *setNumbers { return &setNumbers{numbers: map[*terminology.Set]int32{}} }

func (s *setNumbers) number(set *terminology.Set) int32 {
	n, ok := s.numbers[set]
	if !ok {
		n = int32(len(s.list))
		s.numbers[set] = n
		s.list = append(s.list, set)
	}
	return n
}

// indexed counts the codes of all sets, then puts each set to its codes.
func (s *setNumbers) indexed(codes *terminology.Interner) codeSets {
	out := codeSets{starts: make([]int32, codes.Len()+2)}
	for _, set := range s.list {
		for id := range set.All() {
			out.starts[id+1]++
		}
	}
	for i := 1; i < len(out.starts); i++ {
		out.starts[i] += out.starts[i-1]
	}
	out.sets = make([]int32, out.starts[len(out.starts)-1])
	next := slices.Clone(out.starts)
	for n, set := range s.list {
		for id := range set.All() {
			out.sets[next[id]] = int32(n)
			next[id]++
		}
	}
	s.grouped(&out)
	return out
}

// grouped puts sets that cover the same systems into one group.
func (s *setNumbers) grouped(out *codeSets) {
	numbers := map[string]int32{}
	out.group = make([]int32, len(s.list))
	for n, set := range s.list {
		key := strings.Join(set.Systems(), "|")
		g, ok := numbers[key]
		if !ok {
			g = int32(len(out.groups))
			numbers[key] = g
			out.groups = append(out.groups, set.Systems())
		}
		out.group[n] = g
	}
}

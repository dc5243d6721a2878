package terminology

import (
	"iter"
	"slices"
)

// A Set is an immutable set of interned codes. A nil Set is empty and covers nothing.
type Set struct {
	in      *Interner
	ids     []ID // sorted
	slots   []ID // open addressing, at most half full; 0 is free. None for a few ids
	shift   uint // 32 - log2(len(slots))
	systems []string
}

// NewSet returns the set of ids, which are in's (0 is left out). It covers the systems given, under any
// spelling, and no other: a set that lists some codes of a system only covers it if the caller says so.
func NewSet(in *Interner, ids []ID, systems []string) *Set {
	s := &Set{in: in, systems: make([]string, len(systems))}
	sorted := slices.Clone(ids)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	if len(sorted) > 0 && sorted[0] == 0 {
		sorted = sorted[1:]
	}
	s.ids = slices.Clone(sorted) // of the length that it has
	for i, system := range systems {
		s.systems[i] = Canonical(system)
	}
	slices.Sort(s.systems)
	s.systems = slices.Clip(slices.Compact(s.systems))
	s.index()
	return s
}

// fewIDs are found as fast one after the other.
const fewIDs = 8

func (s *Set) index() {
	if len(s.ids) <= fewIDs {
		return
	}
	s.shift = 31
	for 1<<(32-s.shift) < 2*len(s.ids) {
		s.shift--
	}
	s.slots = make([]ID, 1<<(32-s.shift))
	for _, id := range s.ids {
		i := s.slot(id)
		for s.slots[i] != 0 {
			i = (i + 1) & (len(s.slots) - 1)
		}
		s.slots[i] = id
	}
}

// slot is Fibonacci hashing: IDs are dense, so neighbours must not share a slot.
func (s *Set) slot(id ID) int { return int(uint32(id) * 2654435769 >> s.shift) }

// Has reports whether id is in the set. It takes constant time and does not allocate.
func (s *Set) Has(id ID) bool {
	if s == nil || id == 0 {
		return false
	}
	if len(s.slots) == 0 {
		return slices.Contains(s.ids, id)
	}
	for i := s.slot(id); s.slots[i] != 0; i = (i + 1) & (len(s.slots) - 1) {
		if s.slots[i] == id {
			return true
		}
	}
	return false
}

// HasString reports whether the set holds code in any system, for FHIR elements of type code.
func (s *Set) HasString(code string) bool {
	if s == nil || s.in == nil {
		return false
	}
	for id := s.in.first[code]; id != 0; id = s.in.codes[id].next {
		if s.Has(id) {
			return true
		}
	}
	return false
}

// IDs returns the members, sorted.
func (s *Set) IDs() []ID {
	if s == nil {
		return nil
	}
	return slices.Clone(s.ids)
}

// All goes through the members, sorted, without a copy.
func (s *Set) All() iter.Seq[ID] {
	return func(yield func(ID) bool) {
		if s == nil {
			return
		}
		for _, id := range s.ids {
			if !yield(id) {
				return
			}
		}
	}
}

// Len returns the number of members.
func (s *Set) Len() int {
	if s == nil {
		return 0
	}
	return len(s.ids)
}

// Covers reports whether a code of that system which is not in the set is known to be outside it.
func (s *Set) Covers(system string) bool {
	if s == nil {
		return false
	}
	_, ok := slices.BinarySearch(s.systems, Canonical(system))
	return ok
}

// Systems returns the systems that the set covers, sorted.
func (s *Set) Systems() []string {
	if s == nil {
		return nil
	}
	return slices.Clone(s.systems)
}

// Union returns the set of all members of sets, which are of one Interner. It covers what any of them
// covers.
func Union(sets ...*Set) *Set {
	var in *Interner
	var ids []ID
	var systems []string
	for _, s := range sets {
		if s == nil {
			continue
		}
		if in == nil {
			in = s.in
		}
		ids = append(ids, s.ids...)
		systems = append(systems, s.systems...)
	}
	return NewSet(in, ids, systems)
}

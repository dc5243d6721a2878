package store

import (
	"cmp"
	"slices"
)

// A System is a code system of a File. It is immutable and safe for concurrent use, until its File is
// closed. Codes are compared exactly. What is said of descendants and ancestors is transitive and leaves
// the code itself out.
//
// Concepts are numbered so that what is above another has the lower number, and what has more below it
// tends to.
type System struct {
	form     uint32
	n        uint32
	keys     []byte // by number, uint64; none for textCodes
	codes    texts  // by number; only for textCodes
	slots    slots
	displays texts
	inactive []byte // a bit for each number
	placed   []byte // likewise: what is above and below it is known
	parents  lists
	children lists
	above    closure
}

// The blocks of a system.
const (
	systemHead = iota // form and number of concepts, uint32 each
	systemKeys
	systemCodeStarts
	systemCodes
	systemSlots
	systemDisplayStarts
	systemDisplays
	systemInactive
	systemPlaced
	systemParentStarts
	systemParents
	systemChildStarts
	systemChildren
	systemBand
	systemAncestors
	systemEntryStarts
	systemEntries
	systemTable
	systemBlocks
)

func readSystem(section []byte) (*System, bool) {
	b := blocks(section, systemBlocks)
	if b == nil || len(b[systemHead]) != 8 {
		return nil, false
	}
	s := &System{
		form: little.Uint32(b[systemHead]), n: little.Uint32(b[systemHead][4:]),
		keys: b[systemKeys], slots: b[systemSlots], inactive: b[systemInactive], placed: b[systemPlaced],
	}
	n := int(s.n)
	ok := s.form >= numberCodes && s.form <= textCodes && uint64(len(s.slots)) == s.slots.len()*slotSize &&
		len(s.inactive) == (n+7)/8 && len(s.placed) == (n+7)/8
	var fits [5]bool
	if s.form == textCodes {
		s.codes, fits[4] = newTexts(n, b[systemCodeStarts], b[systemCodes])
	} else {
		fits[4] = len(s.keys) == 8*n
	}
	s.displays, fits[0] = newTexts(n, b[systemDisplayStarts], b[systemDisplays])
	s.parents, fits[1] = newLists(n, b[systemParentStarts], b[systemParents])
	s.children, fits[2] = newLists(n, b[systemChildStarts], b[systemChildren])
	s.above, fits[3] = newClosure(n, b[systemBand:])
	return s, ok && !slices.Contains(fits[:], false)
}

// find returns the slot of a code.
func (s *System) find(code string) (slot, bool) {
	k, ok := key(s.form, code)
	if n := s.slots.len(); ok && n > 0 {
		return s.probe(code, k, place(k, n))
	}
	return nil, false
}

// probe looks for a code from a slot on.
func (s *System) probe(code string, key, at uint64) (slot, bool) {
	for n := s.slots.len(); n > 0; n-- {
		row := s.slots.at(at)
		number := row.number()
		if number == 0 {
			return nil, false
		}
		if row.key() == key && number <= s.n && (s.form != textCodes || string(s.codes.of(number-1)) == code) {
			return row, true
		}
		if at++; at == s.slots.len() {
			at = 0
		}
	}
	return nil, false
}

// both finds two codes. It reads where both may be before it looks at either, for the processor to fetch
// them together.
func (s *System) both(a, b string) (x, y slot, ok bool) {
	keyA, fitsA := key(s.form, a)
	keyB, fitsB := key(s.form, b)
	n := s.slots.len()
	if !fitsA || !fitsB || n == 0 {
		return nil, nil, false
	}
	atA, atB := place(keyA, n), place(keyB, n)
	if s.slots.at(atA).key()|s.slots.at(atB).key() == 0 && s.form != textCodes {
		return nil, nil, false
	}
	if x, ok = s.probe(a, keyA, atA); !ok {
		return nil, nil, false
	}
	y, ok = s.probe(b, keyB, atB)
	return x, y, ok
}

// number returns the number of a code.
func (s *System) number(code string) (uint32, bool) {
	row, ok := s.find(code)
	if !ok {
		return 0, false
	}
	return row.number() - 1, true
}

// code returns the code of a number.
func (s *System) code(i uint32) string {
	if s.form == textCodes {
		return string(s.codes.of(i))
	}
	if at := 8 * uint64(i); at+8 <= uint64(len(s.keys)) {
		return keyCode(s.form, little.Uint64(s.keys[at:]))
	}
	return ""
}

// Has reports whether the system has the code, active or not.
func (s *System) Has(code string) bool {
	_, ok := s.find(code)
	return ok
}

// Len returns the number of codes.
func (s *System) Len() int { return int(s.n) }

// Display returns the text of the code, "" if it has none or is not known.
func (s *System) Display(code string) string {
	i, ok := s.number(code)
	if !ok {
		return ""
	}
	return string(s.displays.of(i))
}

// Inactive reports whether the code is in the system but withdrawn from use: inactive, obsolete or
// deprecated.
func (s *System) Inactive(code string) bool {
	i, ok := s.number(code)
	return ok && bit(s.inactive, i)
}

// Subsumes reports whether b is a or is below it. known is false where that cannot be told: a code is not
// in the system, the system came without a hierarchy, or a code has no place in it, as inactive concepts
// have not. It allocates nothing.
func (s *System) Subsumes(a, b string) (subsumes, known bool) {
	rowA, rowB, ok := s.both(a, b)
	if !ok {
		return false, false
	}
	x, y := rowA.number()-1, rowB.number()-1
	switch {
	case x == y:
		return true, true
	case !bit(s.placed, x) || !bit(s.placed, y):
		return false, false
	case x > y || rowA.last() < y || rowB.filter()&filterBit(x) == 0:
		return false, true
	}
	return s.isAbove(x, y, rowB), true
}

// Ancestors returns what is above code, sorted as All is; false if that is not known.
func (s *System) Ancestors(code string) ([]string, bool) { return s.reach(code, s.parents) }

// Descendants returns what is below code, sorted as All is; false if that is not known.
func (s *System) Descendants(code string) ([]string, bool) { return s.reach(code, s.children) }

func (s *System) reach(code string, next lists) ([]string, bool) {
	i, ok := s.number(code)
	if !ok || !bit(s.placed, i) {
		return nil, false
	}
	seen := make([]byte, (s.n+7)/8)
	found := []uint32{i}
	for at := 0; at < len(found); at++ {
		to := next.of(found[at])
		for j := range uint32(to.len()) {
			if number := to.at(j); number < s.n && !bit(seen, number) {
				seen[number/8] |= 1 << (number % 8)
				found = append(found, number)
			}
		}
	}
	return s.sorted(found[1:]), true
}

// All returns every code, active or not, sorted: as numbers where all of them are numbers, else as text.
func (s *System) All() []string {
	numbers := make([]uint32, s.n)
	for i := range numbers {
		numbers[i] = uint32(i)
	}
	return s.sorted(numbers)
}

func (s *System) sorted(numbers []uint32) []string {
	out := make([]string, len(numbers))
	for i, number := range numbers {
		out[i] = s.code(number)
	}
	slices.SortFunc(out, func(a, b string) int { return compareCodes(s.form, a, b) })
	return out
}

func compareCodes(form uint32, a, b string) int {
	if form == numberCodes {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	}
	return cmp.Compare(a, b)
}

func bit(set []byte, i uint32) bool {
	return uint64(i/8) < uint64(len(set)) && set[i/8]>>(i%8)&1 == 1
}

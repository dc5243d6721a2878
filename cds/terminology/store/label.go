package store

import "slices"

// maxListed bounds the lists of a closure: 32 million numbers.
const maxListed = 1 << 25

// A label is the closure of a hierarchy while it is built.
type label struct {
	ancestors rows
	enter     rows
	band      uint32
	table     []uint64
}

// newLabel returns the closure with the smallest band whose lists hold at most limit numbers.
func newLabel(h hierarchy, limit int) label {
	n := uint32(len(h.parents.starts) - 1)
	for band := uint32(0); band <= maxBand; band = max(2048, 2*band) {
		if band > 2*n {
			break
		}
		if l, ok := listAncestors(h, n, band, limit); ok {
			l.fillTable(h)
			return l
		}
	}
	return label{band: unlisted}
}

// listAncestors makes the lists, unless they hold more than limit numbers.
func listAncestors(h hierarchy, n, band uint32, limit int) (l label, ok bool) {
	l.band = band
	l.ancestors.starts, l.enter.starts = make([]uint32, 1, n+1), make([]uint32, 1, n+1)
	seen := make([]uint32, n) // the last concept, plus 1, that had it
	for i := range n {
		before := len(l.ancestors.entries)
		if i >= band {
			l.list(h, i, seen)
		}
		slices.Sort(l.ancestors.entries[before:])
		if len(l.ancestors.entries)+len(l.enter.entries) > limit {
			return label{}, false
		}
		l.ancestors.starts = append(l.ancestors.starts, uint32(len(l.ancestors.entries)))
		l.enter.starts = append(l.enter.starts, uint32(len(l.enter.entries)))
	}
	return l, true
}

// list adds the lists of concept i, whose parents have theirs.
func (l *label) list(h hierarchy, i uint32, seen []uint32) {
	add := func(to *rows, x uint32) {
		if seen[x] != i+1 {
			seen[x] = i + 1
			to.entries = append(to.entries, x)
		}
	}
	for _, parent := range h.parents.of(i) {
		if parent < l.band {
			add(&l.enter, parent)
			continue
		}
		add(&l.ancestors, parent)
		for _, x := range l.ancestors.of(parent) {
			add(&l.ancestors, x)
		}
		for _, x := range l.enter.of(parent) {
			add(&l.enter, x)
		}
	}
}

// fillTable makes the table of the band from its end on: what is below a concept are its children and
// what is below them.
func (l *label) fillTable(h hierarchy) {
	l.table = make([]uint64, tableWords(l.band))
	n := uint32(len(h.children.starts) - 1)
	for x := min(l.band, n); x > 0; {
		x--
		row := l.row(x)
		for _, child := range h.children.of(x) {
			if child >= l.band {
				continue
			}
			row[child/64-x/64] |= 1 << (child % 64)
			below := row[child/64-x/64:]
			for j, word := range l.row(child) {
				below[j] |= word
			}
		}
	}
}

func (l *label) row(x uint32) []uint64 {
	return l.table[rowStart(x, l.band):rowStart(x+1, l.band)]
}

package chart

import (
	"cmp"
	"slices"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/terminology"
)

// A list is the entries of one kind, or of one type, to be found by code. It is put in order when it is
// first asked for as a whole.
type list struct {
	name      string // of a type
	kind      Kind   // of a type
	entries   []*Entry
	inOrder   bool
	resources int
	codes     []coded // by code
	groups    []group
}

// A coded is an entry that carries a code.
type coded struct {
	id    terminology.ID
	entry *Entry
}

// A group is the entries of a list whose codes are of the same systems: what a set of codes does not
// cover is found by asking each group once.
type group struct {
	systems []string
	entries []*Entry
}

func (l *list) add(e *Entry) {
	l.entries = append(l.entries, e)
	l.inOrder = false
}

func (l *list) forget() {
	clear(l.entries)
	clear(l.codes)
	for i := range l.groups {
		g := &l.groups[i]
		clear(g.entries)
		g.systems, g.entries = nil, g.entries[:0]
	}
	l.entries, l.codes, l.groups, l.resources = l.entries[:0], l.codes[:0], l.groups[:0], 0
}

// index makes the entries found by code.
func (l *list) index() {
	for _, e := range l.entries {
		for _, id := range e.Concept.IDs {
			l.codes = append(l.codes, coded{id, e})
		}
		if e.part == 0 {
			l.resources++
			l.group(e)
		}
	}
	slices.SortFunc(l.codes, func(a, b coded) int { return cmp.Compare(a.id, b.id) })
}

// group puts an entry to those with the same systems.
func (l *list) group(e *Entry) {
	for i := range l.groups {
		if g := &l.groups[i]; slices.Equal(g.systems, e.Concept.Systems) {
			g.entries = append(g.entries, e)
			return
		}
	}
	if n := len(l.groups); n < cap(l.groups) { // with the memory of the one that was there
		l.groups = l.groups[:n+1]
	} else {
		l.groups = append(l.groups, group{})
	}
	g := &l.groups[len(l.groups)-1]
	g.systems, g.entries = e.Concept.Systems, append(g.entries, e)
}

func (l *list) ordered() []*Entry {
	if !l.inOrder {
		slices.SortFunc(l.entries, canonical)
		l.inOrder = true
	}
	return l.entries
}

// with returns the entries that carry a code.
func (l *list) with(id terminology.ID) []coded {
	from, found := slices.BinarySearchFunc(l.codes, id, func(c coded, id terminology.ID) int { return cmp.Compare(c.id, id) })
	if !found {
		return nil
	}
	to := from + 1
	for to < len(l.codes) && l.codes[to].id == id {
		to++
	}
	return l.codes[from:to]
}

func (l *list) find(set *terminology.Set) []*Entry {
	var found []*Entry
	if set.Len() < len(l.codes) {
		for _, id := range set.IDs() {
			for _, c := range l.with(id) {
				found = append(found, c.entry)
			}
		}
	} else {
		for _, c := range l.codes {
			if set.Has(c.id) {
				found = append(found, c.entry)
			}
		}
	}
	if len(found) < 2 {
		return found
	}
	slices.SortFunc(found, canonical)
	return slices.Compact(found)
}

func (l *list) uncovered(set *terminology.Set) []*Entry {
	var out []*Entry
	for i := range l.groups {
		g := &l.groups[i]
		if set.Len() == 0 || slices.ContainsFunc(g.systems, set.Covers) {
			continue
		}
		for _, e := range g.entries {
			if e.Concept.In(set) == kleene.Unknown {
				out = append(out, e)
			}
		}
	}
	slices.SortFunc(out, canonical)
	return out
}

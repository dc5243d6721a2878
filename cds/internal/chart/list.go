package chart

import (
	"cmp"
	"slices"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/terminology"
)

// A list is the entries of one kind, to be found by code. Since many are about the same, it is their concepts
// that are indexed. It is put in order when it is first asked for as a whole.
type list struct {
	entries   []*Entry
	inOrder   bool
	resources int
	subjects  []subject
	codes     []coded // by code
	groups    []group
}

// A subject is what some entries of a list are about.
type subject struct {
	concept *Concept
	entries []*Entry
}

// A coded is a code that the concept of a subject carries.
type coded struct {
	id      terminology.ID
	subject int32
}

// A group is the subjects whose codes are of the same systems: what a set of codes does not cover is found by
// asking each group once.
type group struct {
	systems  []string
	subjects []int32
}

func (l *list) add(e *Entry) {
	l.entries = append(l.entries, e)
	if e.part == 0 {
		l.resources++
	}
}

func (l *list) forget() {
	for i := range l.subjects {
		l.subjects[i].entries = l.subjects[i].entries[:0]
	}
	for i := range l.groups {
		l.groups[i].subjects = l.groups[i].subjects[:0]
	}
	l.entries, l.subjects, l.codes, l.groups = l.entries[:0], l.subjects[:0], l.codes[:0], l.groups[:0]
	l.inOrder, l.resources = false, 0
}

// index makes the entries found by code. A concept knows which subject of the chart it is.
func (l *list) index(chart int) {
	for _, e := range l.entries {
		c := e.Concept
		if c.chart != chart || int(c.subject) >= len(l.subjects) || l.subjects[c.subject].concept != c {
			c.chart, c.subject = chart, int32(len(l.subjects))
			l.subjects = another(l.subjects)
			s := &l.subjects[c.subject]
			s.concept = c
			for _, id := range c.IDs {
				l.codes = append(l.codes, coded{id, c.subject})
			}
			l.group(c)
		}
		s := &l.subjects[c.subject]
		s.entries = append(s.entries, e)
	}
	slices.SortFunc(l.codes, func(a, b coded) int { return cmp.Compare(a.id, b.id) })
}

// another appends an element that has the memory of the one that was there.
func another[E any](s []E) []E {
	if n := len(s); n < cap(s) {
		return s[:n+1]
	}
	var none E
	return append(s, none)
}

// group puts a subject to those with the same systems.
func (l *list) group(c *Concept) {
	for i := range l.groups {
		if g := &l.groups[i]; slices.Equal(g.systems, c.Systems) {
			g.subjects = append(g.subjects, c.subject)
			return
		}
	}
	l.groups = another(l.groups)
	g := &l.groups[len(l.groups)-1]
	g.systems, g.subjects = c.Systems, append(g.subjects, c.subject)
}

func (l *list) ordered() []*Entry {
	if !l.inOrder {
		slices.SortFunc(l.entries, canonical)
		l.inOrder = true
	}
	return l.entries
}

// with returns the subjects that carry a code.
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

// find appends to found, which is empty, the entries that carry a code of the set, in canonical order.
func (l *list) find(found []*Entry, set *terminology.Set) []*Entry {
	found = l.carrying(found, set)
	if len(found) < 2 {
		return found
	}
	slices.SortFunc(found, canonical)
	return slices.Compact(found)
}

// carrying appends the entries that carry a code of the set, in no order, and one that carries several more
// than once.
func (l *list) carrying(found []*Entry, set *terminology.Set) []*Entry {
	if set.Len() < len(l.codes) {
		for id := range set.All() {
			for _, c := range l.with(id) {
				found = append(found, l.subjects[c.subject].entries...)
			}
		}
	} else {
		for _, c := range l.codes {
			if set.Has(c.id) {
				found = append(found, l.subjects[c.subject].entries...)
			}
		}
	}
	return found
}

func (l *list) uncovered(set *terminology.Set) []*Entry {
	var out []*Entry
	for i := range l.groups {
		g := &l.groups[i]
		if set.Len() == 0 || slices.ContainsFunc(g.systems, set.Covers) {
			continue
		}
		for _, n := range g.subjects {
			if s := &l.subjects[n]; s.concept.In(set) == kleene.Unknown {
				for _, e := range s.entries {
					if e.part == 0 {
						out = append(out, e)
					}
				}
			}
		}
	}
	slices.SortFunc(out, canonical)
	return out
}

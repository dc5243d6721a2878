package cds

import (
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds/internal/chart"
)

// A Subject says what a resource of a record is about. It belongs to the record.
type Subject struct {
	Ref     string // "Type/id"
	Display string // as a person reads it: the drug, the test; Ref if nothing names it
	Draft   bool   // it came as a Draft
	entry   *chart.Entry
}

// Subject returns what a resource of the record is about, by its "Type/id"; false if it is not in it, or of
// a type that no rule reads.
func (r *Record) Subject(ref string) (Subject, bool) {
	kind, _, _ := strings.Cut(ref, "/")
	if r.chart == nil || kind == "" {
		return Subject{}, false
	}
	entries := r.chart.OfType(kind)
	i := slices.IndexFunc(entries, func(e *chart.Entry) bool { return e.Ref() == ref })
	if i < 0 {
		return Subject{}, false
	}
	e := entries[i]
	s := Subject{Ref: ref, Draft: e.Draft, Display: ref, entry: e}
	if e.Concept != nil && e.Concept.Display != "" {
		s.Display = line(e.Concept.Display)
	}
	return s, true
}

// Content returns what is equal for two orders of the same: of the same ingredients or, where these are not
// known, of the same code, with the same dosage and route. Neither id nor date is in it. It is to be compared
// or hashed, not to be shown. The record must not be closed.
func (s Subject) Content() string {
	e := s.entry
	parts := []string{e.Type, substance(e)}
	for _, dosage := range []string{"dosageInstruction", "dosage"} {
		for d := range e.JSON.EachItem(dosage) {
			for _, name := range []string{"timing", "asNeededBoolean", "asNeededCodeableConcept", "route", "doseAndRate"} {
				if v := d.Member(name); v.Exists() {
					parts = append(parts, name, string(v.Canonical()))
				}
			}
		}
	}
	return strings.Join(parts, "\x00")
}

// substance names what an entry is about: its ingredients, else its code, else its name.
func substance(e *chart.Entry) string {
	switch c := e.Concept; {
	case c == nil:
		return ""
	case c.Drug != nil && !c.Drug.Partial && len(c.Drug.Ingredients) > 0:
		var names []string
		for _, i := range c.Drug.Ingredients {
			names = append(names, i.RxCUI+"="+i.Strength+i.Unit)
		}
		slices.Sort(names)
		return c.Drug.Form + " " + strings.Join(names, " ")
	case c.First.Code != "":
		return c.First.String()
	default:
		return c.Display
	}
}

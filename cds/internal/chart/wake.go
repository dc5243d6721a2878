package chart

import (
	"iter"
	"slices"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/tree"
	"github.com/primum-cds/primum/cds/terminology"
)

// A View is a list of the chart as one kind of question sees it: which entries may answer it at all.
type View uint8

// The views by which rules are woken.
const (
	Taken         View = iota // current medications, but the focus
	Used                      // all medications, but the focus
	Medications               // all
	DrugAllergies             // current allergies that may be to drugs
	Allergies                 // all, each by its own code alone
	Problems                  // current conditions
	Conditions                // all
	Procedures                // all
	Immunizations             // all
	Results                   // all observations and their components
	Views         int  = iota
)

var viewed = [Views]Kind{
	Taken: Medication, Used: Medication, Medications: Medication, DrugAllergies: Allergy, Allergies: Allergy,
	Problems: Condition, Conditions: Condition, Procedures: Procedure, Immunizations: Immunization, Results: Observation,
}

// Kind returns the list that the view is of.
func (v View) Kind() Kind { return viewed[v] }

// WithoutFocus reports whether the view leaves out the focus.
func (v View) WithoutFocus() bool { return v == Taken || v == Used }

// shows reports whether an entry of the list may answer what the view is for.
func (v View) shows(e *Entry) bool {
	switch v {
	case Taken, Problems:
		return e.Current().Truth != kleene.False
	case DrugAllergies:
		return e.Current().Truth != kleene.False && e.DrugAllergy()
	}
	return true
}

// CodesIn returns the codes that entries of a view carry, some of them several times.
func (c *Chart) CodesIn(v View) iter.Seq[terminology.ID] {
	return func(yield func(terminology.ID) bool) {
		l := &c.lists[v.Kind()]
		for _, coded := range l.codes {
			if slices.ContainsFunc(l.subjects[coded.subject].entries, v.counts) && !yield(coded.id) {
				return
			}
		}
	}
}

// counts is shows, for an entry that carries a code: what it is an allergy to is known, then.
func (v View) counts(e *Entry) bool {
	return v == DrugAllergies && e.Current().Truth != kleene.False || v != DrugAllergies && v.shows(e)
}

// Strangers returns an entry of a view that is in none of the systems that sets of codes cover, so that nobody
// knows whether it is in them, nil if there is none, and whether there are more.
func (c *Chart) Strangers(v View, systems []string) (one *Entry, more bool) {
	if v == Results {
		return nil, false
	}
	l := &c.lists[v.Kind()]
	for i := range l.groups {
		covered := Covered(l.groups[i].systems, systems)
		if covered && v != Allergies {
			continue
		}
		for _, n := range l.groups[i].subjects {
			for _, e := range l.subjects[n].entries {
				switch {
				case e.part > 0 || !v.shows(e) || covered && Covered(e.OwnSystems(), systems):
				case one != nil:
					return one, true
				default:
					one = e
				}
			}
		}
	}
	return one, false
}

// Covered reports whether one of the systems of a concept is among those that a set of codes covers.
func Covered(systems, by []string) bool {
	for _, system := range systems {
		if slices.Contains(by, system) {
			return true
		}
	}
	return false
}

// OwnSystems returns the systems of the entry's own code: without those of what an allergy's reactions were
// to.
func (e *Entry) OwnSystems() []string {
	if e.Kind != Allergy || !e.JSON.In(tree.Reaction).Exists() {
		return e.Concept.Systems
	}
	return e.chart.memory.concepts.allergy(e.JSON.In(tree.Code)).Systems
}

// Unsure reports whether it is not known of an entry of a list whether it is current.
func (c *Chart) Unsure(k Kind) bool {
	return slices.ContainsFunc(c.Each(k), func(e *Entry) bool { return e.Current().Truth == kleene.Unknown })
}

// NoDrugAllergy reports whether the record says that there is no allergy to a drug.
func (c *Chart) NoDrugAllergy() bool {
	return slices.ContainsFunc(c.Each(Allergy), func(e *Entry) bool { return e.NoDrug && e.Current().Truth == kleene.True })
}

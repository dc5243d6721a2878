// Package chart is a record as a clinician reads it: medications, allergies, conditions, results, each
// indexed by code, with what is current at one instant and which orders are one therapy.
//
// A Chart belongs to one goroutine, as the record under it does. What is asked of few entries, as their
// dates and whether they are current, is found out when it is asked.
package chart

import (
	"slices"
	"time"

	"github.com/primum-cds/primum/cds/internal/record"
	"github.com/primum-cds/primum/cds/internal/slab"
	"github.com/primum-cds/primum/cds/internal/tree"
	"github.com/primum-cds/primum/cds/terminology"
)

// A Kind is one of the lists of a chart.
type Kind int

// The lists that rules ask by code.
const (
	Medication Kind = iota
	Allergy
	Condition
	Observation
	Procedure
	Immunization
	kinds
	Other Kind = -1
)

func kindOf(name string) Kind {
	switch name {
	case "MedicationRequest", "MedicationStatement", "MedicationDispense", "MedicationAdministration":
		return Medication
	case "AllergyIntolerance":
		return Allergy
	case "Condition":
		return Condition
	case "Observation":
		return Observation
	case "Procedure":
		return Procedure
	case "Immunization":
		return Immunization
	}
	return Other
}

// A Chart is a record, indexed.
type Chart struct {
	Record *record.Record
	Now    time.Time
	Coder  *Coder

	reading int // counts the instants that At was given
	memory  *Memory
	entries []*Entry // by the number of their resource; nil for what was entered in error
	types   []ofType // those that were asked for
	lists   [kinds]list
}

// A Memory is what a Chart is made in. It can be used for one Chart after another, of records that one
// Coder reads: what a concept means is kept.
type Memory struct {
	chart    Chart
	made     slab.Of[Entry]
	concepts conceptCache
}

// NewMemory returns a Memory for records that coder reads.
func NewMemory(coder *Coder) *Memory {
	return &Memory{chart: Chart{Coder: coder}, concepts: newConceptCache(coder)}
}

// New indexes one record.
func New(rec *record.Record, coder *Coder) *Chart { return NewMemory(coder).New(rec) }

// New indexes a record. At must be called before anything is asked that depends on the time. The Chart is
// part of the Memory, and good until the next New.
func (m *Memory) New(rec *record.Record) *Chart {
	m.forget()
	c := &m.chart
	c.Record, c.memory = rec, m
	c.entries = slices.Grow(c.entries[:0], len(rec.Resources))[:len(rec.Resources)]
	m.concepts.chart++
	name, kind := "", Other
	for i, res := range rec.Resources {
		if res.Type != name {
			name = res.Type
			kind = kindOf(name)
		}
		c.entries[i] = c.add(res, kind)
	}
	for k := range c.lists {
		c.lists[k].index(m.concepts.chart)
	}
	c.linkTherapies()
	return c
}

// forget empties the chart, and keeps its memory.
func (m *Memory) forget() {
	m.made.Reset()
	c := &m.chart
	c.Record, c.Now, c.reading = nil, time.Time{}, 0
	c.types = c.types[:0]
	for k := range c.lists {
		c.lists[k].forget()
	}
}

// mostKept is for how many entries memory is kept: what one huge record took is given back.
const mostKept = 100_000

// Release forgets the record. It reports whether the Memory is worth keeping for another.
func (m *Memory) Release() (keep bool) {
	keep = m.made.Len() <= mostKept
	m.forget()
	return keep
}

// add makes the entry of a resource; nil if it was entered in error.
func (c *Chart) add(res *record.Resource, kind Kind) *Entry {
	json := res.JSON
	if v := json.In(tree.Verification); v.Exists() && anyCode(v, "entered-in-error") || string(json.In(tree.Status).Bytes()) == "entered-in-error" {
		return nil
	}
	e := c.memory.made.New()
	e.Resource, e.Kind, e.chart = res, kind, c
	switch code := json.In(tree.Code); kind {
	case Medication:
		e.Concept = c.medication(res, code)
	case Allergy:
		e.Concept = c.memory.concepts.allergy(code)
	default:
		e.Concept = c.memory.concepts.concept(code)
	}
	if kind == Other {
		return e
	}
	c.lists[kind].add(e)
	switch kind {
	case Allergy:
		e.Absence, e.NoDrug = absence(e.Concept)
		if reactions := json.In(tree.Reaction); reactions.Exists() {
			c.addSubstances(e, reactions)
		}
	case Observation:
		if components := json.In(tree.Component); components.Exists() {
			c.addComponents(e, components)
		}
	}
	return e
}

// codeNames is the element that says what a resource is about, by its kind plus one.
var codeNames = [kinds + 1]string{
	Other + 1: "code", Medication + 1: "medicationCodeableConcept", Allergy + 1: "code", Condition + 1: "code",
	Observation + 1: "code", Procedure + 1: "code", Immunization + 1: "vaccineCode",
}

// addComponents makes each component of an Observation an entry of its own.
func (c *Chart) addComponents(e *Entry, components tree.Value) {
	for component := range components.EachItem() {
		part := c.memory.made.New()
		e.parts++
		*part = Entry{Resource: e.Resource, Kind: e.Kind, chart: c, Component: component, part: e.parts}
		part.Concept = c.memory.concepts.concept(component.Member("code"))
		c.lists[Observation].add(part)
	}
}

// addSubstances adds what an allergy's reactions were to.
func (c *Chart) addSubstances(e *Entry, reactions tree.Value) {
	var whole *Concept
	for reaction := range reactions.EachItem() {
		if substance := reaction.Member("substance"); substance.Exists() {
			if whole == nil {
				whole = e.Concept.clone()
			}
			part := c.memory.concepts.allergy(substance)
			whole.IDs = append(whole.IDs, part.IDs...)
			whole.Systems = append(whole.Systems, part.Systems...)
		}
	}
	if whole != nil {
		c.Coder.finish(whole)
		e.Concept = whole
	}
}

func (c *Chart) medication(res *record.Resource, code tree.Value) *Concept {
	if code.Exists() {
		return c.memory.concepts.medication(code)
	}
	ref := res.JSON.Member("medicationReference")
	if !ref.Exists() {
		return &Concept{Reason: "no medication given"}
	}
	target, ok := c.Record.Resolve(res, ref.Text("reference"))
	if !ok {
		return &Concept{Reason: "the Medication it refers to is not in the record", Display: ref.Text("display")}
	}
	concept := c.memory.concepts.medication(target.JSON.Member("code"))
	if concept.Drug == nil || !stated(*concept.Drug) {
		concept = concept.clone()
		c.addIngredients(concept, target.JSON)
	}
	return concept
}

// Entry returns the entry of a resource; nil if it is not in the chart.
func (c *Chart) Entry(res *record.Resource) *Entry {
	if res == nil || res.Parent != nil || res.Number >= len(c.entries) {
		return nil
	}
	if e := c.entries[res.Number]; e != nil && e.Resource == res {
		return e
	}
	return nil
}

// An ofType is the entries of one type, in canonical order.
type ofType struct {
	name    string
	entries []*Entry
}

// OfType returns the entries of one FHIR type in canonical order.
func (c *Chart) OfType(name string) []*Entry {
	for i := range c.types {
		if c.types[i].name == name {
			return c.types[i].entries
		}
	}
	n := len(c.types)
	c.types = slices.Grow(c.types, 1)[:n+1]
	entries := c.types[n].entries[:0] // with the memory of an earlier one
	for _, e := range c.entries {
		if e != nil && e.Type == name {
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, canonical)
	c.types[n] = ofType{name, entries}
	return entries
}

// List returns the entries of a list in canonical order: newest first, then by type and id, without what
// was entered in error. The components of an Observation stand behind it.
func (c *Chart) List(k Kind) []*Entry { return c.lists[k].ordered() }

// Each returns the entries of a list in no order.
func (c *Chart) Each(k Kind) []*Entry { return c.lists[k].entries }

// Count returns how many resources there are in a list.
func (c *Chart) Count(k Kind) int { return c.lists[k].resources }

// Find returns the entries of a list that carry a code of the set, in canonical order.
func (c *Chart) Find(k Kind, set *terminology.Set) []*Entry { return c.lists[k].find(nil, set) }

// Append is Find in the memory of a slice without elements.
func (c *Chart) Append(empty []*Entry, k Kind, set *terminology.Set) []*Entry {
	return c.lists[k].find(empty, set)
}

// Uncovered returns the entries of a list that might be in the set for all that their codes tell, in
// canonical order.
func (c *Chart) Uncovered(k Kind, set *terminology.Set) []*Entry { return c.lists[k].uncovered(set) }

// Package chart is a record as a clinician reads it: medications, allergies, conditions, results, each
// indexed by code, with what is current at one instant and which orders are one therapy.
//
// A Chart belongs to one goroutine, as the record under it does.
package chart

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/record"
	"github.com/primum-cds/primum/cds/internal/temporal"
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

var kindOf = map[string]Kind{
	"MedicationRequest": Medication, "MedicationStatement": Medication,
	"MedicationDispense": Medication, "MedicationAdministration": Medication,
	"AllergyIntolerance": Allergy, "Condition": Condition, "Observation": Observation,
	"Procedure": Procedure, "Immunization": Immunization,
}

// An Entry is a resource in a chart, or a component of an Observation.
type Entry struct {
	*record.Resource
	Kind      Kind
	Concept   Concept
	CodePath  string        // where in the resource the concept was read
	Component tree.Value    // of an Observation; absent for the whole
	Date      temporal.Date // the zero Date if it has none that can be read
	HasDate   bool
	Absence   bool // an allergy entry that says that there is none
	NoDrug    bool // … of drugs
	therapy   int  // the root of its therapy
	position  int

	chart   *Chart
	until   instant // the last one that Date may mean
	state   State   // what Current returns
	decided int     // the chart's reading for which state was decided
}

// An instant is a point in time, to be compared often.
type instant struct {
	seconds int64
	nanos   int
}

// never is before all instants that a date may mean.
var never = instant{seconds: math.MinInt64}

func instantOf(t time.Time) instant { return instant{t.Unix(), t.Nanosecond()} }

// State is whether an entry counts at the chart's instant, and if that is unknown, why.
type State struct {
	Truth        kleene.Truth
	Path, Reason string
	Provisional  bool // counts, but was never confirmed
}

// A Chart is a record, indexed.
type Chart struct {
	Record *record.Record
	Now    time.Time
	Lists  [kinds][]*Entry // newest first, then type and id; without what was entered in error
	Count  [kinds]int      // of the resources in Lists
	Coder  Coder

	reading int // counts the instants that At was given
	entries map[*record.Resource]*Entry
	byType  map[string][]*Entry
	byCode  [kinds]map[terminology.ID][]*Entry
	systems [kinds][]group
}

// A group is the entries of a list whose codes are of the same systems: what a set of codes does not
// cover is found by asking each group once.
type group struct {
	systems []string
	entries []*Entry
}

// New indexes a record. At must be called before anything is asked that depends on the time.
func New(rec *record.Record, coder Coder) *Chart {
	c := &Chart{Record: rec, Coder: coder, entries: map[*record.Resource]*Entry{}, byType: map[string][]*Entry{}}
	for k := range c.byCode {
		c.byCode[k] = map[terminology.ID][]*Entry{}
	}
	for _, res := range rec.Resources {
		c.add(res)
	}
	for t := range c.byType {
		slices.SortStableFunc(c.byType[t], newestFirst)
	}
	for k := range c.Lists {
		slices.SortStableFunc(c.Lists[k], newestFirst)
		for _, e := range c.Lists[k] {
			for _, id := range e.Concept.IDs {
				c.byCode[k][id] = append(c.byCode[k][id], e)
			}
			c.group(Kind(k), e)
		}
	}
	c.linkTherapies()
	return c
}

func (c *Chart) add(res *record.Resource) {
	if enteredInError(res.JSON) {
		return
	}
	e := &Entry{Resource: res, Kind: Other, chart: c, until: never}
	if kind, ok := kindOf[res.Type]; ok {
		e.Kind = kind
	}
	if d, err := temporal.Parse(res.Date); err == nil && res.Date != "" {
		e.Date, e.HasDate = d, true
		_, last := d.Bounds(time.UTC)
		e.until = instantOf(last)
	}
	c.code(e)
	c.entries[res] = e
	c.byType[res.Type] = append(c.byType[res.Type], e)
	if e.Kind == Other {
		return
	}
	c.Lists[e.Kind] = append(c.Lists[e.Kind], e)
	if e.Kind == Observation {
		c.addComponents(e)
	}
}

// addComponents makes each component of an Observation an entry of its own.
func (c *Chart) addComponents(e *Entry) {
	i := 0
	for component := range e.JSON.EachItem("component") {
		part := *e
		part.Component, part.CodePath = component, fmt.Sprintf("component[%d].code", i)
		part.Concept = c.Coder.Concept(component.Get("code"))
		c.Lists[Observation] = append(c.Lists[Observation], &part)
		i++
	}
}

// code reads what the entry is about.
func (c *Chart) code(e *Entry) {
	switch {
	case e.Kind == Medication:
		e.Concept, e.CodePath = c.medication(e.Resource)
	case e.Kind == Immunization:
		e.Concept, e.CodePath = c.Coder.Concept(e.JSON.Get("vaccineCode")), "vaccineCode"
	case e.JSON.Get("code").Exists():
		e.Concept, e.CodePath = c.Coder.Concept(e.JSON.Get("code")), "code"
	default:
		e.CodePath = "code"
	}
	if e.Kind == Allergy {
		e.Absence, e.NoDrug = absence(e.Concept)
		c.addSubstances(e)
	}
}

// addSubstances adds what an allergy's reactions were to.
func (c *Chart) addSubstances(e *Entry) {
	for reaction := range e.JSON.EachItem("reaction") {
		if substance := reaction.Get("substance"); substance.Exists() {
			part := c.Coder.Concept(substance)
			e.Concept.IDs = append(e.Concept.IDs, part.IDs...)
			e.Concept.Systems = append(e.Concept.Systems, part.Systems...)
		}
	}
	c.Coder.finish(&e.Concept)
}

func (c *Chart) medication(res *record.Resource) (Concept, string) {
	if v := res.JSON.Get("medicationCodeableConcept"); v.Exists() {
		return c.Coder.Medication(v), "medicationCodeableConcept"
	}
	path := "medicationReference"
	ref := res.JSON.Get(path)
	if !ref.Exists() {
		return Concept{Reason: "no medication given"}, "medication"
	}
	target, ok := c.Record.Resolve(res, ref.Text("reference"))
	if !ok {
		return Concept{Reason: "the Medication it refers to is not in the record", Display: ref.Text("display")}, path
	}
	concept := c.Coder.Medication(target.JSON.Get("code"))
	if concept.Drug == nil || !stated(*concept.Drug) {
		c.addIngredients(&concept, target.JSON)
	}
	return concept, path
}

// newestFirst is the canonical order of lists: newest first, what has no date last, then by type and id.
func newestFirst(a, b *Entry) int {
	if a.until != b.until {
		return cmp.Or(cmp.Compare(b.until.seconds, a.until.seconds), cmp.Compare(b.until.nanos, a.until.nanos))
	}
	return cmp.Or(strings.Compare(a.Type, b.Type), strings.Compare(a.ID, b.ID))
}

// Entry returns the entry of a resource; nil if it is not in the chart.
func (c *Chart) Entry(res *record.Resource) *Entry { return c.entries[res] }

// OfType returns the entries of one FHIR type, newest first.
func (c *Chart) OfType(name string) []*Entry { return c.byType[name] }

// Find returns the entries of a list that carry a code of the set, in canonical order.
func (c *Chart) Find(k Kind, set *terminology.Set) []*Entry {
	index := c.byCode[k]
	var found []*Entry
	if set.Len() < len(index) {
		for _, id := range set.IDs() {
			found = append(found, index[id]...)
		}
	} else {
		for id, entries := range index {
			if set.Has(id) {
				found = append(found, entries...)
			}
		}
	}
	if len(found) < 2 {
		return found
	}
	slices.SortFunc(found, byPosition)
	return slices.Compact(found)
}

// group puts an entry to those with the same systems.
func (c *Chart) group(k Kind, e *Entry) {
	if e.Component.Exists() {
		return
	}
	c.Count[k]++
	for i := range c.systems[k] {
		if g := &c.systems[k][i]; slices.Equal(g.systems, e.Concept.Systems) {
			g.entries = append(g.entries, e)
			return
		}
	}
	c.systems[k] = append(c.systems[k], group{e.Concept.Systems, []*Entry{e}})
}

// Uncovered returns the entries of a list that might be in the set for all that their codes tell, in
// canonical order.
func (c *Chart) Uncovered(k Kind, set *terminology.Set) []*Entry {
	var out []*Entry
	for i := range c.systems[k] {
		g := &c.systems[k][i]
		if set.Len() == 0 || slices.ContainsFunc(g.systems, set.Covers) {
			continue
		}
		for _, e := range g.entries {
			if e.Concept.In(set) == kleene.Unknown {
				out = append(out, e)
			}
		}
	}
	slices.SortFunc(out, byPosition)
	return out
}

func byPosition(a, b *Entry) int { return cmp.Compare(a.position, b.position) }

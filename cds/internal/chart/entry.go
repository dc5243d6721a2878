package chart

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/record"
	"github.com/primum-cds/primum/cds/internal/temporal"
	"github.com/primum-cds/primum/cds/internal/tree"
)

// An Entry is a resource in a chart, or a component of an Observation.
type Entry struct {
	*record.Resource
	Kind      Kind
	Concept   *Concept   // what it is about; not to be changed
	Component tree.Value // of an Observation; absent for the whole
	Absence   bool       // an allergy entry that says that there is none
	NoDrug    bool       // … of drugs

	chart   *Chart
	ref     string // what Ref returns; "" until it is asked for
	written string // what Written returns
	part    int    // which component it is, from 1; 0 for the whole
	parts   int    // how many components it has
	therapy *Entry // another one of its therapy; nil if it stands for it
	dated   bool
	date    temporal.Date
	until   instant // the last one that date may mean
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

// Ref returns "Type/id".
func (e *Entry) Ref() string {
	if e.ref == "" {
		e.ref = e.Resource.Ref()
	}
	return e.ref
}

// Written returns the clinical date as it was written, "" if it has none.
func (e *Entry) Written() string {
	if e.written == "" {
		e.written = string(e.Resource.Date())
	}
	return e.written
}

// Date returns the clinical date, the zero Date if it has none that can be read.
func (e *Entry) Date() temporal.Date {
	if !e.dated {
		e.dated, e.until = true, never
		if text := e.Resource.Date(); len(text) > 0 {
			if d, err := temporal.Parse(string(text)); err == nil {
				_, last := d.Bounds(time.UTC)
				e.date, e.until = d, instantOf(last)
			}
		}
	}
	return e.date
}

// HasDate reports whether it has a clinical date that can be read.
func (e *Entry) HasDate() bool {
	e.Date()
	return e.until != never
}

// CodePath is where in the resource the concept was read.
func (e *Entry) CodePath() string {
	switch {
	case e.part > 0:
		return fmt.Sprintf("component[%d].code", e.part-1)
	case e.Kind != Medication:
		return codeNames[e.Kind+1]
	}
	for _, name := range []string{"medicationCodeableConcept", "medicationReference"} {
		if e.JSON.Member(name).Exists() {
			return name
		}
	}
	return "medication"
}

// canonical is the order of lists: newest first, what has no date last, then by type and id.
func canonical(a, b *Entry) int {
	a.Date()
	b.Date()
	if a.until != b.until {
		return cmp.Or(cmp.Compare(b.until.seconds, a.until.seconds), cmp.Compare(b.until.nanos, a.until.nanos))
	}
	return cmp.Or(strings.Compare(a.Type, b.Type), strings.Compare(a.ID, b.ID), cmp.Compare(a.part, b.part))
}

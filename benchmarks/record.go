package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"
)

// now is the instant of every question.
var now = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// A Record is what the generator knows of a patient. The oracle reads it; the engines read the Bundle.
type Record struct {
	Patient       string
	Prescriptions []Prescription
	Allergies     []Allergy
	Conditions    []Condition
	Observations  []Observation
}

// A Prescription is a MedicationRequest.
type Prescription struct {
	ID         string
	Drug       Drug
	Status     string
	AuthoredOn time.Time
	Ends       time.Time
}

// An Allergy is an AllergyIntolerance. All are active.
type Allergy struct {
	ID        string
	Substance Substance
}

// A Condition is one that is active, or resolved since Abatement.
type Condition struct {
	ID        string
	Problem   Problem
	Onset     time.Time
	Abatement time.Time // zero if it is active
}

// An Observation is a result.
type Observation struct {
	ID        string
	Test      Test
	Value     string
	Effective time.Time
}

// Size returns the number of resources.
func (r *Record) Size() int {
	return 1 + len(r.Prescriptions) + len(r.Allergies) + len(r.Conditions) + len(r.Observations)
}

// generate makes the record of a patient, counted from 0, with n resources, always the same: 12 %
// prescriptions of which at most six are active, 20 % conditions, a few allergies, and results for the
// rest. At least 30 are needed for a finding of each kind.
func generate(c *Catalogue, patient, n int) *Record {
	g := &generator{catalogue: c, patient: patient, random: rand.New(rand.NewPCG(uint64(patient), uint64(n)))}
	r := &Record{Patient: fmt.Sprintf("pat-773%04d", patient)}
	prescriptions := max(5, n*12/100)
	for i := range prescriptions {
		r.Prescriptions = append(r.Prescriptions, g.prescription(i, min(6, prescriptions-1)))
	}
	for i := range min(len(c.Substances), 2+n/150) {
		r.Allergies = append(r.Allergies, Allergy{ID: g.id("al", i), Substance: c.Substances[i]})
	}
	for i := range max(6, n/5) {
		r.Conditions = append(r.Conditions, g.condition(i))
	}
	for i := range n - r.Size() {
		r.Observations = append(r.Observations, g.observation(i))
	}
	return r
}

type generator struct {
	catalogue *Catalogue
	patient   int
	random    *rand.Rand
}

func (g *generator) id(kind string, i int) string {
	return fmt.Sprintf("%s-%d%04d", kind, g.patient, i+1)
}

// before is an instant so many days before now, at another time of day.
func (g *generator) before(years, months, days int) time.Time {
	return now.AddDate(-years, -months, -days).Add(-time.Duration(g.random.IntN(600)) * time.Minute)
}

// prescription makes the i-th: the first are active, begun in the last weeks, each of another drug.
func (g *generator) prescription(i, active int) Prescription {
	p := Prescription{ID: g.id("mr", i)}
	if i < active {
		p.Drug, p.Status = g.catalogue.Drugs[i], "active"
		p.AuthoredOn = g.before(0, 0, 3+i)
		p.Ends = p.AuthoredOn.AddDate(1, 0, 0)
		return p
	}
	p.Drug, p.Status = g.catalogue.Drugs[g.random.IntN(len(g.catalogue.Drugs))], "completed"
	if g.random.IntN(5) == 0 {
		p.Status = "stopped"
	}
	p.AuthoredOn = g.before(0, 6, g.random.IntN(3000))
	p.Ends = p.AuthoredOn.AddDate(0, 3, 0)
	return p
}

// condition makes the i-th: the active ones once each, and then others that passed.
func (g *generator) condition(i int) Condition {
	c := Condition{ID: g.id("co", i)}
	problems := g.catalogue.Problems
	c.Onset = g.before(1, 0, g.random.IntN(3000))
	if i < len(problems) && problems[i].Active {
		c.Problem = problems[i]
		return c
	}
	c.Problem = problems[g.random.IntN(len(problems))]
	for c.Problem.Active {
		c.Problem = problems[g.random.IntN(len(problems))]
	}
	c.Abatement = c.Onset.AddDate(0, 0, 7+g.random.IntN(60))
	return c
}

// observation makes the i-th: all tests in turn, first the newest result of each, then back in time.
func (g *generator) observation(i int) Observation {
	tests := g.catalogue.Tests
	round := i / len(tests)
	o := Observation{ID: g.id("ob", i), Test: tests[i%len(tests)]}
	o.Effective = g.before(0, 0, 5+60*round)
	o.Value = o.Test.Newest
	if round > 0 {
		low, high := number(o.Test.Low), number(o.Test.High)
		o.Value = strconv.FormatFloat(low+g.random.Float64()*(high-low), 'f', o.Test.Decimals, 64)
	}
	return o
}

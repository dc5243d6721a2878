// Package dose works out doses from FHIR Dosage instructions: how much of an ingredient at once, how much
// a day, for how long, and by what route. Where an instruction leaves a choice it takes the upper end;
// what it does not say, or says in words only, is not known, with a reason a pharmacist understands.
package dose

import (
	"fmt"
	"slices"

	"github.com/cockroachdb/apd/v3"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/tree"
	"github.com/primum-cds/primum/cds/ucum"
)

// A Strength says how much of one ingredient the product has: per piece (mg), per volume (mg/mL), per
// actuation (mg/{actuation}) or, of what releases it, per hour (ug/h). It must not change any more.
type Strength struct {
	Amount *apd.Decimal
	Unit   *ucum.Unit
}

// A Result is a dose, or why there is none.
type Result struct {
	// Quantity is the dose if Known. If not, it may be what the known parts of it come to, as an interval
	// that is open upwards; the zero Quantity if there are none.
	Quantity measure.Quantity
	Known    bool
	Reason   string // why it is not known; "" if it is
	Lacks    Size   // the size of the body that it goes by and that is why it is not known
	By       Size   // all that the instructions go by, limits included
}

func known(q measure.Quantity) Result { return Result{Quantity: q, Known: true} }

func unknown(format string, args ...any) Result {
	return Result{Reason: fmt.Sprintf(format, args...)}
}

// More instructions than any prescription has are not read: work stays bounded.
const (
	maxInstructions = 64
	maxAlternatives = 16
	maxTimes        = 96
)

// Single returns how much is given at once, at most, by any of the instructions: the array of Dosage
// that R4 has as dosageInstruction or dosage. strength may be nil.
func Single(dosage tree.Value, strength *Strength, body Body) Result {
	instructions, r := read(dosage)
	if instructions == nil {
		return r
	}
	s := intake{Strength: strength, body: body}
	var most total
	for _, i := range instructions {
		most.atLeast(single(i, &s))
	}
	return most.result(s.by)
}

// Daily returns how much is given in a day, at most, in the unit of the dose per day (mg/d). Longer
// periods are averaged: 7 mg a week are 1 mg/d. What is taken as needed counts as often as allowed.
// Instructions of different sequence follow each other, so that the highest counts; so do those whose
// periods do not overlap. Others are added.
func Daily(dosage tree.Value, strength *Strength, body Body) Result {
	instructions, r := read(dosage)
	if instructions == nil {
		return r
	}
	s := &intake{Strength: strength, body: body}
	if len(instructions) == 1 && !boundsPeriod(instructions[0]).Exists() {
		var only total
		only.add(daily(instructions[0], s))
		return only.result(s.by)
	}
	var always total
	var bounded []stretch
	steps := map[int64]*total{}
	for _, i := range instructions {
		number := i.Get("sequence")
		if part, ok := within(i); !number.Exists() && ok {
			part.result = daily(i, s)
			bounded = append(bounded, part)
			continue
		}
		if !number.Exists() {
			always.add(daily(i, s))
			continue
		}
		n := whole(i, "sequence")
		step := steps[n]
		if step == nil {
			step = &total{}
			steps[n] = step
		}
		step.add(daily(i, s))
	}
	if len(bounded) > 0 {
		always.add(most(bounded))
	}
	var highest total
	for _, step := range sorted(steps) {
		highest.atLeast(step.result(0))
	}
	if len(steps) > 0 {
		always.add(highest.result(0))
	}
	return always.result(s.by)
}

// sorted puts the steps in their order, so that of several reasons always the same is given.
func sorted[T any](steps map[int64]T) []T {
	numbers := make([]int64, 0, len(steps))
	for n := range steps {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	out := make([]T, 0, len(steps))
	for _, n := range numbers {
		out = append(out, steps[n])
	}
	return out
}

// read returns the instructions, or why there are none.
func read(dosage tree.Value) ([]tree.Value, Result) {
	instructions := dosage.Items()
	if dosage.Kind() == tree.Object {
		instructions = []tree.Value{dosage}
	}
	switch {
	case len(instructions) == 0:
		return nil, unknown("no dosage instruction given")
	case len(instructions) > maxInstructions:
		return nil, unknown("more than %d dosage instructions", maxInstructions)
	}
	return instructions, Result{}
}

// A total gathers doses. What is known of them counts even if something is missing.
type total struct {
	sum    measure.Quantity
	reason string // the first of those for what is missing
	lacks  Size   // of that one
}

func (t *total) add(r Result) {
	t.gather(r, func(q measure.Quantity) (measure.Quantity, error) { return measure.Add(t.sum, q) })
}

// atLeast keeps the higher of what there is and r.
func (t *total) atLeast(r Result) {
	t.gather(r, func(q measure.Quantity) (measure.Quantity, error) { return higher(t.sum, q) })
}

func (t *total) gather(r Result, join func(measure.Quantity) (measure.Quantity, error)) {
	if !r.Known && t.reason == "" {
		t.reason, t.lacks = r.Reason, r.Lacks
	}
	switch {
	case r.Quantity.IsZero():
	case t.sum.IsZero():
		t.sum = r.Quantity
	default:
		joined, err := join(r.Quantity)
		if err != nil {
			t.reason, t.lacks = err.Error(), 0
			return
		}
		t.sum = joined
	}
}

// result is what was gathered, of instructions that go by so much.
func (t *total) result(by Size) Result {
	r := Result{Quantity: t.sum, Known: t.reason == "", Reason: t.reason, Lacks: t.lacks, By: by}
	if !r.Known && !t.sum.IsZero() {
		r.Quantity = t.sum.AtLeast()
	}
	return r
}

func higher(a, b measure.Quantity) (measure.Quantity, error) {
	less, err := measure.Less(a, b)
	if less == kleene.True {
		return b, err
	}
	return a, err
}

func lower(a, b measure.Quantity) (measure.Quantity, error) {
	less, err := measure.Less(b, a)
	if less == kleene.True {
		return b, err
	}
	return a, err
}

// single is the dose of one instruction; maxDosePerAdministration caps it, and stands in for a dose that
// is not known.
func single(i tree.Value, s *intake) Result {
	r := atOnce(i, s)
	limit := i.Get("maxDosePerAdministration")
	if !limit.Exists() {
		return r
	}
	return capped(r, amount(limit, s).single())
}

func atOnce(i tree.Value, s *intake) Result {
	g := given(i, s)
	if g.continuous {
		return unknown("%s, and no single dose", g.manner)
	}
	return g.Result
}

// daily is what one instruction comes to in a day; maxDosePerPeriod caps it, and stands in for a dose or
// a timing that is not known.
func daily(i tree.Value, s *intake) Result {
	r := scheduled(i, s)
	limit := i.Get("maxDosePerPeriod")
	if !limit.Exists() {
		return r
	}
	return capped(r, perPeriod(limit, s))
}

// capped is the lower of a dose and its limit; a limit that is not understood leaves the dose.
func capped(r, limit Result) Result {
	switch {
	case !limit.Known:
		return r
	case !r.Known:
		return limit
	}
	q, err := lower(r.Quantity, limit.Quantity)
	if err != nil {
		return unknown("%s", err)
	}
	return known(q)
}

func scheduled(i tree.Value, s *intake) Result {
	g := given(i, s)
	if limit := i.Get("maxDosePerAdministration"); limit.Exists() && !g.continuous {
		g.Result = capped(g.Result, amount(limit, s).single())
	}
	if !g.Known {
		return g.Result
	}
	often, reason := timesPerDay(i)
	switch {
	case reason == notGiven && asNeeded(i):
		return unknown("as needed without a maximum")
	case g.continuous && g.lastsAllDay(often, reason):
		return g.Result
	case g.continuous:
		return unknown("%s, but how long it lasts is not given", g.manner)
	case reason != "":
		return unknown("%s", reason)
	}
	return perDay(g.Result, often)
}

func asNeeded(i tree.Value) bool {
	return i.Bool("asNeededBoolean") || i.Get("asNeededCodeableConcept").Exists() || i.Bool("asNeeded") || i.Get("asNeededFor", "0").Exists()
}

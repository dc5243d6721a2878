package chart

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/temporal"
	"github.com/primum-cds/primum/cds/internal/tree"
)

// An end is when something ends, if that is known: an interval, as dates may be partial.
type end struct {
	first, last  time.Time
	list, within string // where it was read: the element of the resource, "" if within is all, and the way in it
	text         []byte // what it says, of one that was read as a date
	after        temporal.Span
	from         temporal.Date // which after is counted from; the zero Date if text is all
	known        bool
}

func (e end) path() string {
	if e.list == "" {
		return e.within
	}
	return e.list + "." + e.within
}

func (e end) says() string {
	if e.from.IsZero() {
		return string(e.text)
	}
	return fmt.Sprintf("%s from %s on", e.after, e.from)
}

// A day whose clocks are put back has 25 hours.
const longestDay = 25 * time.Hour

// notPast is false if one of the ends has passed, and unknown if a partial date does not tell. What
// ends today has not ended.
func (c *Chart) notPast(ends ...end) State {
	result := yes
	for _, e := range ends {
		switch {
		case !e.known:
		case e.last.Before(c.Now):
			return no
		case !e.first.After(c.Now) && e.last.Sub(e.first) > longestDay:
			result = unknown(e.path(), e.says()+" does not tell whether it has ended")
		}
	}
	return result
}

// End returns when the course of a medication ended or will end, at the latest that its period, its
// dosage or its supply with all repeats allow: between first and last, as dates may be partial, both
// inclusive. Dates without an offset are read in the zone of c.Now. It does not look at the status:
// what was stopped may have ended earlier. It is not known if nothing tells, as of what still goes on.
func (c *Chart) End(e *Entry) (first, last time.Time, known bool) {
	stop := c.courseEnd(e)
	return stop.first, stop.last, stop.known
}

// Ended reports whether End tells when a course did end, as the period of a statement or an administration that is
// over does: dosage and supply tell when one was to end.
func (c *Chart) Ended(e *Entry) bool {
	stop := c.courseEnd(e)
	return stop.known && strings.HasPrefix(stop.path(), "effective") && !stop.first.After(c.Now)
}

func (c *Chart) courseEnd(e *Entry) end {
	switch e.Type {
	case "MedicationRequest":
		return later(c.dosageEnd(e), c.supplyEnd(e, e.JSON.Member("dispenseRequest")))
	case "MedicationStatement":
		return later(c.effectiveEnd(e), c.dosageEnd(e))
	case "MedicationDispense":
		return later(c.dosageEnd(e), c.daysSupplyEnd(e))
	case "MedicationAdministration":
		return later(c.dated(e.JSON.Member("effectiveDateTime"), "effectiveDateTime"), c.effectiveEnd(e))
	}
	return end{}
}

// later is the end of what ends with both a and b; one that is not known says nothing.
func later(a, b end) end {
	switch {
	case !a.known:
		return b
	case !b.known:
		return a
	case b.last.After(a.last):
		a, b = b, a
	}
	if b.first.After(a.first) {
		a.first = b.first
	}
	return a
}

func date(text []byte) (temporal.Date, bool) {
	if len(text) == 0 {
		return temporal.Date{}, false
	}
	d, err := temporal.Parse(string(text))
	return d, err == nil
}

// dated is the end at a date; within is where it stands.
func (c *Chart) dated(v tree.Value, within string) end {
	text := v.Bytes()
	d, ok := date(text)
	if !ok {
		return end{}
	}
	first, last := d.Bounds(c.Now.Location())
	return end{first: first, last: last, within: within, text: text, known: true}
}

func (c *Chart) effectiveEnd(e *Entry) end {
	return c.dated(e.JSON.Member("effectivePeriod").Member("end"), "effectivePeriod.end")
}

// dosageEnd is the latest end of the dosage instructions; not known if one has none.
func (c *Chart) dosageEnd(e *Entry) end {
	name := "dosageInstruction"
	if e.Type == "MedicationStatement" {
		name = "dosage"
	}
	return c.instructionsEnd(e, e.JSON.Member(name), name)
}

// instructionsEnd is dosageEnd of instructions, which stand in an element of that name.
func (c *Chart) instructionsEnd(e *Entry, instructions tree.Value, name string) end {
	if instructions.Kind() != tree.Array {
		return end{}
	}
	var latest end
	for instruction := range instructions.All() {
		stop := c.boundsEnd(e, instruction.Member("timing").Member("repeat"))
		if !stop.known {
			return end{}
		}
		stop.list = name
		latest = later(latest, stop)
	}
	return latest
}

func (c *Chart) boundsEnd(e *Entry, repeat tree.Value) end {
	duration := repeat.Member("boundsDuration")
	if !duration.Exists() {
		return c.dated(repeat.Member("boundsPeriod").Member("end"), "timing.repeat.boundsPeriod.end")
	}
	return c.after(e, duration, 1, "timing.repeat.boundsDuration")
}

// supplyEnd is authoredOn + supply × (1 + repeats).
func (c *Chart) supplyEnd(e *Entry, dispense tree.Value) end {
	supply := dispense.Member("expectedSupplyDuration")
	if !supply.Exists() {
		return end{}
	}
	times := 1
	if repeats, ok := dispense.Int("numberOfRepeatsAllowed"); ok {
		times += int(repeats)
	}
	return c.after(e, supply, times, "dispenseRequest.expectedSupplyDuration")
}

// daysSupplyEnd is when what was dispensed is used up.
func (c *Chart) daysSupplyEnd(e *Entry) end {
	return c.after(e, e.JSON.Member("daysSupply"), 1, "daysSupply")
}

// after is so many times the duration after the date of the entry.
func (c *Chart) after(e *Entry, duration tree.Value, times int, within string) end {
	if !duration.Exists() || !e.HasDate() {
		return end{}
	}
	unit := cmp.Or(duration.Text("code"), strings.ToLower(duration.Text("unit")))
	if unit == "" && within == "daysSupply" {
		unit = "d"
	}
	value, _ := duration.Float("value")
	span, ok := spanOf(value*float64(times), unit)
	if !ok || duration.Text("comparator") != "" {
		return end{}
	}
	from := e.Date()
	first, last := from.Bounds(c.Now.Location())
	first, ok = plus(first, span)
	if !ok {
		return end{}
	}
	last, ok = plus(last, span)
	return end{first: first, last: last, within: within, after: span, from: from, known: ok}
}

// plus adds by the calendar and the clock of t's place. It is not ok after the year 9999.
func plus(t time.Time, s temporal.Span) (time.Time, bool) {
	clock := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	sum := temporal.Of(clock).Add(s)
	if sum.IsZero() {
		return t, false
	}
	u, _ := sum.Bounds(time.UTC)
	return time.Date(u.Year(), u.Month(), u.Day(), u.Hour(), u.Minute(), u.Second(), u.Nanosecond(), t.Location()), true
}

// A unit of time is so many months, or so many days.
type unitOfTime struct{ months, days float64 }

// The units in which a supply is given: UCUM's codes, and what FHIR's examples call them.
var unitsOfTime = map[string]unitOfTime{
	"min": {days: 1. / 24 / 60}, "h": {days: 1. / 24}, "hour": {days: 1. / 24}, "hours": {days: 1. / 24},
	"d": {days: 1}, "day": {days: 1}, "days": {days: 1},
	"wk": {days: 7}, "week": {days: 7}, "weeks": {days: 7},
	"mo": {months: 1}, "month": {months: 1}, "months": {months: 1},
	"a": {months: 12}, "year": {months: 12}, "years": {months: 12},
}

const (
	daysOfMonth = 30.4375 // UCUM's mo
	longest     = 100_000 // days; a supply of centuries is none
	// What is within it of a whole number is that number: 0.1 × 30 is 3, not what its floats make.
	rounding = 1e-6
)

// spanOf is value units: calendar months as far as they are whole, the rest in days, rounded up.
func spanOf(value float64, unit string) (temporal.Span, bool) {
	u, ok := unitsOfTime[unit]
	months, days := value*u.months, value*u.days
	if !ok || value <= 0 || months*daysOfMonth+days > longest {
		return temporal.Span{}, false
	}
	whole := math.Floor(months + rounding)
	days += max(0, months-whole) * daysOfMonth
	return temporal.Months(int(whole)).Plus(temporal.Days(int(math.Ceil(days - rounding)))), true
}

func state(t kleene.Truth, path string) State {
	switch t {
	case kleene.True:
		return yes
	case kleene.False:
		return no
	}
	return unknown(path, "its date does not tell whether it is current")
}

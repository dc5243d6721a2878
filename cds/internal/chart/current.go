package chart

import (
	"fmt"
	"slices"
	"time"

	"github.com/valyala/fastjson"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/temporal"
)

var (
	yes = State{Truth: kleene.True}
	no  = State{Truth: kleene.False}
)

func unknown(path, reason string) State {
	return State{Truth: kleene.Unknown, Path: path, Reason: reason}
}

// At decides what is current at now. Calling it again with another now decides anew.
func (c *Chart) At(now time.Time) {
	c.Now = now
	for _, entries := range c.byType {
		for _, e := range entries {
			e.Current = c.current(e)
		}
	}
	for _, e := range c.Lists[Observation] {
		if e.Component != nil {
			e.Current = c.entries[e.Resource].Current
		}
	}
}

func (c *Chart) current(e *Entry) State {
	switch e.Type {
	case "MedicationRequest":
		return c.requestCurrent(e)
	case "MedicationStatement":
		return c.statementCurrent(e)
	case "MedicationAdministration":
		return c.administrationCurrent(e)
	case "MedicationDispense":
		return c.dispenseCurrent(e)
	case "AllergyIntolerance":
		return allergyCurrent(e)
	case "Condition":
		return c.conditionCurrent(e)
	case "Observation":
		return byStatus(e, "final", "amended", "corrected")
	case "Procedure", "Immunization":
		return byStatus(e, "completed")
	}
	return notEnded(e)
}

func enteredInError(v *fastjson.Value) bool {
	return str(v, "status") == "entered-in-error" || codeOf(v, "verificationStatus") == "entered-in-error"
}

// codeOf is the first code of a CodeableConcept whose value set is fixed.
func codeOf(v *fastjson.Value, name string) string { return str(v, name, "coding", "0", "code") }

func byStatus(e *Entry, counts ...string) State {
	switch status := str(e.JSON, "status"); {
	case slices.Contains(counts, status):
		return yes
	case status == "":
		return unknown("status", "not in the record")
	}
	return no
}

// ended are the statuses, over all resource types, of what is over or never was.
var ended = []string{"cancelled", "completed", "stopped", "revoked", "inactive", "rejected", "finished",
	"ended", "aborted", "nullified", "not-done", "abandoned", "fulfilled", "noshow", "refused", "declined"}

func notEnded(e *Entry) State {
	if slices.Contains(ended, str(e.JSON, "status")) {
		return no
	}
	return yes
}

// drafts that no longer propose anything.
var draftOver = []string{"cancelled", "completed", "stopped"}

var orderIntents = []string{"order", "original-order", "instance-order", "filler-order"}

func (c *Chart) requestCurrent(e *Entry) State {
	if e.JSON.GetBool("doNotPerform") {
		return no
	}
	if e.Draft {
		if slices.Contains(draftOver, str(e.JSON, "status")) {
			return no
		}
		return yes
	}
	if s := byStatus(e, "active"); s.Truth != kleene.True {
		return s
	}
	switch intent := str(e.JSON, "intent"); {
	case intent == "":
		return unknown("intent", "not in the record")
	case !slices.Contains(orderIntents, intent):
		return no
	}
	return c.notPast(c.dosageEnd(e), c.periodEnd(e.JSON, "dispenseRequest.validityPeriod", "dispenseRequest", "validityPeriod"), supplyEnd(e))
}

func (c *Chart) statementCurrent(e *Entry) State {
	if s := byStatus(e, "active", "intended"); s.Truth != kleene.True {
		return s
	}
	return c.notPast(c.periodEnd(e.JSON, "effectivePeriod", "effectivePeriod"), c.dosageEnd(e))
}

// administered is how long after it was given a single administration counts as current.
const administered = 24 * time.Hour

func (c *Chart) administrationCurrent(e *Entry) State {
	if str(e.JSON, "status") == "in-progress" {
		return yes
	}
	if s := byStatus(e, "completed"); s.Truth != kleene.True {
		return s
	}
	given, known := e.Date, e.HasDate
	if stop := c.periodEnd(e.JSON, "effectivePeriod", "effectivePeriod"); stop.known {
		given, known = stop.date, true
	}
	if !known {
		return unknown("effective", "not in the record")
	}
	return state(temporal.Within(given, c.Now, temporal.Hours(int(administered.Hours()))), "effective")
}

func (c *Chart) dispenseCurrent(e *Entry) State {
	if s := byStatus(e, "completed", "in-progress"); s.Truth != kleene.True {
		return s
	}
	for _, reference := range references(e.Resource, "authorizingPrescription") {
		if target, ok := c.Record.Resolve(e.Resource, reference); ok && slices.Contains(draftOver, str(target.JSON, "status")) {
			return no
		}
	}
	end := supplyUntil(e.Date, e.HasDate, e.JSON.Get("daysSupply"), 1, "daysSupply")
	if !end.known {
		return unknown("daysSupply", "not in the record")
	}
	return c.notPast(end)
}

func allergyCurrent(e *Entry) State {
	if s := codeOf(e.JSON, "clinicalStatus"); s == "inactive" || s == "resolved" {
		return no
	}
	return verified(e)
}

func (c *Chart) conditionCurrent(e *Entry) State {
	switch codeOf(e.JSON, "clinicalStatus") {
	case "active", "recurrence", "relapse":
		return verified(e)
	case "":
		if s := c.notPast(c.dateEnd(e.JSON, "abatementDateTime"), c.periodEnd(e.JSON, "abatementPeriod", "abatementPeriod")); s.Truth != kleene.True {
			return s
		}
		return unknown("clinicalStatus", "not in the record")
	}
	return no
}

func verified(e *Entry) State {
	switch codeOf(e.JSON, "verificationStatus") {
	case "refuted":
		return no
	case "unconfirmed", "provisional", "differential":
		return State{Truth: kleene.True, Provisional: true}
	}
	return yes
}

// An end is when something ends, if that is known.
type end struct {
	date  temporal.Date
	path  string
	known bool
}

// notPast is false if one of the ends has passed, and unknown if a partial date does not tell.
func (c *Chart) notPast(ends ...end) State {
	result := yes
	for _, e := range ends {
		if !e.known {
			continue
		}
		first, last := e.date.Bounds(c.Now.Location())
		switch {
		case last.Before(c.Now):
			return no
		case first.After(c.Now), last.Sub(first) <= 24*time.Hour:
		default:
			result = unknown(e.path, fmt.Sprintf("%s does not tell whether it has ended", e.date))
		}
	}
	return result
}

func (c *Chart) periodEnd(v *fastjson.Value, path string, keys ...string) end {
	return dated(str(v, append(keys, "end")...), path+".end")
}

func (c *Chart) dateEnd(v *fastjson.Value, path string) end { return dated(str(v, path), path) }

func dated(text, path string) end {
	d, err := temporal.Parse(text)
	return end{date: d, path: path, known: text != "" && err == nil}
}

// dosageEnd is the latest end of the dosage instructions; unknown if one has none.
func (c *Chart) dosageEnd(e *Entry) end {
	instructions := e.JSON.GetArray("dosageInstruction")
	if len(instructions) == 0 {
		instructions = e.JSON.GetArray("dosage")
	}
	var latest end
	for _, instruction := range instructions {
		repeat := instruction.Get("timing", "repeat")
		stop := dated(str(repeat, "boundsPeriod", "end"), "dosageInstruction.timing.repeat.boundsPeriod.end")
		if duration := repeat.Get("boundsDuration"); duration != nil {
			start := dated(str(repeat, "boundsPeriod", "start"), "")
			if !start.known {
				start = end{date: e.Date, known: e.HasDate}
			}
			stop = supplyUntil(start.date, start.known, duration, 1, "dosageInstruction.timing.repeat.boundsDuration")
		}
		if !stop.known {
			return end{}
		}
		if !latest.known || after(stop.date, latest.date) {
			latest = stop
		}
	}
	return latest
}

func after(a, b temporal.Date) bool {
	_, endA := a.Bounds(time.UTC)
	_, endB := b.Bounds(time.UTC)
	return endA.After(endB)
}

// supplyEnd is authoredOn + supply × (1 + repeats).
func supplyEnd(e *Entry) end {
	path := "dispenseRequest.expectedSupplyDuration"
	supply := e.JSON.Get("dispenseRequest", "expectedSupplyDuration")
	return supplyUntil(e.Date, e.HasDate, supply, 1+e.JSON.GetInt("dispenseRequest", "numberOfRepeatsAllowed"), path)
}

// days of the UCUM and FHIR units in which a supply is given.
var spans = map[string]func(int) temporal.Span{
	"h": temporal.Hours, "d": temporal.Days, "day": temporal.Days, "days": temporal.Days,
	"wk": temporal.Weeks, "week": temporal.Weeks, "weeks": temporal.Weeks,
	"mo": temporal.Months, "month": temporal.Months, "months": temporal.Months,
	"a": temporal.Years, "year": temporal.Years, "years": temporal.Years,
}

func supplyUntil(start temporal.Date, known bool, duration *fastjson.Value, times int, path string) end {
	if !known || duration == nil || times < 1 || times > 1000 {
		return end{}
	}
	unit := str(duration, "code")
	if unit == "" {
		unit = str(duration, "unit")
	}
	if unit == "" && path == "daysSupply" {
		unit = "d"
	}
	span, ok := spans[unit]
	value := duration.GetFloat64("value")
	if !ok || value <= 0 || value*float64(times) > 100_000 {
		return end{}
	}
	return end{date: start.Add(span(int(value * float64(times)))), path: path, known: true}
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

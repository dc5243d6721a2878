package chart

import (
	"slices"
	"time"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/temporal"
	"github.com/primum-cds/primum/cds/internal/tree"
)

var (
	yes = State{Truth: kleene.True}
	no  = State{Truth: kleene.False}
)

func unknown(path, reason string) State {
	return State{Truth: kleene.Unknown, Path: path, Reason: reason}
}

// At sets the instant at which entries are current or not. It may be called again with another.
func (c *Chart) At(now time.Time) {
	if c.reading > 0 && now == c.Now { // the place counts, too: in it are read the dates that have no offset
		return
	}
	c.Now = now
	c.reading++
}

// Current returns whether the entry counts at the chart's instant: a component does if its Observation does.
// It is decided when first asked. Before the chart has an instant, it is the zero State.
func (e *Entry) Current() State {
	if e.decided != e.chart.reading {
		e.state, e.decided = e.chart.current(e), e.chart.reading
	}
	return e.state
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
		return observationStatuses.status(e)
	case "Procedure":
		return procedureStatuses.status(e)
	case "Immunization":
		return immunizationStatuses.status(e)
	}
	return notEnded(e)
}

// ended are the statuses, over all resource types, of what is over or never was.
var ended = []string{"cancelled", "completed", "stopped", "revoked", "inactive", "rejected", "finished",
	"ended", "aborted", "nullified", "not-done", "abandoned", "fulfilled", "noshow", "refused", "declined"}

func notEnded(e *Entry) State {
	if slices.Contains(ended, string(e.JSON.Bytes("status"))) {
		return no
	}
	return yes
}

// all is false if one of the states is, else unknown if one is, else the last of them.
func all(states ...State) State {
	result := yes
	for _, s := range states {
		switch {
		case s.Truth == kleene.False:
			return s
		case result.Truth == kleene.True:
			result = s
		}
	}
	return result
}

// drafts that no longer propose anything.
var draftOver = []string{"cancelled", "completed", "stopped"}

// A prescription is the elements of a MedicationRequest that tell whether it is current.
type prescription struct{ doNotPerform, intent, dosage, dispense tree.Value }

// prescriptionOf finds them in one pass over the resource.
func prescriptionOf(e *Entry) prescription {
	var p prescription
	for member := range e.JSON.All() {
		var found *tree.Value
		switch member.Name() {
		case "doNotPerform":
			found = &p.doNotPerform
		case "intent":
			found = &p.intent
		case "dosageInstruction":
			found = &p.dosage
		case "dispenseRequest":
			found = &p.dispense
		}
		if found != nil && !found.Exists() {
			*found = member
		}
	}
	return p
}

func (c *Chart) requestCurrent(e *Entry) State {
	p := prescriptionOf(e)
	if p.doNotPerform.Kind() == tree.True {
		return no
	}
	if e.Draft {
		if slices.Contains(draftOver, string(e.JSON.Bytes("status"))) {
			return no
		}
		return yes
	}
	said := all(requestStatuses.status(e), intents.state("intent", p.intent.Bytes()))
	if said.Truth == kleene.False { // most of a long record: when they ended does not matter
		return no
	}
	validity := c.dated(p.dispense.Member("validityPeriod").Member("end"), "dispenseRequest.validityPeriod.end")
	return all(said, c.notPast(c.instructionsEnd(e, p.dosage, "dosageInstruction"), validity, c.supplyEnd(e, p.dispense)))
}

func (c *Chart) statementCurrent(e *Entry) State {
	return all(statementStatuses.status(e), c.notPast(c.effectiveEnd(e), c.dosageEnd(e)))
}

// administered is how many hours after it was given a single administration counts as current.
const administered = 24

func (c *Chart) administrationCurrent(e *Entry) State {
	if string(e.JSON.Bytes("status")) == "in-progress" {
		return yes
	}
	given, known := e.Date(), e.HasDate()
	if stop, ok := date(e.JSON.Bytes("effectivePeriod", "end")); ok {
		given, known = stop, true
	}
	if !known {
		return all(administrationStatuses.status(e), unknown("effective", "not in the record"))
	}
	return all(administrationStatuses.status(e), state(temporal.Within(given, c.Now, temporal.Hours(administered)), "effective"))
}

func (c *Chart) dispenseCurrent(e *Entry) State {
	for _, reference := range references(e.Resource, "authorizingPrescription") {
		target, ok := c.Record.Resolve(e.Resource, reference)
		if !ok {
			continue
		}
		// One that is completed was dispensed in full: what it supplied still lasts.
		if status := target.JSON.Text("status"); status == "stopped" || status == "cancelled" {
			return no
		}
	}
	end := c.daysSupplyEnd(e)
	if !end.known {
		return all(dispenseStatuses.status(e), unknown("daysSupply", "not in the record"))
	}
	return all(dispenseStatuses.status(e), c.notPast(end))
}

func allergyCurrent(e *Entry) State {
	if anyCode(e.JSON.Member("clinicalStatus"), "inactive", "resolved") {
		return no
	}
	return verified(e)
}

func (c *Chart) conditionCurrent(e *Entry) State {
	clinical := conditionStatuses.coded("clinicalStatus", e.JSON.Member("clinicalStatus"))
	if clinical.Truth == kleene.Unknown {
		abated := c.dated(e.JSON.Member("abatementDateTime"), "abatementDateTime")
		period := c.dated(e.JSON.Member("abatementPeriod").Member("end"), "abatementPeriod.end")
		if c.notPast(abated, period).Truth == kleene.False {
			return no
		}
	}
	return all(clinical, verified(e))
}

// Refuted reports whether a condition or allergy was found not to be one.
func (e *Entry) Refuted() bool { return anyCode(e.JSON.Member("verificationStatus"), "refuted") }

func verified(e *Entry) State {
	status := e.JSON.Member("verificationStatus")
	switch {
	case anyCode(status, "refuted"):
		return no
	case anyCode(status, "unconfirmed", "provisional", "differential"):
		return State{Truth: kleene.True, Provisional: true}
	}
	return yes
}

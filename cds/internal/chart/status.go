package chart

import (
	"fmt"
	"slices"

	"github.com/primum-cds/primum/cds/internal/tree"
)

// statuses are the codes by which a resource counts, and those by which it does not. Every other code,
// "unknown" among them, does not tell.
type statuses struct{ counts, not []string }

// statusesOf has the value sets of "status" in FHIR R4, and what STU3 and R5 add to them.
var statusesOf = map[string]statuses{
	"MedicationRequest": {
		counts: []string{"active"},
		not:    []string{"on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "ended"},
	},
	"MedicationStatement": {
		counts: []string{"active", "intended"},
		not:    []string{"completed", "entered-in-error", "stopped", "on-hold", "not-taken"},
	},
	"MedicationAdministration": {
		counts: []string{"in-progress", "completed"},
		not:    []string{"not-done", "on-hold", "entered-in-error", "stopped"},
	},
	"MedicationDispense": {
		counts: []string{"in-progress", "completed"},
		not:    []string{"preparation", "cancelled", "on-hold", "entered-in-error", "stopped", "declined"},
	},
	"Observation": {
		counts: []string{"final", "amended", "corrected"},
		not:    []string{"registered", "preliminary", "cancelled", "entered-in-error"},
	},
	"Procedure": {
		counts: []string{"completed"},
		not:    []string{"preparation", "in-progress", "not-done", "on-hold", "stopped", "entered-in-error", "suspended", "aborted"},
	},
	"Immunization": {
		counts: []string{"completed"},
		not:    []string{"entered-in-error", "not-done"},
	},
}

// conditionStatuses is the value set of Condition.clinicalStatus.
var conditionStatuses = statuses{
	counts: []string{"active", "recurrence", "relapse"},
	not:    []string{"inactive", "remission", "resolved"},
}

// intents is the value set of MedicationRequest.intent.
var intents = statuses{
	counts: []string{"order", "original-order", "instance-order", "filler-order"},
	not:    []string{"proposal", "plan", "reflex-order", "option"},
}

// state is what the codes of one element say: one that does not count decides, then one that does.
func (s statuses) state(path string, codes ...string) State {
	codes = slices.DeleteFunc(codes, func(code string) bool { return code == "" })
	switch {
	case len(codes) == 0:
		return unknown(path, "not in the record")
	case anyOf(codes, s.not...):
		return no
	case anyOf(codes, s.counts...):
		return yes
	}
	return unknown(path, fmt.Sprintf("%q does not tell", codes[0]))
}

func byStatus(e *Entry) State { return statusesOf[e.Type].state("status", e.JSON.Text("status")) }

// anyCode reports whether a CodeableConcept has that code, in any system.
func anyCode(v tree.Value, code string) bool {
	for coding := range v.Member("coding").All() {
		if string(coding.Member("code").Bytes()) == code {
			return true
		}
	}
	return false
}

// codesOf are the codes of a CodeableConcept whose value set is fixed; other systems may stand beside it.
func codesOf(v tree.Value, name string) []string {
	var codes []string
	for coding := range v.EachItem(name, "coding") {
		codes = append(codes, coding.Text("code"))
	}
	return codes
}

func anyOf(codes []string, wanted ...string) bool {
	return slices.ContainsFunc(codes, func(code string) bool { return slices.Contains(wanted, code) })
}

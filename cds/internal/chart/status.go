package chart

import (
	"fmt"
	"slices"

	"github.com/primum-cds/primum/cds/internal/tree"
)

// statuses are the codes by which a resource counts, and those by which it does not. Every other code,
// "unknown" among them, does not tell.
type statuses struct{ counts, not []string }

// The value sets of "status" in FHIR R4, and what STU3 and R5 add to them.
var (
	requestStatuses = statuses{
		counts: []string{"active"},
		not:    []string{"on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "ended"},
	}
	statementStatuses = statuses{
		counts: []string{"active", "intended"},
		not:    []string{"completed", "entered-in-error", "stopped", "on-hold", "not-taken"},
	}
	administrationStatuses = statuses{
		counts: []string{"in-progress", "completed"},
		not:    []string{"not-done", "on-hold", "entered-in-error", "stopped"},
	}
	dispenseStatuses = statuses{
		counts: []string{"in-progress", "completed"},
		not:    []string{"preparation", "cancelled", "on-hold", "entered-in-error", "stopped", "declined"},
	}
	observationStatuses = statuses{
		counts: []string{"final", "amended", "corrected"},
		not:    []string{"registered", "preliminary", "cancelled", "entered-in-error"},
	}
	procedureStatuses = statuses{
		counts: []string{"completed"},
		not:    []string{"preparation", "in-progress", "not-done", "on-hold", "stopped", "entered-in-error", "suspended", "aborted"},
	}
	immunizationStatuses = statuses{
		counts: []string{"completed"},
		not:    []string{"entered-in-error", "not-done"},
	}
)

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

// state is what one code says; it may be absent.
func (s *statuses) state(path string, code []byte) State {
	switch {
	case len(code) == 0:
		return unknown(path, "not in the record")
	case s.says(code):
		return yes
	case s.rulesOut(code):
		return no
	}
	return unknown(path, fmt.Sprintf("%q does not tell", code))
}

// coded is what the codes of a CodeableConcept say, whose value set is fixed; other systems may stand
// beside it. One that does not count decides, then one that does.
func (s *statuses) coded(path string, concept tree.Value) State {
	var first []byte
	counts := false
	codings := concept.Member("coding")
	if codings.Kind() == tree.Array {
		for coding := range codings.All() {
			code := coding.Member("code").Bytes()
			if s.rulesOut(code) {
				return no
			}
			counts = counts || s.says(code)
			if len(first) == 0 {
				first = code
			}
		}
	}
	if counts {
		return yes
	}
	return s.state(path, first)
}

func (s *statuses) rulesOut(code []byte) bool { return slices.Contains(s.not, string(code)) }
func (s *statuses) says(code []byte) bool     { return slices.Contains(s.counts, string(code)) }

// status is what the status of a resource says.
func (s *statuses) status(e *Entry) State { return s.state("status", e.JSON.In(tree.Status).Bytes()) }

// anyCode reports whether a CodeableConcept has one of the codes, in any system.
func anyCode(v tree.Value, wanted ...string) bool {
	codings := v.Member("coding")
	if codings.Kind() != tree.Array {
		return false
	}
	for coding := range codings.All() {
		if slices.Contains(wanted, string(coding.Member("code").Bytes())) {
			return true
		}
	}
	return false
}

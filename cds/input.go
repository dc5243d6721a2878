package cds

import (
	"encoding/json"
	"fmt"
	"time"
)

// An Input is one piece of a patient's data: FHIR R4 JSON and what is known of where it came from.
//
// JSON may hold a Bundle of any type, a single resource, an array of them, or NDJSON. How much an input
// says is told by its shape: a collection, document, transaction or batch Bundle, an array and NDJSON
// supply everything there is of the patient; a searchset what its self link asked, and nothing
// completely while it has a next page; a single resource only itself. Query and Supplies say otherwise.
type Input struct {
	Name     string   // for messages: a file's name, "prefetch.meds"
	JSON     []byte   // borrowed until the record is closed
	Query    string   // the FHIR search that this answers, "MedicationRequest?patient=1&status=active"
	Draft    bool     // resources of this session that are under review and not yet in the record
	Supplies []string // the types that the caller declares complete; nil: by shape
	Absent   string   // why nothing was obtained; then Query or Supplies say what is missing
}

// JSON is the Input of FHIR R4 JSON as it is.
func JSON(data []byte) Input { return Input{JSON: data} }

// Resources is the Input of resources that a Go program holds as structs, such as samply's
// fhir.Patient: one, several, or a fhir.Bundle. Several are, like a collection, all there is.
func Resources(resources ...any) (Input, error) {
	var value any = resources
	if len(resources) == 1 {
		value = resources[0]
	}
	data, err := json.Marshal(value)
	if err != nil {
		return Input{}, fmt.Errorf("resources cannot be written as JSON: %w", err)
	}
	return Input{JSON: data}, nil
}

// A Review is one question to a record: which hook asks, when, and about what.
type Review struct {
	Hook string    // the CDS Hooks hook; "": every active rule, as a review of the whole record
	Now  time.Time // the instant of the question; required, there is no ambient clock
	// Focus names the resources under review, "Type/id". Nil: what the hook brings, which at an order
	// hook are all drafts.
	Focus []string
	// Context is the hook's context, as decoded from JSON: texts, bool, float64 (or int, int64) and lists of texts
	// are what rules read as context.FIELD.
	Context map[string]any
}

// Package record turns FHIR JSON into what is known of one patient.
//
// Read takes any number of inputs and gives the resources of one patient, each once, in a shape that
// all later readers can rely on: lists are arrays, coded elements are objects, primitives have the JSON
// type that FHIR R4 gives them. What cannot be brought into that shape is taken out and marked unknown
// with a data-absent-reason, never guessed, and every oddity is a Warning. The order of entries, of
// inputs and of members never changes the result.
package record

import (
	"cmp"
	"strings"

	"github.com/primum-cds/primum/cds/internal/tree"
)

// An Input is one piece of a patient's data.
type Input struct {
	Name     string   // for messages: a file's name, "prefetch.meds"
	JSON     []byte   // a Bundle, a resource, an array of them, NDJSON, Parameters, or null
	Query    string   // the FHIR search that this answers; "": what the JSON itself says
	Draft    bool     // resources under review in this session; they supply no list
	Supplies []string // the types that the caller declares complete; nil: by shape
	Absent   string   // why nothing was obtained; Query or Supplies say what is missing
}

// Options adjust Read. The zero value keeps everything.
type Options struct {
	// Keep says which types are wanted; nil: all. Resources of other types are counted under Skipped,
	// and neither validated nor kept. Patient, medication and allergy types are always kept.
	Keep      func(resourceType string) bool
	PatientID string // the expected patient, with or without "Patient/"; "": find out
	MaxBytes  int    // of one input; 0: 256 MiB
	MaxDepth  int    // of JSON nesting; 0: 200, at most 290
}

// A Record is what is known of one patient. It belongs to one goroutine, and borrows the JSON that it was
// read from until it is closed.
type Record struct {
	Patient   *Resource // nil if there is none
	PatientID string
	Resources []*Resource // all that were kept, in no order; contained ones only under their parents
	Warnings  []Warning
	Skipped   map[string]int // how many resources of each type were not wanted

	byUUID map[string]*Resource // made when first needed
	slices []slice
	memory *memory
}

// A Resource is one resource of the record.
type Resource struct {
	Type, ID  string
	JSON      tree.Value
	Draft     bool
	Number    int         // its place in Record.Resources; of a contained one, 0
	Parent    *Resource   // of a contained resource
	Contained []*Resource // in the order of the JSON

	left bool // out of the record
}

// Ref returns "Type/id"; of a contained resource, its parent's Ref and "#id".
func (r *Resource) Ref() string {
	if r.Parent != nil {
		return r.Parent.Ref() + "#" + r.ID
	}
	return r.Type + "/" + r.ID
}

// Close gives the memory of the record back. Nothing that came from the record may be used after,
// except strings of Resource, Warning and Record themselves.
func (r *Record) Close() {
	if r.memory != nil {
		r.memory.release()
	}
	*r = Record{}
}

// Read reads the inputs. The error is a *ReadError if an input cannot be read at all: no JSON, too
// deep, too large, no FHIR resource in it.
func Read(inputs []Input, opt Options) (*Record, error) {
	r, err := newReader(opt)
	if err != nil {
		return nil, err
	}
	for i := range inputs {
		if err := r.input(&inputs[i]); err != nil {
			r.record.Close()
			return nil, err
		}
	}
	r.identified()
	r.ownedByPatient()
	r.normalised()
	r.unidentified()
	r.record.Warnings = r.warnings.sorted()
	return r.record, nil
}

func byRef(a, b *Resource) int {
	return cmp.Or(strings.Compare(a.Type, b.Type), strings.Compare(a.ID, b.ID))
}

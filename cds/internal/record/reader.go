package record

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/primum-cds/primum/cds/internal/fhir"
	"github.com/valyala/fastjson"
)

const (
	defaultBytes = 256 << 20
	defaultDepth = 200
	mostDepth    = 290 // normalising nests an element deeper than it was, and must stay below parserDepth
)

// A reader is the state of one Read.
type reader struct {
	opt      Options
	schema   *fhir.Schema
	record   *Record
	warnings warnings
	entries  []*entry
	deleted  map[string][]deletion // "Type/id" → when a history says it was deleted
	kept     map[string]bool       // what Keep answered
	walk     walk
}

// An entry is a resource as it was found.
type entry struct {
	Resource
	json    *fastjson.Value
	kind    *fhir.Type
	fullURL string
	owners  []string // whom it is about
	also    []string // full URLs of the duplicates that it stands for
	done    bool     // brought into shape
}

// A source is an input while it is read: what it supplies, and why not.
type source struct {
	*Input
	slices   []slice
	problem  string            // why nothing of it is complete
	problems map[string]string // type → why it is not complete
	found    int               // resources in it, kept or not
}

func newReader(opt Options) (*reader, error) {
	if opt.MaxBytes == 0 {
		opt.MaxBytes = defaultBytes
	}
	if opt.MaxDepth == 0 {
		opt.MaxDepth = defaultDepth
	}
	opt.MaxDepth = min(opt.MaxDepth, mostDepth)
	opt.PatientID = strings.TrimPrefix(opt.PatientID, "Patient/")
	schema := fhir.Load()
	if schema == nil {
		return nil, &ReadError{Offset: -1, Message: "the FHIR element table cannot be read"}
	}
	return &reader{
		opt:     opt,
		schema:  schema,
		record:  &Record{Skipped: map[string]int{}, arena: arenaPool.Get()},
		deleted: map[string][]deletion{},
		kept:    map[string]bool{},
	}, nil
}

// input reads one input and takes down what it supplies.
func (r *reader) input(in *Input) error {
	src := &source{Input: in, problems: map[string]string{}}
	if in.Absent != "" {
		src.absent(in.Absent)
	} else if bytes.Equal(bytes.TrimSpace(in.JSON), []byte("null")) {
		src.asked("")
	} else if err := r.json(src); err != nil {
		return err
	}
	r.record.slices = append(r.record.slices, src.supplied()...)
	return nil
}

func (r *reader) json(src *source) error {
	data := bytes.TrimPrefix(src.JSON, []byte("\xEF\xBB\xBF"))
	if len(data) > r.opt.MaxBytes {
		return &ReadError{src.Name, -1, 0, fmt.Sprintf("%d bytes are more than the limit of %d", len(data), r.opt.MaxBytes)}
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return &ReadError{src.Name, -1, 0, "it is empty"}
	}
	t, wrong := checked(data, r.opt.MaxDepth)
	if wrong != nil {
		at := wrong.offset + len(src.JSON) - len(data)
		return &ReadError{src.Name, at, lineAt(src.JSON, at), wrong.message}
	}
	fixed, at := repaired(t.json)
	if at >= 0 {
		r.warnings.input(src.Name, "bytes that are no UTF-8 were read as U+FFFD")
	}
	for _, line := range t.bad {
		r.warnings.input(src.Name, fmt.Sprintf("line %d could not be read: %s", line.number, line.message))
		src.problem = fmt.Sprintf("line %d could not be read", t.bad[0].number)
	}
	parser := parserPool.Get()
	r.record.parsers = append(r.record.parsers, parser)
	v, err := parser.ParseBytes(fixed)
	if err != nil {
		// The scanner takes what the parser takes; a fuzz test holds them together.
		return &ReadError{src.Name, -1, 0, err.Error()}
	}
	r.document(v, src)
	if src.found == 0 {
		return &ReadError{src.Name, -1, 0, "there is no FHIR resource in it"}
	}
	return nil
}

// wanted reports whether resources of a type are kept.
func (r *reader) wanted(name string) bool {
	if r.opt.Keep == nil || alwaysKept[name] {
		return true
	}
	kept, known := r.kept[name]
	if !known {
		kept = r.opt.Keep(name)
		r.kept[name] = kept
	}
	return kept
}

var alwaysKept = map[string]bool{
	"Patient": true, "Medication": true, "MedicationRequest": true, "MedicationStatement": true,
	"MedicationDispense": true, "MedicationAdministration": true, "AllergyIntolerance": true,
}

// members calls f for each member of an object and returns the names that occur more than once.
func members(v *fastjson.Value, f func(name []byte, v *fastjson.Value)) (twice []string) {
	o := v.GetObject()
	if o == nil {
		return nil
	}
	var seen seenNames
	o.Visit(func(key []byte, member *fastjson.Value) {
		if seen.again(o, key) {
			twice = append(twice, string(key))
		}
		f(key, member)
	})
	return twice
}

// stringOf returns a JSON string's content, "" for anything else.
func stringOf(v *fastjson.Value) string {
	if v == nil || v.Type() != fastjson.TypeString {
		return ""
	}
	return string(v.GetStringBytes())
}

// listOf returns the elements of an array, or the value as a list of one.
func listOf(v *fastjson.Value) []*fastjson.Value {
	if v == nil || v.Type() == fastjson.TypeNull {
		return nil
	}
	if v.Type() == fastjson.TypeArray {
		return v.GetArray()
	}
	return []*fastjson.Value{v}
}

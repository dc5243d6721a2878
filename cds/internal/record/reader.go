package record

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/primum-cds/primum/cds/internal/fhir"
	"github.com/primum-cds/primum/cds/internal/tree"
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
	memory   *memory
	entries  []*entry
	deleted  map[string][]deletion // "Type/id" → when a history says it was deleted
	kept     map[string]bool       // what Keep answered
	walk     walk

	meanings    map[string]*meaning // by reference
	lastMeaning *meaning
}

// An entry is a resource as it was found.
type entry struct {
	Resource
	kind    *fhir.Type
	fullURL tree.Value
	owner   *meaning     // whom it is about; nil if it is about nobody
	owners  []*meaning   // whom else
	also    []tree.Value // full URLs of the duplicates that it stands for
	done    bool         // brought into shape
	listed  bool         // to be found by its id
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
	m := memories.Get().(*memory)
	r := &reader{
		opt:      opt,
		schema:   schema,
		memory:   m,
		record:   &Record{Skipped: map[string]int{}, memory: m},
		kept:     map[string]bool{},
		meanings: map[string]*meaning{},
	}
	m.reader.Wanted, m.reader.Unit, m.reader.MaxDepth = r.wanted, m.units.isUCUM, opt.MaxDepth
	r.entries = m.entries
	return r, nil
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
	v, err := r.tree(data, src)
	if err != nil {
		return err
	}
	r.document(v, src)
	if src.found == 0 {
		return &ReadError{src.Name, -1, 0, "there is no FHIR resource in it"}
	}
	return nil
}

// tree reads what is one JSON value, or lines of them. Only what is neither is looked at again, to say
// where it ends to be JSON.
func (r *reader) tree(data []byte, src *source) (tree.Value, error) {
	t := r.memory.tree()
	err := r.memory.reader.Read(t, data)
	if err == tree.ErrSyntax {
		lines, wrong := checked(data, r.opt.MaxDepth)
		if wrong != nil {
			at := wrong.offset + len(src.JSON) - len(data)
			return tree.Value{}, &ReadError{src.Name, at, lineAt(src.JSON, at), wrong.message}
		}
		for _, line := range lines.bad {
			r.warnings.input(src.Name, fmt.Sprintf("line %d could not be read: %s", line.number, line.message))
			src.problem = fmt.Sprintf("line %d could not be read", lines.bad[0].number)
		}
		data = lines.json
		err = r.memory.reader.Read(t, data)
	}
	if err == tree.ErrUTF8 {
		r.warnings.input(src.Name, "bytes that are no UTF-8 were read as U+FFFD")
		err = r.memory.reader.Read(t, repaired(data))
	}
	if err != nil {
		// The tree takes what the scanner takes; a fuzz test holds them together.
		return tree.Value{}, &ReadError{src.Name, -1, 0, err.Error()}
	}
	return t.Root(), nil
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

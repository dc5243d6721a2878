package record

import (
	"slices"
	"strings"

	"github.com/valyala/fastjson"

	"github.com/primum-cds/primum/cds/internal/tree"
)

// ownedByPatient finds whose record this is, and leaves out what belongs to somebody else.
func (r *reader) ownedByPatient() {
	patients, guess := r.patients()
	r.memory.entries = r.entries
	for _, e := range r.entries {
		r.attribute(e)
	}
	counts := map[string]int{}
	for _, m := range r.meanings {
		if id, ok := strings.CutPrefix(m.owner, "Patient/"); ok {
			counts[id] += m.count
		}
	}
	id := r.patientID(patients, counts, guess)
	r.record.PatientID = id
	kept := r.entries[:0]
	for _, e := range r.entries {
		if other := somebodyElse(e, id, guess); other != "" {
			r.leftOut(e, other)
			continue
		}
		kept = append(kept, e)
	}
	if len(kept) < len(r.entries) {
		clear(r.entries[len(kept):])
		r.memory.urls.forget()
	}
	r.entries, r.memory.entries = kept, kept
}

func (r *reader) leftOut(e *entry, other string) {
	if e.ID == "" {
		e.ID = contentID(e.JSON)
	}
	e.left = true
	r.warnings.resource(&e.Resource, "", "left out: it belongs to "+clip(other))
}

// patients returns the Patients, each with an id. A single one that had none may be the one that the
// other resources name by an id: then its new id is only a guess.
func (r *reader) patients() (patients []*entry, guess string) {
	for _, e := range r.entries {
		if e.Type == "Patient" {
			patients = append(patients, e)
		}
	}
	for _, p := range patients {
		if p.ID == "" {
			r.normalise(p)
			p.ID = contentID(p.JSON)
			if len(patients) == 1 {
				guess = p.ID
			}
		}
	}
	return patients, guess
}

// patientID returns the expected patient, else the one Patient, else the one that most resources name,
// first among the Patients that are there.
func (r *reader) patientID(patients []*entry, counts map[string]int, guess string) string {
	var ids []string
	for _, p := range patients {
		ids = append(ids, p.ID)
	}
	others := namedOthers(counts, guess)
	if len(ids) == 0 || guess != "" && counts[guess] == 0 && len(others) > 0 {
		ids = others
	}
	slices.Sort(ids)
	id := r.opt.PatientID
	if id == "" && len(ids) > 0 {
		id = ids[0]
		for _, candidate := range ids {
			if counts[candidate] > counts[id] {
				id = candidate
			}
		}
	}
	if guess != "" && id != "" {
		patients[0].ID = id
	}
	return id
}

func namedOthers(counts map[string]int, guess string) []string {
	var ids []string
	for id := range counts {
		if id != guess {
			ids = append(ids, id)
		}
	}
	return ids
}

// somebodyElse returns whose the resource is, if it is not the patient's; "" if it is, or nobody's.
func somebodyElse(e *entry, id, guess string) string {
	is := func(owner string) bool {
		kind, rest, _ := strings.Cut(owner, "/")
		return owner == "" || kind == "Patient" && (rest == id || guess != "" && rest == guess)
	}
	if e.Type == "Patient" {
		if owner := e.Ref(); !is(owner) {
			return owner
		}
		return ""
	}
	if e.owner != nil && !is(e.owner.owner) {
		return e.owner.owner
	}
	for _, m := range e.owners {
		if !is(m.owner) {
			return m.owner
		}
	}
	return ""
}

// A meaning is whom a reference means, "" if it cannot be resolved, and how many resources have it as theirs.
type meaning struct {
	reference, owner string
	count            int
}

// attribute finds whom a resource is about: "Patient/id", or another thing such as "Device/id". A subject
// that cannot be resolved at all counts as none.
func (r *reader) attribute(e *entry) {
	if e.JSON.Clean() {
		r.ownedBy(e, e.JSON.In(tree.Subject).Member("reference")) // no type has several
		return
	}
	for v := range e.JSON.All() {
		if name := v.Name(); name != "subject" && name != "patient" {
			continue
		}
		if v.Kind() == tree.Array && v.Len() == 1 {
			v = v.Get("0")
		}
		if v.Kind() == tree.Object {
			v = v.Member("reference")
		}
		r.ownedBy(e, v)
	}
}

// ownedBy takes down that a resource is about what a reference means. It remembers the last one, since
// nearly all resources are about one patient.
func (r *reader) ownedBy(e *entry, reference tree.Value) {
	ref := reference.Bytes()
	if len(ref) == 0 {
		return
	}
	if r.lastMeaning == nil || r.lastMeaning.reference != string(ref) {
		m := r.meanings[string(ref)]
		if m == nil {
			m = &meaning{reference: string(ref), owner: r.owner(string(ref))}
			r.meanings[m.reference] = m
		}
		r.lastMeaning = m
	}
	m := r.lastMeaning
	m.count++
	if e.owner == nil {
		e.owner = m
	} else {
		e.owners = append(e.owners, m)
	}
}

func (r *reader) owner(ref string) string {
	if e := r.memory.byURL(ref); e != nil {
		if e.ID == "" {
			return e.Type + "/" // whose id is not yet known
		}
		return e.Ref()
	}
	if id, ok := strings.CutPrefix(ref, "urn:uuid:"); ok {
		return "Patient/" + id
	}
	local, ok := localReference(ref)
	if !ok {
		return ""
	}
	kind, _, _ := strings.Cut(local, "/")
	if t, known := r.schema.Type(kind); !known || !t.Resource {
		return ""
	}
	return local
}

// referenceIn returns the text of a Reference, also where it stands as a plain string.
func referenceIn(v *fastjson.Value) string {
	if v.Type() == fastjson.TypeObject {
		return stringOf(v.Get("reference"))
	}
	return stringOf(v)
}

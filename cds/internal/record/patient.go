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
	named := map[string]int{}
	for _, e := range r.entries {
		e.owners = r.owners(e)
		for _, o := range e.owners {
			named[o]++
		}
	}
	counts := map[string]int{}
	for o, n := range named {
		if id, ok := strings.CutPrefix(o, "Patient/"); ok {
			counts[id] = n
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
	owners := e.owners
	if e.Type == "Patient" {
		owners = []string{"Patient/" + e.ID}
	}
	for _, o := range owners {
		if o != "Patient/"+id && (guess == "" || o != "Patient/"+guess) {
			return o
		}
	}
	return ""
}

// owners returns whom a resource is about: "Patient/id", or another thing such as "Device/id". A subject
// that cannot be resolved at all counts as none.
func (r *reader) owners(e *entry) (owners []string) {
	if e.JSON.Clean() {
		return r.meant(e.JSON.In(tree.Subject).Member("reference")) // no type has several
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
		owners = slices.Concat(owners, r.meant(v))
	}
	return owners
}

// meant returns whom a reference means. It remembers the last one, since nearly all resources are about one
// patient.
func (r *reader) meant(reference tree.Value) []string {
	ref := reference.Bytes()
	if len(ref) == 0 {
		return nil
	}
	if string(ref) == r.lastMeant.reference {
		return r.lastMeant.owners
	}
	who, seen := r.known[string(ref)]
	if !seen {
		if owner := r.owner(string(ref)); owner != "" {
			who = []string{owner}
		}
		r.known[string(ref)] = who
	}
	r.lastMeant.reference, r.lastMeant.owners = string(ref), who
	return who
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

package record

import (
	"cmp"
	"slices"
	"strings"

	"github.com/valyala/fastjson"
)

// ownedByPatient finds whose record this is, and leaves out what belongs to somebody else.
func (r *reader) ownedByPatient() {
	patients, guess := r.patients()
	urls := map[string]string{} // full URL → "Type/id"
	for _, e := range r.entries {
		for _, url := range append(e.also, e.fullURL) {
			if url != "" {
				urls[url] = cmp.Or(e.ref, e.Type+"/") // "Type/": whose id is not yet known
			}
		}
	}
	counts := map[string]int{}
	known := map[string]string{} // reference → whom it means
	for _, e := range r.entries {
		e.owners = r.owners(e, urls, known)
		for _, o := range e.owners {
			if id, ok := strings.CutPrefix(o, "Patient/"); ok {
				counts[id]++
			}
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
	r.entries = kept
}

func (r *reader) leftOut(e *entry, other string) {
	if e.ID == "" {
		e.ID = contentID(e.json)
	}
	e.ref = e.Type + "/" + e.ID
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
			p.ID = contentID(p.json)
			p.ref = "Patient/" + p.ID
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
		patients[0].ID, patients[0].ref = id, "Patient/"+id
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
func (r *reader) owners(e *entry, urls, known map[string]string) []string {
	var out []string
	e.json.GetObject().Visit(func(key []byte, v *fastjson.Value) {
		if string(key) != "subject" && string(key) != "patient" {
			return
		}
		if list := v.GetArray(); len(list) == 1 {
			v = list[0]
		}
		if v.Type() == fastjson.TypeObject {
			v = v.Get("reference")
		}
		if v == nil || v.Type() != fastjson.TypeString {
			return
		}
		owner, seen := known[string(v.GetStringBytes())]
		if !seen {
			ref := stringOf(v)
			owner = r.owner(ref, urls)
			known[ref] = owner
		}
		if owner != "" {
			out = append(out, owner)
		}
	})
	return out
}

func (r *reader) owner(ref string, urls map[string]string) string {
	if local, ok := urls[ref]; ok {
		return local
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

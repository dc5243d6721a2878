package record

import (
	"slices"
	"strconv"
)

// unidentified gives the resources without an id one from their content, and takes all resources up
// into the record. Equal ones without an id are one, except drafts: two equal orders are two.
func (r *reader) unidentified() {
	nameless := false
	for _, e := range r.entries {
		nameless = nameless || e.ID == ""
		if e.ID != "" && !e.listed {
			r.list(e)
		}
	}
	if nameless {
		r.named()
	}
	for _, e := range r.entries {
		r.accept(e)
	}
	r.record.Resources = r.memory.resources
	r.memory.entries = r.entries
}

func (r *reader) named() {
	equal := map[string]int{} // ref → how many drafts have that content
	slices.SortStableFunc(r.entries, func(a, b *entry) int { return rank(a) - rank(b) })
	kept := r.entries[:0]
	for _, e := range r.entries {
		if e.ID == "" {
			e.ID = contentID(e.JSON)
			ref := e.Ref()
			if equal[ref]++; e.Draft && equal[ref] > 1 {
				e.ID += "-" + strconv.Itoa(equal[ref])
			}
			if other := r.list(e); other != e {
				other.also = append(other.also, e.fullURL)
				continue
			}
		}
		kept = append(kept, e)
	}
	clear(r.entries[len(kept):])
	r.entries = kept
}

// list makes an entry the one that is found by its id, unless there is one, and returns that.
func (r *reader) list(e *entry) *entry {
	slot := r.memory.refs.slot(e.Type, e.ID)
	if *slot == nil || (*slot).left {
		*slot = e
		e.listed = true
	}
	return *slot
}

// rank puts drafts first: a resource of the record that equals one is that one.
func rank(e *entry) int {
	if e.Draft {
		return 0
	}
	return 1
}

func (r *reader) accept(e *entry) {
	res := &e.Resource
	res.Number = len(r.memory.resources)
	r.memory.resources = append(r.memory.resources, res)
	if res.Type == "Patient" {
		r.record.Patient = res
		r.record.PatientID = res.ID
	}
}

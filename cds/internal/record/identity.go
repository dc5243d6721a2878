package record

import (
	"slices"
	"strconv"
)

// unidentified gives the resources without an id one from their content, and takes all resources up
// into the record. Equal ones without an id are one, except drafts: two equal orders are two.
func (r *reader) unidentified() {
	taken := make(map[string]*entry, len(r.entries))
	for _, e := range r.entries {
		if e.ID != "" {
			taken[e.ref] = e
		}
	}
	equal := map[string]int{} // ref → how many drafts have that content
	slices.SortStableFunc(r.entries, func(a, b *entry) int { return rank(a) - rank(b) })
	kept := r.entries[:0]
	for _, e := range r.entries {
		if e.ID == "" {
			e.ID = contentID(e.json)
			e.ref = e.Type + "/" + e.ID
			if equal[e.ref]++; e.Draft && equal[e.ref] > 1 {
				e.ID += "-" + strconv.Itoa(equal[e.ref])
				e.ref = e.Type + "/" + e.ID
			}
			if other := taken[e.ref]; other != nil {
				other.also = append(other.also, e.fullURL)
				continue
			}
			taken[e.ref] = e
		}
		kept = append(kept, e)
		r.accept(e)
	}
	r.entries = kept
	slices.SortFunc(r.record.Resources, byRef)
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
	r.record.Resources = append(r.record.Resources, res)
	if res.Type == "Patient" {
		r.record.Patient = res
		r.record.PatientID = res.ID
	}
	for _, c := range res.Contained {
		c.ref = res.ref + "#" + c.ID
	}
}

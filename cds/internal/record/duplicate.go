package record

import (
	"bytes"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A deletion is when a history says that a resource was deleted; the zero time if it does not say.
type deletion struct{ at time.Time }

// identified makes the resources that have an id unique. A draft stands before the record's resource of
// its id; else the newest version stands; else equal ones are one; else the choice is by content.
func (r *reader) identified() {
	r.memory.refs.reset(len(r.entries))
	groups := map[*entry][]*entry{} // the first of an id → all of it
	for _, e := range r.entries {
		if e.ID == "" {
			continue
		}
		if first := r.list(e); first != e {
			if groups[first] == nil {
				groups[first] = []*entry{first}
			}
			groups[first] = append(groups[first], e)
		}
	}
	if len(groups) == 0 && len(r.deleted) == 0 {
		return
	}
	out := r.entries[:0]
	for _, e := range r.entries {
		if e.ID == "" {
			out = append(out, e)
			continue
		}
		if !e.listed {
			continue // its group is done
		}
		group := groups[e]
		if group == nil {
			group = []*entry{e}
		}
		chosen := r.chosen(group)
		if chosen == nil {
			e.left = true
			continue
		}
		*r.memory.refs.slot(e.Type, e.ID) = chosen
		out = append(out, chosen)
	}
	for _, e := range out {
		e.listed = e.ID != ""
	}
	clear(r.entries[len(out):])
	r.entries = out
}

// chosen returns the entry that stands for a group of one id; nil if it was deleted.
func (r *reader) chosen(group []*entry) *entry {
	e := group[0]
	if len(group) > 1 {
		e = r.newest(group)
		for _, other := range group {
			if other != e {
				e.also = append(e.also, other.fullURL)
			}
		}
	}
	if len(r.deleted) == 0 {
		return e
	}
	for _, d := range r.deleted[e.Ref()] {
		updated := e.updated()
		if !e.Draft && !updated.IsZero() && !d.at.IsZero() && !updated.After(d.at) {
			return nil
		}
	}
	return e
}

func (r *reader) newest(group []*entry) *entry {
	if drafts := slices.DeleteFunc(slices.Clone(group), func(e *entry) bool { return !e.Draft }); len(drafts) > 0 {
		group = drafts
	}
	group = newestBy(group, func(e *entry) (*big.Int, bool) {
		id := e.JSON.Text("meta", "versionId")
		if id == "" || len(id) > 40 || strings.Trim(id, "0123456789") != "" {
			return nil, false
		}
		return new(big.Int).SetString(id, 10)
	}, (*big.Int).Cmp)
	group = newestBy(group, func(e *entry) (time.Time, bool) {
		at := e.updated()
		return at, !at.IsZero()
	}, time.Time.Compare)
	contents := make([][]byte, len(group))
	best := 0
	equal := true
	for i, e := range group {
		contents[i] = e.JSON.Canonical()
		equal = equal && bytes.Equal(contents[0], contents[i])
		if bytes.Compare(contents[i], contents[best]) < 0 {
			best = i
		}
	}
	if !equal {
		r.warnings.resource(&group[best].Resource, "", "given "+strconv.Itoa(len(group))+" times with different content and no way to tell the newest: one of them was chosen")
	}
	return group[best]
}

// newestBy keeps those of the highest version, if every one has a version.
func newestBy[V any](group []*entry, version func(*entry) (V, bool), compare func(V, V) int) []*entry {
	if len(group) == 1 {
		return group
	}
	var best V
	var out []*entry
	for i, e := range group {
		v, ok := version(e)
		if !ok {
			return group
		}
		c := 1
		if i > 0 {
			c = compare(v, best)
		}
		if c > 0 {
			best, out = v, out[:0]
		}
		if c >= 0 {
			out = append(out, e)
		}
	}
	return out
}

func (e *entry) updated() time.Time {
	at, _ := time.Parse(time.RFC3339, e.JSON.Text("meta", "lastUpdated"))
	return at
}

package record

import (
	"hash/maphash"
	"strings"

	"github.com/primum-cds/primum/cds/internal/tree"
)

// A refTable finds entries by type and id. Its zero value is empty; reset says for how many.
type refTable struct {
	slots []*entry
	seed  maphash.Seed
}

// reset empties the table, and makes room for n resources.
func (t *refTable) reset(n int) {
	t.slots = emptied(t.slots, n)
	if t.seed == (maphash.Seed{}) {
		t.seed = maphash.MakeSeed()
	}
}

// emptied returns slots without anything in them, a power of two and at least twice n of them.
func emptied[S any](slots []S, n int) []S {
	size := 16
	for size < 2*n {
		size *= 2
	}
	if size <= cap(slots) {
		slots = slots[:size]
		clear(slots)
		return slots
	}
	return make([]S, size)
}

// slot returns where an entry is, or would stand.
func (t *refTable) slot(kind, id string) **entry {
	mask := uint64(len(t.slots) - 1)
	for i := maphash.String(t.seed, id) & mask; ; i = (i + 1) & mask {
		if e := t.slots[i]; e == nil || e.ID == id && e.Type == kind {
			return &t.slots[i]
		}
	}
}

// find returns the resource of that type and id; nil if there is none in the record.
func (t *refTable) find(kind, id string) *Resource {
	if len(t.slots) == 0 {
		return nil
	}
	if e := *t.slot(kind, id); e != nil && !e.left {
		return &e.Resource
	}
	return nil
}

// A urlTable finds entries by full URL.
type urlTable struct {
	slots []urlSlot
	seed  maphash.Seed
}

type urlSlot struct {
	url []byte
	e   *entry
}

func (t *urlTable) reset(n int) {
	t.slots = emptied(t.slots, n)
	if t.seed == (maphash.Seed{}) {
		t.seed = maphash.MakeSeed()
	}
}

func (t *urlTable) slot(url []byte) *urlSlot {
	mask := uint64(len(t.slots) - 1)
	for i := maphash.Bytes(t.seed, url) & mask; ; i = (i + 1) & mask {
		if s := &t.slots[i]; s.e == nil || string(s.url) == string(url) {
			return s
		}
	}
}

// add puts an entry under a full URL; of several it keeps the first in the order of references.
func (t *urlTable) add(url tree.Value, e *entry) {
	text := url.Bytes()
	if len(text) == 0 {
		return
	}
	if s := t.slot(text); s.e == nil || byRef(&e.Resource, &s.e.Resource) < 0 {
		*s = urlSlot{text, e}
	}
}

// byURL returns the entry that stands under a full URL; nil if none does. The table is made when it is
// first asked.
func (m *memory) byURL(url string) *entry {
	if !m.relativeURLs && !strings.Contains(url, ":") {
		return nil
	}
	if len(m.urls.slots) == 0 {
		n := 0
		for _, e := range m.entries {
			n += 1 + len(e.also)
		}
		m.urls.reset(n)
		for _, e := range m.entries {
			if e.left {
				continue
			}
			m.urls.add(e.fullURL, e)
			for _, url := range e.also {
				m.urls.add(url, e)
			}
		}
	}
	return m.urls.slot([]byte(url)).e
}

// forget empties the table, so that it is made anew.
func (t *urlTable) forget() { t.slots = forgotten(t.slots) }

func (t *refTable) forget() { t.slots = forgotten(t.slots) }

func forgotten[S any](slots []S) []S {
	clear(slots)
	return slots[:0]
}

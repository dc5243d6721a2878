package fetch

import (
	"strconv"

	"github.com/valyala/fastjson"
)

// merged makes one Bundle of the pages of a search, as if it had one page. It says of itself what the first
// page does, and it has a next link, the last page's, if a page is missing: so it is read as complete only if
// it is. A single page is left as it came.
//
// While pages are read a server may be written to, and what was on one page comes again on the next. An
// entry that came before is left out, so that it does not count for another that never came: total, the
// highest that a page says, tells that it is missing.
func merged(bodies [][]byte, missing bool) []byte {
	if len(bodies) == 1 {
		return bodies[0]
	}
	size := 0
	for _, body := range bodies {
		size += len(body)
	}
	m := merger{out: make([]byte, 0, size), total: -1, seen: map[string]bool{}}
	for _, body := range bodies {
		v, err := fastjson.ParseBytes(withoutMark(body))
		if err != nil {
			missing = true // it was read before, so this does not happen
			continue
		}
		m.page(v)
	}
	return m.end(missing)
}

// A merger writes a Bundle page by page.
type merger struct {
	out     []byte
	begun   bool
	links   []byte // of the first page, but for next
	next    []byte // of the last page
	total   int64  // -1: no page says one
	entries int
	seen    map[string]bool
	scratch []byte
}

func (m *merger) page(bundle *fastjson.Value) {
	if !m.begun {
		m.out = append(m.out, `{"resourceType":"Bundle","type":`...)
		m.out = append(kind(bundle).MarshalTo(m.out), `,"entry":[`...)
	}
	m.next = nil
	for _, link := range list(bundle.Get("link")) {
		switch {
		case text(link.Get("relation")) == "next":
			m.next = link.MarshalTo(nil)
		case !m.begun:
			m.links = append(link.MarshalTo(m.links), ',')
		}
	}
	m.begun = true
	if total := bundle.Get("total"); total != nil {
		if n, err := total.Int64(); err == nil {
			m.total = max(m.total, n)
		}
	}
	for _, e := range list(bundle.Get("entry")) {
		m.entry(e)
	}
}

func (m *merger) entry(e *fastjson.Value) {
	m.scratch = e.MarshalTo(m.scratch[:0])
	if m.seen[string(m.scratch)] {
		return
	}
	m.seen[string(m.scratch)] = true
	if m.entries > 0 {
		m.out = append(m.out, ',')
	}
	m.entries++
	m.out = append(m.out, m.scratch...)
}

func (m *merger) end(missing bool) []byte {
	m.out = append(m.out, ']')
	if m.total >= 0 {
		m.out = strconv.AppendInt(append(m.out, `,"total":`...), m.total, 10)
	}
	if missing {
		if m.next == nil {
			m.next = []byte(`{"relation":"next"}`)
		}
		m.links = append(append(m.links, m.next...), ',')
	}
	if len(m.links) > 0 {
		m.out = append(append(m.out, `,"link":[`...), m.links[:len(m.links)-1]...)
		m.out = append(m.out, ']')
	}
	return append(m.out, '}')
}

// kind returns the type of a Bundle: what does not say one is the answer of a search.
func kind(bundle *fastjson.Value) *fastjson.Value {
	if t := bundle.Get("type"); t != nil {
		return t
	}
	return new(fastjson.Arena).NewString("searchset")
}

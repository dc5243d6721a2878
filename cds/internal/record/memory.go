package record

import (
	"sync"
	"unsafe"

	"github.com/primum-cds/primum/cds/internal/slab"
	"github.com/primum-cds/primum/cds/internal/tree"
)

// A memory is what one Read needs that the next can use again. A record holds it until it is closed.
type memory struct {
	reader    tree.Reader
	trees     []*tree.Tree
	trees0    int // how many of them are in use
	made      slab.Of[entry]
	entries   []*entry
	resources []*Resource
	refs      refTable
	urls      urlTable
	// relativeURLs is whether a full URL is none.
	relativeURLs bool
	units        unitCache
	texts        []byte // the rest of a block that texts are cut from; blocks are never used again
}

var memories = sync.Pool{New: func() any { return &memory{} }}

const (
	textBlock = 4 << 10
	mostKept  = 100_000 // entries; what one huge record took is given back
)

// release gives the memory back. Nothing in it may be used after.
func (m *memory) release() {
	if m.made.Len() > mostKept {
		return
	}
	for _, t := range m.trees[:m.trees0] {
		t.Reset()
	}
	m.refs.forget()
	m.urls.forget()
	m.reader.Forget()
	m.relativeURLs = false
	m.made.Reset()
	m.trees0, m.entries, m.resources = 0, m.entries[:0], m.resources[:0]
	memories.Put(m)
}

func (m *memory) tree() *tree.Tree {
	if m.trees0 == len(m.trees) {
		m.trees = append(m.trees, &tree.Tree{})
	}
	m.trees0++
	return m.trees[m.trees0-1]
}

// text returns a copy of b that outlives the record.
func (m *memory) text(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if len(b) > cap(m.texts)-len(m.texts) {
		if len(b) > textBlock/8 {
			return string(b)
		}
		m.texts = make([]byte, 0, textBlock)
	}
	from := len(m.texts)
	m.texts = append(m.texts, b...)
	return unsafe.String(&m.texts[from], len(b)) // written once, never again
}

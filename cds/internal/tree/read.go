package tree

import "errors"

// A Reader reads JSON that holds resources: one, an array of them, or a Bundle or Parameters with any
// number. It belongs to one goroutine, and can be used again.
type Reader struct {
	// Wanted says which types of resources are read; others are passed over. Nil: all are read.
	Wanted func(resourceType string) bool
	// Unit reports whether the unit of a Quantity is as it should be; nil: every one is. It must not keep
	// what it is given.
	Unit func(unit, system, code []byte) bool
	// MaxDepth bounds how deep JSON may nest.
	MaxDepth int

	next   []*slot // which member came after one the last time, by id
	wanted []int8  // what Wanted said, by number of the type: 1 yes, -1 no, 0 not asked
}

// Forget drops what Wanted and Unit say, with what was asked of them.
func (r *Reader) Forget() {
	r.Wanted, r.Unit = nil, nil
	clear(r.wanted)
}

// ErrSyntax is returned by Read for what is no single JSON value, or nests too deep.
var ErrSyntax = errors.New("not one JSON value")

// ErrUTF8 is returned by Read for a string that is not UTF-8.
var ErrUTF8 = errors.New("not UTF-8")

// Read reads src into t.
func (r *Reader) Read(t *Tree, src []byte) error {
	all := allShapes()
	if r.wanted == nil {
		r.wanted = make([]int8, len(all.resources))
		r.next = make([]*slot, all.ids)
	}
	t.Reset()
	t.src, t.known = src, all.names
	p := parser{src: src, t: t, nodes: t.nodes, all: all, reader: r, next: r.next, maxDepth: r.MaxDepth}
	ok := p.document()
	t.nodes = p.nodes
	switch {
	case !ok:
		t.nodes = t.nodes[:0]
		return ErrSyntax
	case p.notUTF8:
		return ErrUTF8
	}
	return nil
}

// Parse reads one JSON value, as it is.
func Parse(data []byte) (Value, error) {
	all := allShapes()
	t := &Tree{src: data, known: all.names}
	p := parser{src: data, t: t, all: all, maxDepth: 1 << 30}
	ok := p.anything(0) && p.peek() == 0 && p.at == len(data)
	if !ok {
		return Value{}, ErrSyntax
	}
	t.nodes = p.nodes
	return t.Root(), nil
}

func (r *Reader) wants(s *shape) bool {
	if r.wanted[s.number] == 0 {
		r.wanted[s.number] = 1
		if r.Wanted != nil && !r.Wanted(s.typ.Name) {
			r.wanted[s.number] = -1
		}
	}
	return r.wanted[s.number] > 0
}

// A parser is the state of one Read.
type parser struct {
	src      []byte
	at       int
	nodes    []node
	depth    int
	maxDepth int
	inside   int // how deep in a resource
	notUTF8  bool
	parts    [roles]uint32 // of the resource
	t        *Tree
	all      *shapes
	reader   *Reader
	next     []*slot           // of the reader
	names    [32]uint32        // the numbers of names that were met, by their hash
	shapes   [16]*shape        // of types that were met, likewise
	others   map[string]uint32 // the numbers of names that FHIR does not have
}

// document reads the whole: a resource, or an array of them.
func (p *parser) document() bool {
	ok := false
	if p.peek() == '[' {
		ok = p.array(0, func() bool { return p.found(0) })
	} else {
		ok = p.found(0)
	}
	return ok && p.peek() == 0 && p.at == len(p.src)
}

// found reads what stands where a resource is expected.
func (p *parser) found(name uint32) bool {
	if p.peek() != '{' {
		return p.anything(name)
	}
	s := p.resourceType()
	switch {
	case s == nil:
		return p.anything(name)
	case s.typ.Name == "Bundle" || s.typ.Name == "Parameters":
		return p.envelope(name)
	case s.typ.Name == "OperationOutcome":
		return p.anything(name)
	case !p.reader.wants(s):
		return p.pass(name, s)
	}
	from, begin, depth, utf8 := len(p.nodes), p.at, p.depth, p.notUTF8
	p.inside, p.parts = 0, [roles]uint32{}
	if p.object(name, s) {
		p.nodes[from].meta |= uint32(clean) << markShift
		p.nodes[from].start = uint32(len(p.t.found))
		p.t.found = append(p.t.found, found{uint32(begin), s, p.parts})
		return true
	}
	p.nodes, p.at, p.depth, p.notUTF8 = p.nodes[:from], begin, depth, utf8
	if !p.anything(name) {
		return false
	}
	p.nodes[from].meta |= uint32(odd) << markShift
	return true
}

// pass skips a resource that nobody wants.
func (p *parser) pass(name uint32, s *shape) bool {
	begin := p.at
	if !p.skip() {
		return false
	}
	n := uint32(len(p.nodes))
	p.nodes = append(p.nodes, node{uint32(len(p.t.found)), uint32(p.at), n + 1, uint32(Object) | uint32(skipped)<<markShift | name<<nameShift})
	p.t.found = append(p.t.found, found{start: uint32(begin), shape: s})
	return true
}

// envelope reads a Bundle or Parameters, or a part of one, as it is, and the resources in it.
func (p *parser) envelope(name uint32) bool {
	switch p.peek() {
	case '[':
		return p.array(name, func() bool { return p.envelope(0) })
	case '{':
		return p.members(name, func(key []byte, number uint32) bool {
			switch string(key) {
			case "resource":
				return p.found(number)
			case "entry", "parameter", "part":
				return p.envelope(number)
			}
			return p.anything(number)
		})
	}
	return p.anything(name)
}

// resourceType returns the shape of the resource that begins here, nil if it says none that FHIR has.
func (p *parser) resourceType() *shape {
	from, to := typeAt(p.src, p.at, p.maxDepth)
	name := p.src[from:to]
	head, tail := words(name)
	recent := &p.shapes[hash(head, tail, len(name))%uint32(len(p.shapes))]
	if *recent != nil && (*recent).typ.Name == string(name) {
		return *recent
	}
	if s := p.all.byName[string(name)]; s != nil && s.number >= 0 {
		*recent = s
		return s
	}
	return nil
}

// typeAt returns where the resourceType of the object that begins at a place stands; nowhere if it says none.
func typeAt(src []byte, at, maxDepth int) (from, to int) {
	p := parser{src: src, at: at + 1, maxDepth: maxDepth}
	for p.peek() == '"' {
		p.at++
		from = p.at
		end, _, ok := p.text()
		if !ok || p.peek() != ':' {
			return 0, 0
		}
		p.at++
		if c := p.peek(); string(src[from:end]) == "resourceType" {
			p.at++
			from = p.at
			if end, _, ok = p.text(); c != '"' || !ok {
				return 0, 0
			}
			return from, end
		}
		if !p.passValue() || p.peek() != ',' {
			return 0, 0
		}
		p.at++
	}
	return 0, 0
}

// passValue passes over any value.
func (p *parser) passValue() bool {
	switch c := p.peek(); c {
	case '{', '[':
		return p.skip()
	case '"':
		p.at++
		_, _, ok := p.text()
		return ok
	case 't':
		return p.literal("true")
	case 'f':
		return p.literal("false")
	case 'n':
		return p.literal("null")
	}
	return p.anyNumber()
}

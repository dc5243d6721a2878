package tree

// open begins an object or array.
func (p *parser) open(name uint32, kind Kind) (from int, ok bool) {
	if p.depth >= p.maxDepth {
		return 0, false
	}
	p.depth++
	from = len(p.nodes)
	p.nodes = append(p.nodes, node{start: uint32(p.at), meta: uint32(kind) | name<<nameShift})
	p.at++
	return from, true
}

// close ends what open began.
func (p *parser) close(from int) {
	p.at++
	p.depth--
	n := &p.nodes[from]
	n.end, n.next = uint32(p.at), uint32(len(p.nodes))
}

// leaf takes down a value with nothing inside.
func (p *parser) leaf(begin int, name uint32, kind Kind) {
	n := uint32(len(p.nodes))
	p.nodes = append(p.nodes, node{uint32(begin), uint32(p.at), n + 1, uint32(kind) | name<<nameShift})
}

// anything reads any value as it is.
func (p *parser) anything(name uint32) bool {
	c := p.peek()
	begin := p.at
	switch c {
	case '{':
		return p.members(name, func(_ []byte, number uint32) bool { return p.anything(number) })
	case '[':
		return p.array(name, func() bool { return p.anything(0) })
	case '"':
		return p.string(name)
	case 't':
		if !p.literal("true") {
			return false
		}
		p.leaf(begin, name, True)
	case 'f':
		if !p.literal("false") {
			return false
		}
		p.leaf(begin, name, False)
	case 'n':
		if p.literal("null") {
			p.leaf(begin, name, Null)
			return true
		}
		fallthrough
	default:
		if !p.anyNumber() {
			return false
		}
		p.leaf(begin, name, Number)
	}
	return true
}

func (p *parser) string(name uint32) bool {
	p.at++
	begin := p.at
	end, hasEscape, ok := p.text()
	if !ok {
		return false
	}
	n := node{uint32(begin), uint32(end), uint32(len(p.nodes) + 1), uint32(String) | name<<nameShift}
	if hasEscape {
		n.meta |= uint32(escaped) << markShift
	}
	p.nodes = append(p.nodes, n)
	return true
}

// array reads an array whose items item reads.
func (p *parser) array(name uint32, item func() bool) bool {
	from, ok := p.open(name, Array)
	if !ok {
		return false
	}
	if p.peek() == ']' {
		p.close(from)
		return true
	}
	for {
		if !item() {
			return false
		}
		switch p.peek() {
		case ',':
			p.at++
		case ']':
			p.close(from)
			return true
		default:
			return false
		}
	}
}

// members reads an object whose members' values value reads.
func (p *parser) members(name uint32, value func(key []byte, number uint32) bool) bool {
	from, ok := p.open(name, Object)
	if !ok {
		return false
	}
	if p.peek() == '}' {
		p.close(from)
		return true
	}
	for {
		if p.peek() != '"' {
			return false
		}
		p.at++
		begin := p.at
		end, hasEscape, ok := p.text()
		if !ok || p.peek() != ':' {
			return false
		}
		p.at++
		key := p.src[begin:end]
		if hasEscape {
			key = unescaped(key)
		}
		number, ok := p.nameNumber(key)
		if !ok || !value(key, number) {
			return false
		}
		switch p.peek() {
		case ',':
			p.at++
		case '}':
			p.close(from)
			return true
		default:
			return false
		}
	}
}

// nameNumber returns the number of a name, which it gives it if it has none.
func (p *parser) nameNumber(name []byte) (uint32, bool) {
	if n, ok := p.knownName(name); ok {
		return n, true
	}
	if n, ok := p.others[string(name)]; ok {
		return n, true
	}
	n := uint32(len(p.t.known) + len(p.t.names))
	if n >= mostNames {
		return 0, false
	}
	if p.others == nil {
		p.others = map[string]uint32{}
	}
	p.t.names = append(p.t.names, string(name))
	p.others[string(name)] = n
	return n, true
}

// knownName returns the number of a name that FHIR has. The few that a Bundle has again and again are found
// without a look into the whole.
func (p *parser) knownName(name []byte) (uint32, bool) {
	head, tail := words(name)
	recent := &p.names[hash(head, tail, len(name))%uint32(len(p.names))]
	if *recent != 0 && p.all.names[*recent] == string(name) {
		return *recent, true
	}
	n, ok := p.all.numbers[string(name)]
	if ok {
		*recent = n
	}
	return n, ok
}

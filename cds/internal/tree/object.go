package tree

import "encoding/binary"

// Where a resource is not surely in shape, however it looks: whoever repairs it knows more.
const (
	mostMembers = 256
	deepest     = 60
)

// object reads an object of a type; ok is false if it is not in the shape of the type, or no JSON.
func (p *parser) object(name uint32, s *shape) (ok bool) {
	if p.inside > deepest {
		return false
	}
	from, ok := p.open(name, Object)
	if !ok {
		return false
	}
	p.inside++
	if p.peek() != '}' && !p.elements(s) {
		return false
	}
	p.close(from)
	p.inside--
	return !s.isQuantity || p.reader.Unit == nil || p.unit(from)
}

// elements reads the members of an object and its end, but for the brace.
func (p *parser) elements(s *shape) bool {
	var seen [4]uint64 // a bit for each member, and for the Elements beside them
	hasStatus := !s.hasStatus
	last := s.start
	for count := 0; ; count++ {
		if p.peek() != '"' || count == mostMembers {
			return false
		}
		p.at++
		slot := p.next[last]
		if slot == nil || !p.follows(slot) {
			if slot = p.key(s); slot == nil {
				return false
			}
			p.next[last] = slot
		}
		last = slot.id
		m, bit := slot.member, slot.bit
		if seen[bit>>6]&(1<<(bit&63)) != 0 {
			return false
		}
		seen[bit>>6] |= 1 << (bit & 63)
		if m.role != noRole {
			hasStatus = hasStatus || m.role == Status
			if p.inside == 1 && bit < companionBit && p.parts[m.role] == 0 {
				p.parts[m.role] = uint32(len(p.nodes))
			}
		}
		ok := false
		switch {
		case bit >= companionBit:
			ok = p.companion(m.companion)
		case m.list:
			ok = p.list(m)
		default:
			ok = p.element(m, m.number)
		}
		if !ok {
			return false
		}
		switch p.peek() {
		case ',':
			p.at++
		case '}':
			return hasStatus
		default:
			return false
		}
	}
}

// follows reads the name of the member that came next the last time, and a colon, if they stand here.
func (p *parser) follows(s *slot) bool {
	at, length := p.at, int(s.length)
	if at+length+16 > len(p.src) || p.src[at+length] != '"' || p.src[at+length+1] != ':' {
		return false
	}
	head := binary.LittleEndian.Uint64(p.src[at:])
	if length < 8 {
		if head&(1<<(8*length)-1) != s.head {
			return false
		}
	} else if head != s.head || binary.LittleEndian.Uint64(p.src[at+length-8:]) != s.tail || length > 16 && !s.is(p.src[at:at+length]) {
		return false
	}
	p.at = at + length + 2
	return true
}

// unit checks the unit of a Quantity.
func (p *parser) unit(from int) bool {
	var unit, system, code []byte
	for i := from + 1; i < len(p.nodes); i = int(p.nodes[i].next) {
		n := &p.nodes[i]
		switch n.name() {
		case p.all.unit:
			unit = p.contentOf(n)
		case p.all.system:
			system = p.contentOf(n)
		case p.all.code:
			code = p.contentOf(n)
		}
	}
	return p.reader.Unit(unit, system, code)
}

func (p *parser) contentOf(n *node) []byte {
	if n.mark() == escaped {
		return unescaped(p.src[n.start:n.end])
	}
	return p.src[n.start:n.end]
}

// key reads the name of a member behind its quote, up to its value; nil if the type has no such member.
func (p *parser) key(s *shape) *slot {
	from := p.at
	end, _, ok := p.text()
	if !ok || !p.colon() {
		return nil
	}
	return s.find(p.src[from:end])
}

func (p *parser) colon() bool {
	if p.peek() != ':' {
		return false
	}
	p.at++
	return true
}

// list reads an element that repeats.
func (p *parser) list(m *member) bool {
	return p.peek() == '[' && p.array(m.number, func() bool { return p.element(m, 0) })
}

// element reads one value of an element.
func (p *parser) element(m *member, name uint32) bool {
	c := p.peek()
	begin := p.at
	switch m.as {
	case text:
		return c == '"' && p.content(m, name)
	case object:
		return c == '{' && p.object(name, m.shape)
	case number:
		if !p.plainNumber() {
			return false
		}
		p.leaf(begin, name, Number)
		return true
	case boolean:
		switch {
		case p.literal("true"):
			p.leaf(begin, name, True)
		case p.literal("false"):
			p.leaf(begin, name, False)
		default:
			return false
		}
		return true
	case concept:
		at := len(p.nodes)
		return c == '{' && p.object(name, m.shape) && p.hasCodeOf(at, m)
	case resource:
		if c != '{' {
			return false
		}
		s := p.resourceType()
		return s != nil && p.object(name, s)
	default:
		return c != 'n' && p.anything(name)
	}
}

// content reads a string that must not be empty.
func (p *parser) content(m *member, name uint32) bool {
	p.at++
	begin := p.at
	end, hasEscape, ok := p.text()
	if !ok || end == begin {
		return false
	}
	n := node{uint32(begin), uint32(end), uint32(len(p.nodes) + 1), uint32(String) | name<<nameShift}
	if hasEscape {
		if !plainly(p.src[begin:end]) {
			return false
		}
		n.meta |= uint32(escaped) << markShift
	}
	p.nodes = append(p.nodes, n)
	if m.codes == nil {
		return true
	}
	return !hasEscape && m.codes.Has(string(p.src[begin:end]))
}

// hasCodeOf reports whether the concept at a node has no code, or one that it should have.
func (p *parser) hasCodeOf(at int, m *member) bool {
	p.t.nodes = p.nodes
	none := true
	for coding := range (Value{p.t, uint32(at)}).Member("coding").All() {
		if code := coding.Bytes("code"); len(code) > 0 {
			none = false
			if m.codes.Has(string(code)) {
				return true
			}
		}
	}
	return none
}

// companion reads the Element, or the list of them, beside a primitive.
func (p *parser) companion(name uint32) bool {
	switch p.peek() {
	case '{':
		return p.object(name, p.all.element)
	case '[':
		return p.array(name, func() bool {
			if p.peek() == '{' {
				return p.object(0, p.all.element)
			}
			begin := p.at
			if !p.literal("null") {
				return false
			}
			p.leaf(begin, 0, Null)
			return true
		})
	}
	return false
}

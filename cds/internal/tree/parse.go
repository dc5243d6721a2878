package tree

import (
	"errors"
	"fmt"
)

// Parse reads one JSON value.
func Parse(data []byte) (Value, error) {
	p := parser{src: data, t: &Tree{src: data}}
	p.value(0)
	p.space()
	if p.wrong == nil && p.at != len(data) {
		p.fail("data after the end of the JSON value")
	}
	if p.wrong != nil {
		return Value{}, p.wrong
	}
	return p.t.Root(), nil
}

type parser struct {
	src   []byte
	at    int
	t     *Tree
	wrong error
}

func (p *parser) fail(message string) {
	if p.wrong == nil {
		p.wrong = fmt.Errorf("byte %d: %w", p.at, errors.New(message))
	}
}

func (p *parser) space() {
	for p.at < len(p.src) && (p.src[p.at] == ' ' || p.src[p.at] == '\n' || p.src[p.at] == '\r' || p.src[p.at] == '\t') {
		p.at++
	}
}

func (p *parser) peek() byte {
	p.space()
	if p.at < len(p.src) {
		return p.src[p.at]
	}
	return 0
}

func (p *parser) value(name uint16) {
	c := p.peek()
	i := len(p.t.nodes)
	p.t.nodes = append(p.t.nodes, node{start: uint32(p.at), name: name})
	n := node{start: uint32(p.at), name: name}
	switch c {
	case '{':
		n.kind = Object
		p.at++
		for p.wrong == nil && p.peek() != '}' {
			if p.peek() != '"' {
				p.fail("a member's name was expected")
				return
			}
			start, end, escaped := p.text()
			key := p.src[start:end]
			if escaped {
				key = unescaped(key)
			}
			if p.peek() != ':' {
				p.fail("':' was expected")
				return
			}
			p.at++
			p.value(p.t.other(key))
			if p.peek() == ',' {
				p.at++
			} else if p.peek() != '}' {
				p.fail("',' or '}' was expected")
			}
		}
		p.at++
	case '[':
		n.kind = Array
		p.at++
		for p.wrong == nil && p.peek() != ']' {
			p.value(0)
			if p.peek() == ',' {
				p.at++
			} else if p.peek() != ']' {
				p.fail("',' or ']' was expected")
			}
		}
		p.at++
	case '"':
		n.kind = String
		start, end, escaped := p.text()
		n.start, n.end, n.escaped = uint32(start), uint32(end), escaped
	case 't':
		n.kind = True
		p.at += 4
	case 'f':
		n.kind = False
		p.at += 5
	case 'n':
		n.kind = Null
		p.at += 4
	default:
		n.kind = Number
		for p.at < len(p.src) && (p.src[p.at] >= '0' && p.src[p.at] <= '9' || p.src[p.at] == '-' || p.src[p.at] == '+' || p.src[p.at] == '.' || p.src[p.at] == 'e' || p.src[p.at] == 'E') {
			p.at++
		}
		if p.at == int(n.start) {
			p.fail("a value was expected")
			return
		}
	}
	if n.kind != String {
		n.end = uint32(p.at)
	}
	n.next = uint32(len(p.t.nodes))
	p.t.nodes[i] = n
}

func (p *parser) text() (start, end int, escaped bool) {
	start = p.at + 1
	for i := start; i < len(p.src); i++ {
		switch p.src[i] {
		case '\\':
			escaped = true
			i++
		case '"':
			p.at = i + 1
			return start, i, escaped
		}
	}
	p.fail("a string that does not end")
	p.at = len(p.src)
	return start, start, false
}

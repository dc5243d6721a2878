package hooks

import (
	"encoding/binary"
	"encoding/json"
	"math/bits"
)

// outline makes sure that a body is JSON, as strictly as encoding/json does, and finds where the members of its members
// stand: for each member of the body, in their order, the values of that member's own members as they were sent, none
// if it is no object. Nothing is copied. It is not ok if the body is no JSON, or is nested too deep to be parsed.
func outline(body []byte) (members [][]json.RawMessage, ok bool) {
	s := scanner{src: body}
	ok = s.value(0)
	s.space()
	return s.members, ok && s.at == len(body)
}

// deepest is how many objects and arrays are read within each other: more than the parser reads.
const deepest = 310

// A scanner passes over JSON. Its methods go behind what they are named after, and report whether it is there.
type scanner struct {
	src     []byte
	at      int
	members [][]json.RawMessage
}

// value passes over a value within some others.
func (s *scanner) value(depth int) bool {
	s.space()
	if s.at == len(s.src) || depth > deepest {
		return false
	}
	switch s.src[s.at] {
	case '"':
		return s.text()
	case '{':
		return s.object(depth)
	case '[':
		return s.array(depth)
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	}
	return s.number()
}

func (s *scanner) object(depth int) bool {
	s.at++
	if s.is('}') {
		return true
	}
	for {
		s.space()
		if s.at == len(s.src) || s.src[s.at] != '"' || !s.text() || !s.is(':') {
			return false
		}
		if depth == 0 {
			s.members = append(s.members, nil)
		}
		s.space()
		begin := s.at
		if !s.value(depth + 1) {
			return false
		}
		if depth == 1 && len(s.members) > 0 {
			last := &s.members[len(s.members)-1]
			*last = append(*last, s.src[begin:s.at:s.at])
		}
		if !s.is(',') {
			return s.is('}')
		}
	}
}

func (s *scanner) array(depth int) bool {
	s.at++
	if s.is(']') {
		return true
	}
	for s.value(depth + 1) {
		if !s.is(',') {
			return s.is(']')
		}
	}
	return false
}

// is passes over a character and the white space before it.
func (s *scanner) is(c byte) bool {
	s.space()
	if s.at == len(s.src) || s.src[s.at] != c {
		return false
	}
	s.at++
	return true
}

func (s *scanner) space() {
	for s.at < len(s.src) && (s.src[s.at] == ' ' || s.src[s.at] == '\n' || s.src[s.at] == '\t' || s.src[s.at] == '\r') {
		s.at++
	}
}

func (s *scanner) word(word string) bool {
	if len(s.src)-s.at < len(word) || string(s.src[s.at:s.at+len(word)]) != word {
		return false
	}
	s.at += len(word)
	return true
}

// text passes over a string. Only what is between escapes is read in words of eight bytes.
func (s *scanner) text() bool {
	for s.at++; ; {
		s.plain()
		if s.at == len(s.src) {
			return false
		}
		switch s.src[s.at] {
		case '"':
			s.at++
			return true
		case '\\':
			if !s.escape() {
				return false
			}
		default:
			return false // a control character
		}
	}
}

// Bytes of a word, all alike.
const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// zeros has the high bit of the first byte of w that is zero, and of none before it.
func zeros(w uint64) uint64 { return (w - ones) &^ w & highs }

// plain passes over characters that stand for themselves.
func (s *scanner) plain() {
	src, at := s.src, s.at
	for at+8 <= len(src) {
		w := binary.LittleEndian.Uint64(src[at:])
		control := (w - ' '*ones) &^ w & highs
		if found := control | zeros(w^'"'*ones) | zeros(w^'\\'*ones); found != 0 {
			s.at = at + bits.TrailingZeros64(found)>>3
			return
		}
		at += 8
	}
	for at < len(src) && src[at] >= ' ' && src[at] != '"' && src[at] != '\\' {
		at++
	}
	s.at = at
}

func (s *scanner) escape() bool {
	if s.at++; s.at == len(s.src) {
		return false
	}
	s.at++
	switch s.src[s.at-1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		for range 4 {
			if s.at == len(s.src) || !hexadecimal(s.src[s.at]) {
				return false
			}
			s.at++
		}
		return true
	}
	return false
}

func hexadecimal(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func (s *scanner) number() bool {
	s.sign("-")
	zero := s.at < len(s.src) && s.src[s.at] == '0'
	if n := s.digits(); n == 0 || zero && n > 1 {
		return false
	}
	if s.at < len(s.src) && s.src[s.at] == '.' {
		if s.at++; s.digits() == 0 {
			return false
		}
	}
	if s.at < len(s.src) && s.src[s.at]|0x20 == 'e' {
		s.at++
		s.sign("+-")
		return s.digits() > 0
	}
	return true
}

func (s *scanner) sign(signs string) {
	if s.at < len(s.src) && (s.src[s.at] == signs[0] || s.src[s.at] == signs[len(signs)-1]) {
		s.at++
	}
}

// digits returns how many there are.
func (s *scanner) digits() int {
	begin := s.at
	for s.at < len(s.src) && '0' <= s.src[s.at] && s.src[s.at] <= '9' {
		s.at++
	}
	return s.at - begin
}

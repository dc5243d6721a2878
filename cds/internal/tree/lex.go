package tree

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// Words of eight bytes, for looking at eight at once.
const (
	ones   = 0x0101010101010101
	highs  = 0x8080808080808080
	quotes = '"' * ones
	slants = '\\' * ones
)

// zeros has the high bit of the first byte of w that is zero, and of none before it.
func zeros(w uint64) uint64 { return (w - ones) &^ w & highs }

// peek skips white space and returns the byte there, 0 at the end.
func (p *parser) peek() byte {
	for p.at < len(p.src) {
		c := p.src[p.at]
		if c > ' ' {
			return c
		}
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
		p.at++
	}
	return 0
}

// text reads a string behind its opening quote, and returns where its content ends; ok is false if it
// does not end.
func (p *parser) text() (end int, hasEscape, ok bool) {
	src, at := p.src, p.at
	var high uint64
	for at+8 <= len(src) {
		w := binary.LittleEndian.Uint64(src[at:])
		high |= w & highs
		found := zeros(w^quotes) | zeros(w^slants)
		if found == 0 {
			at += 8
			continue
		}
		at += bits.TrailingZeros64(found) >> 3
		if src[at] == '\\' {
			hasEscape = true
			at += 2
			continue
		}
		if high != 0 {
			p.check(p.src[p.at:at])
		}
		p.at = at + 1
		return at, hasEscape, true
	}
	for at < len(src) {
		switch c := src[at]; {
		case c == '"':
			if high != 0 {
				p.check(p.src[p.at:at])
			}
			p.at = at + 1
			return at, hasEscape, true
		case c == '\\':
			hasEscape = true
			at++
		default:
			high |= uint64(c) & 0x80
		}
		at++
	}
	return 0, false, false
}

func (p *parser) check(content []byte) { p.notUTF8 = p.notUTF8 || !utf8.Valid(content) }

// plainNumber reads a number without an exponent, which nearly all are; ok is false if it is none.
func (p *parser) plainNumber() (ok bool) {
	const longest = 64 // characters; more digits than any measurement has
	src, at := p.src, p.at
	if at < len(src) && src[at] == '-' {
		at++
	}
	whole := at
	for at < len(src) && src[at]-'0' <= 9 {
		at++
	}
	if at == whole || src[whole] == '0' && at > whole+1 {
		return false
	}
	if at < len(src) && src[at] == '.' {
		at++
		point := at
		for at < len(src) && src[at]-'0' <= 9 {
			at++
		}
		if at == point {
			return false
		}
	}
	if at-p.at > longest || at < len(src) && numeric[src[at]] {
		return false
	}
	p.at = at
	return true
}

// anyNumber reads whatever the JSON parser takes for a number, 1.2.3 and NaN included.
func (p *parser) anyNumber() (ok bool) {
	from := p.at
	for p.at < len(p.src) && numeric[p.src[p.at]] {
		p.at++
	}
	signed := p.at == from+1 && (p.src[from] == '-' || p.src[from] == '+')
	if p.at > from && (!signed || p.at == len(p.src)) {
		return true
	}
	if !p.notANumber() {
		return false
	}
	p.at += 3
	return true
}

// notANumber reports whether NaN or Inf, in any case, comes next.
func (p *parser) notANumber() bool {
	if len(p.src)-p.at < 3 {
		return false
	}
	w := [3]byte{p.src[p.at] | 0x20, p.src[p.at+1] | 0x20, p.src[p.at+2] | 0x20}
	return string(w[:]) == "nan" || string(w[:]) == "inf"
}

var numeric = [256]bool{
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true,
	'9': true, '.': true, '-': true, '+': true, 'e': true, 'E': true,
}

func (p *parser) literal(word string) bool {
	if len(p.src)-p.at < len(word) || string(p.src[p.at:p.at+len(word)]) != word {
		return false
	}
	p.at += len(word)
	return true
}

// skip passes over the object or array that begins here without reading it: by its brackets, and by
// its strings, in which brackets mean nothing. ok is false if it does not end, or nests too deep.
func (p *parser) skip() (ok bool) {
	src, at := p.src, p.at
	depth := 0
	for at < len(src) {
		switch bracket[src[at]] {
		case quote:
			at++
			for {
				if at+8 > len(src) {
					return p.skipRest(at, depth)
				}
				w := binary.LittleEndian.Uint64(src[at:])
				found := zeros(w^quotes) | zeros(w^slants)
				if found == 0 {
					at += 8
					continue
				}
				at += bits.TrailingZeros64(found)>>3 + 1
				if src[at-1] == '\\' {
					at++
					continue
				}
				// A name and its text, or two texts, mostly follow each other closely.
				if at+1 >= len(src) || src[at] != ':' && src[at] != ',' || src[at+1] != '"' {
					break
				}
				at += 2
			}
			continue
		case opening:
			if depth++; p.depth+depth > p.maxDepth {
				return false
			}
		case closing:
			if depth--; depth == 0 {
				p.at = at + 1
				return true
			}
		}
		at++
	}
	return false
}

// skipRest is skip for the last bytes, from within a string.
func (p *parser) skipRest(at, depth int) bool {
	inside := true
	for ; at < len(p.src); at++ {
		switch kind := bracket[p.src[at]]; {
		case kind == quote:
			inside = !inside
		case inside && p.src[at] == '\\':
			at++
		case inside:
		case kind == opening:
			if depth++; p.depth+depth > p.maxDepth {
				return false
			}
		case kind == closing:
			if depth--; depth == 0 {
				p.at = at + 1
				return true
			}
		}
	}
	return false
}

const (
	quote = iota + 1
	opening
	closing
)

var bracket = [256]uint8{'"': quote, '{': opening, '[': opening, '}': closing, ']': closing}

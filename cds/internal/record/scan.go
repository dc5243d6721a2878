package record

import (
	"bytes"
	"fmt"
)

// parserDepth is where the JSON parser itself gives up.
const parserDepth = 300

// A syntaxError says where JSON ends to be JSON.
type syntaxError struct {
	offset  int
	message string
}

// A scanner checks JSON before it is parsed: the parser copies the rest of its input once a level into
// its errors, and its errors have no offset. It lets pass exactly what the parser takes, so also
// numbers like 1.2.3 and NaN; those are dealt with where they are read.
type scanner struct {
	data    []byte
	at      int
	depth   int
	max     int
	objects [parserDepth/64 + 1]uint64 // one bit a level: is it an object
}

// scan checks the value that begins at or after from, and returns where it ends.
func scan(data []byte, from, maxDepth int) (end int, err *syntaxError) {
	s := scanner{data: data, at: from, max: maxDepth}
	for {
		open, err := s.value()
		if err != nil {
			return s.at, err
		}
		for !open {
			if s.depth == 0 {
				return s.at, nil
			}
			if open, err = s.next(); err != nil {
				return s.at, err
			}
		}
	}
}

// value reads a scalar, or the beginning of an object or array up to its first value. It reports
// whether a value must follow.
func (s *scanner) value() (open bool, err *syntaxError) {
	switch c := s.peek(); c {
	case '{', '[':
		if s.depth >= s.max {
			return false, s.errorf("nested more than %d deep", s.max)
		}
		s.at++
		s.depth++
		object := c == '{'
		s.mark(object)
		if close := s.peek(); close == '}' && object || close == ']' && !object {
			s.at++
			s.depth--
			return false, nil
		}
		if object {
			return true, s.key()
		}
		return true, nil
	case '"':
		return false, s.text()
	case 't':
		return false, s.literal("true")
	case 'f':
		return false, s.literal("false")
	case 'n':
		if s.notANumber(s.at) {
			s.at += 3
			return false, nil
		}
		return false, s.literal("null")
	default:
		return false, s.number()
	}
}

// next reads what follows a value inside an object or array: a comma, and then a value must follow, or
// the end of it.
func (s *scanner) next() (open bool, err *syntaxError) {
	object := s.inObject()
	switch c := s.peek(); {
	case c == ',' && object:
		s.at++
		return true, s.key()
	case c == ',':
		s.at++
		return true, nil
	case c == '}' && object, c == ']' && !object:
		s.at++
		s.depth--
		return false, nil
	case object:
		return false, s.expected("',' or '}'")
	default:
		return false, s.expected("',' or ']'")
	}
}

func (s *scanner) key() *syntaxError {
	if s.peek() != '"' {
		return s.expected("a member's name in quotes")
	}
	if err := s.text(); err != nil {
		return err
	}
	if s.peek() != ':' {
		return s.expected("':'")
	}
	s.at++
	return nil
}

func (s *scanner) text() *syntaxError {
	start := s.at
	for i := s.at + 1; i < len(s.data); {
		n := bytes.IndexByte(s.data[i:], '"')
		if n < 0 {
			break
		}
		quote := i + n
		back := quote
		for back > i && s.data[back-1] == '\\' {
			back--
		}
		if (quote-back)%2 == 0 {
			s.at = quote + 1
			return nil
		}
		i = quote + 1
	}
	return &syntaxError{start, "a string that does not end"}
}

func (s *scanner) literal(word string) *syntaxError {
	if !bytes.HasPrefix(s.data[s.at:], []byte(word)) {
		return s.expected("a value")
	}
	s.at += len(word)
	return nil
}

func (s *scanner) number() *syntaxError {
	i := s.at
	for i < len(s.data) && numeric[s.data[i]] {
		i++
	}
	signed := i == s.at+1 && (s.data[s.at] == '-' || s.data[s.at] == '+')
	if i == s.at || signed && i < len(s.data) {
		if s.notANumber(i) {
			s.at = i + 3
			return nil
		}
		if i == s.at || !signed {
			return s.expected("a value")
		}
		return s.expected("a number")
	}
	s.at = i
	return nil
}

// notANumber reports whether NaN or Inf, in any case, stands at i: the parser takes them as numbers.
func (s *scanner) notANumber(i int) bool {
	if len(s.data)-i < 3 {
		return false
	}
	word := s.data[i : i+3]
	return bytes.EqualFold(word, []byte("nan")) || bytes.EqualFold(word, []byte("inf"))
}

// peek skips white space and returns the byte there, 0 at the end.
func (s *scanner) peek() byte {
	for s.at < len(s.data) {
		c := s.data[s.at]
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
		s.at++
	}
	return 0
}

func (s *scanner) mark(object bool) {
	word, bit := s.depth/64, uint64(1)<<(s.depth%64)
	s.objects[word] &^= bit
	if object {
		s.objects[word] |= bit
	}
}

func (s *scanner) inObject() bool { return s.objects[s.depth/64]&(1<<(s.depth%64)) != 0 }

func (s *scanner) expected(what string) *syntaxError {
	if s.at >= len(s.data) {
		return s.errorf("the JSON ends where %s was expected", what)
	}
	return s.errorf("%s was expected", what)
}

func (s *scanner) errorf(format string, args ...any) *syntaxError {
	return &syntaxError{s.at, fmt.Sprintf(format, args...)}
}

var numeric = [256]bool{
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true,
	'9': true, '.': true, '-': true, '+': true, 'e': true, 'E': true,
}

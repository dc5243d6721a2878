package hooks

import (
	"bytes"
	"encoding/json"
	"iter"
)

// rawMembers returns the values of an object's members as they stand in JSON that is valid, in their order; none if it
// is no object. Nothing is copied.
func rawMembers(object []byte) iter.Seq[json.RawMessage] {
	return func(yield func(json.RawMessage) bool) {
		i := space(object, 0)
		if i == len(object) || object[i] != '{' {
			return
		}
		for i = space(object, i+1); object[i] == '"'; i = space(object, i+1) {
			value := space(object, space(object, quoted(object, i))+1) // behind the colon
			end := skip(object, value)
			if !yield(object[value:end:end]) {
				return
			}
			if i = space(object, end); object[i] != ',' {
				return
			}
		}
	}
}

// space returns where the white space at i ends.
func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// quoted returns where the string that begins at i ends.
func quoted(b []byte, i int) int {
	for i++; ; i++ {
		i += bytes.IndexByte(b[i:], '"')
		escapes := 0
		for b[i-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return i + 1
		}
	}
}

// skip returns where the value that begins at i ends.
func skip(b []byte, i int) int {
	if b[i] == '"' {
		return quoted(b, i)
	}
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = quoted(b, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return i // of what the number or word is in
			}
			if depth == 0 {
				return i + 1
			}
		case ',', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return i
}

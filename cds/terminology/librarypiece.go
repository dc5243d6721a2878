package terminology

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"

	"github.com/valyala/fastjson"
)

// A piece is a JSON object that is parsed without its large members: parsed, JSON takes some twenty times
// its size, and a code system can have a million concepts.
type piece struct {
	raw   []byte
	value *fastjson.Value
	later map[string][]byte // members that are parsed when they are read
}

const (
	largeMember = 64 << 10 // bytes from which a member is parsed by itself
	mostPiece   = 64 << 20 // bytes that are parsed at once
)

// parsedLater are members that are parsed by themselves whatever their size: their bytes are needed.
var parsedLater = map[string]bool{"entry": true, "resource": true, "compose": true, "expansion": true}

// parsePiece parses an object, which is valid JSON, with p: the value lives until p is used again. It
// says what is wrong otherwise.
func parsePiece(p *fastjson.Parser, raw []byte) (out piece, wrong string) {
	out.raw = raw
	head := raw
	if len(raw) > largeMember || mentionsLater(raw) {
		head = out.cut()
	}
	if len(head) > mostPiece {
		return out, "it is too large in one piece"
	}
	var err error
	if out.value, err = p.ParseBytes(head); err != nil {
		return out, "it is nested too deep"
	}
	if name, again := twice(out.value); again {
		return out, `"` + name + `" is there twice in one object`
	}
	return out, ""
}

func mentionsLater(raw []byte) bool {
	for name := range parsedLater {
		if bytes.Contains(raw, []byte(name)) {
			return true
		}
	}
	return false
}

// cut returns the object with null for the members that it puts aside.
func (p *piece) cut() []byte {
	var head []byte
	done := 0
	for name, value := range members(p.raw) {
		size := value.end - value.start
		first := p.raw[value.start]
		if !(size > largeMember || parsedLater[name]) || first != '{' && first != '[' {
			continue
		}
		if p.later == nil {
			p.later = map[string][]byte{}
		}
		p.later[name] = p.raw[value.start:value.end]
		head = append(append(head, p.raw[done:value.start]...), "null"...)
		done = value.end
	}
	return append(head, p.raw[done:]...)
}

// A span is where a value stands.
type span struct{ start, end int }

// members yields the members of an object that is valid JSON, by their names.
func members(raw []byte) func(yield func(name string, value span) bool) {
	return func(yield func(string, span) bool) {
		at := skipSpace(raw, 0) + 1
		for {
			at = skipSpace(raw, at)
			if at >= len(raw) || raw[at] != '"' {
				return
			}
			end := skipValue(raw, at)
			name := memberName(raw[at:end])
			start := skipSpace(raw, skipSpace(raw, end)+1) // past the colon
			end = skipValue(raw, start)
			if !yield(name, span{start, end}) {
				return
			}
			at = skipSpace(raw, end) + 1 // past the comma
		}
	}
}

// memberName reads a string.
func memberName(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var name string
	if json.Unmarshal(quoted, &name) != nil {
		return string(quoted)
	}
	return name
}

// items yields the items of a list that is valid JSON.
func items(raw []byte) func(yield func(item []byte) bool) {
	return func(yield func([]byte) bool) {
		at := skipSpace(raw, skipSpace(raw, 0)+1)
		for at < len(raw) && raw[at] != ']' {
			end := skipValue(raw, at)
			if !yield(raw[at:end]) {
				return
			}
			if at = skipSpace(raw, end); at < len(raw) && raw[at] == ',' {
				at = skipSpace(raw, at+1)
			}
		}
	}
}

func skipSpace(raw []byte, at int) int {
	for at < len(raw) && (raw[at] == ' ' || raw[at] == '\n' || raw[at] == '\r' || raw[at] == '\t') {
		at++
	}
	return at
}

// skipValue returns where the value that begins at at ends.
func skipValue(raw []byte, at int) int {
	depth := 0
	for at < len(raw) {
		switch raw[at] {
		case '"':
			at = skipString(raw, at)
			if depth == 0 {
				return at
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				return at + max(0, depth+1)
			}
		case ',', ' ', '\n', '\r', '\t':
			if depth == 0 {
				return at
			}
		}
		at++
	}
	return at
}

func skipString(raw []byte, at int) int {
	for at++; at < len(raw); at++ {
		switch raw[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		}
	}
	return min(at, len(raw))
}

// hashed returns a short text that differs where JSON differs by more than space.
func hashed(raw []byte) string {
	hash := sha256.New()
	for at := 0; at < len(raw); {
		from := at
		for at < len(raw) && raw[at] > ' ' {
			if raw[at] == '"' {
				at = skipString(raw, at)
			} else {
				at++
			}
		}
		hash.Write(raw[from:at])
		at = skipSpace(raw, at)
	}
	return string(hash.Sum(nil)[:16])
}

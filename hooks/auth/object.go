package auth

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// object returns the members of a JSON object. encoding/json alone would take a name in any case, take the last
// of two, and replace what is no UTF-8: two readers of one token could then read two things.
func object(data []byte) (map[string]json.RawMessage, bool) {
	data = bytes.Trim(data, " \t\r\n")
	if len(data) == 0 || data[0] != '{' || !utf8.Valid(data) || !json.Valid(data) {
		return nil, false
	}
	members := make(map[string]json.RawMessage, 8)
	for rest := skip(data[1:]); rest[0] != '}'; {
		end := valueEnd(rest)
		name, _ := text(rest[:end])
		rest = skip(rest[end:])
		rest = skip(rest[1:]) // the colon
		end = valueEnd(rest)
		if _, twice := members[name]; twice {
			return nil, false
		}
		members[name] = rest[:end]
		if rest = skip(rest[end:]); rest[0] == ',' {
			rest = skip(rest[1:])
		}
	}
	return members, true
}

// skip passes over white space in JSON that is valid.
func skip(data []byte) []byte { return bytes.TrimLeft(data, " \t\r\n") }

// valueEnd returns where the first value ends in JSON that is valid and goes on after it.
func valueEnd(data []byte) int {
	depth := 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			for i++; data[i] != '"'; i++ {
				if data[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
	}
	return len(data)
}

// text returns the content of a JSON string.
func text(value json.RawMessage) (string, bool) {
	if len(value) == 0 || value[0] != '"' {
		return "", false
	}
	if bytes.IndexByte(value, '\\') < 0 {
		return string(value[1 : len(value)-1]), true
	}
	var s string
	return s, json.Unmarshal(value, &s) == nil
}

// texts returns the content of a JSON string or of an array of them.
func texts(value json.RawMessage) ([]string, bool) {
	if s, ok := text(value); ok {
		return []string{s}, true
	}
	var list []*string
	if json.Unmarshal(value, &list) != nil || len(list) == 0 {
		return nil, false
	}
	out := make([]string, len(list))
	for i, s := range list {
		if s == nil {
			return nil, false
		}
		out[i] = *s
	}
	return out, true
}

// numericDate reads seconds since 1970, fractions included, up to the year 9999.
func numericDate(value json.RawMessage) (time.Time, bool) {
	if len(value) == 0 || value[0] < '0' || value[0] > '9' {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseFloat(string(value), 64)
	if err != nil || seconds >= 253402300800 {
		return time.Time{}, false
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(fraction*1e9)), true
}

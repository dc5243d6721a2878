package tree

import (
	"bytes"
	"slices"
)

// AppendJSON appends the value as JSON without white space.
func (v Value) AppendJSON(dst []byte) []byte { return v.appendJSON(dst, false) }

// Canonical returns the value as JSON with the members of each object in the order of their names.
func (v Value) Canonical() []byte { return v.appendJSON(nil, true) }

func (v Value) appendJSON(dst []byte, sorted bool) []byte {
	switch v.Kind() {
	case Object:
		return v.appendObject(dst, sorted)
	case Array:
		dst = append(dst, '[')
		first := true
		for item := range v.All() {
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = item.appendJSON(dst, sorted)
		}
		return append(dst, ']')
	case String:
		return AppendString(dst, v.Bytes())
	case Absent:
		return append(dst, "null"...)
	default:
		return append(dst, v.Raw()...)
	}
}

func (v Value) appendObject(dst []byte, sorted bool) []byte {
	dst = append(dst, '{')
	var members [][]byte
	first := true
	for member := range v.All() {
		if sorted {
			text := AppendString(nil, []byte(member.Name()))
			members = append(members, member.appendJSON(append(text, ':'), true))
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = AppendString(dst, []byte(member.Name()))
		dst = member.appendJSON(append(dst, ':'), false)
	}
	slices.SortFunc(members, bytes.Compare)
	return append(append(dst, bytes.Join(members, []byte{','})...), '}')
}

// AppendString appends a string as JSON.
func AppendString(dst, s []byte) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0
	for i, c := range s {
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	return append(append(dst, s[from:]...), '"')
}

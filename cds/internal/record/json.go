package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"unicode/utf8"

	"github.com/valyala/fastjson"
)

// AppendJSON appends v as JSON. The parser's own MarshalTo writes Go's escapes, which are not JSON's, and
// numbers as it found them; here one that is none, like NaN, is null.
func AppendJSON(dst []byte, v *fastjson.Value) []byte { return appendJSON(dst, v, false) }

// canonical returns v as JSON with the members of each object in the order of their names.
func canonical(v *fastjson.Value) []byte { return appendJSON(nil, v, true) }

// contentID returns a stable id for a resource that has none, from its content.
func contentID(v *fastjson.Value) string {
	sum := sha256.Sum256(canonical(v))
	return "~" + hex.EncodeToString(sum[:4])
}

func appendJSON(dst []byte, v *fastjson.Value, sorted bool) []byte {
	switch v.Type() {
	case fastjson.TypeObject:
		o, _ := v.Object()
		return appendObject(dst, o, sorted)
	case fastjson.TypeArray:
		dst = append(dst, '[')
		for i, e := range v.GetArray() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, e, sorted)
		}
		return append(dst, ']')
	case fastjson.TypeString:
		return appendString(dst, v.GetStringBytes())
	case fastjson.TypeNumber:
		if number := v.MarshalTo(nil); !validNumber(string(number)) {
			return append(dst, "null"...)
		}
		return v.MarshalTo(dst)
	default:
		return v.MarshalTo(dst)
	}
}

func appendObject(dst []byte, o *fastjson.Object, sorted bool) []byte {
	dst = append(dst, '{')
	if !sorted {
		first := true
		o.Visit(func(key []byte, v *fastjson.Value) {
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = appendString(dst, key)
			dst = appendJSON(append(dst, ':'), v, false)
		})
		return append(dst, '}')
	}
	members := make([][]byte, 0, o.Len())
	o.Visit(func(key []byte, v *fastjson.Value) {
		member := appendString(nil, key)
		members = append(members, appendJSON(append(member, ':'), v, true))
	})
	slices.SortFunc(members, bytes.Compare)
	for i, m := range members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, m...)
	}
	return append(dst, '}')
}

func appendString(dst, s []byte) []byte {
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

// repaired returns data with every run of bytes that is no UTF-8 as U+FFFD, and where the first was;
// -1 if there was none.
func repaired(data []byte) ([]byte, int) {
	if utf8.Valid(data) {
		return data, -1
	}
	at := 0
	for at < len(data) {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return bytes.ToValidUTF8(data, []byte("\uFFFD")), at
}

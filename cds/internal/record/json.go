package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"

	"github.com/valyala/fastjson"

	"github.com/primum-cds/primum/cds/internal/tree"
)

// contentID returns a stable id for a resource that has none, from its content.
func contentID(v tree.Value) string {
	sum := sha256.Sum256(v.Canonical())
	return "~" + hex.EncodeToString(sum[:4])
}

// appendJSON appends v as JSON. The parser's own MarshalTo writes Go's escapes, which are not JSON's, and
// numbers as it found them; here one that is none, like NaN, is null.
func appendJSON(dst []byte, v *fastjson.Value) []byte {
	switch v.Type() {
	case fastjson.TypeObject:
		dst = append(dst, '{')
		first := true
		v.GetObject().Visit(func(key []byte, member *fastjson.Value) {
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = tree.AppendString(dst, key)
			dst = appendJSON(append(dst, ':'), member)
		})
		return append(dst, '}')
	case fastjson.TypeArray:
		dst = append(dst, '[')
		for i, e := range v.GetArray() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, e)
		}
		return append(dst, ']')
	case fastjson.TypeString:
		return tree.AppendString(dst, v.GetStringBytes())
	case fastjson.TypeNumber:
		if number := v.MarshalTo(nil); !validNumber(string(number)) {
			return append(dst, "null"...)
		}
	}
	return v.MarshalTo(dst)
}

// repaired returns data with every run of bytes that is no UTF-8 as U+FFFD.
func repaired(data []byte) []byte { return bytes.ToValidUTF8(data, []byte("\uFFFD")) }

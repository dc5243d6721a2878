package tree

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// unescaped returns the content of a JSON string without its escapes; what is no escape stays as it is.
func unescaped(s []byte) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out = append(out, s[i])
			continue
		}
		i++
		if plain := plainEscapes[s[i]]; plain != 0 {
			out = append(out, plain)
			continue
		}
		r, size := rune(0), 0
		if s[i] == 'u' {
			r, size = escapedRune(s[i+1:])
		}
		if size == 0 {
			out = append(out, '\\', s[i])
			continue
		}
		out = utf8.AppendRune(out, r)
		i += size
	}
	return out
}

// plainly reports whether every escape in a string is one of JSON's, and stands for a character.
func plainly(s []byte) bool {
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			continue
		}
		i++
		switch {
		case i == len(s):
			return false
		case plainEscapes[s[i]] != 0:
		case s[i] == 'u':
			r, size := escapedRune(s[i+1:])
			if size == 0 || r == utf8.RuneError {
				return false
			}
			i += size
		default:
			return false
		}
	}
	return true
}

var plainEscapes = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// escapedRune reads what follows \u, of a surrogate pair both; size is 0 if it is no rune.
func escapedRune(s []byte) (r rune, size int) {
	first, ok := hex4(s)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(first) {
		return first, 4
	}
	if len(s) >= 6 && s[4] == '\\' && s[5] == 'u' {
		if second, ok := hex4(s[6:]); ok {
			if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
				return r, 10
			}
		}
	}
	return utf8.RuneError, 4
}

func hex4(s []byte) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(s[:4]), 16, 32)
	return rune(n), err == nil
}

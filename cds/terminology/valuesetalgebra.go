package terminology

import (
	"cmp"
	"slices"
)

func compareCodes(a, b Code) int {
	return cmp.Or(cmp.Compare(a.System, b.System), cmp.Compare(a.Code, b.Code))
}

// union sorts codes, each once. It may reuse their memory.
func union(codes []Code) []Code {
	slices.SortFunc(codes, compareCodes)
	return slices.Compact(codes)
}

// intersection returns what is in both of two sorted lists. It reuses the memory of a.
func intersection(a, b []Code) []Code { return merged(a, b, true) }

// difference returns what is in sorted a and not in sorted b. It reuses the memory of a.
func difference(a, b []Code) []Code { return merged(a, b, false) }

func merged(a, b []Code, both bool) []Code {
	out := a[:0]
	for _, code := range a {
		for len(b) > 0 && compareCodes(b[0], code) < 0 {
			b = b[1:]
		}
		if found := len(b) > 0 && b[0] == code; found == both {
			out = append(out, code)
		}
	}
	return out
}

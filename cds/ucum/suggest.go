package ucum

import "strings"

// suggest returns what may have been meant by a code that is not valid: by its unknown symbol, or by the
// whole where no symbol is unknown; "" if nothing is near.
func suggest(t *table, code, unknown string) string {
	known, err := spellings()
	if err != nil {
		return ""
	}
	if unknown == "" {
		for _, s := range candidates(code, known) {
			if _, fault := t.parser(s).parse(); fault == nil {
				return s
			}
		}
		return ""
	}
	if s := known[unknown]; s != "" {
		return s
	}
	if a := t.atoms["["+unknown+"]"]; a != nil {
		return a.code
	}
	if s := t.otherCase(unknown); s != "" {
		return s
	}
	return t.oneTypo(unknown)
}

// otherCase returns the symbol that differs from s in the case of the fewest letters.
func (t *table) otherCase(s string) string {
	best, fewest := "", len(s)+1
	try := func(symbol string) {
		if symbol == best || !strings.EqualFold(symbol, s) {
			return
		}
		n := 0
		for i := range symbol {
			if symbol[i] != s[i] {
				n++
			}
		}
		switch {
		case n < fewest:
			best, fewest = symbol, n
		case n == fewest:
			best = ""
		}
	}
	for _, a := range t.atoms {
		try(a.code)
		n := len(s) - len(a.code)
		if n < 1 || !a.metric || !strings.EqualFold(a.code, s[n:]) {
			continue
		}
		for _, p := range t.prefixes {
			if !strings.HasSuffix(p.code, "i") { // Ki, Mi, …: nobody means mebi
				try(p.code + a.code)
			}
		}
	}
	return best
}

// oneTypo returns the only unit that s would be with one letter added, left out or replaced.
func (t *table) oneTypo(s string) string {
	if len(s) < 3 {
		return ""
	}
	best := ""
	for code := range t.atoms {
		if !near(code, s) {
			continue
		}
		if best != "" {
			return ""
		}
		best = code
	}
	return best
}

func near(a, b string) bool {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	switch len(a) - len(b) {
	case 0:
		return i < len(a) && a[i+1:] == b[i+1:]
	case 1:
		return a[i+1:] == b[i:]
	case -1:
		return a[i:] == b[i+1:]
	}
	return false
}

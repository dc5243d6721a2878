// Package kleene is three-valued logic: what is unknown stays unknown unless the rest decides.
package kleene

// A Truth is an answer that may not be known. The zero Truth is Unknown.
type Truth int8

const (
	Unknown Truth = iota
	False
	True
)

// Of returns the Truth of what is known.
func Of(b bool) Truth {
	if b {
		return True
	}
	return False
}

// And is False if either is, True if both are, else Unknown.
func And(a, b Truth) Truth {
	switch {
	case a == False || b == False:
		return False
	case a == True && b == True:
		return True
	}
	return Unknown
}

// Or is True if either is, False if both are, else Unknown.
func Or(a, b Truth) Truth { return Not(And(Not(a), Not(b))) }

// Not turns True into False and False into True; Unknown stays.
func Not(a Truth) Truth {
	switch a {
	case True:
		return False
	case False:
		return True
	}
	return Unknown
}

// String returns "true", "false" or "unknown".
func (t Truth) String() string {
	switch t {
	case True:
		return "true"
	case False:
		return "false"
	}
	return "unknown"
}

package terminology

import (
	"cmp"
	"slices"
	"strings"
)

// A CodeSystem holds all codes of one code system and their hierarchy. It is safe for concurrent use, and
// what it returns is the caller's.
//
// If it has a method Subsumes(above, below string) (subsumes, known bool), that is asked instead of
// Ancestors whether below is above or under it. If it has a method Inactive(code string) bool, that tells
// which codes are withdrawn. If it implements Properties, value sets can filter by them.
type CodeSystem interface {
	// Has reports whether code is in the system.
	Has(code string) bool
	// Display returns the name of a code, "" if it has none or is not in the system.
	Display(code string) string
	// Descendants returns all codes below one, at any depth, without itself; false if it is not in the
	// system or its place in the hierarchy is not known.
	Descendants(code string) ([]string, bool)
	// Ancestors returns all codes above one, without itself; false as Descendants.
	Ancestors(code string) ([]string, bool)
	// All returns every code.
	All() []string
}

// Properties are what a CodeSystem knows of its codes besides the hierarchy. Of FHIR's own properties
// "inactive" and "notSelectable" are read with the value "true"; "parent" lists the codes just above.
type Properties interface {
	// HasProperty reports whether the system defines a property.
	HasProperty(name string) bool
	// Property returns the values of a property of a code, as FHIR writes them; of a Coding, its code.
	Property(code, name string) []string
}

// AddSystem lets s answer for the code system with that URL, under any spelling and for any version of
// it that no loaded CodeSystem has. The last one added for a URL counts.
func (l *Library) AddSystem(url string, s CodeSystem) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.systems[Canonical(url)] = s
	l.forget()
}

// system returns the code system in full, or a NotLoadedError.
func (l *Library) system(url, version string) (CodeSystem, error) {
	if s := l.complete(url, version); s != nil {
		return s, nil
	}
	return nil, l.lacking(url, version)
}

// complete returns the code system if all of it is there, nil otherwise.
func (l *Library) complete(url, version string) CodeSystem {
	loaded := l.codeSystems[url]
	added, ok := l.systems[url]
	if ok && (version == "" || exactly(loaded, version) == nil) {
		return added
	}
	cs := exactly(loaded, version)
	if version == "" {
		cs = newest(loaded)
	}
	switch {
	case cs != nil && cs.partial == "":
		return cs
	case ok:
		return added
	}
	return nil
}

// lacking says why a code system is not there.
func (l *Library) lacking(url, version string) error {
	loaded := l.codeSystems[url]
	err := &NotLoadedError{Kind: "code system", URL: url}
	if version == "" {
		if cs := newest(loaded); cs != nil {
			err.Reason = cs.partial
		}
		return err
	}
	err.URL += "|" + version
	if cs := exactly(loaded, version); cs != nil {
		err.Reason = cs.partial
	} else if len(loaded) > 0 {
		err.Reason = "what is loaded is version " + loadedVersions(loaded)
	}
	return err
}

// A versioned resource is one of several with its URL, which are kept sorted.
type versioned interface{ versionOf() string }

// withVersion adds a version, which is new, in its place.
func withVersion[T versioned](all []T, v T) []T {
	at, _ := find(all, v.versionOf())
	return slices.Insert(all, at, v)
}

func find[T versioned](all []T, version string) (int, bool) {
	return slices.BinarySearchFunc(all, version, func(v T, version string) int { return compareVersions(v.versionOf(), version) })
}

// exactly returns that version, the zero value if it is not there.
func exactly[T versioned](all []T, version string) (none T) {
	if at, ok := find(all, version); ok {
		return all[at]
	}
	return none
}

// newest returns the latest version, the zero value if there is none.
func newest[T versioned](all []T) (none T) {
	if len(all) == 0 {
		return none
	}
	return all[len(all)-1]
}

func loadedVersions[T versioned](all []T) string {
	var out []string
	for _, v := range all {
		version := v.versionOf()
		if version == "" {
			version = "(none)"
		}
		out = append(out, version)
	}
	if len(out) > 5 {
		out = append(out[:5], "…")
	}
	return strings.Join(out, ", ")
}

// compareVersions orders versions: numbers in them by value, other parts as text, a pre-release
// (1.0.0-ballot) before its release. FHIR leaves the order to the code system. Only equal texts are equal.
func compareVersions(a, b string) int {
	return cmp.Or(compareNumbered(a, b), cmp.Compare(a, b))
}

func compareNumbered(a, b string) int {
	for a != "" && b != "" {
		x, y := leading(a), leading(b)
		a, b = a[len(x):], b[len(y):]
		if order := compareParts(x, y); order != 0 {
			return order
		}
	}
	longer := 1
	if a == "" {
		longer = -1
	}
	switch rest := a + b; {
	case rest == "":
		return 0
	case strings.HasPrefix(rest, "-"):
		return -longer
	}
	return longer
}

func compareParts(x, y string) int {
	if isDigit(x[0]) && isDigit(y[0]) {
		x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
		if len(x) != len(y) {
			return len(x) - len(y)
		}
	}
	return strings.Compare(x, y)
}

// leading returns the run of digits, or of anything else, that s begins with.
func leading(s string) string {
	i := 1
	for i < len(s) && isDigit(s[i]) == isDigit(s[0]) {
		i++
	}
	return s[:i]
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

package terminology

import "strings"

// A codeSystem is a FHIR CodeSystem that was loaded. It is a CodeSystem, of what was loaded of it.
type codeSystem struct {
	url, version, file string
	source             string // the resource's own bytes, hashed
	partial            string // why it is not all of the code system; "" if it is
	partOf             bool   // its hierarchy says what is a part of what: nothing is-a anything
	fold               bool   // codes differ by more than case

	codes, displays []string
	index           map[string]int32 // folded if fold
	hierarchy       *hierarchy

	declared map[string]bool // property names
	alias    map[string]string
	names    []string // by property number
	values   []propertyValue
	first    []int32 // by concept: its first value; one more at the end
}

type propertyValue struct {
	name int32
	text string
}

func (cs *codeSystem) versionOf() string { return cs.version }

func (cs *codeSystem) key(code string) string {
	if cs.fold {
		return strings.ToLower(code)
	}
	return code
}

func (cs *codeSystem) find(code string) (int32, bool) {
	i, ok := cs.index[cs.key(code)]
	return i, ok
}

// Has implements CodeSystem.
func (cs *codeSystem) Has(code string) bool {
	_, ok := cs.find(code)
	return ok
}

// Display implements CodeSystem.
func (cs *codeSystem) Display(code string) string {
	if i, ok := cs.find(code); ok {
		return cs.displays[i]
	}
	return ""
}

// Spelling returns code as the system writes it, as it is if it is not in the system.
func (cs *codeSystem) Spelling(code string) string {
	if i, ok := cs.find(code); ok {
		return cs.codes[i]
	}
	return code
}

// Descendants implements CodeSystem.
func (cs *codeSystem) Descendants(code string) ([]string, bool) {
	i, ok := cs.find(code)
	if !ok {
		return nil, false
	}
	return cs.named(cs.hierarchy.descendants(i)), true
}

// Ancestors implements CodeSystem.
func (cs *codeSystem) Ancestors(code string) ([]string, bool) {
	i, ok := cs.find(code)
	if !ok {
		return nil, false
	}
	return cs.named(cs.hierarchy.ancestors(i)), true
}

// Subsumes reports whether below is above or a descendant of it; it is known if both are in the system.
func (cs *codeSystem) Subsumes(above, below string) (subsumes, known bool) {
	a, ok := cs.find(above)
	if !ok {
		return false, false
	}
	b, ok := cs.find(below)
	return ok && cs.hierarchy.subsumes(a, b), ok
}

// All implements CodeSystem.
func (cs *codeSystem) All() []string { return append([]string(nil), cs.codes...) }

func (cs *codeSystem) named(concepts []int32) []string {
	out := make([]string, len(concepts))
	for i, c := range concepts {
		out[i] = cs.codes[c]
	}
	return out
}

// HasProperty implements Properties. The properties that FHIR defines for every code system are there
// even if no concept has one.
func (cs *codeSystem) HasProperty(name string) bool {
	switch name {
	case "inactive", "notSelectable", "parent", "child":
		return true
	}
	return cs.declared[cs.local(name)]
}

// local returns the name under which the system has one of FHIR's own properties.
func (cs *codeSystem) local(name string) string {
	if local, ok := cs.alias[name]; ok {
		return local
	}
	return name
}

// Property implements Properties.
func (cs *codeSystem) Property(code, name string) []string {
	i, ok := cs.find(code)
	if !ok {
		return nil
	}
	switch name {
	case "parent":
		return cs.named(cs.hierarchy.up.of(i))
	case "child":
		return cs.named(cs.hierarchy.down.of(i))
	}
	out := cs.stored(i, cs.local(name))
	switch {
	case len(out) > 0:
		return out
	case name == "inactive" && cs.retired(i):
		return []string{"true"}
	case name == "inactive", name == "notSelectable":
		return []string{"false"}
	}
	return nil
}

func (cs *codeSystem) stored(i int32, name string) []string {
	var out []string
	for _, v := range cs.values[cs.first[i]:cs.first[i+1]] {
		if cs.names[v.name] == name {
			out = append(out, v.text)
		}
	}
	return out
}

// retired reads the property "status", which many systems have instead of "inactive".
func (cs *codeSystem) retired(i int32) bool {
	for _, status := range cs.stored(i, cs.local("status")) {
		if status == "retired" || status == "inactive" {
			return true
		}
	}
	return false
}

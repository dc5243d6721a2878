package terminology

import (
	"cmp"
	"slices"
)

// A Loaded describes a resource of a Library: the newest version of those with its URL.
type Loaded struct {
	URL, Version string
	File         string // where it was read from, as it was named to the library
}

// CodeSystems describes the CodeSystem resources that were loaded, of all of a system or a part of it,
// sorted by URL. What AddSystem brought is not among them.
func (l *Library) CodeSystems() []Loaded {
	var out []Loaded
	for url, versions := range l.codeSystems {
		cs := newest(versions)
		out = append(out, Loaded{url, cs.version, cs.file})
	}
	return sortedLoaded(out)
}

// CodeSystem returns the code system with a URL, under any spelling, as AddSystem brought it or else the
// newest that was loaded. It is a Properties, too, if it was loaded. One whose hierarchy says what is a
// part of what does not know what is above and below a code. The error is a *NotLoadedError if the system
// is not loaded in full.
func (l *Library) CodeSystem(url string) (CodeSystem, error) {
	s, err := l.system(Canonical(url), "")
	if cs, ok := s.(*codeSystem); ok && cs.partOf {
		return parts{cs}, nil
	}
	return s, err
}

// ValueSets describes the value sets that can be asked for by their URLs, sorted: the ValueSet resources
// that were loaded, what AddValueSet brought, and those of all codes that a loaded CodeSystem names.
func (l *Library) ValueSets() []Loaded {
	var out []Loaded
	for url, versions := range l.valueSets {
		vs := newest(versions)
		out = append(out, Loaded{url, vs.version, vs.file})
	}
	for url, system := range l.whole {
		if len(l.valueSets[url]) == 0 && l.complete(system, "") != nil {
			cs := newest(l.codeSystems[system])
			out = append(out, Loaded{url, cs.version, cs.file})
		}
	}
	return sortedLoaded(out)
}

// ConceptMaps describes the concept maps that were loaded or that AddConceptMap brought, sorted by URL.
func (l *Library) ConceptMaps() []Loaded {
	var out []Loaded
	for url, versions := range l.conceptMaps {
		m := newest(versions)
		out = append(out, Loaded{url, m.version, m.file})
	}
	return sortedLoaded(out)
}

// Mappings returns the mappings of the concept map with a URL, in its newest version, that Translate uses,
// in the order in which they were loaded. There are none in a map that is retired or that is not loaded.
func (l *Library) Mappings(url string) []Mapping {
	if m := newest(l.conceptMaps[url]); m != nil {
		return slices.Clone(m.pairs)
	}
	return nil
}

func sortedLoaded(list []Loaded) []Loaded {
	slices.SortFunc(list, func(a, b Loaded) int { return cmp.Compare(a.URL, b.URL) })
	return list
}

// parts is a code system whose hierarchy says what is a part of what, without it.
type parts struct{ *codeSystem }

func (parts) Descendants(string) ([]string, bool) { return nil, false }

func (parts) Ancestors(string) ([]string, bool) { return nil, false }

func (p parts) Subsumes(above, below string) (subsumes, known bool) {
	same := above == below && p.Has(above)
	return same, same
}

func (p parts) HasProperty(name string) bool {
	return name != "parent" && name != "child" && p.codeSystem.HasProperty(name)
}

func (p parts) Property(code, name string) []string {
	if name == "parent" || name == "child" {
		return nil
	}
	return p.codeSystem.Property(code, name)
}

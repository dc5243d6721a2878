package terminology

import (
	"cmp"
	"fmt"
	"slices"
)

// AddValueSet adds a value set of which all codes are known, as one expanded before; source names in
// errors where it comes from. It is an error if it is empty, or if other codes are stored for that URL and
// version. If a ValueSet is loaded that says how the value set is composed, that is evaluated first.
func (l *Library) AddValueSet(url, version, source string, codes []Code) error {
	if url == "" || len(codes) == 0 {
		return fmt.Errorf("the value set %s has no codes", cmp.Or(url, "without a URL"))
	}
	codes = slices.Clone(codes)
	for i := range codes {
		codes[i].System = Canonical(codes[i].System)
	}
	codes = union(codes)
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.forget()
	if known := exactly(l.valueSets[url], version); known != nil && len(known.pages) > 0 {
		stored, err := known.storedCodes()
		if err != nil || !slices.Equal(union(stored), codes) {
			return fmt.Errorf("the value set %s is stored with other codes in %s", named(url, version), known.file)
		}
		return nil
	}
	if len(l.valueSets[url]) >= mostVersions {
		return fmt.Errorf("there are more than %d versions of the value set %s", mostVersions, url)
	}
	all := page{total: len(codes), asked: -1, entries: len(codes), codes: codes}
	l.addValueSet(&valueSet{url: url, version: version, file: source, pages: []page{all}, stored: map[string]bool{"": true}})
	return nil
}

// AddConceptMap adds a concept map; source names in errors where it comes from. Only those mappings are
// taken in that Translate uses, and an Equivalence that FHIR R4 does not know is an error. So is a map of
// that URL and version with other mappings.
func (l *Library) AddConceptMap(url, version, source string, mappings []Mapping) error {
	m := &conceptMap{url: url, version: version, file: source}
	for _, one := range mappings {
		safe, known := safeEquivalence[one.Equivalence]
		switch {
		case !known:
			return fmt.Errorf("the concept map %s: equivalence %q is not known", url, one.Equivalence)
		case safe:
			one.From.System, one.To.System = Canonical(one.From.System), Canonical(one.To.System)
			m.pairs = append(m.pairs, one)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.forget()
	if known := exactly(l.conceptMaps[url], version); known != nil {
		if !slices.Equal(sortedMappings(known.pairs), sortedMappings(m.pairs)) {
			return fmt.Errorf("the concept map %s is loaded with other mappings from %s", named(url, version), known.file)
		}
		return nil
	}
	if len(l.conceptMaps[url]) >= mostVersions {
		return fmt.Errorf("there are more than %d versions of the concept map %s", mostVersions, url)
	}
	l.conceptMaps[url] = withVersion(l.conceptMaps[url], m)
	return nil
}

// named is a URL with its version.
func named(url, version string) string {
	if version == "" {
		return url
	}
	return url + "|" + version
}

// sortedMappings returns mappings sorted, each once.
func sortedMappings(mappings []Mapping) []Mapping {
	out := slices.Clone(mappings)
	slices.SortFunc(out, func(a, b Mapping) int {
		return cmp.Or(compareCodes(a.From, b.From), compareCodes(a.To, b.To), cmp.Compare(a.Equivalence, b.Equivalence))
	})
	return slices.Compact(out)
}

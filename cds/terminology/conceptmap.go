package terminology

import "slices"

// safeEquivalence holds how a target may relate to its source so that who has the source has the target:
// the same, or wider. The codes are those of ConceptMap in R4 (equivalence, said of the target) and in R5
// (relationship, said of the source).
var safeEquivalence = map[string]bool{
	"equal":                          true,
	"equivalent":                     true,
	"wider":                          true,
	"subsumes":                       true,
	"source-is-narrower-than-target": true,
	"narrower":                       false,
	"specializes":                    false,
	"source-is-broader-than-target":  false,
	"relatedto":                      false,
	"related-to":                     false,
	"inexact":                        false,
	"unmatched":                      false,
	"disjoint":                       false,
	"not-related-to":                 false,
}

// A conceptMap is a FHIR ConceptMap that was loaded, without the mappings that Translate does not use.
type conceptMap struct {
	url, version, file, source string
	pairs                      []Mapping
}

// A Mapping is one code that a ConceptMap maps to another. Equivalence says what To is to From, as FHIR R4
// has it: "equal", "equivalent", "wider" or "subsumes".
type Mapping struct {
	From, To    Code
	Equivalence string
}

func (m *conceptMap) versionOf() string { return m.version }

// readConceptMap reads a ConceptMap. What is wrong with it is in root's mistakes.
func readConceptMap(root *element) *conceptMap {
	m := &conceptMap{url: root.text("url"), version: root.text("version")}
	retired := root.text("status") == "retired"
	for group := range root.objects("group") {
		m.group(group)
	}
	if retired {
		m.pairs = nil
	}
	return m
}

func (m *conceptMap) group(group *element) {
	if !group.has("element") {
		return
	}
	from := canonicalSystem(group.text("source"))
	to := canonicalSystem(group.text("target"))
	if from == "" {
		group.fail("source is missing: the code system that is mapped from")
		return
	}
	for e := range group.objects("element") {
		source := Code{from, e.text("code")}
		for target := range e.objects("target") {
			equivalence, safe := readEquivalence(target)
			if code := target.text("code"); safe && code != "" && source.Code != "" {
				m.pairs = append(m.pairs, Mapping{source, Code{to, code}, equivalence})
			}
		}
	}
	if to == "" && slices.ContainsFunc(m.pairs, func(p Mapping) bool { return p.To.System == "" }) {
		group.fail("target is missing: the code system that is mapped to")
	}
}

// canonicalSystem is Canonical without the version that some maps write behind the URL.
func canonicalSystem(url string) string {
	bare, _ := cutVersion(url)
	return Canonical(bare)
}

// readEquivalence returns what target is to its source, in the words of R4, and whether that holds by
// itself and target is not narrower.
func readEquivalence(target *element) (equivalence string, safe bool) {
	name := target.text("equivalence")
	if name == "" {
		name = target.text("relationship")
	}
	safe, known := safeEquivalence[name]
	switch {
	case name == "" && target.text("code") != "":
		target.fail("equivalence is missing")
	case !known && name != "":
		target.fail("equivalence %q is not known", name)
	case name == "source-is-narrower-than-target":
		name = "wider"
	}
	conditional := target.has("dependsOn") || target.has("product")
	return name, safe && !conditional && !target.value.Exists("modifierExtension")
}

// Translate returns the codes that a patient who has code has, too, by the loaded ConceptMaps: targets
// that are equal, equivalent or wider (R4 "equal", "equivalent", "wider", "subsumes"; R5 "equivalent",
// "source-is-narrower-than-target"). A narrower, inexact or merely related target would claim what the
// record does not say and is never returned; nor is one that dependsOn something else or comes with a
// product, or one of a retired map. Maps are read from source to target, one step. The result is sorted. A
// code of a system in which case does not matter comes with the system's own spelling of it first.
func (l *Library) Translate(code Code) []Code {
	code.System = Canonical(code.System)
	own := Code{code.System, l.spelling(code)}
	mapped := l.translations()[own]
	if own == code {
		return slices.Clone(mapped)
	}
	return append([]Code{own}, union(append(slices.Clone(mapped), l.translations()[code]...))...)
}

// translations returns the mappings of the newest version of each map.
func (l *Library) translations() map[Code][]Code {
	if m := l.mapped.Load(); m != nil {
		return *m
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	m := map[Code][]Code{}
	for _, versions := range l.conceptMaps {
		for _, p := range newest(versions).pairs {
			if p.From != p.To {
				m[p.From] = append(m[p.From], p.To)
			}
		}
	}
	for from, to := range m {
		m[from] = union(to)
	}
	l.mapped.Store(&m)
	return m
}

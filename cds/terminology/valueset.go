package terminology

import "strings"

// A valueSet is a FHIR ValueSet that was loaded: what defines it, the codes that are stored with it, or
// both. Several resources of one URL and version are one valueSet.
type valueSet struct {
	url, version, file string
	compose            *compose        // nil if there is none
	composed           string          // its bytes, hashed
	pages              []page          // of the stored expansion
	stored             map[string]bool // the pages' sources
}

func (vs *valueSet) versionOf() string { return vs.version }

// A compose is what defines a value set.
type compose struct {
	include, exclude []clause
	activeOnly       bool // inactive codes are left out
}

// A clause is one include or exclude: the codes that meet all of it.
type clause struct {
	system, version string
	concepts        []string
	filters         []filter
	imports         []string // canonical URLs of value sets
}

type filter struct{ property, op, value string }

// readValueSet reads a ValueSet. What is wrong with it is in root's mistakes.
func readValueSet(root *element) *valueSet {
	vs := &valueSet{url: root.text("url"), version: root.text("version")}
	if root.value.Exists("modifierExtension") {
		root.fail("it has a modifierExtension, which may change what it means")
	}
	if c := root.object("compose"); c != nil {
		vs.compose, vs.composed = readCompose(c), hashed(c.raw)
	}
	if e := root.object("expansion"); e != nil {
		vs.pages = []page{readPage(e)}
		vs.stored = map[string]bool{vs.pages[0].source: true}
	}
	return vs
}

func readCompose(c *element) *compose {
	c.only("lockedDate", "inactive", "include", "exclude", "property")
	out := &compose{}
	if inactive, ok := c.flag("inactive"); ok {
		out.activeOnly = !inactive
	}
	for e := range c.objects("include") {
		out.include = append(out.include, readClause(e))
	}
	for e := range c.objects("exclude") {
		out.exclude = append(out.exclude, readClause(e))
	}
	if len(out.include) == 0 {
		c.fail("include is missing")
	}
	return out
}

func readClause(e *element) clause {
	e.only("system", "version", "concept", "filter", "valueSet", "copyright")
	c := clause{system: Canonical(e.text("system")), version: e.text("version"), imports: e.texts("valueSet")}
	for concept := range e.objects("concept") {
		code := concept.text("code")
		if code == "" || strings.TrimSpace(code) != code {
			concept.fail("expected a code without spaces around it, not %q", code)
		}
		c.concepts = append(c.concepts, code)
	}
	for f := range e.objects("filter") {
		c.filters = append(c.filters, readFilter(f))
	}
	switch {
	case c.system == "" && len(c.imports) == 0:
		e.fail("expected a system or a valueSet")
	case c.system == "" && len(c.concepts)+len(c.filters) > 0:
		e.fail("concept and filter need a system")
	case len(c.concepts) > 0 && len(c.filters) > 0:
		e.fail("expected concept or filter, not both")
	case e.empty("concept"), e.empty("filter"), e.empty("valueSet"):
		e.fail("a list is empty: without it, it would mean more codes")
	}
	return c
}

func readFilter(f *element) filter {
	f.only("property", "op", "value")
	out := filter{f.text("property"), f.text("op"), f.text("value")}
	if out.property == "" || out.op == "" || out.value == "" {
		f.fail("expected a property, an op and a value")
	}
	return out
}

// addValueSet takes in a resource: a new value set, or another part of one.
func (l *Library) addValueSet(vs *valueSet) (mistake string) {
	known := exactly(l.valueSets[vs.url], vs.version)
	if known == nil {
		l.valueSets[vs.url] = withVersion(l.valueSets[vs.url], vs)
		return ""
	}
	if vs.compose != nil && known.compose != nil && vs.composed != known.composed {
		return "it is defined differently in " + known.file
	}
	if known.compose == nil {
		known.compose, known.composed = vs.compose, vs.composed
	}
	for _, p := range vs.pages {
		if known.stored == nil {
			known.stored = map[string]bool{}
		}
		if !known.stored[p.source] {
			known.stored[p.source] = true
			known.pages = append(known.pages, p)
		}
	}
	return ""
}

// cutVersion parts "url|version".
func cutVersion(canonical string) (url, version string) {
	url, version, _ = strings.Cut(canonical, "|")
	return url, version
}

// valueSet returns a loaded value set by its canonical URL: of that version, or else the newest.
func (l *Library) valueSet(canonical string) (*valueSet, error) {
	url, version := cutVersion(canonical)
	loaded := l.valueSets[url]
	missing := &NotLoadedError{Kind: "value set", URL: canonical}
	if len(loaded) == 0 {
		return nil, missing
	}
	if version == "" {
		return newest(loaded), nil
	}
	if vs := exactly(loaded, version); vs != nil {
		return vs, nil
	}
	missing.Reason = "what is loaded is version " + loadedVersions(loaded)
	return nil, missing
}

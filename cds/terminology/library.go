package terminology

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// A Library is all terminology that was loaded: code systems, value sets, concept maps. It is filled with
// LoadFiles and the Add methods by one goroutine; from then on it is only read, by any number of them.
type Library struct {
	codeSystems map[string][]*codeSystem // by canonical URL: its versions, sorted
	systems     map[string]CodeSystem    // what AddSystem brought, by canonical URL
	valueSets   map[string][]*valueSet   // by URL: its versions
	whole       map[string]string        // URL of a value set → the system whose every code it holds
	conceptMaps map[string][]*conceptMap // by URL: its versions
	mapped      atomic.Pointer[map[Code][]Code]

	mu       sync.Mutex // guards what follows, which is found when it is asked for
	expanded map[*valueSet]expansion
	imports  *imports
}

// NewLibrary returns an empty Library.
func NewLibrary() *Library {
	return &Library{
		codeSystems: map[string][]*codeSystem{},
		systems:     map[string]CodeSystem{},
		valueSets:   map[string][]*valueSet{},
		whole:       map[string]string{},
		conceptMaps: map[string][]*conceptMap{},
		expanded:    map[*valueSet]expansion{},
	}
}

// forget drops what was found before something was added.
func (l *Library) forget() {
	clear(l.expanded)
	l.imports = nil
	l.mapped.Store(nil)
}

var errPartOf = errors.New("the hierarchy says what is a part of what, not what is a kind of what")

// Descendants returns all codes below one, at any depth, without the code itself, in the order of the
// system. Inactive and abstract codes are among them. It is an error if the system is not loaded in full
// (a *NotLoadedError), if the code is not in it or has no known place in its hierarchy, or if that is one
// of parts.
func (l *Library) Descendants(ctx context.Context, code Code) ([]Code, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	code.System = Canonical(code.System)
	s, err := l.system(code.System, "")
	if err != nil {
		return nil, err
	}
	if cs, ok := s.(*codeSystem); ok && cs.partOf {
		return nil, fmt.Errorf("the code system %s: %w", code.System, errPartOf)
	}
	below, ok := s.Descendants(code.Code)
	if !ok {
		return nil, fmt.Errorf("the code system %s: %w", code.System, notBelow(s, code.Code))
	}
	out := make([]Code, len(below))
	for i, c := range below {
		out[i] = Code{code.System, c}
	}
	return out, nil
}

// Subsumes reports whether b is a or a descendant of it. It is not known if the codes are of different
// systems, if one is not in its system or has no known place in its hierarchy, if the system is not
// loaded, or if its hierarchy is one of parts.
// Of a system that is only partly loaded, what holds is known, what does not is not.
func (l *Library) Subsumes(a, b Code) (subsumes, known bool) {
	system := l.canonical(a.System)
	if a.System != b.System && system != l.canonical(b.System) {
		return false, false
	}
	s, partly := l.partly(system)
	if s == nil || !s.Has(a.Code) || !s.Has(b.Code) {
		return false, false
	}
	if a.Code == b.Code {
		return true, true
	}
	if cs, ok := s.(*codeSystem); ok && cs.partOf {
		return false, false
	}
	subsumes, known = below(s, a.Code, b.Code)
	return subsumes, subsumes || known && !partly
}

// canonical is Canonical, quick for what is loaded.
func (l *Library) canonical(url string) string {
	if l.systems[url] != nil || l.codeSystems[url] != nil {
		return url
	}
	return Canonical(url)
}

// partly returns a system, complete or else as much of it as there is; nil if there is nothing.
func (l *Library) partly(url string) (s CodeSystem, partly bool) {
	if s := l.complete(url, ""); s != nil {
		return s, false
	}
	if cs := newest(l.codeSystems[url]); cs != nil {
		return cs, true
	}
	return nil, false
}

// A subsumer is a CodeSystem that is quicker to ask than by its ancestors.
type subsumer interface {
	Subsumes(above, below string) (subsumes, known bool)
}

func below(s CodeSystem, above, code string) (subsumes, known bool) {
	if quick, ok := s.(subsumer); ok {
		return quick.Subsumes(above, code)
	}
	ancestors, known := s.Ancestors(code)
	return slices.Contains(ancestors, above), known
}

// Display returns the name of a code in its system, "" if none is loaded.
func (l *Library) Display(code Code) string {
	if s, _ := l.partly(l.canonical(code.System)); s != nil {
		return s.Display(code.Code)
	}
	return ""
}

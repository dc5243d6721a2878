package record

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// maxWarnings bounds what a report has to carry.
const maxWarnings = 100

// A Warning is something odd in the data. One that concerns several resources of a type alike names
// the first of them and says how many others there are.
type Warning struct {
	Resource string // "Type/id", or the name of the input
	Path     string // as in FHIRPath, without the type and without indexes
	Message  string
}

// An oddity is what a Warning says, without the resources that it is about.
type oddity struct {
	of, path, message string // of: a FHIR type, or the name of an input
}

// warnings collects what is odd until the resources have their final names.
type warnings struct {
	about   map[oddity][]*Resource
	trimmed bool
}

// manyOddities bounds the memory that odd data can take. The first ones in order are kept, so that the
// order of the data does not matter.
const manyOddities = 10_000

func (w *warnings) input(name, message string) { w.add(oddity{name, "", message}) }

func (w *warnings) resource(r *Resource, path, message string) {
	w.add(oddity{r.Type, path, message}, r)
}

func (w *warnings) add(o oddity, r ...*Resource) {
	if w.about == nil {
		w.about = map[oddity][]*Resource{}
	}
	w.about[o] = append(w.about[o], r...)
	if len(w.about) < 2*manyOddities {
		return
	}
	w.trimmed = true
	for _, o := range slices.SortedFunc(maps.Keys(w.about), oddity.compare)[manyOddities:] {
		delete(w.about, o)
	}
}

func (o oddity) compare(p oddity) int {
	return cmp.Or(strings.Compare(o.of, p.of), strings.Compare(o.path, p.path), strings.Compare(o.message, p.message))
}

// sorted returns the warnings in order, the first maxWarnings of them and a count of the others.
func (w *warnings) sorted() []Warning {
	out := make([]Warning, 0, len(w.about))
	for o, resources := range w.about {
		out = append(out, o.warning(resources))
	}
	slices.SortFunc(out, func(a, b Warning) int {
		return cmp.Or(strings.Compare(a.Resource, b.Resource), strings.Compare(a.Path, b.Path), strings.Compare(a.Message, b.Message))
	})
	if more := len(out) - maxWarnings; more > 0 {
		count := strconv.Itoa(more)
		if w.trimmed {
			count = "many"
		}
		out = append(out[:maxWarnings:maxWarnings], Warning{Message: count + " more warnings are not shown"})
	}
	return out
}

func (o oddity) warning(resources []*Resource) Warning {
	if len(resources) == 0 {
		return Warning{o.of, o.path, o.message}
	}
	refs := make([]string, len(resources))
	for i, r := range resources {
		refs[i] = r.Ref()
	}
	slices.Sort(refs)
	refs = slices.Compact(refs)
	if n := len(refs) - 1; n == 1 {
		return Warning{refs[0], o.path, o.message + " (and in 1 other)"}
	} else if n > 1 {
		return Warning{refs[0], o.path, fmt.Sprintf("%s (and in %d others)", o.message, n)}
	}
	return Warning{refs[0], o.path, o.message}
}

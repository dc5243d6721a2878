package record

import (
	"cmp"
	"fmt"
	"slices"
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
type warnings map[oddity][]*Resource

func (w warnings) input(name, message string) { w[oddity{name, "", message}] = nil }

func (w warnings) resource(r *Resource, path, message string) {
	o := oddity{r.Type, path, message}
	w[o] = append(w[o], r)
}

// sorted returns the warnings in order, the first maxWarnings of them and a count of the others.
func (w warnings) sorted() []Warning {
	out := make([]Warning, 0, len(w))
	for o, resources := range w {
		out = append(out, o.warning(resources))
	}
	slices.SortFunc(out, func(a, b Warning) int {
		return cmp.Or(strings.Compare(a.Resource, b.Resource), strings.Compare(a.Path, b.Path), strings.Compare(a.Message, b.Message))
	})
	if more := len(out) - maxWarnings; more > 0 {
		out = append(out[:maxWarnings:maxWarnings], Warning{Message: fmt.Sprintf("%d more warnings are not shown", more)})
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

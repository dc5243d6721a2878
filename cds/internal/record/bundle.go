package record

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds/internal/tree"
)

// A bundleShape is what a Bundle says of itself.
type bundleShape struct {
	kind      string
	self      string
	next      bool // there are pages that it does not hold
	total     int  // -1: not said
	matches   int
	types     []string // of the entries that the search matched
	searchset bool     // it answers a search, or holds Bundles that do
}

// bundle collects the resources of a Bundle and takes down what it supplies. It reports whether it is,
// or holds, the answer of a search.
func (r *reader) bundle(v tree.Value, src *source) (searched bool) {
	src.found++
	shape := bundleShape{total: -1}
	for member := range v.All() {
		switch member.Name() {
		case "type":
			shape.kind = member.Text()
		case "link":
			shape.links(member)
		case "total":
			if n, ok := member.Int(); ok {
				shape.total = int(n)
			}
		case "entry":
			if member.Kind() == tree.Object {
				r.warnings.input(src.Name, "Bundle.entry is a single object, read as a list of one")
			}
		}
	}
	r.twice(v, "Bundle", src)
	for member := range v.All() {
		if member.Name() == "entry" {
			for e := range member.Each() {
				r.bundleEntry(e, &shape, src)
			}
		}
	}
	return src.bundle(&shape)
}

// twice tells of a member of a Bundle that is given twice.
func (r *reader) twice(v tree.Value, path string, src *source) {
	if name := v.Twice(); name != "" {
		src.problem = fmt.Sprintf("%s.%s is given twice", path, clip(name))
		r.warnings.input(src.Name, src.problem)
	}
}

func (r *reader) bundleEntry(e tree.Value, shape *bundleShape, src *source) {
	if fullURL, v, ok := plainEntry(e); ok {
		r.bundleResource(v, fullURL, true, shape, src)
		return
	}
	var fullURL, mode tree.Value
	found := false
	for member := range e.All() {
		switch member.Name() {
		case "fullUrl":
			fullURL = cmp.Or(fullURL, member)
		case "search":
			mode = cmp.Or(mode, member.Member("mode"))
		case "resource":
			found = true
		}
	}
	matched := mode.Text()
	shape.searchset = shape.searchset || matched != ""
	r.twice(e, "Bundle.entry", src)
	if !found {
		r.entryWithout(e, shape, src)
	}
	for v := range e.All() {
		if v.Name() == "resource" {
			r.bundleResource(v, fullURL, matched == "" || matched == "match", shape, src)
		}
	}
}

func (r *reader) bundleResource(v, fullURL tree.Value, matched bool, shape *bundleShape, src *source) {
	switch name := v.ResourceType(); name {
	case "Bundle":
		shape.searchset = r.bundle(v, src) || shape.searchset
	case "OperationOutcome":
		r.outcomeEntry(v, src)
	case "Parameters":
		src.found++
		r.parameters(v, src)
	default:
		r.resource(v, name, fullURL, src)
		if matched {
			shape.matched(name)
		}
	}
}

// plainEntry returns the parts of an entry with a full URL and a resource and nothing else, as most are.
func plainEntry(e tree.Value) (fullURL, resource tree.Value, ok bool) {
	n := 0
	for member := range e.All() {
		switch n++; {
		case n == 1 && member.Name() == "fullUrl":
			fullURL = member
		case n == 2 && member.Name() == "resource":
			resource = member
		default:
			return tree.Value{}, tree.Value{}, false
		}
	}
	return fullURL, resource, n == 2
}

// matched takes down that the search found a resource of a type.
func (s *bundleShape) matched(name string) {
	s.matches++
	if !slices.Contains(s.types, name) {
		s.types = append(s.types, name)
	}
}

// outcomeEntry reads what a server says beside its results. Only an error means that some are missing.
func (r *reader) outcomeEntry(v tree.Value, src *source) {
	for issue := range v.Member("issue").Each() {
		if s := issue.Text("severity"); s == "error" || s == "fatal" {
			src.problem = r.outcome(v, src)
			return
		}
	}
}

// entryWithout reads an entry without a resource: a deletion in a history, or an answer that failed.
func (r *reader) entryWithout(e tree.Value, shape *bundleShape, src *source) {
	if e.Text("request", "method") == "DELETE" && shape.kind == "history" {
		if ref, ok := localReference(e.Text("request", "url")); ok {
			at, _ := time.Parse(time.RFC3339, e.Text("response", "lastModified"))
			if r.deleted == nil {
				r.deleted = map[string][]deletion{}
			}
			r.deleted[ref] = append(r.deleted[ref], deletion{at})
		}
		return
	}
	status := e.Text("response", "status")
	if strings.HasPrefix(status, "4") || strings.HasPrefix(status, "5") {
		r.warnings.input(src.Name, "a request in it failed: "+clip(status))
		src.problem = "a request failed: " + clip(status)
	}
}

func (s *bundleShape) links(v tree.Value) {
	for link := range v.Each() {
		switch link.Text("relation") {
		case "self":
			s.self = link.Text("url")
		case "next", "previous", "prev":
			s.next = true
		}
	}
}

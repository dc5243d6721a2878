package record

import (
	"fmt"
	"strings"
	"time"

	"github.com/valyala/fastjson"
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
func (r *reader) bundle(v *fastjson.Value, src *source) (searched bool) {
	src.found++
	shape := bundleShape{total: -1}
	var entries []*fastjson.Value
	twice := members(v, func(name []byte, member *fastjson.Value) {
		switch string(name) {
		case "type":
			shape.kind = stringOf(member)
		case "link":
			shape.links(member)
		case "total":
			if n, err := member.Int(); err == nil {
				shape.total = n
			}
		case "entry":
			if member.Type() == fastjson.TypeObject {
				r.warnings.input(src.Name, "Bundle.entry is a single object, read as a list of one")
			}
			entries = append(entries, listOf(member)...)
		}
	})
	if len(twice) > 0 {
		r.warnings.input(src.Name, fmt.Sprintf("Bundle.%s is given twice", clip(twice[0])))
		src.problem = fmt.Sprintf("Bundle.%s is given twice", clip(twice[0]))
	}
	for _, e := range entries {
		r.bundleEntry(e, &shape, src)
	}
	return src.bundle(&shape)
}

func (r *reader) bundleEntry(e *fastjson.Value, shape *bundleShape, src *source) {
	mode := stringOf(e.Get("search", "mode"))
	shape.searchset = shape.searchset || mode != ""
	inner := make([]*fastjson.Value, 0, 1)
	twice := members(e, func(name []byte, v *fastjson.Value) {
		if string(name) == "resource" {
			inner = append(inner, v)
		}
	})
	if len(twice) > 0 {
		r.warnings.input(src.Name, fmt.Sprintf("Bundle.entry.%s is given twice", clip(twice[0])))
		src.problem = fmt.Sprintf("Bundle.entry.%s is given twice", clip(twice[0]))
	}
	if len(inner) == 0 {
		r.entryWithout(e, shape, src)
	}
	for _, v := range inner {
		switch name := r.typeOf(v); name {
		case "Bundle":
			shape.searchset = r.bundle(v, src) || shape.searchset
		case "OperationOutcome":
			r.outcomeEntry(v, src)
		case "Parameters":
			src.found++
			r.parameters(v, src)
		default:
			r.resource(v, stringOf(e.Get("fullUrl")), src)
			if mode == "" || mode == "match" {
				shape.matches++
				shape.types = append(shape.types, name)
			}
		}
	}
}

// outcomeEntry reads what a server says beside its results. Only an error means that some are missing.
func (r *reader) outcomeEntry(v *fastjson.Value, src *source) {
	for _, issue := range listOf(v.Get("issue")) {
		if s := stringOf(issue.Get("severity")); s == "error" || s == "fatal" {
			src.problem = r.outcome(v, src)
			return
		}
	}
}

// entryWithout reads an entry without a resource: a deletion in a history, or an answer that failed.
func (r *reader) entryWithout(e *fastjson.Value, shape *bundleShape, src *source) {
	if stringOf(e.Get("request", "method")) == "DELETE" && shape.kind == "history" {
		if ref, ok := localReference(stringOf(e.Get("request", "url"))); ok {
			at, _ := time.Parse(time.RFC3339, stringOf(e.Get("response", "lastModified")))
			r.deleted[ref] = append(r.deleted[ref], deletion{at})
		}
		return
	}
	status := stringOf(e.Get("response", "status"))
	if strings.HasPrefix(status, "4") || strings.HasPrefix(status, "5") {
		r.warnings.input(src.Name, "a request in it failed: "+clip(status))
		src.problem = "a request failed: " + clip(status)
	}
}

func (s *bundleShape) links(v *fastjson.Value) {
	for _, link := range listOf(v) {
		switch stringOf(link.Get("relation")) {
		case "self":
			s.self = stringOf(link.Get("url"))
		case "next", "previous", "prev":
			s.next = true
		}
	}
}

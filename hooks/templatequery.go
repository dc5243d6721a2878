package hooks

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/primum-cds/primum/cds"
)

// tokenMark stands for a token where a query is examined.
const tokenMark = "\x00"

// query examines whether a template is within the part of FHIR's search that clients must understand: what
// goes beyond it is a warning.
func (l *linting) query(pieces []templatePiece) {
	var flat strings.Builder
	var places []int // the place of each character of flat
	for _, p := range pieces {
		if p.token != nil {
			flat.WriteString(tokenMark)
			places = append(places, p.at)
			continue
		}
		flat.WriteString(p.text)
		for i := range utf8.RuneCountInString(p.text) {
			places = append(places, p.at+i)
		}
	}
	places = append(places, utf8.RuneCountInString(l.template.Query))
	text := flat.String()
	path, search, hasSearch := strings.Cut(text, "?")
	of := l.path(path, hasSearch)
	at := len([]rune(path)) + 1
	about := !hasSearch
	for parameter := range strings.SplitSeq(search, "&") {
		if hasSearch {
			about = l.parameter(of, parameter, places[min(at, len(places)-1)]) || about
		}
		at += len([]rune(parameter)) + 1
	}
	if !about && patientParameter(of) != "" {
		l.warn(0, "the search does not say of which patient: expected %s={{context.patientId}}", patientParameter(of))
	}
}

// path examines what stands before the parameters, and returns the type.
func (l *linting) path(path string, search bool) (of string) {
	const shape = "expected Type?parameters or Type/{{id}}"
	if strings.HasPrefix(path, "/") || strings.Contains(path, "://") {
		l.warn(0, "a template is relative to the client's FHIR server: %s", shape)
		return ""
	}
	of, id, instance := strings.Cut(path, "/")
	switch {
	case path == tokenMark && !search: // a reference
		return ""
	case strings.Contains(of, tokenMark):
		l.warn(0, "the type is not told: %s", shape)
		return ""
	case !cds.IsResource(of):
		l.fail(0, "there is no type of resource %q: %s", of, shape)
	case instance && (search || id == "" || strings.ContainsAny(id, "/$")):
		l.warn(0, "%s is neither a read nor a search of a type: %s", strings.ReplaceAll(path, tokenMark, "{{…}}"), shape)
	case !instance && !search:
		l.warn(0, "all resources of the type, of all patients: %s", shape)
	}
	return of
}

// parameter examines "name=value", and reports whether it says of which patient.
func (l *linting) parameter(of, parameter string, at int) (about bool) {
	name, value, found := strings.Cut(parameter, "=")
	base, modifier, _ := strings.Cut(name, ":")
	switch {
	case !found || base == "" || value == "":
		l.warn(at, "%q: expected name=value", strings.ReplaceAll(parameter, tokenMark, "{{…}}"))
	case slices.Contains([]string{"sort", "_sort"}, base): // sort:desc=date, too: the specification's own
	case base == "_maxresults" && l.version < TemplateVersion3:
		l.warn(at, "_maxresults is of version 3.0")
	case strings.HasPrefix(base, "_") && !slices.Contains([]string{"_id", "_count", "_maxresults", "_lastUpdated"}, base):
		l.warn(at, "%s is not among the parameters that clients must understand", base)
	case strings.Contains(name, "."):
		l.warn(at, "%s: parameters of what is referred to are not among those that clients must understand", name)
	case modifier != "" && modifier != "in":
		l.warn(at, "%s: of the modifiers clients must understand only :in", name)
	case dateParameters[base] && strangePrefix(value):
		l.warn(at, "%s=%s: of the prefixes clients must understand eq, lt, gt, ge and le", name, strings.ReplaceAll(value, tokenMark, "{{…}}"))
	}
	return base == "patient" || base == "subject" || base == "_id" || base == patientParameter(of)
}

// strangePrefix reports whether a date begins with letters that are none of the usual prefixes.
func strangePrefix(value string) bool {
	return len(value) > 2 && value[0] >= 'a' && !slices.Contains([]string{"eq", "lt", "gt", "ge", "le"}, value[:2])
}

// dateParameters are the search parameters of FHIR R4 that take a date.
var dateParameters = map[string]bool{
	"date": true, "birthdate": true, "onset-date": true, "recorded-date": true, "abatement-date": true, "authoredon": true,
	"authored": true, "effective": true, "effective-time": true, "whenhandedover": true, "whenprepared": true, "period": true,
	"issued": true, "started": true, "created": true, "sent": true, "received": true, "datewritten": true, "_lastUpdated": true,
}

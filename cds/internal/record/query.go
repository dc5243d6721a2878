package record

import (
	"net/url"
	"slices"
	"strings"
	"time"
)

// A query is a FHIR search, as far as it says what its answer holds.
type query struct {
	ok       bool
	kind     string
	all      bool     // $everything
	only     []string // the _type of $everything
	patients []string // the ids asked about; nil: it does not say
	since    string   // the first whole day asked for, YYYY-MM-DD; "": of all time
	sinceIn  string   // the parameter that says so
	current  string   // the parameter that left out what is not current
	codes    []Code   // nil: of any code
	codesIn  string
	narrow   []string // the parameters that leave out in another way
}

// types returns the types that the query asks for; "" is every type.
func (q *query) types() []string {
	switch {
	case !q.all:
		return []string{q.kind}
	case len(q.only) > 0:
		return q.only
	default:
		return []string{""}
	}
}

// lacks says why the answer of the query does not answer the question; "" if it does.
func (q *query) lacks(a Ask, patientID string) string {
	const only = "supplied only with "
	switch {
	case q.patients != nil && patientID != "" && !slices.Contains(q.patients, patientID):
		return "supplied for Patient/" + q.patients[0]
	case len(q.narrow) > 0:
		return only + strings.Join(q.narrow, "&")
	case q.codes != nil && !q.covers(a.Codes):
		return only + q.codesIn
	case !a.Current && q.current != "":
		return only + q.current
	case q.since != "" && (a.Current || a.Since < q.since):
		return only + q.sinceIn
	}
	return ""
}

func (q *query) covers(codes []Code) bool {
	if codes == nil {
		return false
	}
	for _, c := range codes {
		if !slices.Contains(q.codes, c) && !slices.Contains(q.codes, Code{"", c.Code}) {
			return false
		}
	}
	return true
}

// parseQuery reads a search: "Type?parameters" with or without a base URL, "Type/id", "Patient/id/Type"
// or "Patient/id/$everything". It is not ok if it holds an unresolved token or does not say a type.
func parseQuery(text string) query {
	path, search, _ := strings.Cut(text, "?")
	if text == "" || unresolved(text) {
		return query{}
	}
	q := query{}
	segments := strings.Split(strings.Trim(path, "/"), "/")
	last := len(segments) - 1
	switch {
	case segments[last] == "_search" && search != "":
		segments = segments[:last]
	case segments[last] == "_search":
		return query{} // the parameters were posted, nobody knows which
	case segments[last] == "$everything":
		q.all = true
		segments = segments[:last]
	}
	q.target(segments)
	if !q.ok {
		return query{}
	}
	for part := range strings.SplitSeq(search, "&") {
		if part != "" {
			q.parameter(part)
		}
	}
	slices.Sort(q.narrow)
	return q
}

// target reads the path of a query.
func (q *query) target(segments []string) {
	last := len(segments) - 1
	at := func(i int) string {
		if i < 0 || i > last {
			return ""
		}
		return segments[i]
	}
	switch {
	case q.all && typeName(at(last)):
		q.ok, q.kind = true, at(last)
	case q.all && at(last-1) == "Patient":
		q.ok, q.patients = true, []string{at(last)}
	case q.all:
	case typeName(at(last)):
		q.ok, q.kind = true, at(last)
		if at(last-2) == "Patient" {
			q.patients = []string{at(last - 1)}
		}
	case typeName(at(last - 1)):
		q.ok, q.kind = true, at(last-1)
		if q.kind == "Patient" {
			q.patients = []string{at(last)}
		} else {
			q.narrow = append(q.narrow, "_id="+clip(at(last)))
		}
	}
}

// parameter reads "name=value".
func (q *query) parameter(part string) {
	name, value, _ := strings.Cut(part, "=")
	name, errName := url.QueryUnescape(name)
	value, errValue := url.QueryUnescape(value)
	as := clip(name + "=" + value)
	base, modifier, _ := strings.Cut(name, ":")
	values := strings.Split(value, ",")
	switch {
	case errName != nil || errValue != nil:
		q.narrow = append(q.narrow, clip(part))
	case q.all && base == "_type":
		q.only = values
	case harmless[base], base == "_summary" && value == "false",
		strings.HasPrefix(name, "patient.") || strings.HasPrefix(name, "subject."), modifier == "identifier" && isSubject(base),
		modifier == "not" && value == "entered-in-error":
	case isSubject(base) || base == "_id" && q.kind == "Patient":
		q.about(values)
	case modifier != "":
		q.narrow = append(q.narrow, as)
	case base == "code" && q.codes == nil:
		q.codes, q.codesIn = codesIn(values), as
	case slices.Contains(dateParameters[q.kind], base):
		q.from(value, as)
	default:
		q.filter(base, values, as)
	}
}

func (q *query) about(values []string) {
	for _, v := range values {
		q.patients = append(q.patients, v[strings.LastIndexByte(v, '/')+1:])
	}
}

// from reads the lower limit of a date.
func (q *query) from(value, as string) {
	day, ok := firstDay(value)
	if !ok {
		q.narrow = append(q.narrow, as)
		return
	}
	if day > q.since {
		q.since, q.sinceIn = day, as
	}
}

// filter reads a parameter that selects by status or the like.
func (q *query) filter(name string, values []string, as string) {
	for i, v := range values {
		values[i] = v[strings.IndexByte(v, '|')+1:]
	}
	for _, f := range filters {
		if f.kind != q.kind || f.name != name {
			continue
		}
		for _, needed := range f.needs {
			if !slices.Contains(values, needed) {
				q.narrow = append(q.narrow, as)
				return
			}
		}
		if !f.history {
			q.current = as
		}
		return
	}
	q.narrow = append(q.narrow, as)
}

// firstDay returns the first day that lies wholly in "ge2020-03", "gt2020-03-30T12:00:00Z" or the like.
func firstDay(value string) (day string, ok bool) {
	if len(value) < 6 {
		return "", false
	}
	prefix, date := value[:2], value[2:]
	if prefix != "ge" && prefix != "gt" && prefix != "sa" {
		return "", false
	}
	date, clock, timed := strings.Cut(date, "T")
	from, years, months, days := time.Time{}, 0, 0, 0
	var err error
	switch len(date) {
	case len("2006"):
		from, err = time.Parse("2006", date)
		years = 1
	case len("2006-01"):
		from, err = time.Parse("2006-01", date)
		months = 1
	default:
		from, err = time.Parse(time.DateOnly, date)
		days = 1
	}
	if err != nil {
		return "", false
	}
	if timed && !strings.HasPrefix(clock, "00:00") || !timed && prefix != "ge" {
		from = from.AddDate(years, months, days)
	}
	return from.Format(time.DateOnly), true
}

func codesIn(values []string) []Code {
	codes := make([]Code, len(values))
	for i, v := range values {
		system, code, found := strings.Cut(v, "|")
		if !found {
			system, code = "", v
		}
		codes[i] = Code{system, code}
	}
	return codes
}

func isSubject(name string) bool { return name == "patient" || name == "subject" }

// typeName reports whether a path segment looks like a FHIR type.
func typeName(s string) bool {
	if s == "" || s[0] < 'A' || s[0] > 'Z' || len(s) < 4 {
		return false
	}
	for _, c := range s {
		if c < 'A' || c > 'z' || c > 'Z' && c < 'a' {
			return false
		}
	}
	return true
}

// unresolved reports whether a link still holds a prefetch token.
func unresolved(link string) bool {
	return strings.Contains(link, "{{") || strings.Contains(strings.ToLower(link), "%7b%7b")
}

// harmless parameters leave nothing out.
var harmless = map[string]bool{
	"_count": true, "_sort": true, "_include": true, "_revinclude": true, "_format": true, "_pretty": true,
	"_total": true, "sort": true,
}

// dateParameters are the search parameters of the clinical dates of each type.
var dateParameters = map[string][]string{
	"AllergyIntolerance":       {"date"},
	"Condition":                {"onset-date", "recorded-date"},
	"DiagnosticReport":         {"date"},
	"Encounter":                {"date"},
	"Immunization":             {"date"},
	"MedicationAdministration": {"effective-time"},
	"MedicationDispense":       {"whenhandedover"},
	"MedicationRequest":        {"authoredon"},
	"MedicationStatement":      {"effective"},
	"Observation":              {"date"},
	"Procedure":                {"date"},
	"ServiceRequest":           {"authored"},
}

// A filter says which values a parameter must let pass so that nothing is missing of what is current;
// with history, of what ever was.
type filter struct {
	kind, name string
	needs      []string
	history    bool
}

// filters are the parameters that select by status. What they must let pass is what design calls
// current; of Condition, everyone asks for "active" alone and means recurrence and relapse with it.
var filters = []filter{
	{kind: "MedicationRequest", name: "status", needs: []string{"active"}},
	{kind: "MedicationRequest", name: "intent", needs: []string{"order"}, history: true},
	{kind: "MedicationStatement", name: "status", needs: []string{"active"}},
	{kind: "MedicationAdministration", name: "status", needs: []string{"in-progress", "completed"}},
	{kind: "MedicationDispense", name: "status", needs: []string{"completed"}},
	{kind: "AllergyIntolerance", name: "clinical-status", needs: []string{"active"}},
	{kind: "AllergyIntolerance", name: "verification-status", needs: []string{"confirmed", "unconfirmed"}, history: true},
	{kind: "Condition", name: "clinical-status", needs: []string{"active"}},
	{kind: "Condition", name: "verification-status", needs: []string{"confirmed", "unconfirmed", "provisional", "differential"}, history: true},
	{kind: "Observation", name: "status", needs: []string{"final", "amended", "corrected"}, history: true},
	{kind: "DiagnosticReport", name: "status", needs: []string{"final", "amended", "corrected"}, history: true},
	{kind: "Immunization", name: "status", needs: []string{"completed"}, history: true},
	{kind: "ServiceRequest", name: "status", needs: []string{"active"}},
	{kind: "Encounter", name: "status", needs: []string{"in-progress"}},
	{kind: "CarePlan", name: "status", needs: []string{"active"}},
}

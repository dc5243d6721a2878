package hooks

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"github.com/valyala/fastjson"
)

// prefetch reads what was prefetched, and tells an answer, an empty answer (null) and a failure apart.
// A key that is not there was not answered.
func (d *decoder) prefetch() {
	v := d.root.Get("prefetch")
	if v == nil || v.Type() == fastjson.TypeNull {
		return
	}
	o := v.GetObject()
	if o == nil {
		d.warn("prefetch", "an object was expected: left out")
		return
	}
	raw := d.raw("prefetch")
	o.Visit(func(key []byte, v *fastjson.Value) {
		d.request.Prefetch = append(d.request.Prefetch, d.prefetched(string(key), v, raw(v)))
	})
	slices.SortStableFunc(d.request.Prefetch, func(a, b Prefetch) int { return strings.Compare(a.Key, b.Key) })
}

func (d *decoder) prefetched(key string, v *fastjson.Value, raw json.RawMessage) Prefetch {
	p := Prefetch{Key: key, JSON: raw, state: PrefetchSatisfied}
	switch {
	case v.Type() == fastjson.TypeNull:
		p.state = PrefetchEmpty
	case text(v.Get("resourceType")) == "OperationOutcome":
		p.Absent, p.state = outcome(v), PrefetchFailed
	case !hasResource(v):
		p.Absent, p.state = "it is not a FHIR resource", PrefetchFailed
		d.warn("prefetch."+key, "a FHIR resource or null was expected: left out")
	}
	if p.state == PrefetchSatisfied && text(v.Get("resourceType")) == "Bundle" {
		p.state = bundleState(v)
	}
	if self := linked(v, "self"); self != "" && !holdsToken(self) {
		p.self = true
	} else {
		p.Query, p.Supplies = d.asked(key, v)
	}
	return p
}

// asked says what a prefetch answers that does not say so itself: the search that the key's name tells,
// if the resources in it do not contradict; else the types that it holds.
func (d *decoder) asked(key string, v *fastjson.Value) (query string, supplies []string) {
	query, partial := guess(key, d.request.PatientID)
	kind, _, _ := strings.Cut(query, "?")
	found := typesIn(v)
	switch {
	case partial:
		return "", []string{}
	case query != "" && (len(found) == 0 || slices.Contains(found, kind) || strings.HasPrefix(kind, "Patient/")):
		return query, nil
	case v.Type() == fastjson.TypeArray || text(v.Get("resourceType")) == "Bundle" && text(v.Get("type")) != "searchset":
		return "", found // by their shape they would say that they are everything
	}
	return "", nil
}

// outcome says why a prefetch failed.
func outcome(v *fastjson.Value) string {
	for _, issue := range list(v.Get("issue")) {
		for _, said := range []*fastjson.Value{issue.Get("diagnostics"), issue.Get("details", "text"), issue.Get("code")} {
			if s := text(said); s != "" {
				return "the prefetch failed: " + s
			}
		}
	}
	return "the prefetch failed"
}

// linked returns a Bundle's link of a relation, "" if it has none.
func linked(v *fastjson.Value, relation string) string {
	for _, link := range list(v.Get("link")) {
		if text(link.Get("relation")) == relation {
			return text(link.Get("url"))
		}
	}
	return ""
}

// typesIn returns the types of the resources in a prefetch.
func typesIn(v *fastjson.Value) []string {
	types := []string{}
	add := func(resource *fastjson.Value) {
		kind := text(resource.Get("resourceType"))
		if kind != "" && kind != "Bundle" && kind != "OperationOutcome" && !slices.Contains(types, kind) {
			types = append(types, kind)
		}
	}
	for _, e := range list(v) {
		add(e)
		for _, entry := range list(e.Get("entry")) {
			if mode := text(entry.Get("search", "mode")); mode == "" || mode == "match" {
				add(entry.Get("resource"))
			}
		}
	}
	return types
}

// guess reads the search from the name of a key: "medicationRequests", "active-conditions". It is
// partial if the name speaks of a part that cannot be told, as in "opioidMedications".
func guess(key, patientID string) (query string, partial bool) {
	words := split(key)
	active := false
	kind := ""
	var rest []string
	for i := 0; i < len(words); i++ {
		name, used := typeNamed(words[i:])
		switch {
		case name != "" && (kind == "" || kind == "Patient"):
			kind = name
			i += used - 1
		case words[i] == "active" || words[i] == "current":
			active = true
		case slices.Contains(fillers, words[i]):
		default:
			rest = append(rest, words[i])
		}
	}
	switch {
	case kind == "":
		return "", false
	case len(rest) > 0:
		return "", true
	case kind == "Patient":
		return "Patient/" + patientID, false
	}
	query = kind + "?patient=" + patientID
	if active {
		parameter := activeParameters[kind]
		if parameter == "" {
			return "", true
		}
		query += "&" + parameter
	}
	return query, false
}

// typeNamed finds a type at the beginning of words, and how many of them name it.
func typeNamed(words []string) (name string, used int) {
	for n := min(2, len(words)); n > 0; n-- {
		word := strings.Join(words[:n], "")
		for _, w := range []string{word, strings.TrimSuffix(word, "s"), strings.TrimSuffix(word, "es")} {
			if name := keyNames[w]; name != "" {
				return name, n
			}
		}
	}
	return "", 0
}

// split takes a key apart at capitals and at everything that is no letter; the words are in lower case.
// Digits go: "meds2" are meds.
func split(key string) []string {
	var words []string
	word := ""
	flush := func() {
		if word != "" {
			words = append(words, strings.ToLower(word))
		}
		word = ""
	}
	for _, c := range key {
		switch {
		case !unicode.IsLetter(c):
			flush()
		case unicode.IsUpper(c):
			flush()
			word += string(c)
		default:
			word += string(c)
		}
	}
	flush()
	return words
}

// fillers are words of a key that say nothing of what it holds.
var fillers = []string{"all", "list", "bundle", "resources", "resource", "search", "the", "prefetch", "for", "of"}

// keyNames are the words by which prefetch keys name types, in the singular.
var keyNames = map[string]string{
	"patient": "Patient", "medicationrequest": "MedicationRequest", "medicationorder": "MedicationRequest",
	"medication": "MedicationRequest", "med": "MedicationRequest", "prescription": "MedicationRequest",
	"medicationstatement": "MedicationStatement", "medicationdispense": "MedicationDispense",
	"medicationadministration": "MedicationAdministration", "condition": "Condition", "problem": "Condition",
	"allergyintolerance": "AllergyIntolerance", "allergy": "AllergyIntolerance", "allergie": "AllergyIntolerance",
	"observation": "Observation", "procedure": "Procedure", "immunization": "Immunization",
	"encounter": "Encounter", "diagnosticreport": "DiagnosticReport", "servicerequest": "ServiceRequest",
}

// activeParameters say "active" in the search of each type.
var activeParameters = map[string]string{
	"MedicationRequest":   "status=active",
	"MedicationStatement": "status=active",
	"Condition":           "clinical-status=active",
	"AllergyIntolerance":  "clinical-status=active",
	"ServiceRequest":      "status=active",
}

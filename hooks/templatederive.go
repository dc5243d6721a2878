package hooks

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/cds/terminology"
)

// A TemplateVersion is a version of CDS Hooks, by which clients understand templates. What is valid in 2.0 is so
// in 3.0.
type TemplateVersion int

// The versions of templates.
const (
	TemplateVersion2 TemplateVersion = 2
	TemplateVersion3 TemplateVersion = 3
)

// RuleTemplates are the Templates of a service: what Config.Prefetch may be.
func RuleTemplates(s Service, version TemplateVersion) ([]Template, error) {
	return Templates(s.Engine, s.Hook, version)
}

// Templates returns the fewest prefetch templates that bring what the rules of a hook read. They are of
// version 2.0, which has no dates: a look-back is fetched whole, observations by their codes where these
// are not too many. For 3.0, observations are fetched as far back as rules look.
//
// None asks for a page (_count): what is not on it would not be known to be missing. Observations come
// newest first, so that a server that makes pages of its own sends what counts on the first.
//
// Not among them is what only adds to other lists (dispenses and administrations, unless a rule asks for
// them by name) and what is reached by reference, as a Medication: templates have no _include. A service
// reads that later; until then a rule that needs it is undecided.
//
// The error is a cds.Errors with each rule that reads what no template and no field of the context brings.
func Templates(engine *cds.Engine, hook string, version TemplateVersion) ([]Template, error) {
	described, _ := engine.Hook(hook)
	d := &templateDerivation{hook: described, version: version, byType: map[string][]cds.Read{}}
	for _, read := range engine.Reads(hook) {
		d.read(read)
	}
	if len(d.errors) > 0 {
		return nil, d.errors.Sorted()
	}
	var out []Template
	for of, reads := range d.byType {
		out = append(out, d.templates(of, reads)...)
	}
	slices.SortFunc(out, func(a, b Template) int {
		return cmp.Or(cmp.Compare(keyPlace(a.Key), keyPlace(b.Key)), cmp.Compare(a.Key, b.Key))
	})
	return out, nil
}

// A templateDerivation finds the templates of one hook.
type templateDerivation struct {
	hook    cds.Hook
	version TemplateVersion
	byType  map[string][]cds.Read
	errors  cds.Errors
}

// read takes down what must be fetched, or that it cannot be.
func (d *templateDerivation) read(r cds.Read) {
	switch {
	case r.Type == "":
		if name := strings.TrimPrefix(r.From, "context."); len(d.hook.Fields) > 0 && !d.brings(name) {
			d.fail(r, "the hook %s brings no context.%s: ask the rule at other hooks, or let it test has(context.%s)", d.hook.Name, name, name)
		}
	case r.Adds || r.From == "reference":
	case !d.token("patientId"):
		d.fail(r, "the hook %s has no token for the patient's id, so that no %s can be prefetched", d.hook.Name, r.Type)
	case r.Type != "Patient" && patientParameter(r.Type) == "":
		d.fail(r, "no search finds the %s of a patient, so that none can be prefetched", r.Type)
	default:
		d.byType[r.Type] = append(d.byType[r.Type], r)
	}
}

func (d *templateDerivation) fail(r cds.Read, format string, args ...any) {
	d.errors = append(d.errors, &cds.Error{Position: r.At, Rule: r.Rule, Message: fmt.Sprintf(format, args...)})
}

func (d *templateDerivation) brings(field string) bool {
	return slices.ContainsFunc(d.hook.Fields, func(f cds.HookField) bool { return f.Name == field })
}

// token reports whether a field may stand in a template. Of a hook that nobody has described, the patient may.
func (d *templateDerivation) token(field string) bool {
	if len(d.hook.Fields) == 0 {
		return field == "patientId"
	}
	return slices.ContainsFunc(d.hook.Fields, func(f cds.HookField) bool { return f.Name == field && f.Token })
}

// required reports whether every request has a field.
func (d *templateDerivation) required(field string) bool {
	return slices.ContainsFunc(d.hook.Fields, func(f cds.HookField) bool { return f.Name == field && f.Required })
}

// templates are those that bring all reads of a type.
func (d *templateDerivation) templates(of string, reads []cds.Read) []Template {
	switch of {
	case "Patient":
		return []Template{{"patient", "Patient/{{context.patientId}}"}}
	case "Encounter":
		return d.encounters(reads)
	}
	return []Template{{templateKey(of), d.search(of, reads)}}
}

// encounters are the one in the context, and those in progress, of which it is one where the context
// names none.
func (d *templateDerivation) encounters(reads []cds.Read) []Template {
	named := slices.ContainsFunc(reads, func(r cds.Read) bool { return r.From == "context.encounterId" })
	listed := slices.DeleteFunc(slices.Clone(reads), func(r cds.Read) bool { return r.From == "context.encounterId" })
	var out []Template
	if named && d.token("encounterId") {
		if anyHistory(listed) { // it is among them
			return []Template{{templateKey("Encounter"), d.search("Encounter", listed)}}
		}
		out = append(out, Template{"encounter", "Encounter/{{context.encounterId}}"})
	}
	if named && !d.required("encounterId") {
		listed = append(listed, cds.Read{Type: "Encounter", Current: true})
	}
	if len(listed) > 0 {
		out = append(out, Template{templateKey("Encounter"), d.search("Encounter", listed)})
	}
	return out
}

// anyHistory reports whether one of the reads is of all that there ever was.
func anyHistory(reads []cds.Read) bool {
	return slices.ContainsFunc(reads, func(r cds.Read) bool { return !r.Current })
}

// search is the query that brings all reads of a type.
func (d *templateDerivation) search(of string, reads []cds.Read) string {
	query := of + "?" + patientParameter(of) + "={{context.patientId}}"
	switch {
	case of == "Observation":
		return query + codeParameter(reads) + d.since(reads) + "&_sort=-date"
	case !anyHistory(reads) && currentStatus[of] != "":
		return query + "&status=" + currentStatus[of]
	}
	return query
}

// maxCodes is how many characters a list of codes may have: addresses of more than about 2,000 are cut or
// refused on their way.
const maxCodes = 1500

// codeParameter is "&code=" with the codes of all reads; "" if one is of any code, or there are too many.
func codeParameter(reads []cds.Read) string {
	var all []terminology.Code
	for _, r := range reads {
		if r.Codes == nil {
			return ""
		}
		all = append(all, r.Codes...)
	}
	slices.SortFunc(all, func(a, b terminology.Code) int {
		return cmp.Or(cmp.Compare(a.System, b.System), cmp.Compare(a.Code, b.Code))
	})
	var tokens []string
	for _, c := range slices.Compact(all) {
		if strings.ContainsAny(c.System+c.Code, `,|$\{}`) { // which a list cannot hold as they are
			return ""
		}
		tokens = append(tokens, escapeToken(c.System)+"|"+escapeToken(c.Code))
	}
	list := strings.Join(tokens, ",")
	if len(list) > maxCodes {
		return ""
	}
	return "&code=" + list
}

// escapeToken escapes what cannot stand in the query of a URL, and leaves what can for people to read.
func escapeToken(s string) string {
	return strings.NewReplacer("%3A", ":", "%2F", "/").Replace(url.QueryEscape(s))
}

// since is the first day that is read, where that can be said. Between the days of client and service there
// may be one more.
func (d *templateDerivation) since(reads []cds.Read) string {
	most := 0
	for _, r := range reads {
		if r.Days == 0 {
			return ""
		}
		most = max(most, r.Days)
	}
	if d.version < TemplateVersion3 {
		return ""
	}
	return fmt.Sprintf("&date=ge{{today() - %d days}}", most+1)
}

// currentStatus are the statuses of what is current or may be. Types that are not here are few enough, or
// too often without a status, to be fetched whole: problems and allergies among them.
var currentStatus = map[string]string{
	"Encounter":           "in-progress",
	"MedicationRequest":   "active,unknown",
	"MedicationStatement": "active,intended,unknown",
	"ServiceRequest":      "draft,active,on-hold,unknown",
}

// templateKeys are the templates that have names of their own, in their order.
var templateKeys = []struct{ of, key string }{
	{"Patient", "patient"}, {"", "encounter"}, {"Encounter", "encounters"},
	{"MedicationRequest", "medications"}, {"MedicationStatement", "statements"}, {"MedicationDispense", "dispenses"},
	{"MedicationAdministration", "administrations"}, {"AllergyIntolerance", "allergies"}, {"Condition", "conditions"},
	{"Observation", "observations"}, {"Procedure", "procedures"}, {"Immunization", "immunizations"},
}

// templateKey is the key of a type's template: "serviceRequests".
func templateKey(of string) string {
	for _, k := range templateKeys {
		if k.of == of {
			return k.key
		}
	}
	key := strings.ToLower(of[:1]) + of[1:]
	if strings.HasSuffix(key, "y") {
		return strings.TrimSuffix(key, "y") + "ies"
	}
	return key + "s"
}

// keyPlace is where a key stands among the others.
func keyPlace(key string) int {
	for i, k := range templateKeys {
		if k.key == key {
			return i
		}
	}
	return len(templateKeys)
}

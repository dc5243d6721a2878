package record

import (
	"fmt"
	"strings"

	"github.com/primum-cds/primum/cds/internal/fhir"
	"github.com/valyala/fastjson"
)

// document collects the resources of a whole JSON value.
func (r *reader) document(v *fastjson.Value, src *source) {
	if v.Type() == fastjson.TypeArray {
		if !r.items(v.GetArray(), src) {
			src.everything()
		}
		return
	}
	switch r.typeOf(v) {
	case "Bundle":
		r.bundle(v, src)
	case "Parameters":
		src.found++
		r.parameters(v, src)
	case "OperationOutcome":
		src.found++
		src.absent(r.outcome(v, src))
	case "":
		return // no resource at all: the caller says so
	case "Patient":
		src.some("Patient")
		r.resource(v, "", src)
	default:
		src.nothing()
		r.resource(v, "", src)
	}
}

// items collects the resources of an array, and reports whether some came as the answer of a search:
// then the array as a whole supplies nothing but what the answers do.
func (r *reader) items(values []*fastjson.Value, src *source) (searched bool) {
	for _, v := range values {
		switch r.typeOf(v) {
		case "Bundle":
			searched = r.bundle(v, src) || searched
		case "Parameters":
			src.found++
			r.parameters(v, src)
		case "OperationOutcome":
			src.found++
			src.problem = r.outcome(v, src)
		default:
			r.resource(v, "", src)
		}
	}
	return searched
}

// parameters collects the resources in the parts of a Parameters resource. It supplies what the
// Bundles in it supply.
func (r *reader) parameters(v *fastjson.Value, src *source) {
	for _, part := range listOf(v.Get("parameter")) {
		if inner := part.Get("resource"); inner != nil {
			r.items([]*fastjson.Value{inner}, src)
		}
		for _, nested := range listOf(part.Get("part")) {
			if inner := nested.Get("resource"); inner != nil {
				r.items([]*fastjson.Value{inner}, src)
			}
		}
	}
}

// resource takes one resource down, unless nobody wants it.
func (r *reader) resource(v *fastjson.Value, fullURL string, src *source) {
	name := r.typeOf(v)
	kind, known := r.schema.Type(name)
	switch {
	case name == "":
		r.warnings.input(src.Name, "something without a resourceType was left out")
		src.problem = "a part of it could not be read"
		return
	case !known || !kind.Resource || name == "Resource" || name == "DomainResource":
		src.found++
		r.unknownType(name, src)
		return
	}
	src.found++
	if !r.wanted(name) {
		r.record.Skipped[name]++
		return
	}
	if tooMany(v) {
		r.warnings.input(src.Name, "a "+name+" that is "+manyMembers+" was left out")
		src.problem = "a part of it could not be read"
		return
	}
	r.entries = append(r.entries, &entry{
		Resource: Resource{Type: kind.Name, ID: idOf(v), Draft: src.Draft},
		json:     v,
		kind:     kind,
		fullURL:  fullURL,
	})
}

// unknownType leaves a resource out whose type is not of R4. If R4 has it under another name, the list
// of that type is not complete without it.
func (r *reader) unknownType(name string, src *source) {
	r.warnings.input(src.Name, fmt.Sprintf("%s is not a resource type of FHIR R4: left out", clip(name)))
	if r4, ok := formerTypes[name]; ok {
		src.problems[r4] = fmt.Sprintf("supplied as %s, which is not FHIR R4", name)
	}
}

// outcome says what an OperationOutcome says.
func (r *reader) outcome(v *fastjson.Value, src *source) string {
	var texts []string
	for _, issue := range listOf(v.Get("issue")) {
		text := stringOf(issue.Get("diagnostics"))
		if text == "" {
			text = stringOf(issue.Get("details", "text"))
		}
		if text == "" {
			text = stringOf(issue.Get("code"))
		}
		if text != "" {
			texts = append(texts, clip(text))
		}
	}
	reason := "the server answered with an error"
	if len(texts) > 0 {
		reason = clip(strings.Join(texts, "; "))
	}
	r.warnings.input(src.Name, "it holds an OperationOutcome: "+reason)
	return reason
}

// typeOf returns the type that a JSON value says it has; "" if it says none, or two.
func (r *reader) typeOf(v *fastjson.Value) string { return typeOf(r.schema, v) }

func typeOf(schema *fhir.Schema, v *fastjson.Value) string {
	name := only(v, "resourceType")
	if name == nil || name.Type() != fastjson.TypeString {
		return ""
	}
	if t, ok := schema.Type(string(name.GetStringBytes())); ok {
		return t.Name
	}
	return stringOf(name)
}

// idOf returns the id of a resource, also where it is given as a number.
func idOf(v *fastjson.Value) string {
	id := only(v, "id")
	if id != nil && id.Type() == fastjson.TypeNumber {
		return string(id.MarshalTo(nil))
	}
	return stringOf(id)
}

// only returns the member of that name, nil if there is none or more than one.
func only(v *fastjson.Value, name string) *fastjson.Value {
	o := v.GetObject()
	if o == nil {
		return nil
	}
	var found *fastjson.Value
	times := 0
	o.Visit(func(key []byte, member *fastjson.Value) {
		if string(key) == name {
			found = member
			times++
		}
	})
	if times != 1 {
		return nil
	}
	return found
}

// clip shortens a text from the data to what a message can carry.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}

// formerTypes are names that other versions of FHIR give to types of R4.
var formerTypes = map[string]string{
	"MedicationOrder":        "MedicationRequest",   // DSTU2
	"MedicationPrescription": "MedicationRequest",   // DSTU1
	"MedicationUsage":        "MedicationStatement", // R5 ballot
	"DiagnosticOrder":        "ServiceRequest",      // DSTU2
	"ProcedureRequest":       "ServiceRequest",      // STU3
	"ReferralRequest":        "ServiceRequest",      // STU3
}

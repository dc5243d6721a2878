package record

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"github.com/primum-cds/primum/cds/internal/fhir"
	"github.com/primum-cds/primum/cds/internal/tree"
)

// document collects the resources of a whole JSON value.
func (r *reader) document(v tree.Value, src *source) {
	if v.Kind() == tree.Array {
		if !r.items(v, src) {
			src.everything()
		}
		return
	}
	switch name := v.ResourceType(); name {
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
		r.resource(v, name, tree.Value{}, src)
	default:
		src.nothing()
		r.resource(v, name, tree.Value{}, src)
	}
}

// items collects the resources of an array, and reports whether some came as the answer of a search:
// then the array as a whole supplies nothing but what the answers do.
func (r *reader) items(values tree.Value, src *source) (searched bool) {
	for v := range values.All() {
		searched = r.item(v, src) || searched
	}
	return searched
}

func (r *reader) item(v tree.Value, src *source) (searched bool) {
	switch name := v.ResourceType(); name {
	case "Bundle":
		return r.bundle(v, src)
	case "Parameters":
		src.found++
		r.parameters(v, src)
	case "OperationOutcome":
		src.found++
		src.problem = r.outcome(v, src)
	default:
		r.resource(v, name, tree.Value{}, src)
	}
	return false
}

// parameters collects the resources in the parts of a Parameters resource. It supplies what the
// Bundles in it supply.
func (r *reader) parameters(v tree.Value, src *source) {
	for part := range v.Member("parameter").Each() {
		if inner := part.Member("resource"); inner.Exists() {
			r.item(inner, src)
		}
		for nested := range part.Member("part").Each() {
			if inner := nested.Member("resource"); inner.Exists() {
				r.item(inner, src)
			}
		}
	}
}

// resource takes one resource down, unless nobody wants it.
func (r *reader) resource(v tree.Value, name string, fullURL tree.Value, src *source) {
	if kind := v.Shape(); kind != nil {
		src.found++
		r.take(v, kind, fullURL, src)
		return
	}
	if v.Skipped() {
		src.found++
		r.record.Skipped[name]++
		return
	}
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
	if !v.Clean() && v.Len() > mostMembers {
		r.warnings.input(src.Name, "a "+name+" that is "+manyMembers+" was left out")
		src.problem = "a part of it could not be read"
		return
	}
	r.take(v, kind, fullURL, src)
}

func (r *reader) take(v tree.Value, kind *fhir.Type, fullURL tree.Value, src *source) {
	e := r.memory.made.New()
	e.Type, e.ID, e.JSON, e.Draft = kind.Name, r.idOf(v), v, src.Draft
	e.kind, e.fullURL = kind, fullURL
	if fullURL.Exists() && bytes.IndexByte(fullURL.Bytes(), ':') < 0 {
		r.memory.relativeURLs = true
	}
	r.entries = append(r.entries, e)
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
func (r *reader) outcome(v tree.Value, src *source) string {
	var texts []string
	for issue := range v.Member("issue").Each() {
		text := cmp.Or(issue.Text("diagnostics"), issue.Text("details", "text"), issue.Text("code"))
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

// idOf returns the id of a resource, also where it is given as a number.
func (r *reader) idOf(v tree.Value) string {
	id := v.In(tree.ID)
	if !v.Clean() {
		id = v.Only("id")
	}
	if id.Kind() == tree.Number {
		return id.Number()
	}
	return r.memory.text(id.Bytes())
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

package record

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/primum-cds/primum/cds/internal/fhir"
	"github.com/valyala/fastjson"
)

// value brings one value of an element into the shape of its type: the same value, another one, or nil
// if it is none of that type.
func (w *walk) value(f *fhir.Field, v *fastjson.Value) *fastjson.Value {
	if v.Type() == fastjson.TypeNull {
		w.warn("null where there must be a value: taken as unknown")
		return nil
	}
	t, ok := w.schema.Type(f.Type)
	if !ok {
		return v
	}
	if t.Primitive {
		return w.primitiveValue(f, v)
	}
	if t.Resource {
		return w.containedValue(v)
	}
	v = w.objectValue(f, v)
	if v == nil {
		return nil
	}
	if !w.nested(v, t) {
		return nil
	}
	if f.Type == "CodeableConcept" && f.ValueSet != nil {
		w.requiredConcept(f, v)
	}
	return v
}

func (w *walk) containedValue(v *fastjson.Value) *fastjson.Value {
	t, ok := w.schema.Type(typeOf(w.schema, v))
	if !ok || !t.Resource {
		w.warn("a contained resource without a known resourceType: left out")
		return nil
	}
	if !w.nested(v, t) {
		return nil
	}
	return v
}

func (w *walk) primitiveValue(f *fhir.Field, v *fastjson.Value) *fastjson.Value {
	kind, _ := fhir.JSONKind(f.Type)
	shaped := w.primitiveOf(kind, f, v)
	if shaped == nil {
		w.warn(fmt.Sprintf("%s where a %s is expected: taken as unknown", describe(v), kind))
		return nil
	}
	if f.ValueSet != nil && shaped.Type() == fastjson.TypeString {
		if code := shaped.GetStringBytes(); !f.ValueSet.Has(string(code)) {
			w.notInValueSet(string(code), f.ValueSet)
		}
	}
	return shaped
}

func (w *walk) primitiveOf(kind fhir.Kind, f *fhir.Field, v *fastjson.Value) *fastjson.Value {
	switch v.Type() {
	case fastjson.TypeString:
		if kind == fhir.String && len(v.GetStringBytes()) > 0 {
			return v
		}
	case fastjson.TypeNumber:
		w.scratch = v.MarshalTo(w.scratch[:0])
		if kind == fhir.Number && plainNumber(w.scratch) {
			return v
		}
	}
	return w.oddPrimitive(kind, f, v)
}

// oddPrimitive reads what is not simply of the kind that is expected.
func (w *walk) oddPrimitive(kind fhir.Kind, f *fhir.Field, v *fastjson.Value) *fastjson.Value {
	text := ""
	switch v.Type() {
	case fastjson.TypeString:
		text = string(v.GetStringBytes())
	case fastjson.TypeNumber, fastjson.TypeTrue, fastjson.TypeFalse:
		text = string(v.MarshalTo(nil))
	case fastjson.TypeObject:
		return w.codeOf(f, v)
	default:
		return nil
	}
	isNumber := v.Type() == fastjson.TypeNumber
	switch {
	case kind == fhir.String && text != "" && (!isNumber || validNumber(text)):
		return w.converted(w.arena.NewString(text), v, kind)
	case kind == fhir.Number && validNumber(text):
		if isNumber {
			return v
		}
		return w.converted(w.arena.NewNumberString(text), v, kind)
	case kind == fhir.Boolean && (text == "true" || text == "false"):
		if v.Type() != fastjson.TypeString {
			return v
		}
		if text == "true" {
			return w.converted(w.arena.NewTrue(), v, kind)
		}
		return w.converted(w.arena.NewFalse(), v, kind)
	}
	return nil
}

func (w *walk) converted(to, from *fastjson.Value, kind fhir.Kind) *fastjson.Value {
	w.warn(fmt.Sprintf("a %s where a %s is expected, read as one", jsonKind(from), kind))
	return to
}

// codeOf reads the code of a CodeableConcept with one coding, which R5 has where R4 has a code.
func (w *walk) codeOf(f *fhir.Field, v *fastjson.Value) *fastjson.Value {
	codings := v.GetArray("coding")
	if f.Type != "code" || len(codings) != 1 || stringOf(codings[0].Get("code")) == "" {
		return nil
	}
	w.warn("a CodeableConcept where a code is expected, read as its code")
	return codings[0].Get("code")
}

// objectValue gives an object for a complex element; a string is one where FHIR's own history or common
// practice says what it means.
func (w *walk) objectValue(f *fhir.Field, v *fastjson.Value) *fastjson.Value {
	switch {
	case v.Type() == fastjson.TypeObject && f.Type == "CodeableConcept":
		return w.conceptOf(v)
	case v.Type() == fastjson.TypeObject:
		return v
	case v.Type() == fastjson.TypeString && f.Type == "CodeableConcept" && stringOf(v) != "":
		w.warn("a code where a CodeableConcept is expected, read as its coding")
		return w.conceptFromCode(f, v)
	case v.Type() == fastjson.TypeString && f.Type == "Reference" && isReference(stringOf(v)):
		w.warn("a string where a Reference is expected, read as its reference")
		o := w.arena.NewObject()
		o.Set("reference", v)
		return o
	}
	w.warn(fmt.Sprintf("%s where an object (%s) is expected: taken as unknown", describe(v), f.Type))
	return nil
}

// conceptOf takes the concept of R5's CodeableReference, and makes a Coding the coding of a concept.
func (w *walk) conceptOf(v *fastjson.Value) *fastjson.Value {
	if v.Get("coding") != nil || v.Get("text") != nil {
		return v
	}
	if inner := v.Get("concept"); inner != nil && inner.Type() == fastjson.TypeObject {
		w.warn("a CodeableReference (FHIR R5), read as its concept")
		return inner
	}
	if stringOf(v.Get("code")) != "" {
		w.warn("a Coding where a CodeableConcept is expected, read as its coding")
		list := w.arena.NewArray()
		list.SetArrayItem(0, v)
		o := w.arena.NewObject()
		o.Set("coding", list)
		return o
	}
	return v
}

// conceptFromCode makes a CodeableConcept of a code, with the system that FHIR requires there.
func (w *walk) conceptFromCode(f *fhir.Field, code *fastjson.Value) *fastjson.Value {
	coding := w.arena.NewObject()
	if system := requiredSystems[f.Binding]; system != "" {
		coding.Set("system", w.arena.NewString(system))
	}
	coding.Set("code", code)
	list := w.arena.NewArray()
	list.SetArrayItem(0, coding)
	concept := w.arena.NewObject()
	concept.Set("coding", list)
	return concept
}

// requiredSystems are the code systems of elements that were a code before R4, by their value set.
var requiredSystems = map[string]string{
	"http://hl7.org/fhir/ValueSet/condition-clinical":              "http://terminology.hl7.org/CodeSystem/condition-clinical",
	"http://hl7.org/fhir/ValueSet/condition-ver-status":            "http://terminology.hl7.org/CodeSystem/condition-ver-status",
	"http://hl7.org/fhir/ValueSet/allergyintolerance-clinical":     "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
	"http://hl7.org/fhir/ValueSet/allergyintolerance-verification": "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification",
}

// requiredConcept warns if none of the codes of a concept is in the required value set.
func (w *walk) requiredConcept(f *fhir.Field, v *fastjson.Value) {
	first := ""
	for _, coding := range v.GetArray("coding") {
		code := stringOf(coding.Get("code"))
		if code != "" && f.ValueSet.Has(code) {
			return
		}
		if first == "" {
			first = code
		}
	}
	if first != "" {
		w.notInValueSet(first, f.ValueSet)
	}
}

func (w *walk) notInValueSet(code string, set *fhir.ValueSet) {
	const most = 8
	codes := set.Codes
	more := ""
	if len(codes) > most {
		codes, more = codes[:most], " | …"
	}
	w.warn(fmt.Sprintf("%s is not in the value set (expected %s%s)", strconv.Quote(clip(code)), strings.Join(codes, " | "), more))
}

// isReference reports whether a plain string can only be a reference.
func isReference(s string) bool {
	if strings.HasPrefix(s, "#") || strings.HasPrefix(s, "urn:") {
		return true
	}
	_, ok := localReference(s)
	return ok
}

func jsonKind(v *fastjson.Value) string {
	switch v.Type() {
	case fastjson.TypeTrue, fastjson.TypeFalse:
		return "boolean"
	case fastjson.TypeArray:
		return "list"
	default:
		return v.Type().String()
	}
}

// describe names a value of the wrong type in a message.
func describe(v *fastjson.Value) string {
	switch v.Type() {
	case fastjson.TypeString:
		if len(v.GetStringBytes()) == 0 {
			return "an empty string"
		}
		return "a string"
	case fastjson.TypeNumber:
		return "the number " + clip(string(v.MarshalTo(nil)))
	case fastjson.TypeArray:
		return fmt.Sprintf("a list of %d", len(v.GetArray()))
	case fastjson.TypeObject:
		return "an object"
	default:
		return "a " + jsonKind(v)
	}
}

// typeOf returns the type that a JSON value says it has; "" if it says none, or two.
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

// stringOf returns a JSON string's content, "" for anything else.
func stringOf(v *fastjson.Value) string {
	if v == nil || v.Type() != fastjson.TypeString {
		return ""
	}
	return string(v.GetStringBytes())
}

// listOf returns the elements of an array, or the value as a list of one.
func listOf(v *fastjson.Value) []*fastjson.Value {
	if v == nil || v.Type() == fastjson.TypeNull {
		return nil
	}
	if v.Type() == fastjson.TypeArray {
		return v.GetArray()
	}
	return []*fastjson.Value{v}
}

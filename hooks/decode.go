package hooks

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds"
	"github.com/valyala/fastjson"
)

// IsRequest reports whether a body is a CDS Hooks request and not FHIR: an object with a hook and
// without a resourceType.
func IsRequest(body []byte) bool {
	var head struct {
		Hook         *json.RawMessage `json:"hook"`
		ResourceType *json.RawMessage `json:"resourceType"`
	}
	return json.Unmarshal(body, &head) == nil && head.Hook != nil && head.ResourceType == nil
}

// Decode reads the body of a request to a service, which the request borrows. What clients are known to do otherwise than the
// specification says is understood, with a warning where it could matter. The error is a *RequestError.
func Decode(body []byte) (*Request, error) {
	return decode(new(fastjson.Parser), body, &decoder{hookNamed: cds.HookByName})
}

// DecodeFor is Decode for an engine, which may know hooks that are not of the CDS Hooks library.
func DecodeFor(engine *cds.Engine, body []byte) (*Request, error) {
	return decode(new(fastjson.Parser), body, &decoder{hookNamed: engine.Hook})
}

// decode reads a body with a decoder that knows how strict to be. The request borrows the body, but nothing of the
// parser, which can be used again.
func decode(parser *fastjson.Parser, body []byte, d *decoder) (*Request, error) {
	root, members, err := parse(parser, body)
	if err != nil {
		return nil, err
	}
	d.root, d.members, d.request = root, members, &Request{Context: map[string]json.RawMessage{}}
	for _, step := range []func() error{d.head, d.identify, d.context, d.people, d.focus} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	d.prefetch()
	d.authorization()
	return d.request, nil
}

// parse checks the body before it is parsed: the parser is lenient where JSON is not. The members are those of each
// member of the body, as they were sent.
func parse(parser *fastjson.Parser, body []byte) (root *fastjson.Value, members [][]json.RawMessage, err error) {
	members, ok := outline(body)
	if !ok {
		return nil, nil, notJSON(body)
	}
	if root, err = parser.ParseBytes(body); err != nil {
		return nil, nil, notJSON(body)
	}
	if root.Type() != fastjson.TypeObject {
		return nil, nil, &RequestError{Expected: "a JSON object"}
	}
	return root, members, nil
}

// notJSON says why a body could not be parsed, and where.
func notJSON(body []byte) *RequestError {
	var syntax *json.SyntaxError
	var raw json.RawMessage
	switch err := json.Unmarshal(body, &raw); {
	case errors.As(err, &syntax):
		return &RequestError{Expected: "JSON", Offset: syntax.Offset}
	case err != nil:
		return &RequestError{Expected: "JSON"}
	}
	return &RequestError{Expected: "JSON that is not nested more than 300 deep"}
}

type decoder struct {
	hookNamed func(string) (cds.Hook, bool)
	// service says that a service decodes what it was called with: what must be in the context must be there,
	// and drafts without an id get one.
	service bool
	hooks   []string // those that are answered; nil: any

	root    *fastjson.Value
	members [][]json.RawMessage // of each member of root
	hook    cds.Hook            // without Fields for one of which only the name is known
	request *Request
}

func (d *decoder) head() error {
	r := d.request
	r.Hook = text(d.root.Get("hook"))
	if !cds.ValidHook(r.Hook) {
		return &RequestError{Field: "hook", Expected: "the name of a hook, such as order-sign or org.example.my-hook,"}
	}
	if d.hooks != nil && !slices.Contains(d.hooks, r.Hook) {
		return &RequestError{Field: "hook", Expected: strings.Join(d.hooks, " or ") + ", at which this service answers,"}
	}
	d.hook, _ = d.hookNamed(r.Hook)
	r.HookInstance = text(d.root.Get("hookInstance"))
	if r.HookInstance == "" {
		d.warn("hookInstance", "a UUID was expected")
	}
	if e := d.root.Get("extension"); e != nil && e.Type() == fastjson.TypeObject {
		r.Extension = e.MarshalTo(nil)
	}
	r.FHIRServer = strings.TrimSuffix(text(d.root.Get("fhirServer")), "/")
	return nil
}

func (d *decoder) context() error {
	o := d.root.GetObject("context")
	if o == nil {
		return &RequestError{Field: "context", Expected: "an object"}
	}
	raw := d.raw("context")
	o.Visit(func(key []byte, v *fastjson.Value) {
		d.request.Context[string(key)] = raw(v)
	})
	return nil
}

// raw returns what gives, for one member of a field after the other, its JSON as it stands in the body. Drafts that
// were given an id are written anew.
func (d *decoder) raw(field string) func(*fastjson.Value) json.RawMessage {
	if field == "context" && d.request.unnamed != nil {
		return func(v *fastjson.Value) json.RawMessage { return v.MarshalTo(nil) }
	}
	var order []*fastjson.Value
	d.root.GetObject().Visit(func(_ []byte, v *fastjson.Value) { order = append(order, v) })
	members := d.members[slices.Index(order, d.root.Get(field))]
	next := -1
	return func(*fastjson.Value) json.RawMessage {
		next++
		return members[next]
	}
}

// people finds user, patient and encounter, in the context or where older clients put them.
func (d *decoder) people() error {
	r := d.request
	r.UserID = d.named("userId", "user")
	r.PatientID = idOf(d.named("patientId", "patient"))
	r.EncounterID = idOf(d.named("encounterId", "encounter"))
	for _, f := range d.hook.Fields {
		if wrong := d.field(f); wrong == nil {
			continue
		} else if f.Required && (d.service || f.Name == "patientId") {
			return wrong
		} else if f.Required || d.root.Get("context", f.Name) != nil {
			d.warn(wrong.Field, wrong.Expected+" was expected")
		}
	}
	return nil
}

// field says what is wrong with a field that holds a text, a number or the like; nil if nothing is. What holds
// resources is looked at by focus.
func (d *decoder) field(f cds.HookField) *RequestError {
	value := text(d.root.Get("context", f.Name))
	switch f.Name {
	case "patientId":
		value = d.request.PatientID
	case "userId":
		value = d.request.UserID
	case "encounterId":
		value = d.request.EncounterID
	}
	expected := expectations[f.Form]
	switch {
	case expected == "" || isOf(f.Form, d.root.Get("context", f.Name), value):
		return nil
	case f.Name == "patientId":
		expected = "the id of a patient"
	case f.Name == "encounterId":
		expected = "the id of an encounter"
	}
	return &RequestError{Field: "context." + f.Name, Expected: expected}
}

// expectations say what a field of each form that is looked at was expected to be.
var expectations = map[string]string{
	"id": "an id", "reference": `a reference such as "Practitioner/1"`, "text": "a text",
	"boolean": "true or false", "integer": "a whole number", "decimal": "a number", "date": `a date such as "2026-03-01"`,
}

// isOf reports whether a value, of which text is the content as a text, is of a form.
func isOf(form string, v *fastjson.Value, text string) bool {
	switch {
	case v == nil && (form == "boolean" || form == "integer" || form == "decimal"):
		return false
	case form == "boolean":
		return v.Type() == fastjson.TypeTrue || v.Type() == fastjson.TypeFalse
	case form == "integer":
		f, err := v.Float64()
		return err == nil && f == math.Trunc(f)
	case form == "decimal":
		return v.Type() == fastjson.TypeNumber
	}
	return text != ""
}

func (d *decoder) named(names ...string) string {
	for _, name := range names {
		if value := text(d.root.Get("context", name)); value != "" {
			return value
		}
	}
	for _, name := range names {
		if value := text(d.root.Get(name)); value != "" {
			d.warn(name, "outside the context, read as context."+names[0])
			return value
		}
	}
	return ""
}

// focus finds what the hook asks about.
func (d *decoder) focus() error {
	for _, f := range d.hook.Fields {
		name := f.Name
		if name == "fulfillmentTasks" && d.request.Context[name] == nil {
			name = "fulfillment-tasks" // as the specification's own example spells it
		}
		v := d.root.Get("context", name)
		review := f.Name == d.hook.Focus
		switch f.Form {
		case "resource", "resources":
			if hasResource(v) {
				d.request.Drafts = append(d.request.Drafts, Draft{f.Name, d.request.Context[name], review})
			} else if review {
				return &RequestError{Field: "context." + f.Name, Expected: "a FHIR resource or Bundle"}
			}
		case "references":
			if review {
				if d.request.Focus = references(v); d.request.Focus == nil {
					return &RequestError{Field: "context." + f.Name, Expected: `a list of references such as "ServiceRequest/1"`}
				}
			}
		}
	}
	d.selected()
	return nil
}

func (d *decoder) warn(path, message string) {
	d.request.Warnings = append(d.request.Warnings, cds.Notice{Resource: "request", Path: path, Message: message})
}

// authorization reads fhirAuthorization.
func (d *decoder) authorization() {
	v := d.root.Get("fhirAuthorization")
	if v == nil || v.Type() == fastjson.TypeNull {
		return
	}
	var a Authorization
	if json.Unmarshal(v.MarshalTo(nil), &a) != nil || a.AccessToken == "" {
		d.warn("fhirAuthorization", "an object with an access_token was expected: left out")
		return
	}
	d.request.Authorization = &a
	if d.request.FHIRServer == "" {
		d.warn("fhirServer", "a URL was expected, as there is a fhirAuthorization: nothing is fetched")
	}
}

// hasResource reports whether a value is a resource, or a list that holds one.
func hasResource(v *fastjson.Value) bool {
	if v == nil {
		return false
	}
	if v.Type() == fastjson.TypeArray {
		return slices.ContainsFunc(v.GetArray(), hasResource)
	}
	return text(v.Get("resourceType")) != ""
}

// references returns the local references in a list, or in a single string.
func references(v *fastjson.Value) []string {
	var out []string
	for _, e := range list(v) {
		if ref := text(e); ref != "" {
			out = append(out, local(ref))
		}
	}
	return out
}

func list(v *fastjson.Value) []*fastjson.Value {
	switch {
	case v == nil || v.Type() == fastjson.TypeNull:
		return nil
	case v.Type() == fastjson.TypeArray:
		return v.GetArray()
	default:
		return []*fastjson.Value{v}
	}
}

// text returns the content of a string, also of a number: ids come as such.
func text(v *fastjson.Value) string {
	switch {
	case v == nil:
		return ""
	case v.Type() == fastjson.TypeString:
		return string(v.GetStringBytes())
	case v.Type() == fastjson.TypeNumber:
		return fmt.Sprint(v)
	default:
		return ""
	}
}

// local returns the "Type/id" of an absolute or versioned reference, any other text as it is.
func local(reference string) string {
	reference, _, _ = strings.Cut(reference, "/_history/")
	if !strings.Contains(reference, "://") {
		return reference
	}
	parts := strings.Split(reference, "/")
	return strings.Join(parts[max(0, len(parts)-2):], "/")
}

// idOf returns the id in "123", "Patient/123", "Patient/123/_history/2" or "https://example.org/fhir/Patient/123".
func idOf(reference string) string {
	reference, _, _ = strings.Cut(reference, "/_history/")
	return reference[strings.LastIndexByte(reference, '/')+1:]
}

// kindOf returns the type in a reference or a search: "Condition/1", "Condition?patient=1".
func kindOf(reference string) string {
	if i := strings.IndexAny(reference, "/?"); i >= 0 {
		return reference[:i]
	}
	return reference
}

package expr

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/fhir"
	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/temporal"
	"github.com/primum-cds/primum/cds/internal/tree"
)

// MaxString is the longest text of a record that an expression can read, in bytes.
const MaxString = 64 << 10

// A node is an element of a resource, under the static type it was reached through: CEL has no
// subtyping. A node without JSON is a resource that is not there (a record without Patient).
type node struct {
	opaque
	ev    *Eval
	typ   *structType
	json  tree.Value
	entry *chart.Entry
	up    *node
	name  string // in up
	index int    // in up's list, -1 outside a list
}

func (n *node) Type() ref.Type { return n.typ.cel }
func (n *node) Value() any     { return n }

// path is where the node stands in its resource, as FHIRPath without the type: "" for the resource.
func (n *node) path() string {
	if n.up == nil {
		return ""
	}
	return join(n.up.path(), element(n.name, n.index))
}

// element is one of a list in a path; index is -1 outside a list.
func element(name string, index int) string {
	if index < 0 {
		return name
	}
	return fmt.Sprintf("%s[%d]", name, index)
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func (n *node) display() string {
	if text := n.json.Text("display"); text != "" {
		return text
	}
	if text := n.json.Text("text"); text != "" {
		return text
	}
	if n.up == nil && n.entry != nil {
		if n.entry.Concept.Display != "" {
			return n.entry.Concept.Display
		}
		return n.entry.Ref()
	}
	return clip(string(n.json.AppendJSON(nil)))
}

func clip(s string) string {
	if len(s) > 200 {
		return strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}

// resource names the resource a node is in, or the type of which there is none.
func (n *node) resource() string {
	if n.entry != nil {
		return n.entry.Ref()
	}
	return n.typ.name
}

// absent is the value of an element that is not there.
func (n *node) absent(name string) ref.Val {
	return n.missing(name, absentReason(n.json, name))
}

// missing is the value of what is not there; code is the data-absent-reason, "" if none is stated.
func (n *node) missing(path, code string) ref.Val {
	reason := "not in the record"
	if code != "" {
		reason = "data absent: " + code
	}
	return n.ev.unknown(Missing{Resource: n.resource(), Path: join(n.path(), path), Reason: reason, Element: n.json.Exists()})
}

const absentURL = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"

// absentReason is the data-absent-reason of an element, stated in an extension of it.
func absentReason(parent tree.Value, name string) string {
	if code := reasonIn(companion(parent, name)); code != "" {
		return code
	}
	return reasonIn(parent.Member(name))
}

// companion is the member that FHIR has beside a primitive.
func companion(parent tree.Value, name string) tree.Value {
	for member := range parent.All() {
		if full := member.Name(); len(full) == len(name)+1 && full[0] == '_' && full[1:] == name {
			return member
		}
	}
	return tree.Value{}
}

func reasonIn(element tree.Value) string {
	if element.Kind() != tree.Object {
		return ""
	}
	extensions := element.Member("extension")
	if extensions.Kind() != tree.Array {
		return ""
	}
	for extension := range extensions.All() {
		if extension.Text("url") == absentURL {
			return extension.Text("valueCode")
		}
	}
	return ""
}

// field reads an element.
func (n *node) field(f *fhir.Field, typ *structType) ref.Val {
	v := n.json.Get(f.Name)
	if f.List {
		return n.list(f, typ, v)
	}
	if !v.Exists() || v.Kind() == tree.Null {
		return n.absent(f.Name)
	}
	return n.value(f, typ, v, -1)
}

func (n *node) list(f *fhir.Field, typ *structType, v tree.Value) ref.Val {
	if !v.Exists() && (!n.json.Exists() || absentReason(n.json, f.Name) != "") {
		return n.absent(f.Name)
	}
	out := &listVal{items: make([]ref.Val, 0, v.Len()), owner: n, name: f.Name}
	i := -1
	for item := range v.EachItem() {
		i++
		if item.Kind() == tree.Null {
			out.items = append(out.items, n.missing(element(f.Name, i), reasonIn(n.json.Get("_"+f.Name, strconv.Itoa(i)))))
			continue
		}
		out.items = append(out.items, n.value(f, typ, item, i))
	}
	return out
}

// value makes the CEL value of one element. Leaves are evidence when they are read.
func (n *node) value(f *fhir.Field, typ *structType, v tree.Value, index int) ref.Val {
	if typ != nil {
		child := &node{ev: n.ev, typ: typ, json: v, entry: n.entry, up: n, name: f.Name, index: index}
		return child.asValue()
	}
	val := n.primitive(f, v, index)
	if !n.ev.muted && !types.IsUnknownOrError(val) && n.entry != nil {
		n.ev.note(reading{entry: n.entry, up: n, path: f.Name, index: index, value: val})
	}
	return val
}

// asValue turns the node of a data type that has values of its own into one of them.
func (n *node) asValue() ref.Val {
	switch n.typ.value {
	case quantityValue:
		return n.quantity()
	case conceptValue:
		concept := n.concept()
		return conceptVal{concept: &concept, node: n, origin: origin{n.entry, n.path()}, typ: conceptType}
	case codingValue:
		concept := n.ev.Chart.Coder.Coding(n.json)
		return conceptVal{concept: &concept, node: n, origin: origin{n.entry, n.path()}, typ: codingType}
	}
	return n
}

// concept reads a CodeableConcept, as the chart does where it is what an allergy is to.
func (n *node) concept() chart.Concept {
	if n.entry != nil && n.entry.Kind == chart.Allergy && (n.name == "code" || n.name == "substance") {
		return n.ev.Chart.Coder.Allergy(n.json)
	}
	return n.ev.Chart.Coder.Concept(n.json)
}

// quantity reads a FHIR Quantity: unknown without a value, or with one that is no number.
func (n *node) quantity() ref.Val {
	q, err := n.ev.quantities.quantity(n.json)
	if err != nil {
		return n.noQuantity(err)
	}
	var val ref.Val = quantityVal{q: q, node: n}
	n.readAs(val)
	return val
}

// noQuantity says why there is none.
func (n *node) noQuantity(err error) ref.Val {
	if n.json.Member("value").Exists() {
		return n.ev.unknown(Missing{Resource: n.resource(), Path: n.path(), Reason: "cannot be read: " + err.Error()})
	}
	reason := "not in the record"
	if code := absentReason(n.json, "value"); code != "" {
		reason = "data absent: " + code
	}
	return n.ev.unknown(Missing{Resource: n.resource(), Path: join(n.path(), "value"), Reason: reason})
}

// readAs makes the value of a node evidence.
func (n *node) readAs(val ref.Val) {
	if !n.ev.muted && n.entry != nil {
		n.ev.note(reading{entry: n.entry, up: n.up, path: n.name, index: n.index, value: val})
	}
}

// readQuantity reads the value and unit of a FHIR Quantity.
func readQuantity(v tree.Value) (measure.Quantity, error) {
	var value, comparator, unit, system, code []byte
	first := func(into *[]byte, text []byte) {
		if *into == nil {
			*into = text
		}
	}
	for member := range v.All() {
		switch member.Name() {
		case "value":
			first(&value, member.Raw())
		case "comparator":
			first(&comparator, member.Bytes())
		case "unit":
			first(&unit, member.Bytes())
		case "system":
			first(&system, member.Bytes())
		case "code":
			first(&code, member.Bytes())
		}
	}
	return measure.FromFHIR(string(value), string(comparator), string(unit), string(system), string(code))
}

func (n *node) primitive(f *fhir.Field, v tree.Value, index int) ref.Val {
	name := element(f.Name, index)
	unreadable := func(reason string) ref.Val {
		return n.ev.unknown(Missing{Resource: n.resource(), Path: join(n.path(), name), Reason: reason})
	}
	switch celPrimitive(f.Type) {
	case types.BoolType:
		return types.Bool(v.Kind() == tree.True)
	case types.IntType:
		i, ok := v.Int()
		if !ok {
			return unreadable("cannot be read: not a whole number")
		}
		return types.Int(i)
	case types.DoubleType:
		d, ok := v.Float()
		if !ok {
			return unreadable("cannot be read: not a number")
		}
		return types.Double(d)
	}
	if v.Kind() != tree.String {
		return unreadable("cannot be read: not a text")
	}
	text := v.Bytes()
	if len(text) > MaxString {
		return n.ev.fail(fmt.Errorf("%s: %s is longer than %d bytes", n.resource(), join(n.path(), name), MaxString))
	}
	if celPrimitive(f.Type) != dateType {
		return types.String(text)
	}
	d, err := temporal.Parse(string(text))
	if err != nil {
		return unreadable("cannot be read: " + err.Error())
	}
	return dateVal{d: d, origin: origin{n.entry, join(n.path(), name)}}
}

// celPrimitive is the CEL type of a FHIR primitive; nil for a type that is none.
func celPrimitive(name string) *types.Type {
	switch name {
	case "boolean":
		return types.BoolType
	case "integer", "positiveInt", "unsignedInt":
		return types.IntType
	case "decimal":
		return types.DoubleType
	case "date", "dateTime", "instant":
		return dateType
	case "string", "code", "id", "markdown", "uri", "url", "canonical", "oid", "uuid", "base64Binary", "time", "xhtml":
		return types.StringType
	}
	return nil
}

package expr

import (
	"fmt"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/temporal"
)

// A Coding is a coding of a concept, as custom functions see it.
type Coding = chart.Coding

// Native returns a Value of a kind without a structure: bool, int64, float64 or string, a date as FHIR
// writes it.
func (v Value) Native() any {
	switch val := v.val.(type) {
	case types.Bool:
		return bool(val)
	case types.Int:
		return int64(val)
	case types.Double:
		return float64(val)
	case types.String:
		return string(val)
	case dateVal:
		return val.d.String()
	}
	return nil
}

// Quantity returns the number and unit of a Quantity; ok is false for one such as ">60".
func (v Value) Quantity() (value float64, unit string, ok bool) {
	q, is := v.val.(quantityVal)
	if !is {
		return 0, "", false
	}
	value, ok = q.q.Float64()
	return value, q.q.UnitCode(), ok
}

// Concept returns the codings and the text of a Concept.
func (v Value) Concept() (codings []Coding, text string) {
	c, ok := v.val.(conceptVal)
	if !ok {
		return nil, ""
	}
	if c.node == nil {
		return []Coding{{Code: c.concept.First, Display: c.concept.Display}}, c.concept.Display
	}
	if c.typ == codingType {
		codings = append(codings, chart.CodingOf(c.node.json))
	} else {
		for item := range c.node.json.EachItem("coding") {
			codings = append(codings, chart.CodingOf(item))
		}
	}
	return codings, c.node.json.Text("text")
}

// Elements returns the values of a list.
func (v Value) Elements() []Value {
	l, ok := v.val.(traits.Lister)
	if !ok {
		return nil
	}
	var out []Value
	for it := l.Iterator(); it.HasNext() == types.True; {
		out = append(out, Value{it.Next()})
	}
	return out
}

// DateOf is the Value of a date as FHIR writes it.
func DateOf(text string) (Value, error) {
	d, err := temporal.Parse(text)
	return Value{dateVal{d: d}}, err
}

// ListOf is the Value of a list.
func ListOf(values []Value) Value {
	items := make([]ref.Val, len(values))
	for i, v := range values {
		items[i] = v.val
	}
	return Value{&listVal{items: items}}
}

// ConceptOf is the Value of a concept with codings.
func ConceptOf(coder *chart.Coder, codings []Coding, text string) Value {
	concept := coder.Codings(codings, text)
	return Value{conceptVal{concept: &concept, typ: conceptType}}
}

// String writes a Value as a person reads it.
func (v Value) String() string {
	if v.val == nil {
		return fmt.Sprint(nil)
	}
	return Display(v.val)
}

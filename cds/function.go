package cds

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"

	"github.com/primum-cds/primum/cds/internal/expr"
	"github.com/primum-cds/primum/cds/terminology"
)

// A Quantity is a number with a UCUM unit, as custom functions take and give it.
type Quantity struct {
	Value float64
	Unit  string // UCUM code
}

// A Coding is a code in its system.
type Coding struct{ System, Code, Display string }

// A Concept is a FHIR CodeableConcept, as custom functions take and give it.
type Concept struct {
	Codings []Coding
	Text    string
}

// A Date is a FHIR date or dateTime as it is written, perhaps partial: "2026-03".
type Date string

// ErrUnknown makes a custom function's result unknown, with what was missing. The rule is then decided
// by the rest, or undecided.
type ErrUnknown struct{ Missing string }

// Error says what was missing.
func (e *ErrUnknown) Error() string { return "unknown: " + e.Missing }

// unknownError hands an ErrUnknown inside.
type unknownError struct{ *ErrUnknown }

func (e unknownError) Unknown() string { return e.Missing }

// WithFunction adds a function to the language of rules. Its signature is read from the Go one: bool,
// int64, float64, string, Quantity, Concept, Date and slices of them, and a trailing error. It is called
// only with arguments that are known. It must be pure and safe for concurrent use; an error or a panic
// fails the rule, an *ErrUnknown makes the result unknown. New reports a function it cannot use.
func WithFunction(name string, function any) Option {
	return func(c *config) {
		custom, err := adapt(name, function, c)
		if err != nil {
			c.errors = append(c.errors, &Error{Message: fmt.Sprintf("function %q: %v", name, err)})
			return
		}
		c.functions = append(c.functions, custom)
	}
}

var kinds = map[reflect.Type]expr.Kind{
	reflect.TypeFor[bool](): expr.Bool, reflect.TypeFor[int64](): expr.Int, reflect.TypeFor[float64](): expr.Double,
	reflect.TypeFor[string](): expr.String, reflect.TypeFor[Quantity](): expr.Quantity,
	reflect.TypeFor[Concept](): expr.Concept, reflect.TypeFor[Date](): expr.Date,
}

func paramOf(t reflect.Type) (expr.Param, error) {
	if kind, ok := kinds[t]; ok {
		return expr.Param{Kind: kind}, nil
	}
	if t.Kind() == reflect.Slice {
		if kind, ok := kinds[t.Elem()]; ok {
			return expr.Param{Kind: kind, List: true}, nil
		}
	}
	return expr.Param{}, fmt.Errorf("it takes or gives a %v: expected bool, int64, float64, string, Quantity, Concept, Date or a slice of them", t)
}

func adapt(name string, function any, cfg *config) (expr.Custom, error) {
	custom := expr.Custom{Name: name}
	f := reflect.ValueOf(function)
	if !identifier.MatchString(name) {
		return custom, errors.New("this is no name: expected letters, digits and _, not beginning with a digit")
	}
	if f.Kind() != reflect.Func || f.IsNil() {
		return custom, errors.New("this is no function")
	}
	t := f.Type()
	errorType := reflect.TypeFor[error]()
	if t.IsVariadic() || t.NumOut() < 1 || t.NumOut() > 2 || t.NumOut() == 2 && t.Out(1) != errorType {
		return custom, errors.New("expected a fixed number of arguments and one result, or a result and an error")
	}
	for i := range t.NumIn() {
		p, err := paramOf(t.In(i))
		if err != nil {
			return custom, err
		}
		custom.Args = append(custom.Args, p)
	}
	result, err := paramOf(t.Out(0))
	if err != nil {
		return custom, err
	}
	custom.Result = result
	custom.Call = func(args []expr.Value) (expr.Value, error) { return call(f, args, cfg) }
	return custom, nil
}

func call(f reflect.Value, args []expr.Value, cfg *config) (expr.Value, error) {
	in := make([]reflect.Value, len(args))
	for i, a := range args {
		v, err := toGo(a, f.Type().In(i))
		if err != nil {
			return expr.Value{}, err
		}
		in[i] = v
	}
	out := f.Call(in)
	if len(out) == 2 && !out[1].IsNil() {
		err := out[1].Interface().(error)
		var unknown *ErrUnknown
		if errors.As(err, &unknown) {
			return expr.Value{}, unknownError{unknown}
		}
		return expr.Value{}, err
	}
	return fromGo(out[0], cfg)
}

func toGo(v expr.Value, t reflect.Type) (reflect.Value, error) {
	switch t {
	case reflect.TypeFor[Quantity]():
		value, unit, ok := v.Quantity()
		if !ok {
			return reflect.Value{}, unknownError{&ErrUnknown{v.String() + " is not one value"}}
		}
		return reflect.ValueOf(Quantity{value, unit}), nil
	case reflect.TypeFor[Concept]():
		codings, text := v.Concept()
		out := Concept{Text: text}
		for _, c := range codings {
			out.Codings = append(out.Codings, Coding{c.System, c.Code.Code, c.Display})
		}
		return reflect.ValueOf(out), nil
	}
	if t.Kind() != reflect.Slice {
		return reflect.ValueOf(v.Native()).Convert(t), nil
	}
	elements := v.Elements()
	out := reflect.MakeSlice(t, 0, len(elements))
	for _, e := range elements {
		item, err := toGo(e, t.Elem())
		if err != nil {
			return reflect.Value{}, err
		}
		out = reflect.Append(out, item)
	}
	return out, nil
}

func fromGo(v reflect.Value, cfg *config) (expr.Value, error) {
	switch out := v.Interface().(type) {
	case Quantity:
		return expr.QuantityOf(strconv.FormatFloat(out.Value, 'g', -1, 64), out.Unit)
	case Date:
		return expr.DateOf(string(out))
	case Concept:
		codings := make([]expr.Coding, len(out.Codings))
		for i, c := range out.Codings {
			codings[i] = expr.Coding{Code: terminology.Code{System: c.System, Code: c.Code}, Display: c.Display}
		}
		return expr.ConceptOf(&cfg.coder, codings, out.Text), nil
	}
	if v.Kind() != reflect.Slice {
		return expr.Native(v.Interface())
	}
	items := make([]expr.Value, v.Len())
	for i := range items {
		item, err := fromGo(v.Index(i), cfg)
		if err != nil {
			return expr.Value{}, err
		}
		items[i] = item
	}
	return expr.ListOf(items), nil
}

package expr

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/cockroachdb/apd/v3"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/temporal"
	"github.com/primum-cds/primum/cds/terminology"
	"github.com/primum-cds/primum/cds/ucum"
)

// Names are what a pack's expressions can name: its codes, params and tables. They are complete when the
// first expression is compiled, and do not change from then on.
type Names struct {
	Pack   string
	Codes  map[string]Codes
	Params map[string]Value
	Tables map[string]*Table
	once   sync.Once
	params *structType
}

// Codes is a named set of codes.
type Codes struct {
	Set *terminology.Set
	val ref.Val
}

// NewCodes returns the codes of a name. Molar is grams per mole; nil if not stated.
func NewCodes(name string, set *terminology.Set, molar *apd.Decimal) Codes {
	return Codes{Set: set, val: codesVal{set: set, name: name, molar: molar}}
}

// A Value is a constant of a pack: a param, or a cell of a table.
type Value struct{ val ref.Val }

// TypeName returns what a message calls the value: "a Quantity", "text".
func (v Value) TypeName() string {
	if v.typ() == types.BoolType {
		return "true or false"
	}
	return a(v.typ())
}

func (v Value) typ() *types.Type {
	switch v.val.(type) {
	case nil: // could not be read
		return types.ErrorType
	case quantityVal:
		return quantityType
	case dateVal:
		return dateType
	case codesVal:
		return codesType
	case types.Bool:
		return types.BoolType
	case types.Int:
		return types.IntType
	case types.Double:
		return types.DoubleType
	}
	return types.StringType
}

// Native is the Value of a bool, int64, float64 or string.
func Native(v any) (Value, error) {
	switch v := v.(type) {
	case bool:
		return Value{types.Bool(v)}, nil
	case int64:
		return Value{types.Int(v)}, nil
	case float64:
		return Value{types.Double(v)}, nil
	case string:
		return Value{types.String(v)}, nil
	}
	return Value{}, fmt.Errorf("expected true or false, a number or a text, got %T", v)
}

// QuantityOf is the Value of a number with a unit.
func QuantityOf(number, unit string) (Value, error) {
	q, err := measure.New(number, "", unit)
	return Value{quantityVal{q: q}}, err
}

// CodesOf is the Value of a set of codes.
func CodesOf(name string, set *terminology.Set) Value {
	return Value{codesVal{set: set, name: name}}
}

// Columns are the types that a table's columns can have.
var Columns = []string{"string", "codes", "int", "double", "bool", "quantity", "date"}

// Cell reads a cell of a table whose column is of one of Columns, but for codes. The error says what was
// expected.
func Cell(column, text string) (Value, error) {
	if text == "" && column != "string" {
		return Value{}, fmt.Errorf("the cell is empty: expected %s", cells[column])
	}
	wrong := func(why string) (Value, error) {
		return Value{}, fmt.Errorf("expected %s, found %q%s", cells[column], text, why)
	}
	switch column {
	case "string":
		return Value{types.String(text)}, nil
	case "int":
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return wrong("")
		}
		return Value{types.Int(n)}, nil
	case "double":
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || n-n != 0 || strings.ContainsAny(text, "xX_") {
			return wrong("")
		}
		return Value{types.Double(n)}, nil
	case "bool":
		if text != "true" && text != "false" {
			return wrong("")
		}
		return Value{types.Bool(text == "true")}, nil
	case "quantity":
		return quantityCell(text, wrong)
	case "date":
		d, err := temporal.Parse(text)
		var syntax *temporal.SyntaxError
		switch {
		case errors.As(err, &syntax):
			return wrong(": " + syntax.Reason)
		case err != nil:
			return wrong("")
		}
		return Value{dateVal{d: d}}, nil
	}
	return Value{}, fmt.Errorf("unknown column type %q", column)
}

// cells are what the cells of a column hold.
var cells = map[string]string{
	"int": "a whole number", "double": "a number such as 0.5", "bool": "true or false",
	"quantity": `a quantity such as "5 mg"`, "date": "a date such as 2026-03-01",
}

// quantityCell reads a number with a unit. One without is most likely forgotten: what has none is written
// with the unit 1.
func quantityCell(text string, wrong func(string) (Value, error)) (Value, error) {
	q, err := measure.Parse(text)
	var unit *ucum.SyntaxError
	switch {
	case errors.As(err, &unit):
		p := ProblemOf(err)
		if p.Suggest != "" {
			p.Message += ` (did you mean "` + p.Suggest + `"?)`
		}
		return wrong(": " + p.Message)
	case err != nil:
		return wrong("")
	case q.Code == "":
		return wrong(": the unit is missing")
	}
	return Value{quantityVal{q: q}}, nil
}

func (n *Names) paramsStruct() *structType {
	n.once.Do(func() {
		name := "params of " + n.Pack
		n.params = &structType{name: name, cel: types.NewObjectType(name), fields: map[string]*types.FieldType{}}
		for param, value := range n.Params {
			n.params.names = append(n.params.names, param)
			n.params.fields[param] = &types.FieldType{
				Type:    value.typ(),
				IsSet:   func(any) bool { return true },
				GetFrom: func(any) (any, error) { return value.val, nil },
			}
		}
		slices.Sort(n.params.names)
	})
	return n.params
}

type paramsVal struct {
	opaque
	typ *structType
}

func (v paramsVal) Type() ref.Type { return v.typ.cel }
func (v paramsVal) Value() any     { return v }

package expr

import (
	"fmt"
	"math"
	"time"

	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/temporal"
)

// literalFunctions write quantities, dates and spans, and calculate with them.
func literalFunctions() []*function {
	global := func(name string, result *types.Type, f impl, args ...*types.Type) *function {
		return &function{name: name, args: args, result: result, pure: true, impl: f}
	}
	member := func(name string, result *types.Type, f impl, args ...*types.Type) *function {
		return &function{name: name, member: true, args: args, result: result, impl: f}
	}
	out := []*function{
		global("quantity", quantityType, newQuantity, types.IntType, types.StringType),
		global("quantity", quantityType, newQuantity, types.DoubleType, types.StringType),
		global("date", dateType, newDate, types.StringType),
		member("to", quantityType, convert, quantityType, types.StringType),
		member("value", types.DoubleType, inUnit, quantityType, types.StringType),
		member("within", types.BoolType, within, dateType, spanType),
		{name: "string", args: types_(quantityType), result: types.StringType, impl: display},
		{name: "string", args: types_(dateType), result: types.StringType, impl: display},
		{name: "string", args: types_(ageType), result: types.StringType, impl: display},
		{name: "string", args: types_(spanType), result: types.StringType, impl: display},
		{name: "string", args: types_(conceptType), result: types.StringType, impl: display},
		{name: operators.Add, args: types_(dateType, spanType), result: dateType, impl: moveDate},
		{name: operators.Subtract, args: types_(dateType, spanType), result: dateType, impl: moveDate2},
		{name: operators.Subtract, args: types_(dateType, dateType), result: spanType, impl: between},
		{name: "known", args: types_(types.NewTypeParamType("T")), result: types.BoolType, nonStrict: true, impl: known},
	}
	for name, of := range map[string]func(int) temporal.Span{
		"years": temporal.Years, "months": temporal.Months, "weeks": temporal.Weeks,
		"days": temporal.Days, "hours": temporal.Hours, "minutes": temporal.Minutes,
	} {
		out = append(out, global(name, spanType, newSpan(of), types.IntType))
	}
	for _, op := range []string{operators.Add, operators.Subtract} {
		out = append(out, &function{name: op, args: types_(quantityType, quantityType), result: quantityType, pure: true, impl: arithmetic(op)})
	}
	for _, op := range []string{operators.Multiply, operators.Divide} {
		for _, other := range []*types.Type{quantityType, types.DoubleType, types.IntType} {
			out = append(out, &function{name: op, args: types_(quantityType, other), result: quantityType, pure: true, impl: arithmetic(op)})
		}
	}
	for _, other := range []*types.Type{types.DoubleType, types.IntType} {
		out = append(out, &function{name: operators.Multiply, args: types_(other, quantityType), result: quantityType, pure: true, impl: arithmetic(operators.Multiply)})
	}
	for _, f := range out {
		f.id = overloadID(f)
	}
	return out
}

// overloadID names an overload by its types.
func overloadID(f *function) string {
	id := f.name + "("
	for i, t := range f.args {
		if i > 0 {
			id += ","
		}
		id += t.String()
	}
	return id + ")"
}

func (ev *Eval) err(err error) ref.Val {
	if ev == nil {
		return types.WrapErr(err)
	}
	return ev.fail(err)
}

func number(v ref.Val) (string, error) {
	if d, ok := v.(types.Double); ok && (math.IsNaN(float64(d)) || math.IsInf(float64(d), 0)) {
		return "", fmt.Errorf("%v is not a number", float64(d))
	}
	return Display(v), nil
}

func newQuantity(ev *Eval, args []ref.Val) ref.Val {
	text, err := number(args[0])
	if err != nil {
		return ev.err(err)
	}
	q, err := measure.New(text, "", string(args[1].(types.String)))
	if err != nil {
		return ev.err(err)
	}
	return quantityVal{q: q}
}

func newDate(ev *Eval, args []ref.Val) ref.Val {
	d, err := temporal.Parse(string(args[0].(types.String)))
	if err != nil {
		return ev.err(err)
	}
	return dateVal{d: d}
}

func newSpan(of func(int) temporal.Span) impl {
	return func(ev *Eval, args []ref.Val) ref.Val {
		n := args[0].(types.Int)
		if n < 0 || n > 1_000_000 {
			return ev.err(fmt.Errorf("a span of %d is out of range: expected 0 to 1000000", n))
		}
		return spanVal{s: of(int(n))}
	}
}

func convert(ev *Eval, args []ref.Val) ref.Val {
	v := args[0].(quantityVal)
	q, err := v.q.To(string(args[1].(types.String)))
	if err != nil {
		return ev.err(err)
	}
	return quantityVal{q: q}
}

func inUnit(ev *Eval, args []ref.Val) ref.Val {
	v := args[0].(quantityVal)
	q, err := v.q.To(string(args[1].(types.String)))
	if err != nil {
		return ev.err(err)
	}
	f, ok := q.Float64()
	if !ok {
		m := Missing{Reason: q.String() + " is not one value"}
		if o := originOf(v); o.entry != nil {
			m.Resource, m.Path = o.entry.Ref(), o.path
		}
		return ev.unknown(m)
	}
	return types.Double(f)
}

func display(_ *Eval, args []ref.Val) ref.Val { return types.String(Display(args[0])) }

func within(ev *Eval, args []ref.Val) ref.Val {
	d := args[0].(dateVal)
	s, ok := args[1].(spanVal)
	if !ok {
		return ev.err(fmt.Errorf("within takes a fixed span such as months(3)"))
	}
	ev.readDate(d)
	truth := temporal.Within(d.d, ev.Chart.Now, s.s)
	if truth != kleene.Unknown {
		return ev.truth(truth, Missing{})
	}
	m := Missing{Reason: fmt.Sprintf("%s does not tell whether it is in the last %s", d.d, s.s)}
	if d.origin.entry != nil {
		m.Resource, m.Path = d.origin.entry.Ref(), d.origin.path
	}
	return ev.unknown(m)
}

func moveDate(ev *Eval, args []ref.Val) ref.Val  { return shift(ev, args, temporal.Date.Add) }
func moveDate2(ev *Eval, args []ref.Val) ref.Val { return shift(ev, args, temporal.Date.Sub) }

func shift(ev *Eval, args []ref.Val, by func(temporal.Date, temporal.Span) temporal.Date) ref.Val {
	d := args[0].(dateVal)
	s, ok := args[1].(spanVal)
	if !ok {
		return ev.err(fmt.Errorf("a date moves by a fixed span such as months(3)"))
	}
	ev.readDate(d)
	if !whole(s.s, d.d.Precision()) {
		m := Missing{Reason: fmt.Sprintf("%s is not precise enough to move by %s", d.d, s.s)}
		if d.origin.entry != nil {
			m.Resource, m.Path = d.origin.entry.Ref(), d.origin.path
		}
		return ev.unknown(m)
	}
	return dateVal{d: by(d.d, s.s), origin: d.origin, moved: true}
}

// whole reports whether a span is one of whole units of a date's precision: a date known to the month cannot
// move by days.
func whole(s temporal.Span, p temporal.Precision) bool {
	moved, _ := temporal.Of(time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)).Add(s).Bounds(time.UTC)
	switch {
	case p == temporal.Year:
		return moved.YearDay() == 1 && moved.Equal(moved.Truncate(24*time.Hour))
	case p == temporal.Month:
		return moved.Day() == 1 && moved.Equal(moved.Truncate(24*time.Hour))
	case p == temporal.Day:
		return moved.Equal(moved.Truncate(24 * time.Hour))
	}
	return true
}

// between is how long after the second date the first is.
func between(ev *Eval, args []ref.Val) ref.Val {
	a, b := args[0].(dateVal), args[1].(dateVal)
	ev.readDate(a)
	ev.readDate(b)
	o := a.origin
	if o.entry == nil {
		o = b.origin
	}
	return elapsedVal{e: temporal.Between(b.d, a.d, ev.zone()), origin: o}
}

// known is whether there is a value: an unknown is false, an error stays one.
func known(_ *Eval, args []ref.Val) ref.Val {
	switch v := args[0].(type) {
	case *types.Unknown:
		return types.False
	case *types.Err:
		return v
	case quantityVal:
		return types.Bool(len(v.parts) == 0)
	case scoreVal:
		return types.Bool(v.known())
	case *listVal:
		return types.Bool(v.open == nil)
	}
	return types.True
}

func arithmetic(op string) impl {
	return func(ev *Eval, args []ref.Val) ref.Val {
		a, err := operand(args[0])
		if err != nil {
			return ev.err(err)
		}
		b, err := operand(args[1])
		if err != nil {
			return ev.err(err)
		}
		var q measure.Quantity
		switch op {
		case operators.Add:
			q, err = measure.Add(a, b)
		case operators.Subtract:
			q, err = measure.Sub(a, b)
		case operators.Multiply:
			q, err = measure.Mul(a, b)
		default:
			q, err = measure.Div(a, b)
		}
		if err != nil {
			return ev.err(err)
		}
		return quantityVal{q: q, parts: partsOf(args)}
	}
}

// partsOf is what is missing of sums: what is calculated from them misses it, too.
func partsOf(args []ref.Val) []Missing {
	var parts []Missing
	for _, arg := range args {
		switch v := arg.(type) {
		case quantityVal:
			parts = append(parts, v.parts...)
		case scoreVal:
			parts = append(parts, v.missing...)
		}
	}
	return parts
}

// operand makes a factor without a unit a Quantity of unity.
func operand(v ref.Val) (measure.Quantity, error) {
	if q, ok := v.(quantityVal); ok {
		return q.q, nil
	}
	text, err := number(v)
	if err != nil {
		return measure.Quantity{}, err
	}
	return measure.New(text, "", "1")
}

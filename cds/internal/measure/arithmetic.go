package measure

import (
	"errors"

	"github.com/cockroachdb/apd/v3"

	"github.com/primum-cds/primum/cds/ucum"
)

// Add returns a + b in a's unit. The error is an *IncomparableError if the units do not convert into each
// other, an *ArithmeticError if the sum is beyond calculation.
func Add(a, b Quantity) (Quantity, error) {
	return add(a, b, "+", "added to", func(low, high bound) (bound, bound) { return low, high })
}

// Sub returns a − b in a's unit, with the errors of Add.
func Sub(a, b Quantity) (Quantity, error) {
	return add(a, b, "−", "reduced by", func(low, high bound) (bound, bound) { return high.negated(), low.negated() })
}

func add(a, b Quantity, op, verb string, turned func(low, high bound) (bound, bound)) (Quantity, error) {
	if a.bare() && !b.bare() && !b.opaque() && counts(b.Unit) {
		a.Unit, a.Code = b.Unit, b.Code
	}
	same, reason, ok := b.in(a)
	if !ok {
		return Quantity{}, &IncomparableError{A: a, B: b, Reason: reason, verb: verb}
	}
	same.low, same.high = turned(same.low, same.high)
	out := a
	out.computed = true
	if out.molar == nil {
		out.molar = b.molar
	}
	s := sum{ctx: arithmetic()}
	out.low, out.high = s.of(a.low, same.low), s.of(a.high, same.high)
	if s.err != nil {
		return Quantity{}, &ArithmeticError{A: a, Op: op, B: b, Reason: "the result is out of bounds"}
	}
	if a.exact() && b.exact() {
		out.high = out.low
	}
	return out, nil
}

// A sum adds bounds until the first error.
type sum struct {
	ctx apd.Context
	err error
}

func (s *sum) of(a, b bound) bound {
	if a.value == nil || b.value == nil || s.err != nil {
		return bound{}
	}
	d := new(apd.Decimal)
	_, s.err = s.ctx.Add(d, a.value, b.value)
	return bound{value: d, open: a.open || b.open}
}

func (b bound) negated() bound {
	if b.value != nil && !b.value.IsZero() {
		b.value = new(apd.Decimal).Neg(b.value)
	}
	return b
}

// Mul returns a × b; the unit is the product of the units. The error is an *ArithmeticError.
func Mul(a, b Quantity) (Quantity, error) {
	unit, err := combined(a, "×", b, (*ucum.Unit).Mul)
	if err != nil {
		return Quantity{}, err
	}
	return unit.valued(a, "×", b, product)
}

// Div returns a / b; the unit is the quotient of the units. Where b may be zero, any value may come out;
// where it is zero, or units or values are beyond calculation, the error is an *ArithmeticError.
func Div(a, b Quantity) (Quantity, error) {
	if b.exact() && b.low.value.IsZero() {
		return Quantity{}, &ArithmeticError{A: a, Op: "/", B: b, Reason: "division by zero"}
	}
	unit, err := combined(a, "/", b, (*ucum.Unit).Div)
	if err != nil {
		return Quantity{}, err
	}
	return unit.valued(a, "/", b, quotient)
}

// Scale returns q times a plain number. The error is an *ArithmeticError.
func (q Quantity) Scale(factor *apd.Decimal) (Quantity, error) {
	return Mul(q, Quantity{Unit: ucum.One(), low: bound{value: factor}, high: bound{value: factor}})
}

// combined returns a Quantity that has only its unit.
func combined(a Quantity, op string, b Quantity, combine func(u, v *ucum.Unit) (*ucum.Unit, error)) (Quantity, error) {
	out := Quantity{molar: a.molar, computed: true}
	if out.molar == nil {
		out.molar = b.molar
	}
	switch {
	case b.Unit != nil && b.Unit.Equal(ucum.One()):
		out.Unit, out.Code = a.Unit, a.Code
		if a.bare() {
			out.Code = b.Code
		}
		return out, nil
	case op == "×" && a.Unit != nil && a.Unit.Equal(ucum.One()):
		out.Unit, out.Code = b.Unit, b.Code
		return out, nil
	case a.opaque() || b.opaque():
		return Quantity{}, &ArithmeticError{A: a, Op: op, B: b, Reason: unknownUnit(a, b)}
	}
	var err error
	if out.Unit, err = combine(a.Unit, b.Unit); err != nil {
		reason := err.Error()
		var refused *ucum.ProductError
		if errors.As(err, &refused) {
			reason = refused.Reason
		}
		return Quantity{}, &ArithmeticError{A: a, Op: op, B: b, Reason: reason}
	}
	out.Code = out.Unit.String()
	return out, nil
}

func (q Quantity) valued(a Quantity, op string, b Quantity, combine func(a, b Quantity) (low, high bound, err error)) (Quantity, error) {
	var err error
	if q.low, q.high, err = combine(a, b); err != nil {
		return Quantity{}, &ArithmeticError{A: a, Op: op, B: b, Reason: "the result is out of bounds"}
	}
	return q, nil
}

package measure

import (
	"errors"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/primum-cds/primum/cds/ucum"
)

// To returns q in the unit of a UCUM code. The error is a *ucum.SyntaxError or a *ConversionError.
func (q Quantity) To(unitCode string) (Quantity, error) {
	unit, err := ucum.Parse(unitCode)
	if err != nil {
		return Quantity{}, err
	}
	out, reason, ok := q.in(Quantity{Unit: unit, Code: unitCode})
	if !ok {
		return Quantity{}, &ConversionError{Quantity: q, Unit: unitCode, Reason: reason}
	}
	return out, nil
}

// In returns the value of q in the unit of a UCUM code. The errors are those of To, and an
// *IntervalError if q is no single value.
func (q Quantity) In(unitCode string) (*apd.Decimal, error) {
	out, err := q.To(unitCode)
	if err != nil {
		return nil, err
	}
	if !out.exact() {
		return nil, &IntervalError{Quantity: q}
	}
	return new(apd.Decimal).Set(out.low.value), nil
}

// alike returns q in the unit of other, for comparison.
func (q Quantity) alike(other Quantity) (Quantity, error) {
	out, reason, ok := q.in(other)
	if ok && q.Unit != other.Unit && !q.opaque() && (conversion{from: q.Unit, to: other.Unit}).falls() {
		ok, reason = false, "on one of the scales more is less"
	}
	if !ok {
		return Quantity{}, &IncomparableError{A: other, B: q, Reason: reason}
	}
	return out, nil
}

// in returns q in the unit of other, or says why it cannot; the units may say enough.
func (q Quantity) in(other Quantity) (out Quantity, reason string, ok bool) {
	switch {
	case q.alikeWritten(other):
		return q, "", true
	case q.opaque() || other.opaque():
		return Quantity{}, unknownUnit(q, other), false
	case q.bare() && !counts(other.Unit):
		return Quantity{}, `"` + q.String() + `" was given without a unit`, false
	case other.bare() && !counts(q.Unit):
		return Quantity{}, `"` + other.String() + `" was given without a unit`, false
	case q.bare() || other.bare():
		q.Unit, q.Code = other.Unit, other.Code
		return q, "", true
	}
	molar := q.molar
	if molar == nil {
		molar = other.molar
	}
	c := conversion{from: q.Unit, to: other.Unit, molar: molar}
	out, err := c.quantity(q)
	if err != nil {
		return Quantity{}, c.reason(err), false
	}
	out.Code = other.Code
	return out, "", true
}

// alikeWritten reports whether no conversion is needed.
func (q Quantity) alikeWritten(other Quantity) bool {
	if q.opaque() || other.opaque() {
		return q.opaque() && other.opaque() && q.Code == other.Code && !q.IsZero()
	}
	return q.bare() == other.bare() && (q.Unit == other.Unit || q.Unit.String() == other.Unit.String())
}

func unknownUnit(quantities ...Quantity) string {
	for _, q := range quantities {
		if q.opaque() {
			return `nobody knows the unit "` + clip(q.Code) + `"`
		}
	}
	return ""
}

// counts reports whether a number without a unit may have been meant in u: 1, or an annotation such as
// {INR}. It was not if u scales: a number without a unit may be a share or a percentage.
func counts(u *ucum.Unit) bool {
	code := u.String()
	return u.Equal(ucum.One()) || strings.HasPrefix(code, "{") && strings.IndexByte(code, '}') == len(code)-1
}

// A conversion leads from one unit to another; molar may be nil.
type conversion struct {
	from, to *ucum.Unit
	molar    *apd.Decimal
}

func (c conversion) value(d *apd.Decimal) (*apd.Decimal, error) {
	if c.molar == nil {
		return c.from.Convert(d, c.to)
	}
	return c.from.ConvertMolar(d, c.to, c.molar)
}

func (c conversion) quantity(q Quantity) (Quantity, error) {
	out := q
	out.Unit, out.computed = c.to, true
	var err error
	if q.exact() {
		out.low.value, err = c.value(q.low.value)
		out.high = out.low
		return out, err
	}
	for _, b := range []*bound{&out.low, &out.high} {
		if b.value == nil {
			continue
		}
		if b.value, err = c.value(b.value); err != nil {
			return Quantity{}, err
		}
	}
	if c.falls() {
		out.low, out.high = out.high, out.low
	}
	return out, nil
}

// falls reports whether a larger value is a smaller one in the other unit: pH is the only scale that
// runs the other way.
func (c conversion) falls() bool {
	return strings.Contains(c.from.String(), "[pH]") != strings.Contains(c.to.String(), "[pH]")
}

// reason is what ucum says beyond the units, which the caller names.
func (c conversion) reason(err error) string {
	var refused *ucum.ConversionError
	if errors.As(err, &refused) {
		return refused.Reason
	}
	return "the value is out of bounds"
}

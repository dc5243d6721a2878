package dose

import (
	"github.com/cockroachdb/apd/v3"

	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/ucum"
)

// A Size is what doses go by. Sizes are joined by |.
type Size uint8

// What doses go by.
const (
	ByWeight  Size = 1 << iota // mg/kg
	BySurface                  // mg/m2
	Fixed                      // mg, tablets, mL: neither
)

// A Body is the size of who takes a drug. The zero Body is of a size that is not known.
type Body struct {
	Weight, Surface measure.Quantity // in kg and m2, above 0; the zero Quantity is not known
	only            Size             // what goes by anything else is not known; 0: nothing
}

// Each returns a Body of one kg, or of one m2: doses for it are those by that size, and a dose that does not go
// by it is not known.
func Each(by Size) Body {
	kg, m2, one := unit("kg"), unit("m2"), apd.New(1, 0)
	if by == BySurface {
		return Body{Surface: measure.Of(one, m2), only: by}
	}
	return Body{Weight: measure.Of(one, kg), only: by}
}

func unit(code string) *ucum.Unit {
	u, err := ucum.Parse(code)
	if err != nil {
		return ucum.One()
	}
	return u
}

// A measure of the body, as it stands in the unit of a dose that goes by it.
type bodyMeasure struct {
	by       Size
	symbol   string
	exponent int
	unit     string
}

var bodyMeasures = []bodyMeasure{
	{ByWeight, "kg", -1, "kg"},
	{ByWeight, "[lb_av]", -1, "[lb_av]"},
	{BySurface, "m", -2, "m2"},
}

// measureIn finds the one measure of the body that a unit is per.
func measureIn(u *ucum.Unit) (found bodyMeasure, ok bool) {
	if u == nil {
		return bodyMeasure{}, false
	}
	for _, m := range bodyMeasures {
		if u.Exponent(m.symbol) != m.exponent {
			continue
		}
		if ok {
			return bodyMeasure{}, false
		}
		found, ok = m, true
	}
	return found, ok
}

// WithoutSize is the unit of a dose without the size of the body that it goes by: mL of mL/kg. Any other unit
// stays as it is.
func WithoutSize(u *ucum.Unit) *ucum.Unit {
	m, ok := measureIn(u)
	if !ok {
		return u
	}
	out, err := u.Mul(unit(m.unit))
	if err != nil {
		return u
	}
	return out
}

// An intake is what a dose depends on besides its instruction, and what it was found to go by.
type intake struct {
	*Strength
	body Body
	by   Size
}

// forBody is what a quantity comes to for the body: 15 mg/kg for 10 kg are 150 mg. What does not go by the size
// of the body stays as it is.
func (s *intake) forBody(q measure.Quantity) Result {
	m, ok := measureIn(q.Unit)
	if !ok {
		s.by |= Fixed
		if s.body.only != 0 {
			return Result{Reason: "the dose does not go by the size of the body: " + q.String(), Lacks: s.body.only}
		}
		return known(q)
	}
	s.by |= m.by
	size := s.body.Weight
	if m.by == BySurface {
		size = s.body.Surface
	}
	if size.IsZero() {
		return Result{Reason: "the dose goes by the size of the body: " + q.String(), Lacks: m.by}
	}
	size, err := size.To(m.unit)
	if err == nil {
		q, err = measure.Mul(q, size)
	}
	if err != nil {
		return unknown("%s", err)
	}
	return known(q)
}

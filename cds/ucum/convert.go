package ucum

import (
	"math/big"

	"github.com/cockroachdb/apd/v3"
)

// Convert returns value, given in u, in the unit to.
//
// The result is exact where it has a finite decimal form. It is rounded, half to even, to 34 significant
// digits where it has none (1 mm/3 in mm), where a unit is defined by an irrational or measured number
// (deg, u, [G]), and where a logarithm, root or tangent is involved ([pH], dB, Np). Temperatures are
// exact. Very near to 0 on a logarithmic scale, the last of the 34 digits are not reliable. Between units of
// the same size the value is returned as it is, trailing zeros included.
//
// Conversions between units from Parse and ParseLenient are remembered: of a value up to 18 digits or so, they
// cost one allocation and no more than it takes to multiply and divide. That does not hold where a logarithm,
// a root or an angle is involved.
//
// A *ConversionError is returned if u and to are not comparable; if value is not finite, or has more than
// 2000 digits or an exponent beyond ±2000, or would have; and if it has no place on the scale of to, such
// as 0 mol/L on that of [pH].
func (u *Unit) Convert(value *apd.Decimal, to *Unit) (*apd.Decimal, error) {
	if reason := outOfBounds(value); reason != "" {
		return nil, u.refuse(to, reason)
	}
	r := u.route(to)
	if r.kind == apart || r.kind == bridged {
		return nil, u.refuse(to, "")
	}
	return u.along(r, value, to)
}

// ConvertMolar does what Convert does, and moreover converts amounts of substance to masses and back,
// also within products and quotients: mmol/L to mg/dL. gramsPerMole is the molar mass of the substance,
// in g/mol; it is not asked for where the units are comparable without it. Otherwise it must be above 0.
//
// Equivalents and osmoles count as moles, as in UCUM: for an ion of valence 2 the caller must give half
// its molar mass to convert meq.
func (u *Unit) ConvertMolar(value *apd.Decimal, to *Unit, gramsPerMole *apd.Decimal) (*apd.Decimal, error) {
	if reason := outOfBounds(value); reason != "" {
		return nil, u.refuse(to, reason)
	}
	r := u.route(to)
	switch r.kind {
	case apart:
		return nil, u.refuse(to, "")
	case bridged:
	default:
		return u.along(r, value, to)
	}
	if reason := outOfBounds(gramsPerMole); reason != "" || gramsPerMole.Sign() <= 0 {
		return nil, u.refuse(to, "the molar mass is not a number above 0")
	}
	if out := r.small.by(gramsPerMole, r.moles).line(value, r.round); out != nil {
		return out, nil
	}
	mass := ratPower(toRat(gramsPerMole), r.moles)
	whole := route{kind: linear, factor: mass.Mul(mass, r.factor), shift: r.shift, round: r.round}
	return u.along(&whole, value, to)
}

// along converts by a route that needs no molar mass.
func (u *Unit) along(r *route, value *apd.Decimal, to *Unit) (*apd.Decimal, error) {
	if out := r.small.line(value, r.round); out != nil {
		return out, nil
	}
	var out *apd.Decimal
	switch r.kind {
	case same:
		return new(apd.Decimal).Set(value), nil
	case linear:
		out = r.line(value)
	default:
		var reason string
		if out, reason = u.throughScales(value, to, r.ratio); reason != "" {
			return nil, u.refuse(to, reason)
		}
	}
	if reason := outOfBounds(out); reason != "" {
		return nil, u.refuse(to, reason)
	}
	return out, nil
}

// throughScales converts where at least one of the scales is not rational, or says why it cannot.
func (u *Unit) throughScales(value *apd.Decimal, to *Unit, ratio *big.Rat) (*apd.Decimal, string) {
	c := calculator{ctx: context(working)}
	x := c.mul(c.round(value), c.rat(orOne(u.step)))
	x = u.scale.reference(&c, x)
	x = c.mul(x, c.rat(ratio))
	x = to.scale.reading(&c, x)
	x = c.quo(x, c.rat(orOne(to.step)))
	if c.fault != "" {
		return nil, c.fault
	}
	out := new(apd.Decimal)
	if _, err := context(precision).Round(out, x); err != nil {
		return nil, "the value is out of bounds"
	}
	return tidy(out), ""
}

func (u *Unit) refuse(to *Unit, reason string) error {
	return &ConversionError{From: u.String(), To: to.String(), Reason: reason}
}

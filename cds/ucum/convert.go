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
// A *ConversionError is returned if u and to are not comparable; if value is not finite, or has more than
// 2000 digits or an exponent beyond ±2000, or would have; and if it has no place on the scale of to, such
// as 0 mol/L on that of [pH].
func (u *Unit) Convert(value *apd.Decimal, to *Unit) (*apd.Decimal, error) {
	if reason := outOfBounds(value); reason != "" {
		return nil, u.refuse(to, reason)
	}
	if !u.Comparable(to) {
		return nil, u.refuse(to, "")
	}
	return u.convert(value, to, big.NewRat(1, 1))
}

// ConvertMolar does what Convert does, and moreover converts amounts of substance to masses and back,
// also within products and quotients: mmol/L to mg/dL. gramsPerMole is the molar mass of the substance,
// in g/mol; it is not asked for where the units are comparable without it. Otherwise it must be above 0.
//
// Equivalents and osmoles count as moles, as in UCUM: for an ion of valence 2 the caller must give half
// its molar mass to convert meq.
func (u *Unit) ConvertMolar(value *apd.Decimal, to *Unit, gramsPerMole *apd.Decimal) (*apd.Decimal, error) {
	moles := u.dim.base[mole] - to.dim.base[mole]
	if moles == 0 || u.Comparable(to) {
		return u.Convert(value, to)
	}
	if reason := outOfBounds(value); reason != "" {
		return nil, u.refuse(to, reason)
	}
	bridged := u.dim
	bridged.base[mole] -= moles
	bridged.base[gram] += moles
	if u.scale != nil || to.scale != nil || max(moles, -moles) > maxExponent || !bridged.equal(to.dim) || !bridged.counts(to.dim) {
		return nil, u.refuse(to, "")
	}
	if reason := outOfBounds(gramsPerMole); reason != "" || gramsPerMole.Sign() <= 0 {
		return nil, u.refuse(to, "the molar mass is not a number above 0")
	}
	return u.convert(value, to, ratPower(toRat(gramsPerMole), moles))
}

// convert multiplies by the ratio of the sizes and by factor, through the scales of special units.
func (u *Unit) convert(value *apd.Decimal, to *Unit, factor *big.Rat) (*apd.Decimal, error) {
	ratio := factor.Mul(factor, new(big.Rat).Quo(u.magnitude(), to.magnitude()))
	one := ratio.IsInt() && ratio.Num().IsInt64() && ratio.Num().Int64() == 1
	if one && u.sameScale(to) {
		return new(apd.Decimal).Set(value), nil
	}
	var out *apd.Decimal
	switch {
	case one && u.scale != nil && to.scale != nil && u.scale.name == to.scale.name:
		step := new(big.Rat).Quo(orOne(u.step), orOne(to.step))
		out = fromRat(step.Mul(step, toRat(value)), false)
	case u.scale.rational() && to.scale.rational():
		x := u.scale.fromZero(toRat(value), orOne(u.step))
		x = to.scale.toZero(x.Mul(x, ratio), orOne(to.step))
		out = fromRat(x, u.measured || to.measured)
	default:
		var reason string
		if out, reason = u.throughScales(value, to, ratio); reason != "" {
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

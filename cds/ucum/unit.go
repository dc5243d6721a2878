// Package ucum reads, compares and converts units of measure written in UCUM, the Unified Code for Units
// of Measure (unitsofmeasure.org), which FHIR uses for quantities.
//
// Conversion is exact, in rational arithmetic, wherever UCUM's definitions are rational. Two things are
// stricter than UCUM, because units here decide about doses:
//
//   - The mole is a dimension of its own. UCUM defines it as the number 6.02214076 × 10*23, by which
//     mmol/L would compare with 10*9/L. Equivalents and osmoles are moles, as in UCUM.
//   - An annotation that stands alone counts something: {tablet}, {tablet}/d, mg/{dose}. What is counted
//     must not contradict; see [Unit.Comparable]. {INR} and {ratio} count nothing: they compare with 1.
//
// Everything in the package is safe for concurrent use.
package ucum

import (
	"math/big"
)

// A Unit is a unit of measure. It is immutable and safe for concurrent use. Units are compared with Equal,
// not with ==. The zero Unit is the unit 1.
type Unit struct {
	code  string
	size  *big.Rat // in base units; of a unit with a scale: of the scale's reference
	terms []term   // what it is a product of, for Mul, Div and Pow
	count *big.Rat // the product of its plain numbers
	dim   dimension
	// measured says that the size stems from an irrational or measured number: results are rounded.
	measured bool
	scale    *scale   // of a special unit (Cel, [pH], B, …), else nil
	step     *big.Rat // the prefix of a special unit
	serial   uint64   // of what was parsed or multiplied and may be asked for again; else 0
}

// A term is a symbol with its exponent, or only an annotation.
type term struct {
	symbol     string // prefix and unit; "" if the annotation stands alone
	exponent   int
	annotation string // without braces
}

// One returns the unit 1, of numbers that count nothing.
func One() *Unit { return unitOne }

var unitOne = &Unit{code: "1", serial: serialOfOne}

// serialOfOne is beyond what counting reaches.
const serialOfOne = 1 << 63

// String returns the UCUM code as it was parsed.
func (u *Unit) String() string {
	if u.code == "" {
		return "1"
	}
	return u.code
}

// Equal reports whether u and v mean the same: the same dimension and size, and the same things counted
// by annotations that stand alone. Annotations on a unit, as in g{creat}, have no meaning in UCUM.
func (u *Unit) Equal(v *Unit) bool {
	return u == v || u.dim.equal(v.dim) && u.dim.counted.equal(v.dim.counted) &&
		u.magnitude().Cmp(v.magnitude()) == 0 && u.sameScale(v)
}

// Comparable reports whether a value in u can be converted to v.
//
// The dimensions must be the same; arbitrary units, such as [iU] and [arb'U], are each a dimension of
// their own. Annotations on a unit are ignored: g{creat} compares with g.
//
// An annotation that stands alone counts something, and where both units count, they must count the same:
// {tablet}/d does not compare with {capsule}/d, nor mg/{dose} with mg/{tablet}. Where one of them does
// not say what it counts, the dimension decides: {beats}/min compares with /min and mL/min/{1.73_m2} with
// mL/min. Without a dimension there is nothing to decide by: {tablet} compares neither with {pill} nor
// with 1, unlike in UCUM.
func (u *Unit) Comparable(v *Unit) bool {
	return u.dim.equal(v.dim) && u.dim.counts(v.dim)
}

// Exponent returns the power of a symbol, prefix and unit, in the product that u is written as: -1 for kg in
// mg/kg/h, 0 where it does not stand, or only with an annotation.
func (u *Unit) Exponent(symbol string) int {
	n := 0
	for _, t := range u.terms {
		if t.symbol == symbol && t.annotation == "" {
			n += t.exponent
		}
	}
	return n
}

func (u *Unit) magnitude() *big.Rat { return orOne(u.size) }

func (u *Unit) sameScale(v *Unit) bool {
	if u.scale == nil || v.scale == nil {
		return u.scale == v.scale
	}
	return u.scale.name == v.scale.name && orOne(u.step).Cmp(orOne(v.step)) == 0
}

// orOne returns r, or 1 for nil. It must not be changed.
func orOne(r *big.Rat) *big.Rat {
	if r == nil {
		return ratOne
	}
	return r
}

var ratOne = big.NewRat(1, 1)

package ucum

import (
	"slices"
	"strings"
)

// The base units, in the order of dimension.base.
const (
	metre = iota
	second
	gram
	radian
	kelvin
	coulomb
	candela
	mole
	bases
)

// baseOf returns the place of a base unit in dimension.base, -1 if code is none.
func baseOf(code string) int {
	return slices.Index([]string{metre: "m", second: "s", gram: "g", radian: "rad", kelvin: "K", coulomb: "C", candela: "cd", mole: "mol"}, code)
}

// A dimension says what a unit measures, as powers of what cannot be expressed by anything else.
type dimension struct {
	base      [bases]int
	arbitrary powers // of arbitrary units
	counted   powers // of annotations that stand alone
}

// plus returns the dimension of a product: d × e^n.
func (d dimension) plus(e dimension, n int) dimension {
	for i := range d.base {
		d.base[i] += n * e.base[i]
	}
	d.arbitrary = d.arbitrary.plus(e.arbitrary, n)
	d.counted = d.counted.plus(e.counted, n)
	return d
}

// equal ignores what is counted.
func (d dimension) equal(e dimension) bool {
	return d.base == e.base && d.arbitrary.equal(e.arbitrary)
}

// namesRatio reports whether an annotation says that a number is a ratio, and counts nothing: laboratories give the
// same INR in {INR}, {ratio} or 1.
func namesRatio(annotation string) bool {
	return strings.EqualFold(annotation, "INR") || strings.EqualFold(annotation, "ratio")
}

// counts reports whether what d and e count does not contradict.
func (d dimension) counts(e dimension) bool {
	if d.counted.equal(e.counted) {
		return true
	}
	silent := len(d.counted) == 0 || len(e.counted) == 0
	none := d.base == [bases]int{} && len(d.arbitrary) == 0
	return silent && !none
}

// powers are names with exponents, sorted by name, none of them 0. They are never changed in place.
type powers []power

type power struct {
	name     string
	exponent int
}

func (p powers) plus(q powers, n int) powers {
	if len(q) == 0 || n == 0 {
		return p
	}
	out := slices.Clone(p)
	for _, x := range q {
		i, found := slices.BinarySearchFunc(out, x.name, func(a power, name string) int { return strings.Compare(a.name, name) })
		if !found {
			out = slices.Insert(out, i, power{name: x.name})
		}
		out[i].exponent += n * x.exponent
	}
	return slices.DeleteFunc(out, func(x power) bool { return x.exponent == 0 })
}

func (p powers) equal(q powers) bool { return slices.Equal(p, q) }

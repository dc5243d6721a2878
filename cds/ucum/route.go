package ucum

import (
	"math/big"

	"github.com/cockroachdb/apd/v3"
)

// A pair names two units by their serial numbers, so that what is remembered of them does not keep them
// alive.
type pair struct{ from, to uint64 }

// hash spreads serial numbers, which are dense.
func (p pair) hash() uint64 { return (p.from*0x9E3779B97F4A7C15 ^ p.to*0xC2B2AE3D27D4EB4F) >> 32 }

// A route is all that is known of the conversion between two units without the value.
type route struct {
	kind  routeKind
	ratio *big.Rat // of the sizes
	moles int      // of a bridged route: the power of the molar mass
	// Of a linear route: value × factor + shift.
	factor, shift *big.Rat
	round         bool
	small         small
}

type routeKind int8

const (
	apart   routeKind = iota // there is no way
	bridged                  // only with a molar mass
	same                     // the value stays as it is
	linear
	curved // through a logarithm, a root or an angle
)

// route returns the way from u to to, remembered if both are numbered.
func (u *Unit) route(to *Unit) *route {
	if u.serial == 0 || to.serial == 0 {
		r := newRoute(u, to)
		return &r
	}
	key := pair{u.serial, to.serial}
	hash := key.hash()
	if r := routes.get(key, hash); r != nil {
		return r
	}
	return routes.put(key, hash, newRoute(u, to))
}

func newRoute(u, to *Unit) route {
	ratio := new(big.Rat).Quo(u.magnitude(), to.magnitude())
	r := route{ratio: ratio, round: u.measured || to.measured}
	one := ratio.IsInt() && ratio.Num().IsInt64() && ratio.Num().Int64() == 1
	switch {
	case !u.Comparable(to):
		r.bridge(u, to)
	case one && u.sameScale(to):
		r.kind = same
	case one && u.scale != nil && to.scale != nil && u.scale.name == to.scale.name:
		r.kind, r.round = linear, false
		r.factor, r.shift = new(big.Rat).Quo(orOne(u.step), orOne(to.step)), new(big.Rat)
	case u.scale.rational() && to.scale.rational():
		// reading × step + offset, × ratio, - offset, / step: a line through two points
		r.kind = linear
		at := func(reading int64) *big.Rat {
			x := u.scale.fromZero(big.NewRat(reading, 1), orOne(u.step))
			return to.scale.toZero(x.Mul(x, ratio), orOne(to.step))
		}
		r.shift = at(0)
		r.factor = at(1)
		r.factor.Sub(r.factor, r.shift)
	default:
		r.kind = curved
	}
	r.small = newSmall(r.factor, r.shift)
	return r
}

// bridge finds out whether a molar mass leads from one unit to the other.
func (r *route) bridge(u, to *Unit) {
	moles := u.dim.base[mole] - to.dim.base[mole]
	dim := u.dim
	dim.base[mole] -= moles
	dim.base[gram] += moles
	if moles == 0 || u.scale != nil || to.scale != nil || max(moles, -moles) > maxExponent || !dim.equal(to.dim) || !dim.counts(to.dim) {
		return
	}
	r.kind, r.moles = bridged, moles
	r.factor, r.shift = r.ratio, new(big.Rat)
}

// line returns value × factor + shift.
func (r *route) line(value *apd.Decimal) *apd.Decimal {
	x := toRat(value)
	return fromRat(x.Add(x.Mul(x, r.factor), r.shift), r.round)
}

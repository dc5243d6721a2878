package dose

import (
	"math/big"
	"math/bits"

	"github.com/cockroachdb/apd/v3"

	"github.com/primum-cds/primum/cds/internal/measure"
)

// A ratio is an exact number of times, or of days. It is in machine words as long as it fits in them: nearly
// all are a few times a day. It is immutable. The zero ratio is none.
type ratio struct {
	n, d  int64    // in lowest terms, d above 0; not looked at if there is a large
	large *big.Rat // must not change
}

func ratioOf(n, d int64) ratio {
	if d <= 0 || n < 0 {
		return ratioFrom(big.NewRat(n, d))
	}
	shared := gcd(n, d)
	return ratio{n: n / shared, d: d / shared}
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// ratioFrom returns r in words if it fits.
func ratioFrom(r *big.Rat) ratio {
	if r.Num().IsInt64() && r.Denom().IsInt64() {
		return ratio{n: r.Num().Int64(), d: r.Denom().Int64()}
	}
	return ratio{large: r}
}

func (r ratio) none() bool { return r.d == 0 && r.large == nil }

func (r ratio) rat() *big.Rat {
	if r.large != nil {
		return r.large
	}
	return big.NewRat(r.n, r.d)
}

func (r ratio) times(s ratio) ratio {
	if r.large == nil && s.large == nil && r.n >= 0 && s.n >= 0 {
		a, b := max(1, gcd(r.n, s.d)), max(1, gcd(s.n, r.d))
		nHigh, n := bits.Mul64(uint64(r.n/a), uint64(s.n/b))
		dHigh, d := bits.Mul64(uint64(r.d/b), uint64(s.d/a))
		if nHigh == 0 && dHigh == 0 && int64(n) >= 0 && int64(d) > 0 {
			return ratioOf(int64(n), int64(d))
		}
	}
	return ratioFrom(new(big.Rat).Mul(r.rat(), s.rat()))
}

// inverse is 1/r; r is not zero.
func (r ratio) inverse() ratio {
	if r.large == nil && r.n > 0 {
		return ratio{n: r.d, d: r.n}
	}
	return ratioFrom(new(big.Rat).Inv(r.rat()))
}

// over is r/s; s is not zero.
func (r ratio) over(s ratio) ratio { return r.times(s.inverse()) }

// compare is negative if r is less than s, 0 if they are equal, else positive.
func (r ratio) compare(s ratio) int {
	if r.large == nil && s.large == nil && r.n >= 0 && s.n >= 0 {
		aHigh, a := bits.Mul64(uint64(r.n), uint64(s.d))
		bHigh, b := bits.Mul64(uint64(s.n), uint64(r.d))
		switch {
		case aHigh < bHigh, aHigh == bHigh && a < b:
			return -1
		case aHigh == bHigh && a == b:
			return 0
		}
		return 1
	}
	return r.rat().Cmp(s.rat())
}

// whole returns r if it is a whole number that fits.
func (r ratio) whole() (int64, bool) { return r.n, r.large == nil && r.d == 1 }

// parts are the numerator and the denominator; the latter is nil if it is 1.
func (r ratio) parts() (n, d *apd.Decimal, err error) {
	if r.large == nil {
		n = apd.New(r.n, 0)
		if r.d != 1 {
			d = apd.New(r.d, 0)
		}
		return n, d, nil
	}
	if n, _, err = apd.NewFromString(r.large.Num().String()); err != nil || r.large.IsInt() {
		return n, nil, err
	}
	d, _, err = apd.NewFromString(r.large.Denom().String())
	return n, d, err
}

// ratioOfText reads a decimal number that is in bounds.
func ratioOfText(s string) (ratio, bool) {
	if digits, behind, ok := measure.Digits(s); ok {
		d := int64(1)
		for range behind {
			d *= 10
		}
		return ratioOf(digits, d), true
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return ratio{}, false
	}
	return ratioFrom(r), true
}

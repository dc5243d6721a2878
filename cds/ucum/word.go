package ucum

import (
	"encoding/binary"
	"math/bits"

	"github.com/cockroachdb/apd/v3"
)

// A word is a natural number of 128 bits. Where hi is below 10^18, it can be divided by 10^19 in one step,
// and so have its digits counted.
type word struct{ hi, lo uint64 }

const tenTo18 = 1_000_000_000_000_000_000

var powersOfTen = [20]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

// over returns n / by as q × 10^shift: exactly, or to 34 digits, half to even, where it never ends. ok is
// false where it ends after more than that.
func (n word) over(by uint64) (q word, shift int, ok bool) {
	q, rest := n.divide(by)
	if rest == 0 {
		return q, 0, true
	}
	digits := q.digits()
	for rest != 0 && digits < precision {
		step := min(precision-digits, 19)
		hi, lo := bits.Mul64(rest, powersOfTen[step])
		var next uint64
		next, rest = bits.Div64(hi, lo, by)
		q = q.append(step, next)
		shift -= step
		if digits += step; digits == step { // q was 0
			digits = q.digits()
		}
	}
	switch {
	case rest == 0:
		return q, shift, true
	case digits > precision || n.ends(by):
		return word{}, 0, false
	case rest > by-rest: // never equal: what has no end has no half
		lo, carry := bits.Add64(q.lo, 1, 0)
		q = word{q.hi + carry, lo}
	}
	return q, shift, true
}

// ends reports whether n / by has a finite decimal form.
func (n word) ends(by uint64) bool {
	by >>= bits.TrailingZeros64(by)
	for by%5 == 0 {
		by /= 5
	}
	return bits.Rem64(n.hi, n.lo, by) == 0
}

func (n word) divide(by uint64) (q word, rest uint64) {
	if n.hi == 0 {
		return word{0, n.lo / by}, n.lo % by
	}
	q.hi, rest = n.hi/by, n.hi%by
	q.lo, rest = bits.Div64(rest, n.lo, by)
	return q, rest
}

// append returns n × 10^digits + next, which must fit.
func (n word) append(digits int, next uint64) word {
	hi, lo := bits.Mul64(n.lo, powersOfTen[digits])
	lo, carry := bits.Add64(lo, next, 0)
	return word{n.hi*powersOfTen[digits] + hi + carry, lo}
}

// timesTen returns n × 10^exponent if that fits.
func (n word) timesTen(exponent int64) (word, bool) {
	if int64(n.digits())+exponent > 36 {
		return word{}, false
	}
	for ; exponent > 19; exponent -= 19 {
		n = n.append(19, 0)
	}
	return n.append(int(exponent), 0), true
}

// digits returns how many decimal digits n has, 0 for 0.
func (n word) digits() int {
	if n.hi != 0 {
		upper, _ := bits.Div64(n.hi, n.lo, powersOfTen[19])
		return 19 + word{0, upper}.digits()
	}
	d := bits.Len64(n.lo) * 1233 >> 12 // × lg 2: as many as it has, or one less
	if d < len(powersOfTen) && n.lo >= powersOfTen[d] {
		d++
	}
	return d
}

// stripZeros removes zeros at the end of a number above 0.
func (n word) stripZeros(exponent int64) (word, int64) {
	if (n.hi%10*6+n.lo%10)%10 != 0 { // 2^64 ends in 6
		return n, exponent
	}
	for _, step := range [...]int{16, 8, 4, 2, 1} {
		for q, rest := n.divide(powersOfTen[step]); rest == 0; q, rest = n.divide(powersOfTen[step]) {
			n, exponent = q, exponent+int64(step)
		}
	}
	return n, exponent
}

// decimal returns ±n × 10^exponent. It allocates nothing else.
func (n word) decimal(negative bool, exponent int32) *apd.Decimal {
	out := &apd.Decimal{Negative: negative, Exponent: exponent}
	if n.hi == 0 {
		out.Coeff.SetUint64(n.lo)
		return out
	}
	var bytes [16]byte
	binary.BigEndian.PutUint64(bytes[:8], n.hi)
	binary.BigEndian.PutUint64(bytes[8:], n.lo)
	out.Coeff.SetBytes(bytes[:])
	return out
}

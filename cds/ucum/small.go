package ucum

import (
	"math/big"
	"math/bits"

	"github.com/cockroachdb/apd/v3"
)

// A small is a line in machine words, for values that fit in them, too: (value × up + shift) / down × 10^ten.
// It gives what rational arithmetic would give, digit for digit, or nothing. The zero small gives nothing.
type small struct {
	up, down uint64
	shift    int64
	ten      int32
}

// newSmall returns the line value × factor + shift; the zero small if it does not fit. Both may be nil.
func newSmall(factor, shift *big.Rat) small {
	if factor == nil || factor.Sign() <= 0 {
		return small{}
	}
	down := new(big.Int).Mul(factor.Denom(), shift.Denom())
	up := new(big.Int).Mul(factor.Num(), shift.Denom())
	add := new(big.Int).Mul(shift.Num(), factor.Denom())
	shared := new(big.Int).GCD(nil, nil, new(big.Int).GCD(nil, nil, up, down), new(big.Int).Abs(add))
	if add.Sign() == 0 {
		shared.GCD(nil, nil, up, down)
	}
	up.Quo(up, shared)
	down.Quo(down, shared)
	add.Quo(add, shared)
	ten := clearTens(up, down, add)
	if !up.IsUint64() || !down.IsUint64() || !add.IsInt64() {
		return small{}
	}
	return small{up: up.Uint64(), down: down.Uint64(), shift: add.Int64(), ten: ten}
}

// clearTens moves powers of ten out of a fraction, and makes down free of 2 and 5.
func clearTens(up, down, add *big.Int) (ten int32) {
	two, five, ten10, digit, rest := big.NewInt(2), big.NewInt(5), big.NewInt(10), new(big.Int), new(big.Int)
	for _, p := range [][2]*big.Int{{two, five}, {five, two}} {
		for rest.QuoRem(down, p[0], digit); digit.Sign() == 0; rest.QuoRem(down, p[0], digit) {
			down.Set(rest)
			up.Mul(up, p[1])
			add.Mul(add, p[1])
			ten--
		}
	}
	for add.Sign() == 0 {
		if rest.QuoRem(up, ten10, digit); digit.Sign() != 0 {
			break
		}
		up.Set(rest)
		ten++
	}
	return ten
}

// by returns s with its values multiplied by a molar mass, or divided if moles is -1.
func (s small) by(gramsPerMole *apd.Decimal, moles int) small {
	if s.down == 0 || !gramsPerMole.Coeff.IsUint64() {
		return small{}
	}
	mass, up := gramsPerMole.Coeff.Uint64(), true
	switch moles {
	case 1:
		s.ten += gramsPerMole.Exponent
	case -1:
		s.ten -= gramsPerMole.Exponent
		up = false
	default:
		return small{}
	}
	side := &s.down
	if up {
		side = &s.up
	}
	hi, lo := bits.Mul64(*side, mass)
	if hi != 0 {
		return small{}
	}
	*side = lo
	return s
}

// line returns what s makes of value, nil if it does not fit. round says that there are at most 34 digits.
func (s small) line(value *apd.Decimal, round bool) *apd.Decimal {
	if s.down == 0 || !value.Coeff.IsUint64() {
		return nil
	}
	n, negative, ok := s.numerator(value)
	if !ok {
		return nil
	}
	q, shift, ok := n.over(s.down)
	if !ok {
		return nil
	}
	exponent := int64(value.Exponent) + int64(s.ten) + int64(shift)
	if q == (word{}) {
		return new(apd.Decimal)
	}
	q, exponent = q.stripZeros(exponent)
	if exponent > 0 && exponent <= maxPlain {
		if q, ok = q.timesTen(exponent); !ok {
			return nil
		}
		exponent = 0
	}
	if q.hi >= tenTo18 || exponent > maxDecimal-40 || exponent < -maxDecimal || round && q.digits() > precision {
		return nil
	}
	return q.decimal(negative, int32(exponent))
}

// numerator returns value × up + shift, without the power of ten of the value.
func (s small) numerator(value *apd.Decimal) (n word, negative, ok bool) {
	hi, lo := bits.Mul64(value.Coeff.Uint64(), s.up)
	if s.shift == 0 {
		return word{hi, lo}, value.Negative, hi < tenTo18
	}
	if hi != 0 || lo > 1<<62 || value.Exponent > 0 || value.Exponent < -18 {
		return word{}, false, false
	}
	shiftHi, shift := bits.Mul64(uint64(max(s.shift, -s.shift)), powersOfTen[-value.Exponent])
	if shiftHi != 0 || shift > 1<<62 {
		return word{}, false, false
	}
	sum := signed(lo, value.Negative) + signed(shift, s.shift < 0)
	return word{0, uint64(max(sum, -sum))}, sum < 0, true
}

func signed(n uint64, negative bool) int64 {
	if negative {
		return -int64(n)
	}
	return int64(n)
}

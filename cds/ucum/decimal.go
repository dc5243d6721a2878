package ucum

import (
	"math/big"

	"github.com/cockroachdb/apd/v3"
)

const (
	precision  = 34   // significant digits of what is not exact
	working    = 60   // significant digits while calculating with logarithms and angles
	maxDecimal = 2000 // digits of a value, and its exponent of ten either way
	maxPlain   = 40   // zeros that are written out rather than as an exponent
)

// outOfBounds says what is wrong with a value that would make conversion costly or impossible; "" if
// nothing is.
func outOfBounds(d *apd.Decimal) string {
	switch {
	case d == nil || d.Form != apd.Finite:
		return "the value is not a number"
	case d.Exponent > maxDecimal || d.Exponent < -maxDecimal:
		return "the value is out of bounds"
	}
	// A digit takes more than 3 bits and less than 4. Counting digits is dear, bits are not.
	if n := d.Coeff.BitLen(); n > 3*maxDecimal && (n > 4*maxDecimal || d.NumDigits() > maxDecimal) {
		return "the value is out of bounds"
	}
	return ""
}

// toRat returns the exact value of a decimal that is within bounds.
func toRat(d *apd.Decimal) *big.Rat {
	n := new(big.Int).Set(d.Coeff.MathBigInt())
	if d.Negative {
		n.Neg(n)
	}
	scale := powerOfTen(max(int(d.Exponent), -int(d.Exponent)))
	if d.Exponent < 0 {
		return new(big.Rat).SetFrac(n, scale)
	}
	return new(big.Rat).SetInt(n.Mul(n, scale))
}

// fromRat returns r exactly if it has a finite decimal form and round is false, else to 34 digits.
func fromRat(r *big.Rat, round bool) *apd.Decimal {
	if places, finite := decimalPlaces(r.Denom()); finite && !round {
		n := new(big.Int).Mul(r.Num(), powerOfTen(places))
		return tidy(decimal(n.Quo(n, r.Denom()), -places))
	}
	return tidy(quotient(context(precision), r))
}

// quotient returns r rounded as ctx says.
func quotient(ctx *apd.Context, r *big.Rat) *apd.Decimal {
	out := new(apd.Decimal)
	// Neither operand is special and the divisor is not 0: nothing can go wrong.
	_, _ = ctx.Quo(out, decimal(r.Num(), 0), decimal(r.Denom(), 0))
	return out
}

// decimalPlaces returns how many digits after the point a fraction with the denominator n needs, and
// whether they end at all.
func decimalPlaces(n *big.Int) (int, bool) {
	twos := int(n.TrailingZeroBits())
	rest := new(big.Int).Rsh(n, uint(twos))
	five, digit, fives := big.NewInt(5), new(big.Int), 0
	for rest.BitLen() > 1 {
		next, _ := new(big.Int).QuoRem(rest, five, digit)
		if digit.Sign() != 0 {
			return 0, false
		}
		rest = next
		fives++
	}
	return max(twos, fives), true
}

// tidy removes trailing zeros after the point and writes out those before it: 120, not 1.2E+2 or 120.0.
func tidy(d *apd.Decimal) *apd.Decimal {
	d.Reduce(d)
	if d.Exponent > 0 && d.Exponent <= maxPlain {
		n := new(big.Int).Mul(d.Coeff.MathBigInt(), powerOfTen(int(d.Exponent)))
		d.Coeff.SetMathBigInt(n)
		d.Exponent = 0
	}
	return d
}

func decimal(n *big.Int, exponent int) *apd.Decimal {
	d := apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(new(big.Int).Abs(n)), int32(exponent))
	d.Negative = n.Sign() < 0
	return d
}

func powerOfTen(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

func context(digits uint32) *apd.Context {
	ctx := apd.BaseContext.WithPrecision(digits)
	ctx.Rounding = apd.RoundHalfEven
	return ctx
}

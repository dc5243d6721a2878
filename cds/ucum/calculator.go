package ucum

import (
	"math/big"

	"github.com/cockroachdb/apd/v3"
)

// A calculator computes at working precision. It remembers why it first failed; what it returns after
// that is of no use, but harmless.
type calculator struct {
	ctx   *apd.Context
	fault string
}

const (
	noPlace = "the value has no place on the scale"
	tooFar  = "the value is out of bounds"
)

type operation func(d, x, y *apd.Decimal) (apd.Condition, error)

func (c *calculator) apply(op operation, x, y *apd.Decimal) *apd.Decimal {
	out := new(apd.Decimal)
	if _, err := op(out, x, y); err != nil {
		return c.fail(tooFar)
	}
	return out
}

func (c *calculator) fail(reason string) *apd.Decimal {
	if c.fault == "" {
		c.fault = reason
	}
	return apd.New(1, 0)
}

func (c *calculator) add(x, y *apd.Decimal) *apd.Decimal { return c.apply(c.ctx.Add, x, y) }
func (c *calculator) sub(x, y *apd.Decimal) *apd.Decimal { return c.apply(c.ctx.Sub, x, y) }
func (c *calculator) mul(x, y *apd.Decimal) *apd.Decimal { return c.apply(c.ctx.Mul, x, y) }
func (c *calculator) quo(x, y *apd.Decimal) *apd.Decimal { return c.apply(c.ctx.Quo, x, y) }

func (c *calculator) rat(r *big.Rat) *apd.Decimal { return quotient(c.ctx, r) }

func (c *calculator) round(x *apd.Decimal) *apd.Decimal {
	out := new(apd.Decimal)
	if _, err := c.ctx.Round(out, x); err != nil {
		return c.fail(tooFar)
	}
	return out
}

// ln10 is the natural logarithm of 10, to more digits than working.
const ln10 = "2.3025850929940456840179914546843642076011014886287729760333279009675726"

func (c *calculator) ln10() *apd.Decimal {
	out := new(apd.Decimal)
	if _, _, err := c.ctx.SetString(out, ln10); err != nil {
		return c.fail(tooFar)
	}
	return out
}

// lg splits the exponent off, so that the logarithm of a power of ten is exact.
func (c *calculator) lg(x *apd.Decimal) *apd.Decimal {
	if x.Sign() <= 0 {
		return c.fail(noPlace)
	}
	shift := x.NumDigits() + int64(x.Exponent) - 1
	mantissa := new(apd.Decimal).Set(x)
	mantissa.Exponent = int32(1 - x.NumDigits())
	return c.add(apd.New(shift, 0), c.quo(c.ln(mantissa), c.ln10()))
}

// ln is the natural logarithm of a number from 1 to 10, by the series for the area tangent of an eighth of it.
func (c *calculator) ln(x *apd.Decimal) *apd.Decimal {
	one := apd.New(1, 0)
	root := c.sqrt(c.sqrt(c.sqrt(x)))
	z := c.quo(c.sub(root, one), c.add(root, one))
	sum := c.series(z, c.mul(z, z), func(n int64) (up, down int64) { return 2*n - 1, 2*n + 1 })
	return c.mul(sum, apd.New(16, 0))
}

// tenTo returns 10 to the power of x.
func (c *calculator) tenTo(x *apd.Decimal) *apd.Decimal {
	if new(apd.Decimal).Abs(x).Cmp(apd.New(maxDecimal, 0)) > 0 {
		return c.fail(tooFar)
	}
	whole, part := new(apd.Decimal), new(apd.Decimal)
	x.Modf(whole, part)
	shift, err := whole.Int64()
	if err != nil {
		return c.fail(tooFar)
	}
	eighth := c.quo(c.mul(part, c.ln10()), apd.New(8, 0))
	out := c.series(apd.New(1, 0), eighth, func(n int64) (up, down int64) { return 1, n })
	for range 3 {
		out = c.mul(out, out)
	}
	out.Exponent += int32(shift)
	return out
}

// square refuses what is below 0: no root is.
func (c *calculator) square(x *apd.Decimal) *apd.Decimal {
	if x.Sign() < 0 {
		return c.fail(noPlace)
	}
	return c.mul(x, x)
}

func (c *calculator) sqrt(x *apd.Decimal) *apd.Decimal {
	out := new(apd.Decimal)
	if x.Sign() < 0 {
		return c.fail(noPlace)
	}
	if _, err := c.ctx.Sqrt(out, x); err != nil {
		return c.fail(tooFar)
	}
	return out
}

// atan halves the angle until its series converges quickly.
func (c *calculator) atan(x *apd.Decimal) *apd.Decimal {
	one, factor := apd.New(1, 0), int64(1)
	for range 5 {
		x = c.quo(x, c.add(one, c.sqrt(c.add(one, c.mul(x, x)))))
		factor *= 2
	}
	return c.mul(c.series(x, c.mul(x, x), func(n int64) (up, down int64) { return -(2*n - 1), 2*n + 1 }), apd.New(factor, 0))
}

// tan is that of a slope: an angle within ±90°.
func (c *calculator) tan(x *apd.Decimal) *apd.Decimal {
	if new(apd.Decimal).Abs(x).Cmp(apd.New(157079632679, -11)) > 0 {
		return c.fail(noPlace)
	}
	square := c.mul(x, x)
	sin := c.series(x, square, func(n int64) (up, down int64) { return -1, 2 * n * (2*n + 1) })
	cos := c.series(apd.New(1, 0), square, func(n int64) (up, down int64) { return -1, (2*n - 1) * 2 * n })
	return c.quo(sin, cos)
}

// series sums terms that begin with first, the nth being the one before × by × up/down, until they no longer
// count.
func (c *calculator) series(first, by *apd.Decimal, ratio func(n int64) (up, down int64)) *apd.Decimal {
	sum, t := first, first
	for n := int64(1); n <= working; n++ {
		up, down := ratio(n)
		t = c.quo(c.mul(c.mul(t, by), apd.New(up, 0)), apd.New(down, 0))
		next := c.add(sum, t)
		if next.Cmp(sum) == 0 {
			break
		}
		sum = next
	}
	return sum
}

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

func (c *calculator) ln(x *apd.Decimal) *apd.Decimal {
	out := new(apd.Decimal)
	if x.Sign() <= 0 {
		return c.fail(noPlace)
	}
	if _, err := c.ctx.Ln(out, x); err != nil {
		return c.fail(tooFar)
	}
	return out
}

func (c *calculator) lg(x *apd.Decimal) *apd.Decimal {
	// The exponent is split off: the logarithm of a power of ten is then exact, and that of a number far
	// from 1 is not slower than others.
	if x.Sign() <= 0 {
		return c.fail(noPlace)
	}
	shift := x.NumDigits() + int64(x.Exponent) - 1
	mantissa := new(apd.Decimal).Set(x)
	mantissa.Exponent = int32(1 - x.NumDigits())
	if mantissa.Cmp(apd.New(1, 0)) == 0 {
		return apd.New(shift, 0)
	}
	return c.add(apd.New(shift, 0), c.quo(c.ln(mantissa), c.ln(apd.New(10, 0))))
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
	out := apd.New(1, 0)
	if !part.IsZero() {
		if _, err := c.ctx.Exp(out, c.mul(part, c.ln(apd.New(10, 0)))); err != nil {
			return c.fail(tooFar)
		}
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

// series sums terms that begin with first and where the nth is the one before × square × up/down.
func (c *calculator) series(first, square *apd.Decimal, ratio func(n int64) (up, down int64)) *apd.Decimal {
	sum, t := first, first
	for n := int64(1); n <= working && !t.IsZero(); n++ {
		up, down := ratio(n)
		t = c.quo(c.mul(c.mul(t, square), apd.New(up, 0)), apd.New(down, 0))
		sum = c.add(sum, t)
	}
	return sum
}

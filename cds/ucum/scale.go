package ucum

import (
	"math/big"

	"github.com/cockroachdb/apd/v3"
)

// A scale is how a special unit is read: not a multiple of its reference, but a function of it. A nil
// scale is that of all other units, the number itself.
type scale struct {
	name   string
	offset *big.Rat // not nil for temperatures: reference = reading + offset
	// The others convert a reading to a multiple of the reference, and back.
	toReference func(c *calculator, x *apd.Decimal) *apd.Decimal
	toReading   func(c *calculator, x *apd.Decimal) *apd.Decimal
}

// scaleNamed returns the scale of a function as UCUM names it, nil if there is none of that name.
func scaleNamed(name string) *scale {
	switch name {
	case "Cel":
		return &scale{name: name, offset: big.NewRat(27315, 100)}
	case "degF":
		return &scale{name: name, offset: big.NewRat(45967, 100)}
	case "degRe":
		return &scale{name: name, offset: big.NewRat(21852, 100)}
	case "ln":
		return logarithmic(name, (*calculator).ln10)
	case "lg":
		return logarithmic(name, times(1))
	case "lgTimes2":
		return logarithmic(name, times(2))
	case "ld":
		return logarithmic(name, func(c *calculator) *apd.Decimal { return c.quo(apd.New(1, 0), c.lg(apd.New(2, 0))) })
	case "pH", "hpX":
		return logarithmic(name, times(-1))
	case "hpC":
		return logarithmic(name, func(c *calculator) *apd.Decimal { return apd.New(-5, -1) })
	case "hpM":
		return logarithmic(name, func(c *calculator) *apd.Decimal { return c.quo(apd.New(-1, 0), apd.New(3, 0)) })
	case "hpQ":
		return logarithmic(name, func(c *calculator) *apd.Decimal { return c.quo(apd.New(-1, 0), c.lg(apd.New(50000, 0))) })
	case "tanTimes100":
		return &scale{
			name:        name,
			toReference: func(c *calculator, x *apd.Decimal) *apd.Decimal { return c.atan(c.mul(x, apd.New(1, -2))) },
			toReading:   func(c *calculator, x *apd.Decimal) *apd.Decimal { return c.mul(c.tan(x), apd.New(100, 0)) },
		}
	case "sqrt":
		return &scale{
			name:        name,
			toReference: func(c *calculator, x *apd.Decimal) *apd.Decimal { return c.square(x) },
			toReading:   func(c *calculator, x *apd.Decimal) *apd.Decimal { return c.sqrt(x) },
		}
	}
	return nil
}

// logarithmic returns the scale on which the reading is k × lg(reference).
func logarithmic(name string, k func(c *calculator) *apd.Decimal) *scale {
	return &scale{
		name:        name,
		toReference: func(c *calculator, x *apd.Decimal) *apd.Decimal { return c.tenTo(c.quo(x, k(c))) },
		toReading:   func(c *calculator, x *apd.Decimal) *apd.Decimal { return c.mul(c.lg(x), k(c)) },
	}
}

func times(n int64) func(*calculator) *apd.Decimal {
	return func(*calculator) *apd.Decimal { return apd.New(n, 0) }
}

// rational reports whether fromZero and toZero apply.
func (s *scale) rational() bool { return s == nil || s.offset != nil }

// fromZero returns the multiple of the reference that a reading, in steps, stands for.
func (s *scale) fromZero(reading, step *big.Rat) *big.Rat {
	x := new(big.Rat).Mul(reading, step)
	if s == nil {
		return x
	}
	return x.Add(x, s.offset)
}

// toZero undoes fromZero.
func (s *scale) toZero(reference, step *big.Rat) *big.Rat {
	x := new(big.Rat).Set(reference)
	if s != nil {
		x.Sub(x, s.offset)
	}
	return x.Quo(x, step)
}

// reference is fromZero for any scale, at working precision.
func (s *scale) reference(c *calculator, x *apd.Decimal) *apd.Decimal {
	switch {
	case s == nil:
		return x
	case s.offset != nil:
		return c.add(x, c.rat(s.offset))
	}
	return s.toReference(c, x)
}

// reading undoes reference.
func (s *scale) reading(c *calculator, x *apd.Decimal) *apd.Decimal {
	switch {
	case s == nil:
		return x
	case s.offset != nil:
		return c.sub(x, c.rat(s.offset))
	}
	return s.toReading(c, x)
}

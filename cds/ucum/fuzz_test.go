package ucum

import (
	"math/big"
	"testing"

	"github.com/cockroachdb/apd/v3"
	"github.com/stretchr/testify/require"
)

// FuzzParse: what is read can be written again from its parts, and means the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"mg/dL", "10*3{rbc}/uL", "mL/min/{1.73_m2}", "ug/(kg.min)", "4.[pi].10*-7.N/A2", "dB[10.nV]", "/(8.h)", "m-30", "{a}", "1{c}", "[m/s2/Hz^(1/2)]", "(m", "µg", "Ym30.Ym30"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, code string) {
		u, err := Parse(code)
		if err != nil {
			var syntax *SyntaxError
			require.ErrorAs(t, err, &syntax)
			require.LessOrEqual(t, syntax.Offset, len(code))
			return
		}
		require.Equal(t, code, u.String())
		require.True(t, u.Equal(u))
		require.True(t, u.Comparable(u))
		if twin, err := u.Mul(new(Unit)); err == nil {
			require.True(t, twin.Equal(u))
		}
		if square, err := u.Pow(2); err == nil {
			again, err := Parse(square.String())
			require.NoError(t, err)
			require.True(t, again.Equal(square))
			root, err := square.Div(u)
			require.NoError(t, err)
			require.True(t, root.Equal(u), "%s is not %s", root, u)
		}
		if u.Display() == "" {
			require.True(t, u.Equal(One()))
		}
	})
}

// FuzzParseLenient: a unit that is not mapped is the one that Parse reads.
func FuzzParseLenient(f *testing.F) {
	for _, s := range []string{"mcg/mL", " mg ", "K/uL", "10³/µL", "tablets/day", "mL/min/1.73m2", "{a/b}/c", "MG/ML"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, code string) {
		u, mapped, err := ParseLenient(code)
		strict, fault := Parse(code)
		switch {
		case err != nil:
			require.Equal(t, fault, err)
		case !mapped:
			require.NoError(t, fault)
			require.True(t, strict.Equal(u))
		default:
			require.NotEqual(t, code, u.String())
		}
	})
}

// FuzzConvert: there and back again gives the same value; exactly, where the way there was exact.
func FuzzConvert(f *testing.F) {
	for _, c := range [][3]string{
		{"1.2", "g/L", "mg/dL"}, {"98.6", "[degF]", "Cel"}, {"70", "kg", "[lb_av]"}, {"7.4", "[pH]", "nmol/L"}, {"3", "dB[SPL]", "Pa"},
		{"1E-9", "Np", "B"}, {"45", "deg", "%[slope]"}, {"2", "m2/s4/Hz", "[m/s2/Hz^(1/2)]"}, {"1", "u", "kg"}, {"5", "mm/3", "m"}, {"1E+1999", "um", "m"},
	} {
		f.Add(c[0], c[1], c[2])
	}
	f.Fuzz(func(t *testing.T, value, from, to string) {
		if len(value) > 100 {
			return
		}
		v, _, err := apd.NewFromString(value)
		if err != nil {
			return
		}
		u, err := Parse(from)
		if err != nil {
			return
		}
		w, err := Parse(to)
		if err != nil {
			return
		}
		there, err := u.Convert(v, w)
		if err != nil {
			var conversion *ConversionError
			require.ErrorAs(t, err, &conversion)
			return
		}
		require.True(t, u.Comparable(w))
		if r := newRoute(u, w); r.kind == linear {
			require.Equal(t, r.line(v).String(), there.String(), "%s %s", value, from)
		}
		back, err := w.Convert(there, u)
		if err != nil {
			return // the way there went to the edge of what is allowed
		}
		exact := new(big.Rat).Mul(toRat(there), w.magnitude()).Cmp(new(big.Rat).Mul(toRat(v), u.magnitude())) == 0
		switch {
		case exact && u.scale == nil && w.scale == nil && !u.measured && !w.measured:
			require.Zero(t, back.Cmp(v), "%s %s = %s %s = %s %s", value, from, there, to, back, from)
		case steep(v) && (u.slope() || w.slope()):
			// Near 90° no number of digits of the angle is enough.
		default:
			require.True(t, near25(back, v, u.step), "%s %s = %s %s = %s %s", value, from, there, to, back, from)
		}
	})
}

func (u *Unit) slope() bool { return u.scale != nil && u.scale.name == "tanTimes100" }

func steep(v *apd.Decimal) bool { return v.NumDigits()+int64(v.Exponent) > 6 }

// near25 reports whether a and b, in units of the prefix step of a special unit (nil: 1), differ by less
// than 10^-25 of the larger of b and 1: near 0 a logarithmic scale is as exact as the scale, not its prefix.
func near25(a, b *apd.Decimal, step *big.Rat) bool {
	scale := orOne(step)
	limit := new(big.Rat).Abs(new(big.Rat).Mul(toRat(b), scale))
	if one := big.NewRat(1, 1); limit.Cmp(one) < 0 {
		limit = one
	}
	limit.Quo(limit, new(big.Rat).SetInt(powerOfTen(25)))
	difference := new(big.Rat).Sub(toRat(a), toRat(b))
	difference.Mul(difference, scale)
	return difference.Abs(difference).Cmp(limit) <= 0
}

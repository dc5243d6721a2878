package ucum

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/cockroachdb/apd/v3"
	"github.com/stretchr/testify/require"
)

// What machine words give is what rational arithmetic gives, digit for digit.
func TestSmallIsExact(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	natural := func() uint64 { return random.Uint64() >> random.IntN(64) }
	used := 0
	for range 200_000 {
		r := route{kind: linear, shift: new(big.Rat), round: random.IntN(4) == 0}
		r.factor = new(big.Rat).SetFrac(new(big.Int).SetUint64(1+natural()>>1), new(big.Int).SetUint64(1+natural()>>1))
		if random.IntN(3) == 0 {
			r.shift.SetFrac(big.NewInt(int64(natural()>>20)-1<<20), new(big.Int).SetUint64(1+natural()>>40))
		}
		r.small = newSmall(r.factor, r.shift)
		value := apd.New(0, int32(random.IntN(60)-40))
		value.Coeff.SetUint64(natural())
		value.Negative = random.IntN(2) == 0
		got := r.small.line(value, r.round)
		if got == nil {
			continue
		}
		used++
		want := r.line(value)
		require.Equal(t, want.String(), got.String(), "%s × %s + %s", value, r.factor, r.shift)
		require.Equal(t, want.Exponent, got.Exponent)
		require.Equal(t, want.Negative, got.Negative)
	}
	require.Greater(t, used, 50_000)
}

func TestSmallAtTheEdges(t *testing.T) {
	for _, c := range []struct {
		factor, value string
		exponent      int32
		want          string // "" where it does not fit
	}{
		{"1", "18446744073709551615", 0, "18446744073709551615"},
		{"18446744073709551615", "18446744073709551615", 0, ""},
		{"1000000000000000003", "1000000000000000003", 0, "1000000000000000006000000000000000009"},
		{"1/18446744073709551615", "1", 0, "5.42101086242752217033113759205528E-20"},
		{"1/3", "2", 0, "0.6666666666666666666666666666666667"},
		{"1/3", "1", 36, "333333333333333333333333333333333300"},
		{"1/3", "1", 37, ""},
		{"1/3", "3", 30, "1000000000000000000000000000000"},
		{"1/18446744073709551616", "1", 0, ""}, // ends, but after 64 digits
		{"1/7", "0", -5, "0"},
		{"1", "1", 36, ""},
		{"1", "1", 35, "100000000000000000000000000000000000"},
		{"1", "1", 41, "1E+41"},
		{"1", "1", 2000, ""},
		{"1", "1", -2000, "1E-2000"},
		{"1/10", "1", -2000, ""},
	} {
		factor, _ := new(big.Rat).SetString(c.factor)
		value, _, err := apd.NewFromString(c.value)
		require.NoError(t, err)
		value.Exponent = c.exponent
		got := newSmall(factor, new(big.Rat)).line(value, false)
		if c.want == "" {
			require.Nil(t, got, "%s × %s", c.value, c.factor)
			continue
		}
		require.NotNil(t, got, "%s × %s", c.value, c.factor)
		require.Equal(t, c.want, got.Text('G'), "%s × %s", c.value, c.factor)
	}
}

func (n word) digitsByText() int {
	x := new(big.Int).Lsh(new(big.Int).SetUint64(n.hi), 64)
	return len(x.Or(x, new(big.Int).SetUint64(n.lo)).String())
}

func TestWordDigits(t *testing.T) {
	require.Zero(t, word{}.digits())
	n := word{0, 1}
	for n.hi < tenTo18/10 {
		before := word{n.hi, n.lo - 1}
		if n.lo == 0 {
			before = word{n.hi - 1, n.lo - 1}
		}
		require.Equal(t, n.digitsByText(), n.digits())
		if before != (word{}) {
			require.Equal(t, before.digitsByText(), before.digits())
		}
		n = n.append(1, 0)
	}
}

func TestSmallWithMolarMassIsExact(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	natural := func(bits int) uint64 { return 1 + random.Uint64()>>(64-bits)>>random.IntN(bits) }
	used := 0
	for range 50_000 {
		r := route{kind: linear, shift: new(big.Rat)}
		r.factor = new(big.Rat).SetFrac(new(big.Int).SetUint64(natural(30)), new(big.Int).SetUint64(natural(30)))
		mass, value := apd.New(int64(natural(40)), int32(random.IntN(12)-9)), apd.New(int64(natural(40)), int32(random.IntN(12)-9))
		moles := 2*random.IntN(2) - 1
		got := newSmall(r.factor, r.shift).by(mass, moles).line(value, false)
		if got == nil {
			continue
		}
		used++
		r.factor.Mul(r.factor, ratPower(toRat(mass), moles))
		require.Equal(t, r.line(value).String(), got.String(), "%s × %s × (%s)^%d", value, r.factor, mass, moles)
	}
	require.Greater(t, used, 25_000)
	half := newSmall(big.NewRat(1, 2), new(big.Rat))
	require.Zero(t, half.by(apd.New(2, 0), 2))
	require.Zero(t, small{}.by(apd.New(2, 0), 1))
}

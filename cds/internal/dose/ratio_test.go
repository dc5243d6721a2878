package dose

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whether it is in words or not, a ratio is the number that a big.Rat would be.
func TestRatiosAreExact(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	numbers := []int64{1, 2, 3, 7, 24, 48, 1461, math.MaxInt32, math.MaxInt64 - 1, math.MaxInt64}
	pick := func() int64 {
		if random.IntN(3) == 0 {
			return 1 + random.Int64N(math.MaxInt64-1)
		}
		return numbers[random.IntN(len(numbers))]
	}
	for range 20_000 {
		n, d, m, e := pick(), pick(), pick(), pick()
		a, b := ratioOf(n, d), ratioOf(m, e)
		x, y := big.NewRat(n, d), big.NewRat(m, e)
		product, quotient := a.times(b), a.over(b)
		require.Equal(t, new(big.Rat).Mul(x, y).RatString(), product.rat().RatString())
		require.Equal(t, new(big.Rat).Quo(x, y).RatString(), quotient.rat().RatString())
		require.Equal(t, x.Cmp(y), a.compare(b))
		require.Equal(t, new(big.Rat).Mul(x, y).Cmp(y), product.compare(b))
		require.Equal(t, x.RatString(), quotient.times(b).rat().RatString())
		num, denom, err := product.parts()
		require.NoError(t, err)
		require.Equal(t, product.rat().Num().String(), num.Text('f'))
		require.Equal(t, product.rat().IsInt(), denom == nil)
		if denom != nil {
			require.Equal(t, product.rat().Denom().String(), denom.Text('f'))
		}
	}
}

func TestRatioOfText(t *testing.T) {
	for _, text := range []string{"0", "1", "24", "0.5", "1.50", "007", ".5", "1e2", "2.5e-3", "123456789012345678", "1234567890123456789",
		"0.1234567890123456789012345678901234567", "12345678901234567890123456789012345678.5", "9223372036854775807", "9223372036854775808", "-1"} {
		want, ok := new(big.Rat).SetString(text)
		require.True(t, ok, text)
		got, ok := ratioOfText(text)
		require.True(t, ok, text)
		require.Equal(t, want.RatString(), got.rat().RatString(), text)
	}
	for _, text := range []string{"", "x", "1.", "."} {
		_, ok := ratioOfText(text)
		_, asBig := new(big.Rat).SetString(text)
		require.Equal(t, asBig, ok, text)
	}
}

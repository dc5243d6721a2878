package ucum_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/ucum"
)

func TestMulAndDiv(t *testing.T) {
	for _, c := range []struct{ u, v, product, quotient string }{
		{"mg", "kg", "mg.kg", "mg/kg"},
		{"mg/kg/d", "kg", "mg/d", "mg/kg2/d"},
		{"mg/{tablet}", "{tablet}/d", "mg/d", "mg.d/{tablet}/{tablet}"},
		{"mL", "mg/mL", "mg", "mL2/mg"},
		{"mg", "mg", "mg2", "1"},
		{"/min", "min", "1", "/min2"},
		{"s-1", "m", "m/s", "/s/m"},
		{"10*3/uL", "uL", "10*3", "10*3/uL2"},
		{"mg", "1", "mg", "mg"},
		{"1", "mg", "mg", "/mg"},
		{"mg/(24.h)", "h", "mg/24", "mg/24/h2"},
		{"8.h", "2", "16.h", "4.h"},
		{"g{creat}", "g", "g{creat}.g", "g{creat}/g"},
		{"ug/(kg.min)", "min", "ug/kg", "ug/kg/min2"},
		{"[iU]/kg", "kg", "[iU]", "[iU]/kg2"},
	} {
		u, v := parse(t, c.u), parse(t, c.v)
		product, err := u.Mul(v)
		require.NoError(t, err)
		require.Equal(t, c.product, product.String(), "%s × %s", u, v)
		require.True(t, product.Equal(parse(t, c.product)), c.product)
		quotient, err := u.Div(v)
		require.NoError(t, err)
		require.Equal(t, c.quotient, quotient.String(), "%s / %s", u, v)
		require.True(t, quotient.Equal(parse(t, c.quotient)), c.quotient)
	}
}

func TestPow(t *testing.T) {
	for _, c := range []struct {
		u    string
		n    int
		want string
	}{
		{"m", 2, "m2"},
		{"m/s", -2, "s2/m2"},
		{"{tablet}", 2, "{tablet}.{tablet}"},
		{"10*3", 2, "10*6"},
		{"Cel", 1, "Cel"},
		{"Cel", 0, "1"},
	} {
		got, err := parse(t, c.u).Pow(c.n)
		require.NoError(t, err)
		require.Equal(t, c.want, got.String())
		require.True(t, got.Equal(parse(t, c.want)))
	}
}

func TestProductsRefused(t *testing.T) {
	long := parse(t, "{"+strings.Repeat("a", 200)+"}")
	_, err := parse(t, "Cel").Mul(parse(t, "mg"))
	require.EqualError(t, err, `Cel × mg: the special unit "Cel" must stand alone`)
	_, err = parse(t, "mg").Div(parse(t, "[pH]"))
	require.EqualError(t, err, `mg / [pH]: the special unit "[pH]" must stand alone`)
	_, err = parse(t, "1").Div(parse(t, "[pH]"))
	require.EqualError(t, err, `1 / [pH]: the special unit "[pH]" must stand alone`)
	_, err = parse(t, "Cel").Pow(2)
	require.EqualError(t, err, `Cel ^ 2: the special unit "Cel" must stand alone`)
	_, err = parse(t, "m2").Pow(16)
	require.EqualError(t, err, `m2 ^ 16: an exponent is beyond ±30`)
	_, err = parse(t, "m").Pow(-1 << 62)
	require.EqualError(t, err, `m ^ -4611686018427387904: an exponent is beyond ±30`)
	_, err = parse(t, "m20").Mul(parse(t, "m11"))
	require.EqualError(t, err, `m20 × m11: an exponent is beyond ±30`)
	_, err = long.Pow(2)
	require.EqualError(t, err, long.String()+` ^ 2: the unit has more than 256 characters`)
	_, err = parse(t, "Ym30.Yg30").Mul(parse(t, "Ys30.YL30"))
	require.EqualError(t, err, `Ym30.Yg30 × Ys30.YL30: the unit becomes too large or too small to calculate with`)
	var product *ucum.ProductError
	require.ErrorAs(t, err, &product)
}

func TestSpecialUnitTimesOneStaysItself(t *testing.T) {
	u, err := parse(t, "Cel").Mul(ucum.One())
	require.NoError(t, err)
	require.Equal(t, "Cel", u.String())
	u, err = ucum.One().Mul(parse(t, "Cel"))
	require.NoError(t, err)
	require.Equal(t, "Cel", u.String())
}

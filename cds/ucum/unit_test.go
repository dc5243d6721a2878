package ucum_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/ucum"
)

func parse(t testing.TB, code string) *ucum.Unit {
	t.Helper()
	u, err := ucum.Parse(code)
	require.NoError(t, err)
	return u
}

func TestComparable(t *testing.T) {
	for _, c := range []struct {
		u, v string
		want bool
	}{
		{"mg/dL", "g/L", true},
		{"mg", "mL", false},
		{"10*3/uL", "10*9/L", true},
		{"%", "1", true},
		{"kg{body_wt}", "[lb_av]", true},
		{"mg/g{creat}", "1", true},
		{"Cel", "[degF]", true},
		{"Cel", "K", true},
		{"[pH]", "mmol/L", true},
		{"dB", "1", true},
		{"meq/L", "mmol/L", true},
		{"mosm/kg", "mmol/kg", true},
		{"mol", "1", false}, // unlike UCUM: moles are no number
		{"mmol/L", "10*9/L", false},
		{"mmol/L", "mg/dL", false},
		{"U/L", "kat/L", true},
		{"[iU]", "k[iU]", true},
		{"[iU]", "[IU]", true},
		{"m[iU]/mL", "[iU]/L", true},
		{"[iU]", "[arb'U]", false},
		{"[iU]", "U", false},
		{"[iU]", "1", false},
		{"[iU]/mL", "/mL", false},
		{"[hp_X]", "[hp_C]", false},
		{"{tablet}", "{tablet}", true},
		{"{tablet}", "1{tablet}", true},
		{"2.{tablet}", "{tablet}", true},
		{"{tablet}", "{pill}", false},
		{"{tablet}", "1", false},
		{"1", "{tablet}", false},
		{"{tablet}", "%", false},
		{"{tablet}", "10*3{rbc}", false},
		{"{tablet}/d", "{tablet}/h", true},
		{"{tablet}/d", "{capsule}/d", false},
		{"mg/{dose}", "mg/{tablet}", false},
		{"{tablet}.{day}", "{day}.{tablet}", true},
		{"{beats}/min", "/min", true},
		{"/min", "{beats}/min", true},
		{"mL/min/{1.73_m2}", "mL/min", true},
		{"{cells}/uL", "10*3/uL", true},
		{"mg/{tablet}.{tablet}", "mg", true},
	} {
		require.Equal(t, c.want, parse(t, c.u).Comparable(parse(t, c.v)), "%s and %s", c.u, c.v)
	}
}

func TestEqual(t *testing.T) {
	for _, c := range []struct {
		u, v string
		want bool
	}{
		{"10*3/uL", "10*9/L", true},
		{"10*3", "10^3", true},
		{"mg/mL", "g/L", true},
		{"L", "dm3", true},
		{"ug/(kg.min)", "ug/kg/min", true},
		{"mg", "g", false},
		{"g", "m", false},
		{"g{creat}", "g", true},
		{"[iU]", "[IU]", true},
		{"{tablet}", "{pill}", false},
		{"{beats}/min", "/min", false},
		{"Cel", "K", false},
		{"Cel", "Cel{oral}", true},
		{"Cel", "mCel", false},
		{"[degF]", "Cel", false},
		{"B[V]", "B[mV]", false},
		{"B[W]", "B", false},
		{"meq", "mmol", true},
		{"1/min", "/min", true},
	} {
		require.Equal(t, c.want, parse(t, c.u).Equal(parse(t, c.v)), "%s and %s", c.u, c.v)
	}
}

func TestOneIsTheZeroUnit(t *testing.T) {
	require.Equal(t, "1", new(ucum.Unit).String())
	require.Equal(t, "", new(ucum.Unit).Display())
	require.True(t, new(ucum.Unit).Equal(ucum.One()))
	require.True(t, ucum.One().Equal(parse(t, "1")))
	require.True(t, ucum.One().Comparable(parse(t, "%")))
	square, err := new(ucum.Unit).Pow(2)
	require.NoError(t, err)
	require.True(t, square.Equal(ucum.One()))
}

func TestUnitsAreSharedByGoroutines(t *testing.T) {
	u, v, value := parse(t, "[degF]"), parse(t, "Cel"), number(t, "98.6")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				got, err := u.Convert(value, v)
				if err != nil || got.String() != "37" || v.Display() != "°C" || !u.Comparable(v) {
					t.Error(got, err)
				}
			}
		})
	}
	wg.Wait()
}

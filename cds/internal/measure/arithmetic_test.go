package measure_test

import (
	"testing"

	"github.com/cockroachdb/apd/v3"
	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/measure"
)

func TestArithmetic(t *testing.T) {
	for _, c := range []struct{ a, op, b, want string }{
		{"0.1 mg", "+", "0.2 mg", "0.3 mg"},
		{"1 g", "+", "500 mg", "1.5 g"},
		{"500 mg", "+", "1 g", "1500 mg"},
		{">1 g", "+", "500 mg", ">1.5 g"},
		{">1 g", "+", "<=500 mg", "not known"},
		{"2", "+", "3", "5"},
		{"2", "+", "3 {tablet}", "5 tablet"},
		{"1 g", "-", "200 mg", "0.8 g"},
		{"1 g", "-", ">200 mg", "<0.8 g"},
		{"1 g", "-", "<=200 mg", ">=0.8 g"},
		{"0.1 mg", "*", "3", "0.3 mg"},
		{"3", "*", "0.1 mg", "0.3 mg"},
		{"5 mg/kg", "*", "70 kg", "350 mg"},
		{"-2", "*", ">3 mg", "<-6 mg"},
		{">2", "*", ">3 mg", ">6 mg"},
		{">=2", "*", ">3 mg", ">6 mg"},
		{"<2", "*", ">3 mg", "not known"},
		{"0", "*", ">3 mg", "0 mg"},
		{"2 {tablet}", "*", "500 mg/{tablet}", "1000 mg"},
		{"350 mg", "/", "70 kg", "5 mg/kg"},
		{"1 mg", "/", "3", "0.3333 mg"},
		{"1 g", "/", "500 mg", "0.002 g/mg"},
		{"6 mg", "/", ">2", ">0 and <3 mg"},
		{"6 mg", "/", "<2", "not known"},
		{"6 mg", "/", ">0", ">0 mg"},
		{"6 mg", "/", "<0", "<0 mg"},
		{">6 mg", "/", "2", ">3 mg"},
		{"6", "/", "2", "3"},
	} {
		operate := map[string]func(a, b measure.Quantity) (measure.Quantity, error){
			"+": measure.Add, "-": measure.Sub, "*": measure.Mul, "/": measure.Div,
		}[c.op]
		got, err := operate(parse(t, c.a), parse(t, c.b))
		require.NoError(t, err, "%s %s %s", c.a, c.op, c.b)
		require.Equal(t, c.want, got.String(), "%s %s %s", c.a, c.op, c.b)
	}
}

func TestArithmeticThatHasNoResult(t *testing.T) {
	failure := func(_ measure.Quantity, err error) error { return err }
	smidgens, err := measure.FromFHIR("5", "", "smidgens", "", "")
	require.NoError(t, err)
	huge := parse(t, "1e100 mg")
	for range 3 {
		if product, err := measure.Mul(huge, parse(t, "1e100")); err == nil {
			huge = product
		}
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{failure(measure.Add(parse(t, "5 mg"), parse(t, "3 mL"))), `"5 mg" cannot be added to "3 mL"`},
		{failure(measure.Sub(parse(t, "5 mg"), parse(t, ">3 mL"))), `"5 mg" cannot be reduced by ">3 mL"`},
		{failure(measure.Add(parse(t, "5 mg"), parse(t, "3"))), `"5 mg" cannot be added to "3": "3" was given without a unit`},
		{failure(measure.Div(parse(t, "5 mg"), parse(t, "0"))), `5 mg / 0: division by zero`},
		{failure(measure.Mul(parse(t, "5 mg"), smidgens)), `5 mg × 5 smidgens: nobody knows the unit "smidgens"`},
		{failure(measure.Mul(parse(t, "37 Cel"), parse(t, "5 mg"))), `37 °C × 5 mg: the special unit "Cel" must stand alone`},
		{failure(measure.Mul(huge, parse(t, "1e100"))), huge.String() + ` × 1e+100: the result is out of bounds`},
	} {
		require.EqualError(t, c.err, c.want)
	}
	scaled, err := smidgens.Scale(apd.New(2, 0))
	require.NoError(t, err)
	require.Equal(t, "10 smidgens", scaled.String())
}

func TestConversion(t *testing.T) {
	for _, c := range []struct{ q, unit, want string }{
		{"5 mg", "g", "0.005 g"},
		{"5.0 mg", "mg", "5.0 mg"},
		{">1 g", "mg", ">1000 mg"},
		{"37 Cel", "[degF]", "98.6 °F"},
		{"5", "{INR}", "5 INR"},
		{"150 [lb_av]", "kg", "68.04 kg"},
		{"<7 [pH]", "nmol/L", ">100 nmol/L"},
		{">=7 [pH]", "nmol/L", "<=100 nmol/L"},
	} {
		got, err := parse(t, c.q).To(c.unit)
		require.NoError(t, err)
		require.Equal(t, c.want, got.String(), "%s in %s", c.q, c.unit)
	}
	value, err := parse(t, "2.5 g").In("mg")
	require.NoError(t, err)
	require.Equal(t, "2500", value.Text('f'))
	for _, c := range []struct{ q, unit, want string }{
		{"5 mg", "mL", `"5 mg" cannot be given in "mL"`},
		{"5", "mg", `"5" cannot be given in "mg": "5" was given without a unit`},
		{">5 g", "mg", `">5 g" is not one value`},
	} {
		_, err := parse(t, c.q).In(c.unit)
		require.EqualError(t, err, c.want)
	}
}

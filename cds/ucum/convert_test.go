package ucum_test

import (
	"testing"

	"github.com/cockroachdb/apd/v3"
	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/ucum"
)

func number(t testing.TB, s string) *apd.Decimal {
	t.Helper()
	d, _, err := apd.NewFromString(s)
	require.NoError(t, err)
	return d
}

func TestConvert(t *testing.T) {
	for _, c := range []struct{ value, from, to, want string }{
		{"1.2", "g/L", "mg/dL", "120"},
		{"150", "10*3/uL", "10*9/L", "150"},
		{"4.5", "10*6/uL", "10*12/L", "4.5"},
		{"1", "[lb_av]", "kg", "0.45359237"},
		{"70", "kg", "[lb_av]", "154.3235835294143065060816609415189"},
		{"1", "[in_i]", "cm", "2.54"},
		{"6", "[ft_i]", "cm", "182.88"},
		{"1", "[oz_av]", "g", "28.349523125"},
		{"1", "[tsp_us]", "mL", "4.92892159375"},
		{"1", "[foz_us]", "mL", "29.5735295625"},
		{"20", "[drp]", "mL", "1"},
		{"1", "[gr]", "mg", "64.79891"},
		{"1", "[ft_us]", "m", "0.3048006096012192024384048768097536"},
		{"5", "ug/(kg.min)", "mg/kg/h", "0.3"},
		{"2", "mg/kg/d", "ug/kg/h", "83.33333333333333333333333333333333"},
		{"2.40", "mg/kg/d", "ug/kg/h", "100"},
		{"1", "wk", "d", "7"},
		{"1", "a", "d", "365.25"},
		{"1", "mo", "d", "30.4375"},
		{"12", "mo", "a", "1"},
		{"36", "h", "d", "1.5"},
		{"1", "mm[Hg]", "Pa", "133.322"},
		{"13.6", "cm[H2O]", "mm[Hg]", "10.00363330883125065630578599180930"},
		{"1", "meq/L", "mmol/L", "1"},
		{"290", "mosm/kg", "mmol/kg", "290"},
		{"60", "U/L", "ukat/L", "1"},
		{"1", "g%", "g/L", "10"},
		{"6.5", "%", "1", "0.065"},
		{"48", "mmol/mol", "%", "4.8"},
		{"3", "[ppm]", "%", "0.0003"},
		{"2500", "[iU]", "k[iU]", "2.5"},
		{"4.2", "m[iU]/L", "u[iU]/mL", "4.2"},
		{"90", "mL/min/{1.73_m2}", "mL/min", "90"},
		{"1.5", "mL/s", "mL/min/{1.73_m2}", "90"},
		{"3", "2.{tablet}", "{tablet}", "6"},
		{"2.5", "{INR}", "1", "2.5"},
		{"2.5", "1", "{INR}", "2.5"},
		{"2.5", "{ratio}", "{INR}", "2.5"},
		{"72", "{beats}/min", "/s", "1.2"},
		{"1", "[Cal]", "kJ", "4.184"},
		{"6.3", "s/m.mg", "s.m-1.g", "0.0063"},
		{"6.3", "s/4/m", "s/m", "1.575"},
		{"6.3", "s.mm-2", "s.m-2", "6300000"},
		{"1", "S", "g-1.m-2.C2.s", "0.001"},
		{"1", "[ly]", "cm", "946073047258080000"},
		{"1", "1/[ly]", "cm-1", "1.057000834024615463709460524485127E-18"},
		{"1", "4.[pi].10*-7.s", "s", "0.000001256637061435917295385057353311801"},
		{"180", "deg", "rad", "3.141592653589793238462643383279503"},
		{"1", "deg", "'", "60"},
		{"1", "mm/3", "mm", "0.3333333333333333333333333333333333"},
		{"3", "mm/3", "mm", "1"},
		{"24", "[Ch]", "mm", "8"},
		{"1", "u", "g", "1.66053906660E-24"},
		{"1", "[e]", "C", "1.602176634E-19"},
		{"-0.5", "g", "mg", "-500"},
		{"0", "g", "mg", "0"},
		{"1.50", "mg", "mg", "1.50"},
		{"1E+30", "km", "m", "1000000000000000000000000000000000"},
		{"1E+1500", "km", "m", "1E+1503"},
	} {
		got, err := parse(t, c.from).Convert(number(t, c.value), parse(t, c.to))
		require.NoError(t, err, "%s %s", c.value, c.from)
		require.Equal(t, 0, got.Cmp(number(t, c.want)), "%s %s is %s %s, not %s", c.value, c.from, got, c.to, c.want)
	}
}

func TestConvertSpecialUnits(t *testing.T) {
	for _, c := range []struct{ value, from, to, want string }{
		{"98.6", "[degF]", "Cel", "37"},
		{"37", "Cel", "[degF]", "98.6"},
		{"37.0", "Cel", "K", "310.15"},
		{"0", "K", "Cel", "-273.15"},
		{"-40", "[degF]", "Cel", "-40"},
		{"100.4", "[degF]", "K", "311.15"},
		{"80", "[degRe]", "Cel", "100"},
		{"491.67", "[degR]", "Cel", "0"},
		{"37000", "mCel", "Cel", "37"},
		{"310.15", "K", "mCel", "37000"},
		{"100", "[degF]", "Cel", "37.77777777777777777777777777777778"},
		{"37.20", "Cel", "Cel{oral}", "37.20"},
		{"7", "[pH]", "mol/L", "0.0000001"},
		{"7.4", "[pH]", "nmol/L", "39.81071705534972507702523050877520"},
		{"40", "nmol/L", "[pH]", "7.397940008672037609572522210551014"},
		{"0.001", "mol/L", "[pH]", "3"},
		{"20", "dB", "1", "100"},
		{"2", "1", "B", "0.3010299956639811952137388947244930"},
		{"1", "Np", "1", "2.718281828459045235360287471352662"},
		{"1", "Np", "dB", "4.342944819032518276511289189166051"},
		{"10", "1", "Np", "2.302585092994045684017991454684364"},
		{"60", "dB[SPL]", "Pa", "0.02"},
		{"0.02", "Pa", "dB[SPL]", "60"},
		{"3", "B[V]", "B[mV]", "9"},
		{"0", "B[kW]", "B[W]", "3"},
		{"2", "B[10.nV]", "nV", "100"},
		{"8", "bit_s", "1", "256"},
		{"1024", "1", "bit_s", "10"},
		{"3", "[hp'_X]", "1", "0.001"},
		{"2", "[hp'_C]", "1", "0.0001"},
		{"2", "[hp'_M]", "1", "0.000001"},
		{"2", "[hp'_Q]", "1", "0.0000000004"},
		{"0.000001", "1", "[hp'_C]", "3"},
		{"100", "%[slope]", "deg", "45"},
		{"45", "deg", "%[slope]", "100"},
		{"-100", "[p'diop]", "deg", "-45"},
		{"30", "deg", "[p'diop]", "57.73502691896257645091487805019575"},
		{"0", "deg", "%[slope]", "0"},
		{"3", "[m/s2/Hz^(1/2)]", "m2/s4/Hz", "9"},
		{"2", "m2/s4/Hz", "[m/s2/Hz^(1/2)]", "1.414213562373095048801688724209698"},
	} {
		got, err := parse(t, c.from).Convert(number(t, c.value), parse(t, c.to))
		require.NoError(t, err, "%s %s", c.value, c.from)
		require.Equal(t, 0, got.Cmp(number(t, c.want)), "%s %s is %s %s, not %s", c.value, c.from, got, c.to, c.want)
	}
}

func TestConvertWritesPlainNumbers(t *testing.T) {
	for _, c := range []struct{ value, from, to, want string }{
		{"1.2", "g/L", "mg/dL", "120"},
		{"1.20", "g/L", "mg/mL", "1.20"},
		{"98.60", "[degF]", "Cel", "37"},
		{"5", "mg", "g", "0.005"},
		{"2", "t", "ug", "2000000000000"},
		{"-0.0", "mg", "g", "0"},
	} {
		got, err := parse(t, c.from).Convert(number(t, c.value), parse(t, c.to))
		require.NoError(t, err)
		require.Equal(t, c.want, got.String())
	}
}

func TestConvertRefuses(t *testing.T) {
	for _, c := range []struct{ value, from, to, message string }{
		{"1", "mg", "mL", `"mg" cannot be converted to "mL"`},
		{"1", "{tablet}", "{pill}", `"{tablet}" cannot be converted to "{pill}"`},
		{"1", "{tablet}", "1", `"{tablet}" cannot be converted to "1"`},
		{"1", "[iU]", "[arb'U]", `"[iU]" cannot be converted to "[arb'U]"`},
		{"1", "mmol/L", "mg/dL", `"mmol/L" cannot be converted to "mg/dL"`},
		{"1", "Cel", "kg", `"Cel" cannot be converted to "kg"`},
		{"0", "mol/L", "[pH]", `"mol/L" cannot be converted to "[pH]": the value has no place on the scale`},
		{"-1", "1", "dB", `"1" cannot be converted to "dB": the value has no place on the scale`},
		{"90", "deg", "%[slope]", `"deg" cannot be converted to "%[slope]": the value has no place on the scale`},
		{"-1", "[m/s2/Hz^(1/2)]", "m2/s4/Hz", `"[m/s2/Hz^(1/2)]" cannot be converted to "m2/s4/Hz": the value has no place on the scale`},
		{"9999", "[pH]", "mol/L", `"[pH]" cannot be converted to "mol/L": the value is out of bounds`},
		{"1E+2000", "km", "m", `"km" cannot be converted to "m": the value is out of bounds`},
		{"1E+2001", "m", "m", `"m" cannot be converted to "m": the value is out of bounds`},
		{"1E-2001", "m", "km", `"m" cannot be converted to "km": the value is out of bounds`},
		{"1E+2000", "B", "Np", `"B" cannot be converted to "Np": the value is out of bounds`},
		{"NaN", "m", "km", `"m" cannot be converted to "km": the value is not a number`},
		{"Infinity", "m", "km", `"m" cannot be converted to "km": the value is not a number`},
	} {
		_, err := parse(t, c.from).Convert(number(t, c.value), parse(t, c.to))
		require.EqualError(t, err, c.message)
		var conversion *ucum.ConversionError
		require.ErrorAs(t, err, &conversion)
	}
	long := apd.New(1, 0)
	long.Coeff.Lsh(&long.Coeff, 1<<20)
	_, err := ucum.One().Convert(long, ucum.One())
	require.EqualError(t, err, `"1" cannot be converted to "1": the value is out of bounds`)
	_, err = ucum.One().Convert(nil, ucum.One())
	require.EqualError(t, err, `"1" cannot be converted to "1": the value is not a number`)
}

func TestConvertMolar(t *testing.T) {
	const glucose, creatinine, calcium, potassium = "180.156", "113.12", "40.078", "39.0983"
	for _, c := range []struct{ value, from, to, mass, want string }{
		{"5", "mmol/L", "mg/dL", glucose, "90.078"},
		{"90.078", "mg/dL", "mmol/L", glucose, "5"},
		{"1", "mg/dL", "umol/L", creatinine, "88.40169731258840169731258840169731"},
		{"2.5", "mmol/L", "mg/dL", calcium, "10.0195"},
		{"20", "meq", "mg", potassium, "781.966"},
		{"1", "mmol/d", "mg/h", glucose, "7.5065"},
		{"1", "mmol/mol", "mg/g", glucose, ""},
		{"2", "mg/mmol", "mmol/mmol", creatinine, "0.01768033946251768033946251768033946"},
		{"1", "L/mmol", "L/mg", "2", "0.5"},
		{"3", "mol2", "g2", "10", "300"},
		{"300", "g2", "mol2", "10", "3"},
		{"1", "mol", "g", "123456789012345678901234567890", "123456789012345678901234567890"},
		{"1.2", "g/L", "mg/dL", glucose, "120"},
		{"1.2", "g/L", "mg/dL", "", "120"},
		{"1", "[pH]", "mol/L", "", "0.1"},
	} {
		var mass *apd.Decimal
		if c.mass != "" {
			mass = number(t, c.mass)
		}
		got, err := parse(t, c.from).ConvertMolar(number(t, c.value), parse(t, c.to), mass)
		if c.want == "" { // the moles cancel: a ratio, which needs no bridge
			require.NoError(t, err)
			require.Equal(t, "1", got.String())
			continue
		}
		require.NoError(t, err)
		require.Equal(t, 0, got.Cmp(number(t, c.want)), "%s %s is %s %s, not %s", c.value, c.from, got, c.to, c.want)
	}
}

func TestConvertMolarRefuses(t *testing.T) {
	for _, c := range []struct{ value, from, to, mass, message string }{
		{"1", "mmol", "mL", "100", `"mmol" cannot be converted to "mL"`},
		{"1", "mmol/L", "mg", "100", `"mmol/L" cannot be converted to "mg"`},
		{"1", "mmol", "{tablet}", "100", `"mmol" cannot be converted to "{tablet}"`},
		{"1", "mmol/{dose}", "mg/{tablet}", "100", `"mmol/{dose}" cannot be converted to "mg/{tablet}"`},
		{"1", "[pH]", "g/L", "100", `"[pH]" cannot be converted to "g/L"`},
		{"1", "[iU]", "mg", "100", `"[iU]" cannot be converted to "mg"`},
		{"1", "mmol", "mg", "0", `"mmol" cannot be converted to "mg": the molar mass is not a number above 0`},
		{"1", "mmol", "mg", "-1", `"mmol" cannot be converted to "mg": the molar mass is not a number above 0`},
		{"1", "mmol", "mg", "NaN", `"mmol" cannot be converted to "mg": the molar mass is not a number above 0`},
		{"NaN", "mmol", "mg", "1", `"mmol" cannot be converted to "mg": the value is not a number`},
	} {
		_, err := parse(t, c.from).ConvertMolar(number(t, c.value), parse(t, c.to), number(t, c.mass))
		require.EqualError(t, err, c.message)
	}
	_, err := parse(t, "mmol").ConvertMolar(number(t, "1"), parse(t, "mg"), nil)
	require.EqualError(t, err, `"mmol" cannot be converted to "mg": the molar mass is not a number above 0`)
}

package measure_test

import (
	"strings"
	"testing"

	"github.com/cockroachdb/apd/v3"
	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/ucum"
)

func parse(t testing.TB, s string) measure.Quantity {
	t.Helper()
	q, err := measure.Parse(s)
	require.NoError(t, err)
	return q
}

func TestQuantitiesAsAPersonReadsThem(t *testing.T) {
	for text, want := range map[string]string{
		"25 mL/min/{1.73_m2}":    "25 mL/min/1.73 m²",
		">60 mg/dL":              ">60 mg/dL",
		">= 60 mg/dL":            ">=60 mg/dL",
		"<0.5 ng/mL":             "<0.5 ng/mL",
		"<=5mg":                  "<=5 mg",
		"5.0 mmol/L":             "5.0 mmol/L",
		"0.005 g":                "0.005 g",
		"-2.5 mmol/L":            "-2.5 mmol/L",
		"-0 mg":                  "0 mg",
		".5 mg":                  "0.5 mg",
		"1e3 mg":                 "1000 mg",
		"5e-3 g":                 "0.005 g",
		"250 10*3/uL":            "250 10³/µL",
		"5 %":                    "5%",
		"2":                      "2",
		"2 1":                    "2",
		"2 {tablet}":             "2 tablet",
		"10 [iU]":                "10 IU",
		"5 ug/h":                 "5 mcg/h",
		"1e50 mg":                "1e+50 mg",
		"78.30000000000001 kg":   "78.3 kg",
		"0.30000000000000004 mg": "0.3 mg",
		"123456789012 /L":        "123456789012 /L",
		"12345678901234.5 /L":    "12345678901234 /L",
	} {
		require.Equal(t, want, parse(t, text).String(), text)
	}
	require.Equal(t, "not known", measure.Quantity{}.String())
	require.Equal(t, "5 mg", measure.Of(apd.New(5000, -3), ucumUnit(t, "mg")).String())
	require.Equal(t, "0.3333 mg", measure.Of(apd.New(33333333333, -11), ucumUnit(t, "mg")).String())
	require.Equal(t, "1234568 mg", measure.Of(apd.New(12345678, -1), ucumUnit(t, "mg")).String())
}

func ucumUnit(t testing.TB, code string) *ucum.Unit {
	t.Helper()
	u, err := ucum.Parse(code)
	require.NoError(t, err)
	return u
}

func TestWhatIsNotAQuantity(t *testing.T) {
	digits := strings.Repeat("1", 41)
	for text, want := range map[string]string{
		"":               `"" is not a quantity: it does not begin with a number`,
		"mg":             `"mg" is not a quantity: it does not begin with a number`,
		"> mg":           `"> mg" is not a quantity: it does not begin with a number`,
		"NaN mg":         `"NaN mg" is not a quantity: it does not begin with a number`,
		"+5 mg":          `"+5 mg" is not a quantity: it does not begin with a number`,
		"<>5 mg":         `the comparator "<>" is none of <, <=, >= and >`,
		"1e999999999 mg": `"1e999999999" is not a quantity: its exponent is beyond ±100`,
		"1e-101 mg":      `"1e-101" is not a quantity: its exponent is beyond ±100`,
		digits + " mg":   `"1111111111111111111111111111111111111…" is not a quantity: it has more than 40 digits`,
		"0." + digits:    `"0.11111111111111111111111111111111111…" is not a quantity: it has more than 40 digits`,
	} {
		_, err := measure.Parse(text)
		require.EqualError(t, err, want)
	}
	for _, value := range []string{"", "1.", ".", "-", "1e", "e5", "0x10", "1_000", "Infinity", "NaN", " 5", "5 "} {
		_, err := measure.New(value, "", "mg")
		require.EqualError(t, err, `"`+value+`" is not a quantity: expected digits such as 12.5`)
	}
	_, err := measure.New("5", "ad", "mg")
	require.EqualError(t, err, `the comparator "ad" is none of <, <=, >= and >`)
	_, unknownUnit := ucum.Parse("mgg")
	_, err = measure.Parse("5 mgg")
	require.Equal(t, unknownUnit, err)
	_, err = measure.New("0."+strings.Repeat("0", 300)+"1", "", "mg")
	require.Error(t, err)
}

func TestFromFHIR(t *testing.T) {
	const system = "http://unitsofmeasure.org"
	for _, c := range []struct {
		name                 string
		unit, system, code   string
		want, code5, display string
	}{
		{"the code counts", "milligrams per decilitre", system, "mg/dL", "5 mg/dL", "mg/dL", "mg/dL"},
		{"even where it is readable otherwise", "", system, "ML", "5 ML", "ML", "ML"},
		{"a code that is none is read leniently", "", system, "mcg", "5 mcg", "ug", "mcg"},
		{"or else the unit", "mg", system, "nonsense", "5 mg", "mg", "mg"},
		{"UCUM by its OID", "", "urn:oid:2.16.840.1.113883.6.8", "mg", "5 mg", "mg", "mg"},
		{"no system: the unit", "mg/dl", "", "", "5 mg/dL", "mg/dl", "mg/dL"},
		{"no system: the code", "", "", "mg", "5 mg", "mg", "mg"},
		{"another system's code is not UCUM", "", "http://example.org/units", "G", "5 G", "G", "G"},
		{"but the unit can be", "g", "http://example.org/units", "G", "5 g", "g", "g"},
		{"nobody knows it", "smidgens", "", "", "5 smidgens", "smidgens", "smidgens"},
		{"none", "", system, "", "5", "", ""},
	} {
		q, err := measure.FromFHIR("5", "", c.unit, c.system, c.code)
		require.NoError(t, err, c.name)
		require.Equal(t, []string{c.want, c.code5, c.display}, []string{q.String(), q.UnitCode(), q.UnitDisplay()}, c.name)
	}
	_, err := measure.FromFHIR("five", "", "mg", "", "")
	require.EqualError(t, err, `"five" is not a quantity: expected digits such as 12.5`)
	opaque, err := measure.FromFHIR("5", "", "smidgens", "", "")
	require.NoError(t, err)
	require.Nil(t, opaque.Unit)
}

func TestFloat64(t *testing.T) {
	f, ok := parse(t, "2.5 mg").Float64()
	require.Equal(t, 2.5, f)
	require.True(t, ok)
	_, ok = parse(t, ">2.5 mg").Float64()
	require.False(t, ok)
	_, ok = measure.Quantity{}.Float64()
	require.False(t, ok)
}

func TestAtLeast(t *testing.T) {
	q := parse(t, "3 g").AtLeast()
	require.Equal(t, ">=3 g", q.String())
	more, err := measure.Less(parse(t, "2 g"), q)
	require.NoError(t, err)
	require.Equal(t, kleene.True, more)
	require.True(t, measure.Quantity{}.IsZero())
	require.False(t, q.IsZero())
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"5 mg", ">60 mL/min/{1.73_m2}", "1e999999999 mg", "0.1", "<=5%", "-.5e-3 [pH]", "5eq", "1e+", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := measure.Parse(s)
		if err != nil {
			require.True(t, q.IsZero())
			return
		}
		require.NotEmpty(t, q.String())
		truth, err := measure.Less(q, q)
		require.NoError(t, err)
		require.NotEqual(t, kleene.True, truth)
		if _, exact := q.Float64(); exact {
			equal, err := measure.Equal(q, q)
			require.NoError(t, err)
			require.Equal(t, kleene.True, equal)
		}
	})
}

package ucum_test

import (
	"testing"

	"github.com/cockroachdb/apd/v3"
	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/ucum"
)

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ucum.Parse("mL/min/{1.73_m2}")
	}
}

func BenchmarkParseInvalid(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ucum.Parse("mg/DL")
	}
}

func BenchmarkParseLenient(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ucum.ParseLenient("mcg/kg/min")
	}
}

// conversions are those whose cost is promised: what is remembered of the units is all that is needed.
var conversions = []struct{ name, value, from, to string }{
	{"power of ten", "1.2", "g/L", "mg/dL"},
	{"the same", "7.25", "mg/mL", "g/L"},
	{"other factor", "70.5", "kg", "[lb_av]"},
	{"long value", "154.32358352941431", "[lb_av]", "kg"},
	{"without end", "5", "mg/d", "ug/h"},
	{"infusion", "0.05", "ug/kg/min", "mg/kg/d"},
	{"pressure", "7.3", "kPa", "mm[Hg]"},
	{"counted", "90", "mL/min/{1.73_m2}", "L/h"},
	{"temperature", "98.6", "[degF]", "Cel"},
	{"temperature without end", "99.9", "[degF]", "Cel"},
	{"kelvin", "37.2", "Cel", "K"},
}

func BenchmarkConvert(b *testing.B) {
	for _, c := range conversions {
		b.Run(c.name, func(b *testing.B) {
			from, to, value := parse(b, c.from), parse(b, c.to), number(b, c.value)
			b.ReportAllocs()
			for b.Loop() {
				from.Convert(value, to)
			}
		})
	}
}

func BenchmarkConvertMolar(b *testing.B) {
	from, to, mass := parse(b, "mmol/L"), parse(b, "mg/dL"), number(b, "180.156")
	for name, c := range map[string]struct {
		value    *apd.Decimal
		from, to *ucum.Unit
	}{
		"to mass":   {number(b, "5.5"), from, to},
		"from mass": {number(b, "99"), to, from},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.from.ConvertMolar(c.value, c.to, mass)
			}
		})
	}
}

func BenchmarkConvertParallel(b *testing.B) {
	value := number(b, "1.2")
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			from, _ := ucum.Parse("g/L")
			to, _ := ucum.Parse("mg/dL")
			from.Convert(value, to)
		}
	})
}

func BenchmarkConvertLogarithm(b *testing.B) {
	from, to, value := parse(b, "[pH]"), parse(b, "nmol/L"), number(b, "7.4")
	b.ReportAllocs()
	for b.Loop() {
		from.Convert(value, to)
	}
}

func TestConversionAllocatesOnce(t *testing.T) {
	for _, c := range conversions {
		from, to, value := parse(t, c.from), parse(t, c.to), number(t, c.value)
		allocations := testing.AllocsPerRun(100, func() { from.Convert(value, to) })
		require.LessOrEqual(t, allocations, 1.0, c.name)
	}
	require.Zero(t, testing.AllocsPerRun(100, func() { ucum.Parse("ug/(kg.min)") }))
	require.Zero(t, testing.AllocsPerRun(100, func() { ucum.ParseLenient("mcg/kg/min") }))
}

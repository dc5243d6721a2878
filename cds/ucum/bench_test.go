package ucum_test

import (
	"testing"

	"github.com/primum-cds/primum/cds/ucum"
)

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		_, _ = ucum.Parse("mL/min/{1.73_m2}")
	}
}

func BenchmarkParseLenient(b *testing.B) {
	for b.Loop() {
		_, _, _ = ucum.ParseLenient("mcg/kg/hr")
	}
}

func BenchmarkConvert(b *testing.B) {
	from, to, value := parse(b, "g/L"), parse(b, "mg/dL"), number(b, "1.2")
	for b.Loop() {
		_, _ = from.Convert(value, to)
	}
}

package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEmbeddedTablesParse(t *testing.T) {
	s, err := parse(elements, valueSets)
	require.NoError(t, err)
	require.Equal(t, s, Load())
}

func TestParseErrors(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"unknown base", "Patient : DomainResource\n", `line 1: Patient inherits from unknown type "DomainResource"`},
		{"no type above", " id ? string\n", `line 1: "id ? string" is indented below no type`},
		{"too deep", "Element\n id ? string\n  x ? string\n", `line 3: "x ? string" is indented below no type`},
		{"no cardinality", "# a comment\nElement\n id string\n", `line 3: "id string" is not an element`},
		{"no type", "Element\n id ?\n", `line 2: "id ?" is not an element`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := parse(test.text, "")
			require.EqualError(t, err, test.want)
		})
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parse(elements, valueSets); err != nil {
			b.Fatal(err)
		}
	}
}

package terminology_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/terminology"
)

func TestSystem(t *testing.T) {
	require.Equal(t, []string{
		"atc", "cpt", "cvx", "hcpcs", "icd10", "icd10cm", "loinc", "ndc", "rxnorm", "snomed", "unii",
	}, terminology.Systems())
	for _, short := range terminology.Systems() {
		url, ok := terminology.System(short)
		require.True(t, ok, short)
		require.Equal(t, url, terminology.Canonical(url))
	}
	for _, unknown := range []string{"", "RxNorm", "ucum", "snomedct"} {
		_, ok := terminology.System(unknown)
		require.False(t, ok, unknown)
	}
}

func TestCanonical(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"as it is", "http://loinc.org", terminology.LOINC},
		{"https", "https://loinc.org", terminology.LOINC},
		{"a slash at the end", "http://snomed.info/sct/", terminology.SNOMED},
		{"another case", "HTTP://www.NLM.nih.gov/research/umls/RxNorm", terminology.RxNorm},
		{"blanks around", " http://loinc.org ", terminology.LOINC},
		{"an OID", "urn:oid:2.16.840.1.113883.6.88", terminology.RxNorm},
		{"an older OID", "urn:oid:2.16.840.1.113883.6.14", terminology.HCPCS},
		{"an OID that is longer", "urn:oid:2.16.840.1.113883.6.881", "urn:oid:2.16.840.1.113883.6.881"},
		{"an OID in capitals", "URN:OID:2.16.840.1.113883.6.1", terminology.LOINC},
		{"units", "https://unitsofmeasure.org/", terminology.UCUM},
		{"a neighbour", "http://hl7.org/fhir/sid/icd-10-cm/x", "http://hl7.org/fhir/sid/icd-10-cm/x"},
		{"ICD-10 is not ICD-10-CM", "http://hl7.org/fhir/sid/icd-10/", terminology.ICD10},
		{"unknown keeps its spelling", "HTTPS://Example.org/Codes/", "HTTPS://Example.org/Codes/"},
		{"no scheme", "loinc.org", "loinc.org"},
		{"empty", "", ""},
		{"very long", "https://loinc.org" + strings.Repeat("/", 1000), "https://loinc.org" + strings.Repeat("/", 1000)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, terminology.Canonical(test.in))
		})
	}
}

func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{"urn:oid:2.16.840.1.113883.6.88", "https://LOINC.org/", "http://", "", "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, url string) {
		once := terminology.Canonical(url)
		require.Equal(t, once, terminology.Canonical(once), "canonical is a fixed point")
	})
}

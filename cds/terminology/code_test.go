package terminology_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/terminology"
)

func TestInterner(t *testing.T) {
	in := terminology.NewInterner()
	warfarin := in.Intern(terminology.Code{System: terminology.RxNorm, Code: "11289"})
	egfr := in.Intern(terminology.Code{System: "https://loinc.org/", Code: "62238-1"})
	require.NotZero(t, warfarin)
	require.NotEqual(t, warfarin, egfr)
	require.Equal(t, 2, in.Len())

	require.Equal(t, warfarin, in.Intern(terminology.Code{System: "urn:oid:2.16.840.1.113883.6.88", Code: "11289"}))
	require.Equal(t, egfr, in.Lookup(terminology.Code{System: terminology.LOINC, Code: "62238-1"}))
	require.Equal(t, "http://loinc.org|62238-1", in.Code(egfr).String())

	require.Zero(t, in.Lookup(terminology.Code{System: terminology.SNOMED, Code: "11289"}), "another system")
	require.Zero(t, in.Lookup(terminology.Code{System: terminology.LOINC, Code: "62238-1 "}), "codes are exact")
	require.Zero(t, in.Lookup(terminology.Code{}))
	require.Zero(t, in.Code(0))
	require.Zero(t, in.Code(3))
	require.Equal(t, 2, in.Len())
}

func TestInternerLookupDoesNotAllocate(t *testing.T) {
	in := terminology.NewInterner()
	in.Intern(terminology.Code{System: terminology.RxNorm, Code: "11289"})
	code := terminology.Code{System: "https://www.nlm.nih.gov/research/umls/rxnorm/", Code: "11289"}
	require.Zero(t, testing.AllocsPerRun(100, func() { in.Lookup(code) }))
}

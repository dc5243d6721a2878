package terminology

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAddValueSet(t *testing.T) {
	const url = "http://example.org/ValueSet/x"
	l := NewLibrary()
	require.NoError(t, l.AddValueSet(url, "1", "a.terms", []Code{{"https://snomed.info/sct/", "2"}, {SNOMED, "1"}, {SNOMED, "2"}}))
	codes, err := l.ValueSet(t.Context(), url)
	require.NoError(t, err)
	require.Equal(t, []Code{{SNOMED, "1"}, {SNOMED, "2"}}, codes)

	require.NoError(t, l.AddValueSet(url, "1", "b.terms", codes), "the same once more")
	require.EqualError(t, l.AddValueSet(url, "1", "b.terms", codes[:1]), "the value set http://example.org/ValueSet/x|1 is stored with other codes in a.terms")
	require.EqualError(t, l.AddValueSet(url, "3", "b.terms", nil), "the value set http://example.org/ValueSet/x has no codes")
	require.EqualError(t, l.AddValueSet("", "", "b.terms", codes), "the value set without a URL has no codes")

	require.NoError(t, l.AddValueSet(url, "2", "b.terms", codes[:1]))
	newest, err := l.ValueSet(t.Context(), url)
	require.NoError(t, err)
	require.Equal(t, codes[:1], newest)
	older, err := l.ValueSet(t.Context(), url+"|1")
	require.NoError(t, err)
	require.Equal(t, codes, older)
}

func TestAComposedValueSetIsEvaluatedWhereItCanBe(t *testing.T) {
	const url = "http://example.org/ValueSet/nsaids"
	composed := `{"resourceType":"ValueSet","url":"` + url + `","compose":{"include":[
		{"system":"http://example.org/drugs","filter":[{"property":"concept","op":"descendent-of","value":"antiplatelet"}]}]}}`
	l := library(t, composed)
	require.NoError(t, l.AddValueSet(url, "", "a.terms", []Code{drug("clopidogrel")}))
	codes, err := l.ValueSet(t.Context(), url)
	require.NoError(t, err)
	require.Equal(t, "clopidogrel", bare(codes), "the system is not loaded")

	require.NoError(t, l.Add([]byte(drugClasses), "drugs.json"))
	codes, err = l.ValueSet(t.Context(), url)
	require.NoError(t, err)
	require.Equal(t, "aspirin clopidogrel", bare(codes))
}

func TestAddConceptMap(t *testing.T) {
	const url = "http://example.org/ConceptMap/local"
	local := func(code string) Code { return Code{"http://example.org/local", code} }
	mappings := []Mapping{
		{local("asa"), drug("aspirin"), "equivalent"},
		{local("pain"), drug("ibuprofen"), "narrower"},
		{local("clot"), Code{"https://snomed.info/sct", "1"}, "wider"},
	}
	l := NewLibrary()
	require.NoError(t, l.AddConceptMap(url, "", "a.terms", mappings))
	require.Equal(t, []Code{drug("aspirin")}, l.Translate(local("asa")))
	require.Equal(t, []Code{{SNOMED, "1"}}, l.Translate(local("clot")))
	require.Empty(t, l.Translate(local("pain")), "a narrower code would claim too much")

	require.NoError(t, l.AddConceptMap(url, "", "b.terms", []Mapping{mappings[2], mappings[0]}))
	require.EqualError(t, l.AddConceptMap(url, "", "b.terms", mappings[:1]), "the concept map http://example.org/ConceptMap/local is loaded with other mappings from a.terms")
	require.EqualError(t, l.AddConceptMap(url, "2", "b.terms", []Mapping{{local("asa"), drug("aspirin"), "same"}}), `the concept map http://example.org/ConceptMap/local: equivalence "same" is not known`)
}

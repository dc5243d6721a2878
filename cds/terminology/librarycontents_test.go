package terminology

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestContents(t *testing.T) {
	l := library(t, drugClasses,
		`{"resourceType":"CodeSystem","url":"http://example.org/drugs","version":"0.9","content":"complete","concept":[{"code":"old"}]}`,
		`{"resourceType":"CodeSystem","url":"https://snomed.info/sct","content":"fragment","valueSet":"http://example.org/ValueSet/never","concept":[{"code":"1"}]}`,
		`{"resourceType":"CodeSystem","url":"http://example.org/parts","content":"complete","hierarchyMeaning":"part-of","concept":[{"code":"hand","concept":[{"code":"finger"}]}]}`,
		`{"resourceType":"ValueSet","url":"http://example.org/ValueSet/x","version":"2","compose":{"include":[{"system":"http://example.org/drugs"}]}}`,
		`{"resourceType":"ValueSet","url":"http://example.org/ValueSet/x","version":"10","compose":{"include":[{"system":"http://example.org/drugs"}]}}`,
		`{"resourceType":"ConceptMap","url":"http://example.org/map","group":[{"source":"http://example.org/a","target":"http://example.org/drugs","element":[
			{"code":"1","target":[{"code":"aspirin","relationship":"source-is-narrower-than-target"},{"code":"nsaid","equivalence":"inexact"}]}]}]}`,
		`{"resourceType":"ConceptMap","url":"http://example.org/retired","status":"retired","group":[{"source":"http://example.org/a","target":"http://example.org/drugs","element":[
			{"code":"1","target":[{"code":"aspirin","equivalence":"equal"}]}]}]}`)
	require.Equal(t, []Loaded{{"http://example.org/drugs", "1", "0.json"}, {"http://example.org/parts", "", "3.json"}, {SNOMED, "", "2.json"}}, l.CodeSystems())
	require.Equal(t, []Loaded{{"http://example.org/ValueSet/all-drugs", "1", "0.json"}, {"http://example.org/ValueSet/x", "10", "5.json"}}, l.ValueSets())
	require.Equal(t, []Loaded{{"http://example.org/map", "", "6.json"}, {"http://example.org/retired", "", "7.json"}}, l.ConceptMaps())

	require.Equal(t, []Mapping{{Code{"http://example.org/a", "1"}, drug("aspirin"), "wider"}}, l.Mappings("http://example.org/map"))
	require.Empty(t, l.Mappings("http://example.org/retired"))
	require.Empty(t, l.Mappings("http://example.org/none"))
}

func TestCodeSystem(t *testing.T) {
	l := library(t, drugClasses,
		`{"resourceType":"CodeSystem","url":"http://example.org/parts","content":"complete","hierarchyMeaning":"part-of","concept":[
			{"code":"hand","concept":[{"code":"finger","property":[{"code":"inactive","valueBoolean":true}]}]}]}`,
		`{"resourceType":"CodeSystem","url":"https://loinc.org","content":"fragment","concept":[{"code":"1"}]}`)
	s, err := l.CodeSystem("http://example.org/drugs")
	require.NoError(t, err)
	require.Equal(t, []string{"nsaid", "antiplatelet"}, s.(Properties).Property("aspirin", "parent"))

	_, err = l.CodeSystem("http://loinc.org/")
	require.Equal(t, &NotLoadedError{"code system", LOINC, "there is only a fragment of it"}, err)
	_, err = l.CodeSystem("http://example.org/none")
	require.Equal(t, &NotLoadedError{"code system", "http://example.org/none", ""}, err)

	s, err = l.CodeSystem("http://example.org/parts")
	require.NoError(t, err)
	_, known := s.Descendants("hand")
	require.False(t, known, "a finger is no kind of hand")
	_, known = s.Ancestors("finger")
	require.False(t, known)
	_, known = below(s, "hand", "finger")
	require.False(t, known)
	subsumes, known := below(s, "hand", "hand")
	require.True(t, subsumes && known)
	require.False(t, s.(Properties).HasProperty("parent"))
	require.True(t, s.(Properties).HasProperty("inactive"))
	require.Empty(t, s.(Properties).Property("finger", "parent"))
	require.Equal(t, []string{"true"}, s.(Properties).Property("finger", "inactive"))
}

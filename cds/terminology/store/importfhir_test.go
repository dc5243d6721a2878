package store

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/terminology"
)

const (
	localDrugs = "http://example.org/drugs"
	localURL   = "http://example.org/ValueSet/"
)

const drugSystem = `{"resourceType":"CodeSystem","url":"http://example.org/drugs","version":"1","content":"complete","valueSet":"http://example.org/ValueSet/all",
"concept":[
	{"code":"nsaid","display":"NSAID","concept":[
		{"code":"ibuprofen","display":"Ibuprofen"},
		{"code":"aspirin","property":[{"code":"parent","valueCode":"antiplatelet"}]},
		{"code":"phenylbutazone","property":[{"code":"inactive","valueBoolean":true}]}]},
	{"code":"antiplatelet","concept":[{"code":"clopidogrel"}]},
	{"code":"device"}]}`

const drugMap = `{"resourceType":"ConceptMap","url":"http://example.org/map","version":"1","group":[
	{"source":"http://example.org/old","target":"http://example.org/drugs","element":[
		{"code":"1","target":[{"code":"aspirin","equivalence":"equivalent"}]},
		{"code":"2","target":[{"code":"nsaid","equivalence":"wider"},{"code":"ibuprofen","equivalence":"narrower"}]}]}]}`

const partSystem = `{"resourceType":"CodeSystem","url":"http://example.org/parts","content":"complete","hierarchyMeaning":"part-of","concept":[
	{"code":"hand","concept":[{"code":"finger"}]}]}`

func drugSet(name, op, value string) string {
	return fmt.Sprintf(`{"resourceType":"ValueSet","url":"%s%s","version":"3","compose":{"include":[{"system":"http://example.org/drugs","filter":[{"property":"concept","op":"%s","value":"%s"}]}]}}`,
		localURL, name, op, value)
}

func loaded(t *testing.T, resources ...string) *terminology.Library {
	l := terminology.NewLibrary()
	for i, r := range resources {
		require.NoError(t, l.Add([]byte(r), fmt.Sprintf("folder/%d.json", i)))
	}
	return l
}

// importFHIR writes resources to the file at path and returns the library of that file alone.
func importFHIR(t *testing.T, path string, resources ...string) (*File, *terminology.Library) {
	w, err := Create(path)
	require.NoError(t, err)
	defer w.Abort()
	_, err = ImportFHIR(t.Context(), w, loaded(t, resources...))
	require.NoError(t, err)
	require.NoError(t, w.Finish())
	f, err := Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	l := terminology.NewLibrary()
	require.NoError(t, f.AddTo(l))
	return f, l
}

func TestAFileOfFHIRAnswersAsItsResources(t *testing.T) {
	resources := []string{drugSystem, drugMap, partSystem, drugSet("nsaids", "is-a", "nsaid"), drugSet("below", "descendent-of", "antiplatelet")}
	file, got := importFHIR(t, filepath.Join(t.TempDir(), "terms"), resources...)
	want := loaded(t, resources...)

	require.Equal(t, []SystemInfo{{localDrugs, "1", 7, "0.json"}, {"http://example.org/parts", "", 2, "2.json"}}, file.Systems())
	require.Equal(t, []string{localURL + "all", localURL + "below", localURL + "nsaids"}, file.ValueSets())
	v, _ := file.ValueSet(localURL + "nsaids")
	require.Equal(t, [2]string{"3", "3.json"}, [2]string{v.Version, v.Source})
	m, _ := file.ConceptMap("http://example.org/map")
	require.Equal(t, ConceptMap{"http://example.org/map", "1", "1.json", []Mapping{
		{terminology.Code{System: "http://example.org/old", Code: "1"}, terminology.Code{System: localDrugs, Code: "aspirin"}, "equivalent"},
		{terminology.Code{System: "http://example.org/old", Code: "2"}, terminology.Code{System: localDrugs, Code: "nsaid"}, "wider"},
	}}, m)

	for _, url := range file.ValueSets() {
		a, err := want.ValueSet(t.Context(), url)
		require.NoError(t, err)
		b, err := got.ValueSet(t.Context(), url)
		require.NoError(t, err)
		require.Equal(t, a, b, url)
	}
	for _, old := range []string{"1", "2", "3"} {
		code := terminology.Code{System: "http://example.org/old", Code: old}
		require.Equal(t, want.Translate(code), got.Translate(code))
	}
	drugs, err := want.CodeSystem(localDrugs)
	require.NoError(t, err)
	for _, a := range append(drugs.All(), "stranger") {
		above := terminology.Code{System: localDrugs, Code: a}
		require.Equal(t, want.Display(above), got.Display(above))
		require.ElementsMatch(t, first(want.Descendants(t.Context(), above)), first(got.Descendants(t.Context(), above)), a)
		for _, b := range drugs.All() {
			wantIs, wantKnown := want.Subsumes(above, terminology.Code{System: localDrugs, Code: b})
			is, known := got.Subsumes(above, terminology.Code{System: localDrugs, Code: b})
			require.Equal(t, [2]bool{wantIs, wantKnown}, [2]bool{is, known}, a+" "+b)
		}
	}
	system, _ := file.System(localDrugs)
	require.True(t, system.Inactive("phenylbutazone"))
	require.False(t, system.Inactive("aspirin"))
	_, known := got.Subsumes(terminology.Code{System: "http://example.org/parts", Code: "hand"}, terminology.Code{System: "http://example.org/parts", Code: "finger"})
	require.False(t, known, "a finger is no kind of hand")
}

func first[T any](v T, _ error) T { return v }

func TestImportFHIRNamesAllThatCannotBeExpanded(t *testing.T) {
	w, err := Create(filepath.Join(t.TempDir(), "terms"))
	require.NoError(t, err)
	defer w.Abort()
	snomed := `{"resourceType":"ValueSet","url":"http://example.org/ValueSet/snomed","compose":{"include":[{"system":"http://snomed.info/sct"}]}}`
	_, err = ImportFHIR(t.Context(), w, loaded(t, drugSystem, snomed, drugSet("none", "is-a", "nothing")))
	require.EqualError(t, err, `folder/2.json: ValueSet http://example.org/ValueSet/none cannot be expanded: the filter concept is-a "nothing" on http://example.org/drugs: "nothing" is not in the system`+"\n"+
		"folder/1.json: ValueSet http://example.org/ValueSet/snomed cannot be expanded: the code system http://snomed.info/sct is not loaded")
}

func TestImportFHIRLeavesOutWhatIsPartial(t *testing.T) {
	w, err := Create(filepath.Join(t.TempDir(), "terms"))
	require.NoError(t, err)
	defer w.Abort()
	partial, err := ImportFHIR(t.Context(), w, loaded(t, drugSystem,
		`{"resourceType":"CodeSystem","url":"http://snomed.info/sct","content":"not-present"}`,
		`{"resourceType":"CodeSystem","url":"http://example.org/some","content":"fragment","concept":[{"code":"a"}]}`))
	require.NoError(t, err)
	require.Equal(t, []*terminology.NotLoadedError{
		{Kind: "code system", URL: "http://example.org/some", Reason: "there is only a fragment of it"},
		{Kind: "code system", URL: terminology.SNOMED, Reason: "its CodeSystem does not hold its codes"},
	}, partial)
}

func TestImportFHIRExpandsWithWhatTheFileHolds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "terms")
	importFHIR(t, path, drugSystem, drugMap, drugSet("nsaids", "is-a", "nsaid"))
	file, l := importFHIR(t, path, drugSet("platelets", "is-a", "antiplatelet"),
		`{"resourceType":"ValueSet","url":"http://example.org/ValueSet/both","compose":{"include":[
			{"valueSet":["http://example.org/ValueSet/nsaids","http://example.org/ValueSet/platelets"]}]}}`,
		`{"resourceType":"ConceptMap","url":"http://example.org/map","status":"retired"}`)
	codes, err := l.ValueSet(t.Context(), localURL+"both")
	require.NoError(t, err)
	require.Equal(t, []terminology.Code{{System: localDrugs, Code: "aspirin"}}, codes)
	require.Equal(t, []string{localURL + "all", localURL + "both", localURL + "nsaids", localURL + "platelets"}, file.ValueSets())
	require.Empty(t, file.ConceptMaps(), "it is retired now")
	require.Len(t, file.Systems(), 1)
}

func TestImportFHIREndsWithItsContext(t *testing.T) {
	w, err := Create(filepath.Join(t.TempDir(), "terms"))
	require.NoError(t, err)
	defer w.Abort()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err = ImportFHIR(ctx, w, loaded(t, drugSystem))
	require.Equal(t, context.Canceled, err)
}

func TestAddToNamesWhatContradicts(t *testing.T) {
	file, _ := importFHIR(t, filepath.Join(t.TempDir(), "terms"), drugSystem, drugMap, drugSet("nsaids", "is-a", "nsaid"))
	other := terminology.NewLibrary()
	one := []terminology.Code{{System: localDrugs, Code: "aspirin"}}
	require.NoError(t, other.AddValueSet(localURL+"nsaids", "3", "other", one))
	require.NoError(t, other.AddConceptMap("http://example.org/map", "1", "other", nil))
	require.EqualError(t, file.AddTo(other), file.path+": the value set http://example.org/ValueSet/nsaids|3 is stored with other codes in other\n"+
		file.path+": the concept map http://example.org/map|1 is loaded with other mappings from other")
	require.True(t, slices.ContainsFunc(other.ValueSets(), func(v terminology.Loaded) bool { return v.URL == localURL+"all" }))
}

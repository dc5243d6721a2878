package terminology

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// drugClasses has two ways down to aspirin, properties, an abstract and an inactive code.
const drugClasses = `{"resourceType":"CodeSystem","url":"http://example.org/drugs","version":"1","content":"complete",
"valueSet":"http://example.org/ValueSet/all-drugs","count":8,
"property":[{"code":"route","type":"code"},{"code":"abstract","uri":"http://hl7.org/fhir/concept-properties#notSelectable","type":"boolean"},
	{"code":"inactive","uri":"http://hl7.org/fhir/concept-properties#inactive","type":"boolean"},{"code":"subsumedBy","type":"code"},{"code":"brand","type":"string"}],
"concept":[
	{"code":"drug","display":"Drug","property":[{"code":"abstract","valueBoolean":true}],"concept":[
		{"code":"nsaid","display":"NSAID","concept":[
			{"code":"ibuprofen","display":"Ibuprofen","property":[{"code":"route","valueCode":"oral"},{"code":"route","valueCode":"topical"}]},
			{"code":"aspirin","display":"Aspirin","property":[{"code":"route","valueCode":"oral"},{"code":"subsumedBy","valueCode":"antiplatelet"},{"code":"brand","valueString":"Aspro"}]},
			{"code":"phenylbutazone","display":"Phenylbutazone","property":[{"code":"inactive","valueBoolean":true}]}]},
		{"code":"antiplatelet","display":"Platelet inhibitor","concept":[{"code":"clopidogrel"}]}]},
	{"code":"device"}]}`

func library(t testing.TB, resources ...string) *Library {
	l := NewLibrary()
	for i, r := range resources {
		require.NoError(t, l.Add([]byte(r), fmt.Sprintf("%d.json", i)))
	}
	return l
}

func drug(code string) Code { return Code{"http://example.org/drugs", code} }

// bare leaves out the system that all codes share.
func bare(codes []Code) string {
	var out []string
	for _, c := range codes {
		out = append(out, strings.TrimPrefix(c.String(), "http://example.org/drugs|"))
	}
	return strings.Join(out, " ")
}

func TestDescendants(t *testing.T) {
	l := library(t, drugClasses,
		`{"resourceType":"CodeSystem","url":"http://example.org/fragment","content":"fragment","concept":[{"code":"a","concept":[{"code":"b"}]}]}`,
		`{"resourceType":"CodeSystem","url":"http://example.org/none","content":"not-present"}`,
		`{"resourceType":"CodeSystem","url":"http://example.org/examples","content":"example","concept":[{"code":"a"}]}`,
		`{"resourceType":"CodeSystem","url":"http://example.org/more","content":"supplement","supplements":"http://example.org/drugs","concept":[{"code":"a"}]}`,
		`{"resourceType":"CodeSystem","url":"http://example.org/cut","content":"complete","count":300,"concept":[{"code":"a"}]}`,
		`{"resourceType":"CodeSystem","url":"http://example.org/parts","content":"complete","hierarchyMeaning":"part-of","concept":[{"code":"hand","concept":[{"code":"finger"}]}]}`,
		`{"resourceType":"CodeSystem","url":"http://example.org/any-case","content":"complete","caseSensitive":false,"concept":[{"code":"Hand","concept":[{"code":"Finger"}]}]}`,
	)
	for _, c := range []struct{ code, want, err string }{
		{"http://example.org/drugs|drug", "nsaid ibuprofen aspirin phenylbutazone antiplatelet clopidogrel", ""},
		{"http://example.org/drugs|antiplatelet", "aspirin clopidogrel", ""},
		{"http://example.org/drugs|device", "", ""},
		{"http://example.org/any-case|HAND", "http://example.org/any-case|Finger", ""},
		{"http://example.org/drugs|aspirine", "", `the code system http://example.org/drugs: "aspirine" is not in the system`},
		{"http://example.org/fragment|a", "", "the code system http://example.org/fragment is not loaded: there is only a fragment of it"},
		{"http://example.org/none|a", "", "the code system http://example.org/none is not loaded: its CodeSystem does not hold its codes"},
		{"http://example.org/examples|a", "", "the code system http://example.org/examples is not loaded: there are only examples of it"},
		{"http://example.org/more|a", "", "the code system http://example.org/more is not loaded: its CodeSystem is a supplement of http://example.org/drugs without codes of its own"},
		{"http://example.org/cut|a", "", "the code system http://example.org/cut is not loaded: there are only 1 of its 300 codes"},
		{"http://example.org/parts|hand", "", "the code system http://example.org/parts: the hierarchy says what is a part of what, not what is a kind of what"},
		{SNOMED + "|73211009", "", "the code system http://snomed.info/sct is not loaded"},
	} {
		t.Run(c.code, func(t *testing.T) {
			system, code, _ := strings.Cut(c.code, "|")
			got, err := l.Descendants(t.Context(), Code{system, code})
			require.Equal(t, c.want, bare(got))
			require.Equal(t, c.err, message(err))
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestSubsumes(t *testing.T) {
	l := library(t, drugClasses,
		`{"resourceType":"CodeSystem","url":"http://example.org/fragment","content":"fragment","concept":[{"code":"a","concept":[{"code":"b"}]},{"code":"c"}]}`,
		`{"resourceType":"CodeSystem","url":"http://example.org/parts","content":"complete","hierarchyMeaning":"part-of","concept":[{"code":"hand","concept":[{"code":"finger"}]}]}`)
	l.AddSystem("https://snomed.info/sct/", family{})
	for _, c := range []struct {
		a, b            string
		subsumes, known bool
	}{
		{"http://example.org/drugs|drug", "http://example.org/drugs|aspirin", true, true},
		{"http://example.org/drugs|antiplatelet", "http://example.org/drugs|aspirin", true, true},
		{"http://example.org/drugs|antiplatelet", "http://example.org/drugs|ibuprofen", false, true},
		{"http://example.org/drugs|aspirin", "http://example.org/drugs|drug", false, true},
		{"http://example.org/drugs|aspirin", "http://example.org/drugs|aspirin", true, true},
		{"http://example.org/drugs|device", "http://example.org/drugs|aspirin", false, true},
		{"http://example.org/drugs|drug", "http://example.org/drugs|aspirine", false, false},
		{"http://example.org/drugs|drug", "http://example.org/fragment|b", false, false},
		{"http://example.org/fragment|a", "http://example.org/fragment|b", true, true},
		{"http://example.org/fragment|c", "http://example.org/fragment|b", false, false},
		{"http://example.org/parts|hand", "http://example.org/parts|finger", false, false},
		{"http://example.org/parts|hand", "http://example.org/parts|hand", true, true},
		{"http://snomed.info/sct|mother", "urn:oid:2.16.840.1.113883.6.96|child", true, true},
		{"http://snomed.info/sct|child", "http://snomed.info/sct|mother", false, true},
		{"http://snomed.info/sct|mother", "http://snomed.info/sct|stranger", false, false},
		{"http://example.org/unheard|a", "http://example.org/unheard|a", false, false},
	} {
		t.Run(c.a+" "+c.b, func(t *testing.T) {
			subsumes, known := l.Subsumes(code(c.a), code(c.b))
			require.Equal(t, [2]bool{c.subsumes, c.known}, [2]bool{subsumes, known})
		})
	}
}

func code(text string) Code {
	system, code, _ := strings.Cut(text, "|")
	return Code{system, code}
}

// family is a CodeSystem with nothing but what the interface asks for.
type family struct{}

func (family) Has(code string) bool {
	return code == "mother" || code == "child" || code == "stranger"
}
func (family) Display(code string) string {
	return map[string]string{"mother": "Mother"}[code]
}
func (family) Descendants(code string) ([]string, bool) {
	return map[string][]string{"mother": {"child"}}[code], code == "mother" || code == "child"
}
func (family) Ancestors(code string) ([]string, bool) {
	return map[string][]string{"child": {"mother"}}[code], code == "mother" || code == "child"
}
func (family) All() []string             { return []string{"mother", "child"} }
func (family) Inactive(code string) bool { return code == "mother" }

func TestAddedSystem(t *testing.T) {
	l := library(t,
		`{"resourceType":"CodeSystem","url":"http://snomed.info/sct","content":"not-present"}`,
		`{"resourceType":"CodeSystem","url":"http://snomed.info/sct","version":"9","content":"complete","concept":[{"code":"nine"}]}`)
	_, err := l.ValueSet(t.Context(), "http://snomed.info/sct?fhir_vs=isa/mother")
	require.EqualError(t, err, `the filter concept is-a "mother" on http://snomed.info/sct: "mother" is not in the system`)

	l.AddSystem(SNOMED, family{})
	require.NoError(t, l.Add([]byte(`{"resourceType":"ValueSet","url":"http://example.org/nine","compose":{"include":[{"system":"http://snomed.info/sct","version":"9"}]}}`), "nine.json"))
	require.NoError(t, l.Add([]byte(`{"resourceType":"ValueSet","url":"http://example.org/ten","compose":{"include":[{"system":"http://snomed.info/sct","version":"10"}]}}`), "ten.json"))
	for url, want := range map[string]string{
		"http://snomed.info/sct?fhir_vs=isa/mother": "http://snomed.info/sct|child http://snomed.info/sct|mother",
		"http://snomed.info/sct?fhir_vs":            "http://snomed.info/sct|child http://snomed.info/sct|mother",
		"http://example.org/nine":                   "http://snomed.info/sct|nine",
		"http://example.org/ten":                    "http://snomed.info/sct|child http://snomed.info/sct|mother",
	} {
		got, err := l.ValueSet(t.Context(), url)
		require.NoError(t, err)
		require.Equal(t, want, bare(got), url)
	}
	below, err := l.Descendants(t.Context(), Code{"https://snomed.info/sct", "mother"})
	require.NoError(t, err)
	require.Equal(t, []Code{{SNOMED, "child"}}, below)
	_, err = l.Descendants(t.Context(), Code{SNOMED, "stranger"})
	require.EqualError(t, err, `the code system http://snomed.info/sct: the place of "stranger" in the hierarchy is not known`)
	require.Equal(t, "Mother", l.Display(Code{SNOMED, "mother"}))
}

func TestDisplay(t *testing.T) {
	l := library(t, drugClasses, `{"resourceType":"CodeSystem","url":"http://example.org/drugs","version":"0.9","content":"complete","concept":[{"code":"aspirin","display":"Old"},{"code":"bute","display":"Bute"}]}`)
	require.Equal(t, "Aspirin", l.Display(drug("aspirin")))
	require.Equal(t, "", l.Display(drug("clopidogrel")))
	require.Equal(t, "", l.Display(drug("bute")))
	require.Equal(t, "", l.Display(Code{"http://example.org/unheard", "a"}))
}

func TestErrorsOfALibraryAreTyped(t *testing.T) {
	l := library(t, `{"resourceType":"ValueSet","url":"http://example.org/a","compose":{"include":[{"system":"http://loinc.org","filter":[{"property":"COMPONENT","op":"=","value":"x"}]}]}}`)
	_, err := l.ValueSet(t.Context(), "http://example.org/a")
	var expansion *ExpansionError
	require.ErrorAs(t, err, &expansion)
	require.Equal(t, "http://example.org/a", expansion.URL)
	var missing *NotLoadedError
	require.ErrorAs(t, err, &missing)
	require.Equal(t, NotLoadedError{"code system", LOINC, ""}, *missing)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = l.ValueSet(ctx, "http://example.org/a")
	require.Equal(t, context.Canceled, err)
	_, err = l.Descendants(ctx, drug("nsaid"))
	require.Equal(t, context.Canceled, err)

	err = l.Add([]byte(`{"resourceType":"ValueSet"}`), "b.json")
	var load *LoadError
	require.True(t, errors.As(err, &load))
	require.Equal(t, LoadError{"b.json", "ValueSet", "it has no url"}, *load)
}

func TestLibraryIsReadConcurrently(t *testing.T) {
	l := library(t, drugClasses, `{"resourceType":"ConceptMap","url":"http://example.org/m","group":[{"source":"http://example.org/x","target":"http://example.org/drugs","element":[{"code":"a","target":[{"code":"aspirin","equivalence":"equal"}]}]}]}`)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				codes, err := l.ValueSet(context.Background(), "http://example.org/ValueSet/all-drugs")
				if err != nil || len(codes) != 7 {
					t.Error(codes, err)
				}
				l.Subsumes(drug("drug"), drug("aspirin"))
				l.Display(drug("aspirin"))
				if len(l.Translate(Code{"http://example.org/x", "a"})) != 1 {
					t.Error("no translation")
				}
			}
		})
	}
	wg.Wait()
}

// A large code system whose concepts have several parents is read and asked as a whole.
func TestLargeCodeSystem(t *testing.T) {
	if testing.Short() {
		t.Skip("many concepts")
	}
	const n = 300_000
	var b strings.Builder
	b.WriteString(`{"resourceType":"CodeSystem","url":"http://example.org/large","valueSet":"http://example.org/large-all","content":"complete","property":[{"code":"parent","type":"code"}],"concept":[{"code":"0"}`)
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, `,{"code":"%d","display":"Concept","property":[{"code":"parent","valueCode":"%d"}`, i, i/10)
		if i > 1000 {
			fmt.Fprintf(&b, `,{"code":"parent","valueCode":"%d"}`, i-1000)
		}
		b.WriteString("]}")
	}
	b.WriteString("]}")
	start := time.Now()
	l := library(t, b.String())
	t.Log("loaded in", time.Since(start))
	codes, err := l.ValueSet(t.Context(), "http://example.org/large-all")
	require.NoError(t, err)
	require.Len(t, codes, n)
	below, err := l.Descendants(t.Context(), Code{"http://example.org/large", "0"})
	require.NoError(t, err)
	require.Len(t, below, n-1)
	subsumes, known := l.Subsumes(Code{"http://example.org/large", "7"}, Code{"http://example.org/large", "70001"})
	require.True(t, subsumes && known)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Log("memory from the system", m.Sys>>20, "MiB;", time.Since(start))
}

func BenchmarkSubsumes(b *testing.B) {
	l := library(b, drugClasses)
	for b.Loop() {
		l.Subsumes(drug("drug"), drug("ibuprofen"))
	}
}

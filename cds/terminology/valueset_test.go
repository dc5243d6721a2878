package terminology

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// set is a ValueSet from its members after the URL.
func set(name, rest string) string {
	return fmt.Sprintf(`{"resourceType":"ValueSet","url":"http://example.org/%s",%s}`, name, rest)
}

// including is a ValueSet from one include.
func including(name, include string) string {
	return set(name, `"compose":{"include":[{`+include+`}]}`)
}

const ofDrugs = `"system":"http://example.org/drugs"`

func filtering(property, op, value string) string {
	return fmt.Sprintf(`%s,"filter":[{"property":%q,"op":%q,"value":%q}]`, ofDrugs, property, op, value)
}

const loaded = `http://example.org/drugs`

func TestValueSet(t *testing.T) {
	for _, c := range []struct{ name, set, want, err string }{
		{"whole system", including("s", ofDrugs), "antiplatelet aspirin clopidogrel device ibuprofen nsaid phenylbutazone", ""},
		{"of a version", including("s", ofDrugs+`,"version":"1"`), "antiplatelet aspirin clopidogrel device ibuprofen nsaid phenylbutazone", ""},
		{"only active", set("s", `"compose":{"inactive":false,"include":[{`+filtering("concept", "descendent-of", "nsaid")+`}]}`), "aspirin ibuprofen", ""},
		{"only active of listed ones", set("s", `"compose":{"inactive":false,"include":[{`+ofDrugs+`,"concept":[{"code":"phenylbutazone"},{"code":"aspirin"}]}]}`), "aspirin", ""},
		{"listed", including("s", ofDrugs+`,"concept":[{"code":"aspirin","display":"x"},{"code":"drug"},{"code":"aspirin"}]`), "aspirin drug", ""},
		{"listed of a system that is not loaded", including("s", `"system":"https://loinc.org","concept":[{"code":"2160-0"}]`), "http://loinc.org|2160-0", ""},
		{"is-a", including("s", filtering("concept", "is-a", "nsaid")), "aspirin ibuprofen nsaid phenylbutazone", ""},
		{"is-a by two ways", including("s", filtering("code", "is-a", "antiplatelet")), "antiplatelet aspirin clopidogrel", ""},
		{"is-a leaves out what is abstract", including("s", filtering("concept", "is-a", "drug")), "antiplatelet aspirin clopidogrel ibuprofen nsaid phenylbutazone", ""},
		{"descendent-of", including("s", filtering("concept", "descendent-of", "antiplatelet")), "aspirin clopidogrel", ""},
		{"is-not-a", including("s", filtering("concept", "is-not-a", "nsaid")), "antiplatelet clopidogrel device", ""},
		{"generalizes", including("s", filtering("concept", "generalizes", "clopidogrel")), "antiplatelet clopidogrel", ""},
		{"child-of", including("s", filtering("concept", "child-of", "drug")), "antiplatelet nsaid", ""},
		{"equals a code", including("s", filtering("concept", "=", "aspirin")), "aspirin", ""},
		{"equals a property", including("s", filtering("route", "=", "oral")), "aspirin ibuprofen", ""},
		{"equals a display", including("s", filtering("display", "=", "NSAID")), "nsaid", ""},
		{"in codes", including("s", filtering("concept", "in", "aspirin, device")), "aspirin device", ""},
		{"not in codes", including("s", filtering("code", "not-in", "aspirin,device,nsaid")), "antiplatelet clopidogrel ibuprofen phenylbutazone", ""},
		{"in property values", including("s", filtering("route", "in", "topical,nasal")), "ibuprofen", ""},
		{"not in property values", including("s", filtering("route", "not-in", "topical")), "antiplatelet aspirin clopidogrel device nsaid phenylbutazone", ""},
		{"regex on codes", including("s", filtering("code", "regex", "a.*|dev")), "antiplatelet aspirin", ""},
		{"regex on displays", including("s", filtering("display", "regex", ".*(pi|pro).*")), "aspirin ibuprofen", ""},
		{"regex on a property", including("s", filtering("brand", "regex", "A(s)pro")), "aspirin", ""},
		{"exists", including("s", filtering("brand", "exists", "true")), "aspirin", ""},
		{"does not exist", including("s", filtering("route", "exists", "false")), "antiplatelet clopidogrel device nsaid phenylbutazone", ""},
		{"inactive", including("s", filtering("inactive", "=", "true")), "phenylbutazone", ""},
		{"not inactive", including("s", filtering("inactive", "=", "false")), "antiplatelet aspirin clopidogrel device ibuprofen nsaid", ""},
		{"parent", including("s", filtering("parent", "=", "antiplatelet")), "aspirin clopidogrel", ""},
		{"two filters", including("s", ofDrugs+`,"filter":[{"property":"concept","op":"is-a","value":"nsaid"},{"property":"concept","op":"is-a","value":"antiplatelet"}]`), "aspirin", ""},
		{"three filters", including("s", ofDrugs+`,"filter":[{"property":"route","op":"=","value":"oral"},{"property":"concept","op":"is-a","value":"nsaid"},{"property":"code","op":"regex","value":"i.*"}]`), "ibuprofen", ""},
		{"two includes", set("s", `"compose":{"include":[{`+filtering("concept", "=", "device")+`},{"system":"http://example.org/x","concept":[{"code":"y"}]}]}`), "device http://example.org/x|y", ""},
		{"exclude", set("s", `"compose":{"include":[{`+ofDrugs+`}],"exclude":[{`+filtering("concept", "is-a", "nsaid")+`},{`+ofDrugs+`,"concept":[{"code":"device"}]}]}`), "antiplatelet clopidogrel", ""},
		{"exclude a system that is not loaded", set("s", `"compose":{"include":[{`+ofDrugs+`,"concept":[{"code":"aspirin"}]},{"system":"http://example.org/x","concept":[{"code":"y"}]}],"exclude":[{"system":"http://example.org/x"}]}`), "aspirin", ""},
		{"import", including("s", `"valueSet":["http://example.org/oral"]`), "aspirin ibuprofen", ""},
		{"intersection of imports", including("s", `"valueSet":["http://example.org/oral","http://example.org/antiplatelets|2"]`), "aspirin", ""},
		{"union of imports", set("s", `"compose":{"include":[{"valueSet":["http://example.org/oral"]},{"valueSet":["http://example.org/antiplatelets"]}]}`), "antiplatelet aspirin clopidogrel ibuprofen", ""},
		{"import and filter", including("s", filtering("code", "regex", "i.*")+`,"valueSet":["http://example.org/oral"]`), "ibuprofen", ""},
		{"import of a system that is not loaded", including("s", `"system":"http://loinc.org","valueSet":["http://example.org/mixed"]`), "http://loinc.org|2160-0", ""},
		{"excluded import", set("s", `"compose":{"include":[{`+ofDrugs+`}],"exclude":[{"valueSet":["http://example.org/oral"]}]}`), "antiplatelet clopidogrel device nsaid phenylbutazone", ""},
		{"all codes of a system", including("s", `"valueSet":["http://example.org/ValueSet/all-drugs"]`), "antiplatelet aspirin clopidogrel device ibuprofen nsaid phenylbutazone", ""},
		{"expansion", set("s", `"expansion":{"total":4,"contains":[{"abstract":true,"display":"x","contains":[{`+ofDrugs+`,"code":"aspirin"},{`+ofDrugs+`,"code":"bute","inactive":true}]},{`+ofDrugs+`,"abstract":true,"code":"drug"}]}`), "aspirin bute", ""},
		{"expansion instead of compose", set("s", `"compose":{"include":[{"system":"http://loinc.org"}]},"expansion":{"total":1,"contains":[{"system":"http://loinc.org","code":"2160-0"}]}`), "http://loinc.org|2160-0", ""},
		{"compose before expansion", set("s", `"compose":{"include":[{`+ofDrugs+`,"concept":[{"code":"aspirin"}]}]},"expansion":{"total":9,"contains":[]}`), "aspirin", ""},

		{"neither", set("s", `"status":"active"`), "", "it is not expanded: it has neither compose nor expansion"},
		{"system not loaded", including("s", `"system":"http://loinc.org"`), "", "the code system http://loinc.org is not loaded"},
		{"excluded system not loaded", set("s", `"compose":{"include":[{`+ofDrugs+`}],"exclude":[{"system":"http://loinc.org","filter":[{"property":"CLASS","op":"=","value":"x"}]}]}`), "", "the code system http://loinc.org is not loaded"},
		{"version not loaded", including("s", ofDrugs+`,"version":"2"`), "", "the code system http://example.org/drugs|2 is not loaded: what is loaded is version 1"},
		{"fragment", including("s", `"system":"http://example.org/fragment"`), "", "the code system http://example.org/fragment is not loaded: there is only a fragment of it"},
		{"import not loaded", including("s", `"valueSet":["http://example.org/nowhere"]`), "", "the value set http://example.org/nowhere is not loaded"},
		{"import of another version", including("s", `"valueSet":["http://example.org/antiplatelets|7"]`), "", "the value set http://example.org/antiplatelets|7 is not loaded: what is loaded is version 1, 2"},
		{"import that is cut off", including("s", `"valueSet":["http://example.org/cut"]`), "", "it imports http://example.org/cut: its expansion is truncated: 1 of 300 entries"},
		{"import of itself", including("s", `"valueSet":["http://example.org/s"]`), "", "its imports run in a circle: http://example.org/s → http://example.org/s"},
		{"import in a circle", including("s", `"valueSet":["http://example.org/circle"]`), "", "it imports http://example.org/circle: its imports run in a circle: http://example.org/circle → http://example.org/round → http://example.org/circle"},
		{"circle with an expansion", including("s", `"valueSet":["http://example.org/known-circle"]`), "aspirin", ""},
		{"nothing meets", including("s", filtering("route", "=", "nasal")), "", "it is empty: nothing meets what it includes"},
		{"all is excluded", set("s", `"compose":{"include":[{`+ofDrugs+`,"concept":[{"code":"aspirin"}]}],"exclude":[{`+ofDrugs+`}]}`), "", "it is empty: all that it includes is excluded"},
		{"no overlap", including("s", `"system":"http://example.org/x","valueSet":["http://example.org/oral"]`), "", "it is empty: nothing meets what it includes"},
		{"unknown code", including("s", filtering("concept", "is-a", "nsaids")), "", `the filter concept is-a "nsaids" on ` + loaded + `: "nsaids" is not in the system`},
		{"unknown code in a list", including("s", filtering("concept", "in", "aspirin,x")), "", `the filter concept in "aspirin,x" on ` + loaded + `: "x" is not in the system`},
		{"unknown child", including("s", filtering("concept", "child-of", "x")), "", `the filter concept child-of "x" on ` + loaded + `: "x" is not in the system`},
		{"unknown property", including("s", filtering("rout", "=", "oral")), "", `the filter rout = "oral" on ` + loaded + `: the system has no property "rout"`},
		{"unknown operator", including("s", filtering("route", "like", "oral")), "", `the filter route like "oral" on ` + loaded + `: the operator is not known`},
		{"is-a on a property", including("s", filtering("route", "is-a", "oral")), "", `the filter route is-a "oral" on ` + loaded + `: expected the property concept, since only concepts have a hierarchy`},
		{"exists neither", including("s", filtering("route", "exists", "yes")), "", `the filter route exists "yes" on ` + loaded + `: expected true or false`},
		{"regex that is none", including("s", filtering("code", "regex", "(")), "", `the filter code regex "(" on ` + loaded + ": the expression cannot be read: error parsing regexp: missing closing ): `(`"},
		{"regex that RE2 lacks", including("s", filtering("code", "regex", "(?=a)")), "", `the filter code regex "(?=a)" on ` + loaded + ": the expression cannot be read: error parsing regexp: invalid or unsupported Perl syntax: `(?=`"},
		{"regex that closes early", including("s", filtering("code", "regex", "a)|(?:b")), "", `the filter code regex "a)|(?:b" on ` + loaded + ": the expression cannot be read: error parsing regexp: unexpected ): `a)|(?:b`"},
		{"regex too complex", including("s", filtering("code", "regex", "a{1000}b{1000}c{1000}d{1000}e{1000}f{1000}")), "", `the filter code regex "a{1000}b{1000}c{1000}d{1000}e{1000}f{1000}" on ` + loaded + ": the expression is too complex"},
		{"hierarchy of parts", including("s", `"system":"http://example.org/parts","filter":[{"property":"concept","op":"is-a","value":"hand"}]`), "", `the filter concept is-a "hand" on http://example.org/parts: the hierarchy says what is a part of what, not what is a kind of what`},
		{"reference set", including("s", `"system":"http://snomed.info/sct","filter":[{"property":"concept","op":"in","value":"mother"}]`), "", `the filter concept in "mother" on http://snomed.info/sct: the members of reference sets are not known`},
		{"no expressions", including("s", `"system":"http://snomed.info/sct","filter":[{"property":"concept","op":"is-a","value":"mother"},{"property":"expressions","op":"=","value":"false"}]`), "http://snomed.info/sct|child http://snomed.info/sct|mother", ""},
		{"only active of a store", set("s", `"compose":{"inactive":false,"include":[{"system":"http://snomed.info/sct"}]}`), "http://snomed.info/sct|child", ""},
		{"code without a place", including("s", `"system":"http://snomed.info/sct","filter":[{"property":"concept","op":"is-a","value":"stranger"}]`), "", `the filter concept is-a "stranger" on http://snomed.info/sct: the place of "stranger" in the hierarchy is not known`},
		{"both fail", set("s", `"compose":{"include":[{"system":"http://loinc.org"}]},"expansion":{"total":2,"contains":[{"system":"http://loinc.org","code":"2160-0"}]}`), "", "the code system http://loinc.org is not loaded; and its expansion is truncated: 1 of 2 entries"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := library(t, drugClasses, c.set,
				`{"resourceType":"CodeSystem","url":"http://example.org/fragment","content":"fragment","concept":[{"code":"a"}]}`,
				`{"resourceType":"CodeSystem","url":"http://example.org/parts","content":"complete","hierarchyMeaning":"part-of","concept":[{"code":"hand","concept":[{"code":"finger"}]}]}`,
				including("oral", filtering("route", "=", "oral")),
				set("antiplatelets", `"version":"2","compose":{"include":[{`+filtering("concept", "is-a", "antiplatelet")+`}]}`),
				set("antiplatelets", `"version":"1","compose":{"include":[{`+ofDrugs+`,"concept":[{"code":"old"}]}]}`),
				set("mixed", `"compose":{"include":[{"system":"http://loinc.org","concept":[{"code":"2160-0"}]},{"valueSet":["http://example.org/oral"]}]}`),
				set("cut", `"expansion":{"total":300,"contains":[{`+ofDrugs+`,"code":"aspirin"}]}`),
				including("circle", `"valueSet":["http://example.org/round"]`),
				including("round", `"valueSet":["http://example.org/circle"]`),
				set("known-circle", `"compose":{"include":[{"valueSet":["http://example.org/known-circle"]}]},"expansion":{"contains":[{`+ofDrugs+`,"code":"aspirin"}]}`))
			l.AddSystem(SNOMED, family{})
			for range 2 {
				got, err := l.ValueSet(t.Context(), "http://example.org/s")
				require.Equal(t, c.err, message(err))
				require.Equal(t, c.want, bare(got))
			}
		})
	}
}

func TestValueSetThatIsNotLoaded(t *testing.T) {
	l := library(t, drugClasses, set("s", `"version":"3","compose":{"include":[{`+ofDrugs+`}]}`))
	for url, want := range map[string]string{
		"http://example.org/unheard":              "the value set http://example.org/unheard is not loaded",
		"http://example.org/s|4":                  "the value set http://example.org/s|4 is not loaded: what is loaded is version 3",
		"http://example.org/s|3":                  "",
		"http://loinc.org/vs":                     "the code system http://loinc.org is not loaded",
		"http://snomed.info/sct?fhir_vs=refset/1": "the value set http://snomed.info/sct?fhir_vs=refset/1 is not loaded",
		"http://example.org/ValueSet/all-drugs|1": "",
		"http://example.org/ValueSet/all-drugs|2": "the code system http://example.org/drugs|2 is not loaded: what is loaded is version 1",
	} {
		_, err := l.ValueSet(t.Context(), url)
		require.Equal(t, want, message(err), url)
	}
}

func TestStoredExpansions(t *testing.T) {
	page := func(rest string, codes ...string) string {
		var contains []string
		for _, c := range codes {
			contains = append(contains, fmt.Sprintf(`{%s,"code":%q}`, ofDrugs, c))
		}
		return set("p", fmt.Sprintf(`"expansion":{%s"contains":[%s]}`, rest, strings.Join(contains, ",")))
	}
	for _, c := range []struct {
		name  string
		pages []string
		want  string
		err   string
	}{
		{"one page", []string{page(`"total":2,`, "a", "b")}, "a b", ""},
		{"without a total", []string{page(``, "a", "b")}, "a b", ""},
		{"pages in any order", []string{page(`"total":5,"offset":4,`, "e"), page(`"total":5,"offset":0,`, "a", "b"), page(`"total":5,"offset":2,`, "c", "d")}, "a b c d e", ""},
		{"the same page again", []string{page(`"total":1,`, "a"), page(`"total":1,`, "a")}, "a", ""},
		{"pages that overlap", []string{page(`"total":3,`, "a", "b"), page(`"total":3,"offset":1,`, "b", "c")}, "a b c", ""},
		{"fewer than asked for", []string{page(`"parameter":[{"name":"count","valueInteger":10}],`, "a")}, "a", ""},
		{"with a definition apart", []string{including("p", `"system":"http://loinc.org"`), page(`"total":1,`, "a")}, "a", ""},

		{"truncated", []string{page(`"total":3,`, "a", "b")}, "", "its expansion is truncated: 2 of 3 entries"},
		{"first page missing", []string{page(`"total":3,"offset":2,`, "c")}, "", "its expansion lacks the entries 0 to 1"},
		{"middle page missing", []string{page(`"total":5,`, "a"), page(`"total":5,"offset":4,`, "e")}, "", "its expansion lacks the entries 1 to 3"},
		{"last page missing", []string{page(`"total":5,`, "a"), page(`"total":5,"offset":1,`, "b")}, "", "its expansion is truncated: 2 of 5 entries"},
		{"pages without a total", []string{page(``, "a"), page(`"offset":1,`, "b")}, "", "the pages of its expansion do not say how many entries there are"},
		{"totals that differ", []string{page(`"total":2,`, "a"), page(`"total":3,"offset":1,`, "b", "c")}, "", "its pages state different totals, 2 and 3"},
		{"pages of two expansions", []string{page(`"identifier":"urn:1","total":2,`, "a"), page(`"identifier":"urn:2","total":2,"offset":1,`, "b")}, "", `its pages are of different expansions, "urn:1" and "urn:2"`},
		{"two expansions", []string{page(`"total":1,`, "a"), page(`"total":1,`, "b")}, "", "two different expansions begin at entry 0"},
		{"as many as asked for", []string{page(`"parameter":[{"name":"count","valueInteger":2}],`, "a", "b")}, "", "its expansion may be truncated: 2 entries were asked for, and it does not say how many there are"},
		{"filtered by text", []string{page(`"parameter":[{"name":"filter","valueString":"stat"}],`, "a")}, "", `its expansion is only a part: it holds only what matches the text "stat"`},
		{"limited", []string{page(`"parameter":[{"name":"limitedExpansion","valueBoolean":true}],`, "a")}, "", "its expansion is only a part: it says that it is limited"},
		{"not closed", []string{page(`"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/valueset-unclosed","valueBoolean":true}],`, "a")}, "", "its expansion is only a part: it says that it is not closed: codes are missing"},
		{"empty", []string{page(`"total":0,`)}, "", "its expansion is empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := library(t, c.pages...).ValueSet(t.Context(), "http://example.org/p")
			require.Equal(t, c.err, message(err))
			require.Equal(t, c.want, bare(got))
		})
	}
}

func TestValueSetMistakes(t *testing.T) {
	for _, c := range []struct{ name, set, want string }{
		{"no include", set("s", `"compose":{"exclude":[{"system":"http://example.org/x"}]}`), "compose: include is missing"},
		{"nothing to include", including("s", `"version":"1"`), "compose.include[0]: expected a system or a valueSet"},
		{"concept without system", including("s", `"valueSet":["http://example.org/x"],"concept":[{"code":"a"}]`), "compose.include[0]: concept and filter need a system"},
		{"concept and filter", including("s", ofDrugs+`,"concept":[{"code":"a"}],"filter":[{"property":"p","op":"=","value":"v"}]`), "compose.include[0]: expected concept or filter, not both"},
		{"misspelt member", including("s", ofDrugs+`,"filters":[]`), `compose.include[0]: "filters" is not understood`},
		{"modifier", including("s", ofDrugs+`,"modifierExtension":[]`), `compose.include[0]: "modifierExtension" is not understood`},
		{"modifier of the whole", set("s", `"modifierExtension":[{"url":"http://example.org/not"}]`), "it has a modifierExtension, which may change what it means"},
		{"empty list", including("s", ofDrugs+`,"filter":[]`), "compose.include[0]: a list is empty: without it, it would mean more codes"},
		{"filter without value", including("s", ofDrugs+`,"filter":[{"property":"p","op":"="}]`), "compose.include[0].filter[0]: expected a property, an op and a value"},
		{"concept without code", including("s", ofDrugs+`,"concept":[{"display":"a"}]`), `compose.include[0].concept[0]: expected a code without spaces around it, not ""`},
		{"include as an object", set("s", `"compose":{"include":{"system":"http://example.org/x"}}`), "compose: include: expected a list\ncompose: include is missing"},
		{"compose as a list", set("s", `"compose":[]`), "compose: expected an object\ncompose: include is missing"},
		{"import as a string", including("s", `"valueSet":"http://example.org/x"`), "compose.include[0]: valueSet: expected a list\ncompose.include[0]: expected a system or a valueSet"},
		{"entry without code", set("s", `"expansion":{"contains":[{"system":"http://example.org/x","contains":[{"code":"b"}]}]}`), "expansion.contains[0]: expected a code\nexpansion.contains[0].contains[0]: expected the system of \"b\""},
		{"negative total", set("s", `"expansion":{"total":-1}`), "expansion: total: expected a whole number from 0"},
		{"many mistakes", set("s", `"expansion":{"contains":[`+strings.Repeat(`{},`, 29)+`{}]}`), strings.Join(append(manyMistakes(), "10 more mistakes"), "\n")},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := NewLibrary()
			err := l.Add([]byte(c.set), "s.json")
			require.Equal(t, c.want, plain(err, "s.json: ValueSet http://example.org/s: "))
			_, err = l.ValueSet(t.Context(), "http://example.org/s")
			require.EqualError(t, err, "the value set http://example.org/s is not loaded")
		})
	}
}

func manyMistakes() []string {
	var out []string
	for i := range mostMistakes {
		out = append(out, fmt.Sprintf("expansion.contains[%d]: expected a code", i))
	}
	return out
}

func TestImportsAreBounded(t *testing.T) {
	var chain []string
	for i := range 130 {
		// Each twice: without remembering what was expanded, the work would double at every step.
		chain = append(chain, including(fmt.Sprint(i), fmt.Sprintf(`"valueSet":["http://example.org/%d","http://example.org/%d"]`, i+1, i+1)))
	}
	l := library(t, append(chain, drugClasses, including("130", ofDrugs))...)
	got, err := l.ValueSet(t.Context(), "http://example.org/60")
	require.NoError(t, err)
	require.Len(t, got, 7)
	_, err = l.ValueSet(t.Context(), "http://example.org/30")
	require.NoError(t, err)
	_, err = l.ValueSet(t.Context(), "http://example.org/29")
	require.EqualError(t, err, "value sets are imported more than 100 deep")
}

func TestCaseOfCodes(t *testing.T) {
	l := library(t,
		`{"resourceType":"CodeSystem","url":"http://example.org/drugs","content":"complete","caseSensitive":false,"concept":[{"code":"Nsaid","concept":[{"code":"Aspirin"},{"code":"Ibuprofen"}]}]}`,
		including("a", ofDrugs+`,"concept":[{"code":"ASPIRIN"}]`),
		including("b", filtering("concept", "is-a", "NSAID")+`,"valueSet":["http://example.org/a"]`),
		set("c", `"expansion":{"contains":[{`+ofDrugs+`,"code":"aspirin"}]}`),
		set("d", `"compose":{"include":[{`+filtering("concept", "is-a", "nsaid")+`}],"exclude":[{"valueSet":["http://example.org/c"]}]}`))
	for url, want := range map[string]string{"a": "Aspirin", "b": "Aspirin", "c": "Aspirin", "d": "Ibuprofen Nsaid"} {
		got, err := l.ValueSet(t.Context(), "http://example.org/"+url)
		require.NoError(t, err)
		require.Equal(t, want, bare(got))
	}
}

package terminology

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const localMap = `{"resourceType":"ConceptMap","url":"http://example.org/map","version":"1","group":[{
	"source":"http://example.org/local|3","target":"https://loinc.org/","element":[
	{"code":"CREA","target":[{"code":"2160-0","equivalence":"equal"},{"code":"38483-4","equivalence":"narrower"}]},
	{"code":"NA","target":[{"code":"2951-2","equivalence":"equivalent"}]},
	{"code":"K","target":[{"code":"wide","equivalence":"wider"},{"code":"above","equivalence":"subsumes"}]},
	{"code":"CL","target":[{"code":"x","equivalence":"relatedto"},{"code":"x","equivalence":"inexact"},{"code":"x","equivalence":"specializes"},{"code":"x","equivalence":"disjoint"},{"equivalence":"unmatched"}]},
	{"code":"GLU","target":[{"code":"fasting","equivalence":"equal","dependsOn":[{"property":"http://example.org/fasting","value":"yes"}]}]},
	{"code":"BP","target":[{"code":"systolic","equivalence":"equal","product":[{"property":"p","value":"v"}]}]},
	{"code":"R5","target":[{"code":"same","relationship":"equivalent"},{"code":"wide","relationship":"source-is-narrower-than-target"},{"code":"x","relationship":"source-is-broader-than-target"}]}]}]}`

func TestTranslate(t *testing.T) {
	l := library(t, localMap, localMap,
		`{"resourceType":"ConceptMap","url":"http://example.org/old","status":"retired","group":[{"source":"http://example.org/local","target":"http://loinc.org","element":[{"code":"CL","target":[{"code":"old","equivalence":"equal"}]}]}]}`,
		`{"resourceType":"ConceptMap","url":"http://example.org/second","group":[{"source":"http://example.org/local","target":"http://loinc.org","element":[{"code":"NA","target":[{"code":"0001","equivalence":"equal"}]}]}]}`)
	for code, want := range map[string]string{
		"CREA": "2160-0", "NA": "0001 2951-2", "K": "above wide", "CL": "", "GLU": "", "BP": "", "R5": "same wide", "crea": "",
	} {
		t.Run(code, func(t *testing.T) {
			var got []string
			for _, c := range l.Translate(Code{"http://example.org/local", code}) {
				require.Equal(t, LOINC, c.System)
				got = append(got, c.Code)
			}
			require.Equal(t, want, strings.Join(got, " "))
		})
	}
	require.Empty(t, l.Translate(Code{LOINC, "2160-0"}))
}

func TestTranslateUsesTheNewestVersion(t *testing.T) {
	l := library(t,
		`{"resourceType":"ConceptMap","url":"http://example.org/m","version":"10","group":[{"source":"http://example.org/a","target":"http://example.org/b","element":[{"code":"1","target":[{"code":"new","equivalence":"equal"}]}]}]}`,
		`{"resourceType":"ConceptMap","url":"http://example.org/m","version":"9","group":[{"source":"http://example.org/a","target":"http://example.org/b","element":[{"code":"1","target":[{"code":"old","equivalence":"equal"}]}]}]}`)
	require.Equal(t, []Code{{"http://example.org/b", "new"}}, l.Translate(Code{"http://example.org/a", "1"}))
}

func TestConceptMapMistakes(t *testing.T) {
	err := NewLibrary().Add([]byte(`{"resourceType":"ConceptMap","url":"http://example.org/m","group":[
		{"target":"http://example.org/b","element":[{"code":"1"}]},
		{"source":"http://example.org/a","element":[{"code":"1","target":[{"code":"2","equivalence":"equal"}]}]},
		{"source":"http://example.org/a","target":"http://example.org/b","element":[{"code":"1","target":[{"code":"2"},{"code":"3","equivalence":"same"}]}]}]}`), "m.json")
	require.Equal(t, strings.Join([]string{
		"group[0]: source is missing: the code system that is mapped from",
		"group[1]: target is missing: the code system that is mapped to",
		"group[2].element[0].target[0]: equivalence is missing",
		`group[2].element[0].target[1]: equivalence "same" is not known`,
	}, "\n"), plain(err, "m.json: ConceptMap http://example.org/m: "))
}

func plain(err error, prefix string) string {
	return strings.ReplaceAll("\n"+message(err), "\n"+prefix, "\n")[1:]
}

func TestTranslateGivesTheSystemsOwnSpelling(t *testing.T) {
	l := NewLibrary()
	require.NoError(t, l.Add([]byte(`{"resourceType":"CodeSystem","url":"http://x/cs","status":"active","content":"complete","caseSensitive":false,"concept":[{"code":"b"}]}`), "cs.json"))
	require.Equal(t, []Code{{"http://x/cs", "b"}}, l.Translate(Code{"http://x/cs", "B"}))
	require.Empty(t, l.Translate(Code{"http://x/cs", "b"}))
	require.Empty(t, l.Translate(Code{"http://x/cs", "unknown"}))
}

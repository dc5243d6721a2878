package terminology

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// folder writes files into a new folder and returns it.
func folder(t testing.TB, files map[string]string) string {
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return dir
}

func TestLoadFiles(t *testing.T) {
	bundle := `{"resourceType":"Bundle","entry":[{"fullUrl":"x"},{"resource":` + drugClasses + `},{"resource":{"resourceType":"Patient"}},
		{"resource":{"resourceType":"Bundle","entry":[{"resource":` + including("oral", filtering("route", "=", "oral")) + `}]}}]}`
	line := strings.ReplaceAll(drugClasses, "\n", " ")
	escaped := strings.Replace(line, `"concept"`, `"\u0063oncept"`, 1)
	for _, c := range []struct {
		name  string
		files map[string]string
		paths []string
	}{
		{"bundle", map[string]string{"b.json": bundle}, []string{"b.json"}},
		{"bundle with byte order mark", map[string]string{"b.json": "\xEF\xBB\xBF" + bundle}, []string{"b.json"}},
		{"lines", map[string]string{"l.ndjson": "\n" + line + "\r\n\n" + including("oral", filtering("route", "=", "oral")) + "\n"}, []string{"l.ndjson"}},
		{"escaped names", map[string]string{"l.ndjson": escaped + "\n" + including("oral", filtering("route", "=", "oral"))}, []string{"l.ndjson"}},
		{"folder", map[string]string{"d/s.json": drugClasses, "d/deep/v.JSON": including("oral", filtering("route", "=", "oral")),
			"d/package.json": `{"name":"x"}`, "d/list.json": `[1]`, "d/p.json": `{"resourceType":"Patient","name":[],"name":[]}`, "d/notes.txt": "{"}, []string{"d"}},
		{"two files, the same twice", map[string]string{"v.json": including("oral", filtering("route", "=", "oral")), "s.json": drugClasses}, []string{"v.json", "s.json", "s.json"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := folder(t, c.files)
			var paths []string
			for _, p := range c.paths {
				paths = append(paths, filepath.Join(dir, p))
			}
			l := NewLibrary()
			require.NoError(t, l.LoadFiles(paths...))
			got, err := l.ValueSet(t.Context(), "http://example.org/oral")
			require.NoError(t, err)
			require.Equal(t, "aspirin ibuprofen", bare(got))
		})
	}
}

func TestLoadFilesTellsAllMistakes(t *testing.T) {
	dir := folder(t, map[string]string{
		"a/1.json":    "{\n\"resourceType\": \"ValueSet\",\n}",
		"a/2.json":    drugClasses,
		"a/3.json":    strings.Replace(drugClasses, "Aspirin", "ASS", 1),
		"a/4.json":    `{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"ValueSet","id":"x"}},{"resource":{"resourceType":"CodeSystem","url":"http://example.org/x"}}]}`,
		"a/5.ndjson":  including("p", ofDrugs) + "\n{\n" + set("p", `"compose":{"include":[{"system":"http://loinc.org"}]}`),
		"a/6.json":    "",
		"a/7.json":    "\"\xff\"",
		"a/8.json":    `{"resourceType":"ValueSet","url":"http://example.org/deep","expansion":` + strings.Repeat(`{"contains":[`, 200) + strings.Repeat(`]}`, 200) + `}`,
		"a/9.json":    `{"resourceType":"CodeSystem","url":"http://example.org/other","content":"complete","valueSet":"http://example.org/ValueSet/all-drugs","concept":[{"code":"a"}]}`,
		"b.json":      `{"resourceType":"Patient"}`,
		"c/notes.txt": "x",
	})
	l := NewLibrary()
	err := l.LoadFiles(filepath.Join(dir, "a"), filepath.Join(dir, "b.json"), filepath.Join(dir, "c"), filepath.Join(dir, "none"))
	got := strings.ReplaceAll(filepath.ToSlash(message(err)), filepath.ToSlash(dir)+"/", "")
	require.Equal(t, strings.Join([]string{
		`a/1.json:3: it is not JSON: invalid character '}' looking for beginning of object key string`,
		`a/3.json: CodeSystem http://example.org/drugs: another resource with its url and version is in a/2.json`,
		`a/4.json: ValueSet x: it has no url`,
		`a/4.json: CodeSystem http://example.org/x: content is missing: expected complete, fragment, example, supplement or not-present`,
		`a/5.ndjson:2: it is not JSON: unexpected end of JSON input`,
		`a/5.ndjson:3: ValueSet http://example.org/p: it is defined differently in a/5.ndjson:1`,
		`a/6.json: it is empty`,
		`a/7.json: it is not UTF-8`,
		`a/8.json: ValueSet http://example.org/deep: expansion: it is nested too deep`,
		`a/9.json: CodeSystem http://example.org/other: the value set http://example.org/ValueSet/all-drugs of all its codes is that of http://example.org/drugs, too`,
		`b.json: there is no CodeSystem, ValueSet or ConceptMap in it`,
		`c: no file in it holds a CodeSystem, ValueSet or ConceptMap`,
		`none: no such file or directory`,
	}, "\n"), got)
	// What is right was loaded.
	codes, err := l.ValueSet(t.Context(), "http://example.org/p")
	require.NoError(t, err)
	require.Len(t, codes, 7)
}

// What is parsed piece by piece reads like what is parsed at once.
func TestLargeResources(t *testing.T) {
	var concepts, contains, elements, listed []string
	for i := range 5000 {
		code := strings.Repeat("x", i%7) + strconv.Itoa(i)
		concepts = append(concepts, `{"code":"`+code+`","property":[{"code":"group","valueCode":"`+strconv.Itoa(i%3)+`"}]}`)
		contains = append(contains, `{"system":"http://example.org/large","code":"`+code+`"}`)
		listed = append(listed, `{"code":"`+code+`","display":"a display that takes some space"}`)
		elements = append(elements, `{"code":"`+strconv.Itoa(i)+`","target":[{"code":"`+code+`","equivalence":"equal"}]}`)
	}
	inner := `{"code":"root","concept":[{"code":"middle","concept":[` + strings.Join(concepts, ",\n") + `]}]}`
	l := library(t,
		`{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"CodeSystem","url":"http://example.org/large","content":"complete","count":5002,"concept":[`+inner+`]}}]}`,
		set("expansion", `"expansion":{"total":5000,"contains":[`+strings.Join(contains, ",")+`]}`),
		set("listed", `"compose":{"include":[{"system":"http://example.org/large","concept":[`+strings.Join(listed, " , ")+`]}]}`),
		`{"resourceType":"ConceptMap","url":"http://example.org/m","group":[{"source":"http://example.org/n","target":"http://example.org/large","element":[`+strings.Join(elements, ",")+`]}]}`,
		including("below", `"system":"http://example.org/large","filter":[{"property":"concept","op":"descendent-of","value":"middle"}]`),
		including("third", `"system":"http://example.org/large","filter":[{"property":"group","op":"=","value":"2"}]`))
	below, err := l.ValueSet(t.Context(), "http://example.org/below")
	require.NoError(t, err)
	require.Len(t, below, 5000)
	for _, name := range []string{"expansion", "listed"} {
		codes, err := l.ValueSet(t.Context(), "http://example.org/"+name)
		require.NoError(t, err)
		require.Equal(t, below, codes)
	}
	third, err := l.ValueSet(t.Context(), "http://example.org/third")
	require.NoError(t, err)
	require.Len(t, third, 1666)
	require.Len(t, l.Translate(Code{"http://example.org/n", "4999"}), 1)

	err = l.Add([]byte(set("wrong", `"compose":{"include":[{"system":"http://example.org/large","concept":[`+strings.Join(listed, ",")+`,7,{"code":"a","code":"b"}]}]}`)), "wrong.json")
	require.EqualError(t, err, `wrong.json: ValueSet http://example.org/wrong: compose.include[0].concept[5000]: expected an object
wrong.json: ValueSet http://example.org/wrong: compose.include[0].concept[5000]: expected a code without spaces around it, not ""
wrong.json: ValueSet http://example.org/wrong: compose.include[0].concept[5001]: "code" is there twice in one object
wrong.json: ValueSet http://example.org/wrong: compose.include[0].concept[5001]: expected a code without spaces around it, not ""`)
}

func TestNestingIsBounded(t *testing.T) {
	long := `"display":"` + strings.Repeat("x", largeMember) + `"`
	nested := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(`{"code":"` + strconv.Itoa(i) + `",` + long + `,"concept":[`)
		}
		return b.String() + `{"code":"leaf"}` + strings.Repeat("]}", n)
	}
	require.NoError(t, NewLibrary().Add([]byte(`{"resourceType":"CodeSystem","url":"http://example.org/s","content":"complete","concept":[`+nested(100)+`]}`), "s.json"))
	err := NewLibrary().Add([]byte(`{"resourceType":"CodeSystem","url":"http://example.org/s","content":"complete","concept":[`+nested(200)+`]}`), "s.json")
	require.ErrorContains(t, err, "it is nested too deep")
}

package terminology

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCodeSystemMistakes(t *testing.T) {
	for _, c := range []struct{ name, rest, want string }{
		{"circle by nesting and property",
			`"content":"complete","concept":[{"code":"a","property":[{"code":"parent","valueCode":"c"}],"concept":[{"code":"b","concept":[{"code":"c"}]}]}]`,
			`the hierarchy runs in a circle: a → c → b → a`},
		{"circle by child", `"content":"complete","concept":[{"code":"a","property":[{"code":"child","valueCode":"a"}]}]`,
			`the hierarchy runs in a circle: a → a`},
		{"circle by subsumedBy in a fragment",
			`"content":"fragment","concept":[{"code":"a","property":[{"code":"subsumedBy","valueCode":"b"}]},{"code":"b","property":[{"code":"subsumedBy","valueCode":"a"}]}]`,
			`the hierarchy runs in a circle: a → b → a`},
		{"the same code twice", `"content":"complete","concept":[{"code":"a"},{"code":"b","concept":[{"code":"a"}]}]`,
			`concept[1].concept[0]: the code "a" is in the system twice`},
		{"the same code in another case", `"content":"complete","caseSensitive":false,"concept":[{"code":"a"},{"code":"A"}]`,
			`concept[1]: the code "A" is in the system twice`},
		{"unknown parent", `"content":"complete","concept":[{"code":"a","property":[{"code":"parent","valueCode":"x"}]}]`,
			`"x", which the code "a" names as above or below it, is not in the system`},
		{"no content", `"concept":[{"code":"a"}]`,
			`content is missing: expected complete, fragment, example, supplement or not-present`},
		{"strange content", `"content":"full","concept":[{"code":"a"}]`,
			`content "full" is not known: expected complete, fragment, example, supplement or not-present`},
		{"wrong types", `"content":"complete","count":"3","caseSensitive":"no","concept":[{"code":7,"concept":{}}]`,
			"caseSensitive: expected true or false\nconcept[0]: code: expected a string\nconcept[0]: expected a code without spaces around it, not \"\"\ncount: expected a number"},
		{"concepts as an object", `"content":"complete","concept":{"code":"a"}`, `concept: expected a list`},
		{"property without value", `"content":"complete","concept":[{"code":"a","property":[{"code":"p","valueQuantity":{}}]}]`,
			`concept[0].property[0]: expected a code and a value`},
		{"space in a code", `"content":"complete","concept":[{"code":"a "}]`,
			`concept[0]: expected a code without spaces around it, not "a "`},
		{"member twice", `"content":"complete","concept":[{"code":"a"}],"concept":[{"code":"b"}]`,
			`"concept" is there twice in one object`},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := NewLibrary().Add([]byte(`{"resourceType":"CodeSystem","url":"http://example.org/s",`+c.rest+`}`), "s.json")
			require.Equal(t, c.want, plain(err, "s.json: CodeSystem http://example.org/s: "))
		})
	}
}

func TestCodeSystemHierarchyByProperties(t *testing.T) {
	l := library(t, `{"resourceType":"CodeSystem","url":"http://example.org/s","content":"complete",
		"property":[{"code":"isa","uri":"http://hl7.org/fhir/concept-properties#parent","type":"code"}],
		"concept":[
			{"code":"root","property":[{"code":"child","valueCode":"a"}]},
			{"code":"a"},
			{"code":"b","property":[{"code":"parent","valueCode":"a"}]},
			{"code":"c","property":[{"code":"subsumedBy","valueCode":"b"}]},
			{"code":"d","property":[{"code":"isa","valueCoding":{"system":"http://example.org/s","code":"c"}}]}]}`)
	below, err := l.Descendants(t.Context(), Code{"http://example.org/s", "root"})
	require.NoError(t, err)
	require.Equal(t, "http://example.org/s|a http://example.org/s|b http://example.org/s|c http://example.org/s|d", bare(below))
}

func TestVersionsAreOrdered(t *testing.T) {
	ordered := []string{"", "1", "1.2", "1.9", "1.10-ballot", "1.10", "2.0.0-ballot", "2.0.0", "2.0.1", "2024-01-31", "2024-02-01", "20240301"}
	for i := range ordered {
		for j := range ordered {
			require.Equal(t, i < j, compareVersions(ordered[i], ordered[j]) < 0, "%q %q", ordered[i], ordered[j])
		}
	}
}

func TestVersionsWithOneMeaningAreTwo(t *testing.T) {
	require.NotZero(t, compareVersions("1.0", "1.00"))
	require.Equal(t, -compareVersions("1.0", "1.00"), compareVersions("1.00", "1.0"))
}

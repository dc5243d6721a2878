package rules

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Check tells what is wrong for the reader and for the engine together, and no consequence of either.
func TestCheckTellsAllMistakesAndNoConsequences(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"a key that is misspelt hides no other rule", map[string]string{"r.yaml": `pack: p
rules:
  - id: a
    whne: true
    card: {indicator: info, summary: s}
  - id: b
    when: patient.gendr == 'male'
    card: {indicator: info, summary: s}
`}, `r.yaml:4:5: rule "a": unknown key "whne" in a rule (did you mean "when"?)
        whne: true
        ^
r.yaml:7:19: rule "b": Patient has no field "gendr" (did you mean "gender"?)
        when: patient.gendr == 'male'
                      ^`},
		{"codes that cannot be read are not also empty", map[string]string{"r.yaml": `pack: p
codes:
  a:
    rxnrom: [1]
  b: {snomed: [7]}
rules:
  - id: a
    when: patient.takes(a)
    card: {indicator: info, summary: s}
`}, `r.yaml:4:5: unknown key "rxnrom" in codes (did you mean "rxnorm"?)
        rxnrom: [1]
        ^
r.yaml:5:16: codes "b": "7" is no SNOMED CT code: its check digit is wrong
      b: {snomed: [7]}
                   ^`},
		{"names in a file that is no YAML are not unknown", map[string]string{
			"codes.yaml": "pack: p\ncodes: {a\n",
			"r.yaml":     "pack: p\nrules:\n  - {id: a, when: patient.takes(a), card: {indicator: info, summary: s}}\n",
		}, `codes.yaml:2:8: what is in these braces goes wrong: a "," or "}" is missing, or text that holds one of , [ ] { } ? is not in quotes
    codes: {a
           ^`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range tt.files {
				require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
			}
			t.Chdir(dir)
			_, err := Check([]string{"."})
			require.EqualError(t, err, tt.want)
		})
	}
}

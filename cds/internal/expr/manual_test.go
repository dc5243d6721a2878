package expr

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/fhir"
	"github.com/primum-cds/primum/cds/terminology"
)

// What authors can call stands in their manual, the documentation of package rules.
func TestManualNamesTheWholeVocabulary(t *testing.T) {
	manual, err := os.ReadFile("../../../rules/doc.go")
	require.NoError(t, err)
	env, err := NewEnv(fhir.Load(), terminology.NewInterner(), nil)
	require.NoError(t, err)
	for _, f := range env.fns {
		name := strings.TrimPrefix(f.name, "resources_")
		if name != f.name {
			name = "resources"
		}
		if strings.HasPrefix(name, "@") || operatorText(name) != "" || name == "@in" {
			continue
		}
		require.Contains(t, string(manual), name, "the manual does not name %s", f.id)
	}
	for _, list := range patientLists {
		require.Contains(t, string(manual), "patient."+list.name)
	}
}

package expr

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/fhir"
	"github.com/primum-cds/primum/cds/terminology"
)

// From what functions are declared to read is derived what is fetched for rules: one that is forgotten makes
// every rule that calls it undecided.
func TestEveryFunctionIsDeclaredWithWhatItReads(t *testing.T) {
	schema := fhir.Load()
	env, err := NewEnv(schema, terminology.NewInterner(), []Custom{{Name: "own", Result: Param{Kind: Bool}}})
	require.NoError(t, err)
	require.Greater(t, len(env.fns), 200)
	for _, f := range env.fns {
		require.NotNil(t, f.sources, "%s does not say what it reads", f.id)
		if len(f.args) > 0 && f.args[0].IsExactType(patientType) {
			require.NotEmpty(t, f.sources, "%s is asked of the patient, and said to read nothing", f.id)
		}
		for _, s := range f.sources {
			soundSource(t, env, f, s)
		}
	}
	for _, list := range patientLists {
		require.NotEmpty(t, list.sources, list.name)
	}
}

func soundSource(t *testing.T, env *Env, f *function, s source) {
	typ, known := env.provider.schema.Type(s.of)
	require.True(t, known && typ.Resource, "%s reads %q, which is no resource", f.id, s.of)
	if s.codes != "" {
		require.Contains(t, env.provider.codes, s.codes, f.id)
	}
	if s.codesIn > 0 {
		require.True(t, f.args[s.codesIn].IsExactType(codesType), f.id)
	}
	if s.sinceIn > 0 && s.sinceIn < len(f.args) {
		require.True(t, f.args[s.sinceIn].IsExactType(spanType) || f.args[s.sinceIn].IsExactType(dateType), f.id)
	}
}

package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write what the command prints to the sessions in testdata/script")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"primum": main})
}

// The sessions document the command. Each has the repository's examples beside it.
func TestSessions(t *testing.T) {
	examples, err := filepath.Abs("../../examples")
	require.NoError(t, err)
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Cmds:          map[string]func(ts *testscript.TestScript, neg bool, args []string){"keep": keep},
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
			return os.CopyFS(filepath.Join(env.WorkDir, "examples"), os.DirFS(examples))
		},
	})
}

// A reader that goes away, as in `primum eval … | head -1`, is told as an error and does not panic.
func TestOutputThatCannotBeWritten(t *testing.T) {
	errors, err := os.CreateTemp(t.TempDir(), "")
	require.NoError(t, err)
	closed, err := os.CreateTemp(t.TempDir(), "")
	require.NoError(t, err)
	require.NoError(t, closed.Close())

	code := run(context.Background(), []string{"help"}, os.Stdin, closed, errors)

	told, err := os.ReadFile(errors.Name())
	require.NoError(t, err)
	require.Equal(t, stopped, code)
	require.Equal(t, "primum: standard output: write "+closed.Name()+": file already closed\n", string(told))
}

// Package requests holds a CDS Hooks request for each hook, about a patient who does not exist.
package requests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/rules"
	"github.com/stretchr/testify/require"
)

// Each hook that is not deprecated has a request, which is as the specification wants it.
func TestRequests(t *testing.T) {
	for _, name := range cds.HookNames() {
		if hook, _ := cds.HookByName(name); !hook.Deprecated {
			require.FileExists(t, name+".json")
		}
	}
	files, err := filepath.Glob("*.json")
	require.NoError(t, err)
	for _, file := range files {
		body, err := os.ReadFile(file)
		require.NoError(t, err)
		require.True(t, hooks.IsRequest(body), file)
		request, err := hooks.Decode(body)
		require.NoError(t, err, file)
		require.Equal(t, strings.TrimSuffix(file, ".json"), request.Hook)
		require.Empty(t, request.Warnings, file)
	}
}

// The README names the hooks at which the packs that ship have rules.
func TestHooksWithRules(t *testing.T) {
	packs, err := rules.Embedded()
	require.NoError(t, err)
	engine, err := cds.New(packs)
	require.NoError(t, err)
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	var named []string
	for line := range strings.Lines(string(readme)) {
		if name, ok := strings.CutPrefix(line, "* "); ok {
			named = append(named, strings.TrimSpace(name))
		}
	}
	require.Equal(t, engine.Hooks(), named)
}

// Package requests holds a CDS Hooks request for each hook, about a patient who does not exist.
package requests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
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

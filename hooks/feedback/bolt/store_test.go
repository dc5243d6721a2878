package bolt

import (
	"path/filepath"
	"testing"

	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/primum-cds/primum/hooks/feedback/internal/storetest"
	"github.com/stretchr/testify/require"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) feedback.Store { return open(t, filepath.Join(t.TempDir(), "feedback.db")) })
}

func open(t testing.TB, path string) *Store {
	s, err := Open(t.Context(), path)
	require.NoError(t, err)
	return s
}

package server

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFilesOfRules(t *testing.T) {
	dir := t.TempDir()
	put := func(names ...string) {
		for _, name := range names {
			path := filepath.Join(dir, name)
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
			require.NoError(t, os.WriteFile(path, []byte(name), 0o600))
		}
	}
	put("pack/a.yaml", "pack/a_test.yaml", "pack/a.yaml~", "pack/.a.yaml.swp", "pack/.git/config", "pack/tables/t.csv", "pack/README.md",
		"single/x.yaml", "single/y.csv", "single/notes.txt", "site.yaml", "terms")
	paths := Paths{
		Packs:       []string{filepath.Join(dir, "pack"), filepath.Join(dir, "single", "x.yaml")},
		Params:      filepath.Join(dir, "site.yaml"),
		Terminology: []string{filepath.Join(dir, "terms")},
	}
	files, err := paths.files()
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		names = append(names, f.name)
		require.Equal(t, f.name != "terminology/0/terms", f.copied, f.name)
	}
	require.Equal(t, []string{"packs/0/README.md", "packs/0/a.yaml", "packs/0/tables/t.csv", "packs/1/x.yaml", "packs/1/y.csv", "params/site.yaml", "terminology/0/terms"}, names)

	before, err := paths.digest()
	require.NoError(t, err)
	moved := filepath.Join(t.TempDir(), "elsewhere")
	require.NoError(t, os.Rename(filepath.Join(dir, "pack"), moved))
	_, err = paths.files()
	require.ErrorIs(t, err, os.ErrNotExist)
	paths.Packs[0] = moved
	after, err := paths.digest()
	require.NoError(t, err)
	require.Equal(t, before, after, "a digest does not depend on where the files lie")
	require.NoError(t, os.WriteFile(filepath.Join(moved, "a.yaml"), []byte("pack/a.yamm"), 0o600))
	after, err = paths.digest()
	require.NoError(t, err)
	require.NotEqual(t, before, after)
}

// Package primum_test holds what is promised of the module as a whole.
package primum_test

import (
	"go/build"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/primum-cds/primum/"

// Imports point one way: cmd → hooks, rules → cds. Each line is a folder with all below it, what nothing in
// it may import, with all below that, and the folder in it of which that is not said. Tests from outside,
// in package x_test, may use what they like.
var forbidden = []struct {
	folder  string
	imports []string
	except  string
}{
	{"cds", []string{module + "rules", module + "hooks", module + "cmd", module + "examples"}, ""},
	{"cds", []string{"go.yaml.in/yaml", "gopkg.in/yaml.v3"}, ""},
	{"cds", []string{"net/http", module + "cds/terminology/server"}, "cds/terminology/server"},
	{"cds/ucum", []string{module + "cds/internal", module + "cds/terminology"}, ""},
	{"cds/terminology", []string{module + "cds/internal", module + "cds/ucum"}, ""},
	{"rules", []string{module + "hooks", module + "cmd", module + "examples", module + "cds/internal", "net/http"}, ""},
	{"hooks", []string{module + "rules", module + "cmd", module + "examples", module + "cds/internal"}, ""},
	{"hooks", []string{"go.etcd.io/bbolt", "github.com/jackc/pgx"}, "hooks/feedback"},
	{"cmd", []string{module + "cds/internal", module + "examples", "github.com/google/cel-go"}, ""},
	{"examples", []string{module + "cds/internal", module + "cmd", "github.com/google/cel-go"}, ""},
}

func TestImportsPointOneWay(t *testing.T) {
	for _, rule := range forbidden {
		packages := packagesBelow(t, rule.folder)
		require.NotEmpty(t, packages, "there are no packages in %s", rule.folder)
		for _, p := range packages {
			if rule.except != "" && below(filepath.ToSlash(p.Dir), rule.except) {
				continue
			}
			for _, imported := range slices.Concat(p.Imports, p.TestImports) {
				for _, no := range rule.imports {
					require.False(t, below(imported, no), "%s imports %s", p.Dir, imported)
				}
			}
		}
	}
}

// below reports whether a path is another, or lies below it.
func below(path, other string) bool {
	return path == other || strings.HasPrefix(path, other+"/")
}

func packagesBelow(t *testing.T, folder string) []*build.Package {
	var found []*build.Package
	require.NoError(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if d.Name() == "testdata" {
			return fs.SkipDir
		}
		p, err := build.ImportDir(path, 0)
		if _, none := err.(*build.NoGoError); none {
			return nil
		}
		found = append(found, p)
		return err
	}))
	return found
}

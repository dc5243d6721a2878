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

// Imports point one way: cmd → hooks, rules → cds. The left side is a folder with all below it, the
// right side what nothing in it may import, with all below that. Tests from outside, in package x_test, may
// use what they like.
var forbidden = []struct {
	folder  string
	imports []string
}{
	{"cds", []string{module + "rules", module + "hooks", module + "cmd", module + "examples", "go.yaml.in/yaml", "gopkg.in/yaml.v3", "net/http"}},
	{"cds/ucum", []string{module}},
	{"cds/terminology", []string{module + "cds/internal"}},
	{"rules", []string{module + "hooks", module + "cmd", module + "examples", module + "cds/internal", "net/http"}},
	{"hooks", []string{module + "rules", module + "cmd", module + "examples", module + "cds/internal"}},
	{"cmd", []string{module + "cds/internal", module + "examples", "github.com/google/cel-go"}},
	{"examples", []string{module + "cds/internal", module + "cmd", "github.com/google/cel-go"}},
}

// ucum may import what lies below itself.
var allowed = map[string]string{"cds/ucum": module + "cds/ucum"}

func TestImportsPointOneWay(t *testing.T) {
	for _, rule := range forbidden {
		seen := 0
		for _, p := range packagesBelow(t, rule.folder) {
			seen++
			for _, imported := range slices.Concat(p.Imports, p.TestImports) {
				for _, no := range rule.imports {
					if below(imported, no) && !(allowed[rule.folder] != "" && below(imported, allowed[rule.folder])) {
						t.Errorf("%s imports %s", p.Dir, imported)
					}
				}
			}
		}
		require.NotZero(t, seen, "there are no packages in %s", rule.folder)
	}
}

// below reports whether a path is another, or lies below it.
func below(path, other string) bool {
	other = strings.TrimSuffix(other, "/")
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

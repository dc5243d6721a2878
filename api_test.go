package primum_test

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// No exported name of a package that others import mentions a type of CEL: the language's library is
// about to move to another import path, and that must break nobody.
func TestTheAPIMentionsNoTypeOfCEL(t *testing.T) {
	for _, dir := range []string{"cds", "cds/terminology", "cds/ucum", "rules", "hooks", "hooks/feedback"} {
		p, err := build.ImportDir(dir, 0)
		require.NoError(t, err)
		for _, name := range p.GoFiles {
			mentionsNoCEL(t, filepath.Join(dir, name))
		}
	}
}

func mentionsNoCEL(t *testing.T, name string) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, nil, 0)
	require.NoError(t, err)
	ofCEL := celNames(file)
	ast.FileExports(file) // leaves exported declarations, without bodies and unexported fields
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && ofCEL[x.Name] {
				t.Errorf("%s: the API mentions %s.%s", set.Position(s.Pos()), x.Name, s.Sel.Name)
			}
		}
		return true
	})
}

// celNames returns the names under which a file knows packages of CEL.
func celNames(file *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		if !below(path, "github.com/google/cel-go") && !below(path, "cel.dev/expr") {
			continue
		}
		name := path[strings.LastIndexByte(path, '/')+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = true
	}
	return names
}

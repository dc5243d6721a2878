package rules

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/primum-cds/primum/cds"
	"github.com/stretchr/testify/require"
)

// Whatever a rule file holds, it is read or refused with mistakes that have a place in it.
func FuzzRuleFile(f *testing.F) {
	addRuleFiles(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		packs, err := LoadFS(packOf(data), "p")
		if err != nil {
			requireMistakes(t, err)
		}
		require.NotNil(t, packs)
	})
}

// jargon is what only the makers of the language's parser and checker understand.
var jargon = regexp.MustCompile(`overload|container|wrapper\(|token recognition|mismatched input|viable|extraneous|<EOF>|!error!|_&&_|_\|\|_|_[<>=!+*/%-]+_|ANTLR|\bdyn\(`)

// Whatever a rule file holds, it is compiled or refused with mistakes that have a place in it, in words
// that its author knows.
func FuzzCheck(f *testing.F) {
	addRuleFiles(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		packs, err := LoadFS(packOf(data), "p")
		if err != nil {
			return
		}
		if _, err := cds.New(packs); err != nil {
			requireMistakes(t, err)
			for _, e := range err.(cds.Errors) {
				if !jargon.Match(data) {
					require.NotRegexp(t, jargon, e.Message)
				}
			}
		}
	})
}

func addRuleFiles(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*/*.yaml", "testdata/bad/*.yaml", "testdata/bad/*/rules.yaml"} {
		names, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, name := range names {
			data, err := os.ReadFile(name)
			require.NoError(f, err)
			f.Add(data)
		}
	}
}

func packOf(data []byte) fstest.MapFS {
	return fstest.MapFS{"p/rules.yaml": {Data: data}, "p/pairs.csv": {Data: []byte("id,a\n1,2\n")}}
}

// Every record of a table has as many cells as its header, and each cell stands where it says.
func FuzzTable(f *testing.F) {
	f.Add([]byte("id,a\n1,\"x\"\"y\"\n\n2,\"b\nc\"\r\n"))
	f.Add([]byte("id,a\n\"1,2\n"))
	f.Add([]byte("a,id\r\né,\"\""))
	f.Fuzz(func(t *testing.T, data []byte) {
		var m mistakes
		file, ok := source("t.csv", data, &m)
		if !ok {
			return
		}
		table := cds.Table{Name: "t", File: file, Columns: []cds.Column{{Name: "id"}, {Name: "a"}}}
		readTable(&table, &m)
		for _, row := range table.Rows {
			require.Len(t, row.Cells, 2)
			for i, cell := range row.Cells {
				line := []rune(file.Line(int(row.Lines[i])))
				first, _ := utf8.DecodeRuneInString(cell)
				if cell != "" && first != '\n' && first != '\r' {
					require.Equal(t, first, line[row.Places[i]-1])
				}
			}
		}
		if err := m.err(); err != nil {
			requireMistakes(t, err)
		}
	})
}

func requireMistakes(t *testing.T, err error) {
	var all cds.Errors
	require.True(t, errors.As(err, &all), "%v", err)
	require.True(t, utf8.ValidString(err.Error()))
	for _, e := range all {
		if e.Position.Line > 0 {
			line := []rune(e.Position.File.Line(e.Position.Line))
			require.GreaterOrEqual(t, e.Position.Column, 1)
			require.LessOrEqual(t, e.Position.Column, len(line)+1)
		}
	}
}

package rules

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds"
)

// LoadTests reads the test files at paths: files named NAME_test.yaml, and folders with all below them.
// Each comes with the pack that lies in its folder; where several do, `pack:` names it, or it is the
// one of NAME.yaml.
//
// Mistakes, in the packs too, are returned as cds.Errors together with what could be read; any other
// error says that a file or folder could not be read at all.
func LoadTests(paths ...string) ([]TestFile, error) {
	l := &testLoader{}
	for _, p := range paths {
		if err := l.onDisk(p); err != nil {
			return nil, err
		}
	}
	return l.files, l.mistakes.err()
}

// A testLoader reads test files, each folder's packs with them.
type testLoader struct {
	mistakes mistakes
	files    []TestFile
}

func (l *testLoader) onDisk(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	dir := name
	if !info.IsDir() {
		dir = filepath.Dir(name)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	t := tree{fsys: root.FS(), name: dir}
	if info.IsDir() {
		return l.walk(t, ".")
	}
	if !isTestFile(name) {
		l.mistakes.add(&cds.Error{
			Position: cds.Position{File: &cds.File{Name: filepath.ToSlash(name)}},
			Message:  "not a test file: their names end in _test.yaml",
		})
		return nil
	}
	return l.folder(t, ".", []string{filepath.Base(name)})
}

func (l *testLoader) walk(t tree, dir string) error {
	return t.walk(dir, func(dir string, entries []fs.DirEntry) error {
		names := testFiles(entries)
		if len(names) == 0 {
			return nil
		}
		return l.folder(t, dir, names)
	})
}

// folder reads the given test files of a folder and the packs they test.
func (l *testLoader) folder(t tree, dir string, names []string) error {
	packs := &loader{}
	if err := packs.folder(t, dir, nil); err != nil {
		return err
	}
	f := &folder{tree: t, dir: dir, loader: packs}
	for _, name := range names {
		d, err := f.open(name)
		if err != nil {
			return err
		}
		file := f.testFile(d)
		if p := packs.tested(name, file.of); p != nil {
			file.Pack = p.Pack
			l.files = append(l.files, file)
		} else if d.root != nil {
			d.fail(d.root, `which pack is tested? Name it with "pack", one of those in this folder: %s`, strings.Join(packs.names(), ", "))
		}
	}
	for _, e := range packs.mistakes.list {
		l.mistakes.add(e)
	}
	return nil
}

// tested returns the pack that a test file tests, nil if that cannot be told.
func (l *loader) tested(file, name string) *pack {
	if name != "" {
		return l.sameName(name)
	}
	if len(l.read) == 1 {
		return l.read[0]
	}
	beside := strings.TrimSuffix(file, "_test.yaml") + ".yaml"
	for _, p := range l.read {
		if slices.Contains(p.files, beside) {
			return p
		}
	}
	return nil
}

func (l *loader) names() []string {
	names := make([]string, len(l.read))
	for i, p := range l.read {
		names[i] = p.Name
	}
	return names
}

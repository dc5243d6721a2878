package rules

import (
	"embed"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/primum-cds/primum/cds"
)

// The files of packs, which lie in their folders and not below: packs/knowledge is for tests.
//
//go:embed packs/*/*.yaml packs/*/*.csv
var embedded embed.FS

// Load reads the packs at paths: rule files, and folders, in which every folder that holds rule files
// is a pack. A path to a rule file is a pack of that file alone, unless its folder has a pack.yaml:
// then it is the pack of the folder.
//
// Mistakes in the files are returned all at once as cds.Errors, together with everything that could
// still be read: the packs are then good for finding further mistakes with cds.New, and for nothing
// else. Any other error says that a file or folder could not be read at all, and there are no packs.
func Load(paths ...string) ([]cds.Pack, error) {
	l := &loader{}
	for _, p := range paths {
		if err := l.onDisk(p); err != nil {
			return nil, err
		}
	}
	return l.packs(), l.mistakes.err()
}

// LoadFS reads the packs in the folder root of fsys, as Load does. Positions name files by their path
// in fsys.
func LoadFS(fsys fs.FS, root string) ([]cds.Pack, error) {
	l := &loader{}
	if err := l.tree(tree{fsys: fsys}, root); err != nil {
		return nil, err
	}
	return l.packs(), l.mistakes.err()
}

// Embedded returns the packs that come with Primum.
func Embedded() ([]cds.Pack, error) {
	l := &loader{}
	if err := l.walk(tree{fsys: embedded}, "packs"); err != nil {
		return nil, err
	}
	return l.packs(), l.mistakes.err()
}

// onDisk reads a file or folder of the disk. What it holds cannot lead out of the folder.
func (l *loader) onDisk(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	folder, base := name, "."
	if !info.IsDir() {
		folder, base = filepath.Dir(name), filepath.Base(name)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	t := tree{fsys: root.FS(), name: folder}
	if base == "." {
		return l.tree(t, base)
	}
	if _, err := fs.Stat(t.fsys, "pack.yaml"); err == nil {
		return l.folder(t, ".", nil)
	}
	return l.files(t, ".", []string{base})
}

// A tree is where files are read from: a file system, and what its root is called in positions.
type tree struct {
	fsys fs.FS
	name string
}

// display is a file's name as a person knows it.
func (t tree) display(file string) string {
	if t.name == "" {
		return file
	}
	return path.Join(filepath.ToSlash(t.name), file)
}

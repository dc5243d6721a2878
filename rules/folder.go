package rules

import (
	"cmp"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/primum-cds/primum/cds"
)

// A loader reads packs from any number of places and collects the mistakes of all.
type loader struct {
	mistakes mistakes
	read     []*pack
}

// packs returns what was read, sorted by name. It is never nil.
func (l *loader) packs() []cds.Pack {
	out := make([]cds.Pack, 0, len(l.read))
	for _, p := range l.read {
		out = append(out, p.Pack)
	}
	slices.SortStableFunc(out, func(a, b cds.Pack) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// tree reads the packs in a folder, of which there must be one.
func (l *loader) tree(t tree, dir string) error {
	before := len(l.read)
	if err := l.walk(t, dir); err != nil {
		return err
	}
	if len(l.read) == before && l.mistakes.count == 0 {
		l.mistakes.add(&cds.Error{
			Position: cds.Position{File: &cds.File{Name: t.display(dir)}},
			Message:  "there are no rule files here: a pack is a folder that holds *.yaml files",
		})
	}
	return nil
}

// walk visits a folder and those below it in which packs are looked for.
func (t tree) walk(dir string, visit func(dir string, entries []fs.DirEntry) error) error {
	entries, err := fs.ReadDir(t.fsys, dir)
	if err != nil {
		return err
	}
	if err := visit(dir, entries); err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() && holdsPacks(e.Name()) {
			if err := t.walk(path.Join(dir, e.Name()), visit); err != nil {
				return err
			}
		}
	}
	return nil
}

// walk reads the pack in a folder and those in the folders below it.
func (l *loader) walk(t tree, dir string) error {
	return t.walk(dir, func(dir string, entries []fs.DirEntry) error { return l.folder(t, dir, entries) })
}

// holdsPacks reports whether a folder of this name is searched for packs.
func holdsPacks(name string) bool {
	return name != "testdata" && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "_")
}

// folder reads the rule files of one folder. Entries are those of the folder, nil if not yet known.
func (l *loader) folder(t tree, dir string, entries []fs.DirEntry) (err error) {
	if entries == nil {
		if entries, err = fs.ReadDir(t.fsys, dir); err != nil {
			return err
		}
	}
	var names []string
	for _, e := range entries {
		switch name := e.Name(); {
		case e.IsDir() || strings.HasPrefix(name, "."):
		case strings.HasSuffix(name, ".yml"):
			l.mistakes.add(&cds.Error{
				Position: cds.Position{File: &cds.File{Name: t.display(path.Join(dir, name))}},
				Message:  "the names of rule files end in .yaml: rename it",
			})
		case isTestFile(name):
		case strings.HasSuffix(name, ".yaml"):
			names = append(names, name)
		}
	}
	return l.files(t, dir, names)
}

func isTestFile(name string) bool { return strings.HasSuffix(name, "_test.yaml") }

// files reads rule files of one folder. With a pack.yaml among them they are one pack, else one for
// each name that a `pack:` gives.
func (l *loader) files(t tree, dir string, names []string) error {
	here := &folder{tree: t, dir: dir, loader: l, packs: map[string]*pack{}}
	if i := slices.Index(names, "pack.yaml"); i >= 0 {
		names = slices.Delete(slices.Clone(names), i, i+1)
		if err := here.metadata(); err != nil {
			return err
		}
		if len(names) == 0 {
			here.whole.fail("pack.yaml stands alone: there are no rule files beside it")
		}
	}
	for some := range slices.Chunk(names, runtime.GOMAXPROCS(0)) {
		read, err := here.parse(some)
		if err != nil {
			return err
		}
		for i, name := range some {
			here.ruleFile(name, read[i]())
		}
	}
	return nil
}

// A folder is where the files of a pack lie.
type folder struct {
	tree
	dir    string
	loader *loader
	whole  *pack            // the pack of pack.yaml, nil if there is none
	packs  map[string]*pack // by name
}

// open parses a YAML file of the folder.
func (f *folder) open(name string) (*document, error) {
	file := path.Join(f.dir, name)
	data, err := readFile(f.fsys, file, maxRuleFile)
	if err != nil {
		return nil, err
	}
	return parse(f.display(file), data, &f.loader.mistakes), nil
}

// parse parses YAML files of the folder at the same time. Each function takes over the mistakes of its file.
func (f *folder) parse(names []string) ([]func() *document, error) {
	out := make([]func() *document, len(names))
	var wait sync.WaitGroup
	defer wait.Wait()
	for i, name := range names {
		file := path.Join(f.dir, name)
		data, err := readFile(f.fsys, file, maxRuleFile)
		if err != nil {
			return nil, err
		}
		var d *document
		wait.Go(func() { d = parse(f.display(file), data, &mistakes{}) })
		out[i] = func() *document {
			for _, e := range d.mistakes.list {
				f.loader.mistakes.add(e)
			}
			d.mistakes = &f.loader.mistakes
			return d
		}
	}
	return out, nil
}

// pack returns the folder's pack of a name, new if need be.
func (f *folder) pack(name string, at cds.Position) *pack {
	if p := f.packs[name]; p != nil {
		return p
	}
	p := newPack(name, at, &f.loader.mistakes)
	if other := f.loader.sameName(name); other != nil {
		p.fail("the pack %q is already read from %s", name, other.at)
	}
	f.packs[name] = p
	f.loader.read = append(f.loader.read, p)
	return p
}

func (l *loader) sameName(name string) *pack {
	for _, p := range l.read {
		if name != "" && p.Name == name {
			return p
		}
	}
	return nil
}

package rules

import (
	"fmt"
	"io"
	"io/fs"

	"github.com/primum-cds/primum/cds"
	"go.yaml.in/yaml/v3"
)

// A pack is a cds.Pack while its files are read.
type pack struct {
	cds.Pack
	at       cds.Position // of its name
	mistakes *mistakes
	places   map[string]cds.Position // of the names given so far, by kind and name
	files    []string                // the rule files it was read from
	hooks    []string                // of rules that name none
	hooksAt  []cds.Position
}

func newPack(name string, at cds.Position, m *mistakes) *pack {
	return &pack{Pack: cds.Pack{Name: name}, at: at, mistakes: m, places: map[string]cds.Position{}}
}

func (p *pack) fail(format string, args ...any) {
	p.mistakes.add(&cds.Error{Position: p.at, Message: fmt.Sprintf(format, args...)})
}

// first reports a name that the pack already has, in this file or another, and returns false.
func (p *pack) first(d *document, n *yaml.Node, kind, name string) bool {
	if before, taken := p.places[kind+" "+name]; taken {
		d.fail(n, "the %s %q is given twice in this pack; first at %s", kind, name, before)
		return false
	}
	p.places[kind+" "+name] = d.place(n)
	return true
}

// metadata reads pack.yaml.
func (f *folder) metadata() error {
	d, err := f.open("pack.yaml")
	if err != nil {
		return err
	}
	f.whole = newPack("", cds.Position{File: d.file}, d.mistakes)
	if d.root == nil {
		f.loader.read = append(f.loader.read, f.whole)
		return nil
	}
	var meta cds.Pack
	var hooks []string
	var hooksAt []cds.Position
	str := func(to *string, key string) func(*yaml.Node) {
		return func(n *yaml.Node) { *to = d.str(n, key) }
	}
	at := cds.Position{File: d.file, Line: d.root.Line, Column: d.root.Column}
	d.mapping(d.root, "pack.yaml", fields{
		"name":      func(n *yaml.Node) { meta.Name, at = d.word(n, "name"), d.place(n) },
		"version":   str(&meta.Version, "version"),
		"title":     str(&meta.Title, "title"),
		"publisher": str(&meta.Publisher, "publisher"),
		"licence":   str(&meta.Licence, "licence"),
		"developer": str(&meta.Developer, "developer"),
		"funding":   str(&meta.Funding, "funding"),
		"released":  func(n *yaml.Node) { meta.Released = d.date(n, "released") },
		"reviewed":  func(n *yaml.Node) { meta.Reviewed = d.date(n, "reviewed") },
		"hooks":     func(n *yaml.Node) { hooks, hooksAt = d.hooks(n) },
	}, "name")
	f.whole = f.pack(meta.Name, at)
	f.whole.Pack, f.whole.hooks, f.whole.hooksAt = meta, hooks, hooksAt
	return nil
}

// ruleFile reads one rule file into its pack.
func (f *folder) ruleFile(name string, d *document) {
	if d.root == nil {
		return
	}
	p := f.packOf(d)
	p.files = append(p.files, name)
	r := &ruleFile{document: d, folder: f, pack: p}
	r.ruleFields, r.cardFields, r.codesFields = r.fieldsOfRule(), r.fieldsOfCard(), r.fieldsOfCodes()
	d.mapping(d.root, "a rule file", fields{
		"pack":   func(*yaml.Node) {},
		"hooks":  r.declaredHooks,
		"codes":  r.codes,
		"params": r.params,
		"tables": r.tables,
		"rules":  r.rules,
	})
}

// packOf returns the pack that a rule file belongs to, by its `pack:` or the folder's pack.yaml.
func (f *folder) packOf(d *document) *pack {
	n := value(d.root, "pack")
	if n == nil || n.Tag == "!!null" {
		if f.whole == nil && d.root.Kind == yaml.MappingNode && n == nil {
			d.fail(d.root, `a rule file needs "pack", the name of its pack, where no pack.yaml gives it`)
		}
		if f.whole != nil {
			return f.whole
		}
		return f.pack("", d.place(d.root))
	}
	name := d.word(n, "pack")
	if f.whole == nil {
		return f.pack(name, d.place(n))
	}
	if name != "" && f.whole.Name != "" && name != f.whole.Name {
		d.fail(n, "the pack is %q here and %q in pack.yaml: they must agree", name, f.whole.Name)
	}
	return f.whole
}

// value returns the value of a key in a mapping, nil if there is none.
func value(n *yaml.Node, key string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// A ruleFile is a rule file while it is read into its pack.
type ruleFile struct {
	*document
	folder *folder
	pack   *pack

	// Of rules, cards and codes there are many: what reads their keys is made once, and reads into these.
	ruleFields, cardFields, codesFields fields
	currentRule                         *readRule
	currentCard                         *cds.Card
	currentCodes                        *readCodes
}

// readFile returns what is in a file, at most one byte more than limit.
func readFile(fsys fs.FS, name string, limit int64) ([]byte, error) {
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readAll(file, limit)
}

func readAll(r io.Reader, limit int64) ([]byte, error) {
	return io.ReadAll(io.LimitReader(r, limit+1))
}

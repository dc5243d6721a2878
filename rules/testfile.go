package rules

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds"
	"go.yaml.in/yaml/v3"
)

// A TestFile is a file NAME_test.yaml beside the rules it tests.
type TestFile struct {
	File  *cds.File
	Pack  cds.Pack // the pack under test
	Tests []Test

	of string // the name of the pack, if the file says it
}

// A Test asks the rules of one pack about one patient. Want, Undecided and Failures are complete: what
// else appears fails the test.
type Test struct {
	Name       string
	Position   cds.Position
	Hook       string // "order-sign" if there are orders and nothing is said, else "": the whole record
	Now        time.Time
	Context    map[string]any // of the hook, beside the patient's id
	Supplied   []string       // the types of which the record is complete; nil: of all
	Params     []cds.SiteParam
	Want       []Expected
	Undecided  []Expected
	Failures   []Expected
	Unscreened []Expected // nil: not checked

	patient chartOf
}

// An Expected is a finding, an undecided rule, a failure or an unscreened resource that a test names.
// What is left empty is not compared.
type Expected struct {
	Position  cds.Position
	Rule      string // "" only for unscreened
	Row       string
	Indicator string
	Focus     string   // "Type/id" or the id alone
	Summary   string   // the whole summary of the card
	Missing   []string // of an undecided rule: types, paths, or words of the reason
	Error     string   // of a failure: a part of its message
	Resource  string   // of an unscreened resource: "Type/id" or the id alone
}

// testFile reads a test file. Mistakes are added to m; what could be read is returned.
func (f *folder) testFile(d *document) TestFile {
	file := TestFile{File: d.file}
	if d.root == nil {
		return file
	}
	var now time.Time
	d.mapping(d.root, "a test file", fields{
		"pack":  func(n *yaml.Node) { file.of = d.word(n, "pack") },
		"now":   func(n *yaml.Node) { now = d.instant(n, "now") },
		"tests": func(*yaml.Node) {},
	}, "tests")
	tests := value(d.root, "tests")
	if tests == nil || tests.Tag == "!!null" {
		return file
	}
	names := map[string]cds.Position{}
	d.list(tests, "a list of tests", func(n *yaml.Node) {
		test := d.test(n, now)
		f.bundleFile(d, &test.patient)
		if before, twice := names[test.Name]; twice && test.Name != "" {
			d.fail(n, "the test %q is given twice; first at %s", test.Name, before)
		}
		names[test.Name] = test.Position
		file.Tests = append(file.Tests, test)
	})
	return file
}

// bundleFile reads the file that a test's `bundle` names.
func (f *folder) bundleFile(d *document, c *chartOf) {
	name := c.bundle.Value
	if name == "" {
		return
	}
	at := c.bundle.Position()
	if !fs.ValidPath(name) || strings.Contains(name, `\`) {
		d.failAt(at, "bundle: %q must be the path of a file in the folder of the test or below, written with /", name)
		return
	}
	data, err := readFile(f.fsys, path.Join(f.dir, name), maxTable)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.failAt(at, "bundle: there is no %q in the folder of the test", name)
	case err != nil:
		d.failAt(at, "bundle: %q cannot be read", name)
	case len(data) > maxTable:
		d.failAt(at, "bundle: %q has more than 256 MB", name)
	default:
		c.file = data
	}
}

// instant reads a moment in time.
func (d *document) instant(n *yaml.Node, key string) time.Time {
	s := d.str(n, key)
	t, err := time.Parse(time.RFC3339, s)
	if err != nil && s != "" {
		d.fail(n, "%s: expected an instant such as 2026-03-01T00:00:00Z, found %q", key, s)
	}
	return t
}

func (d *document) test(n *yaml.Node, now time.Time) Test {
	t := Test{Position: d.place(n), Now: now}
	expected := func(to *[]Expected, keys ...string) func(*yaml.Node) {
		return func(n *yaml.Node) { *to = d.expected(n, keys...) }
	}
	f := fields{
		"name":       func(n *yaml.Node) { t.Name, t.Position = d.str(n, "name"), d.place(n) },
		"hook":       func(n *yaml.Node) { t.Hook = d.hook(n) },
		"context":    func(n *yaml.Node) { t.Context = d.hookContext(n) },
		"now":        func(n *yaml.Node) { t.Now = d.instant(n, "now") },
		"supplied":   func(n *yaml.Node) { t.Supplied = d.types(n) },
		"params":     func(n *yaml.Node) { t.Params = d.siteParams(n) },
		"want":       expected(&t.Want, "rule", "row", "indicator", "focus", "summary"),
		"undecided":  expected(&t.Undecided, "rule", "row", "focus", "missing"),
		"failures":   expected(&t.Failures, "rule", "focus", "error"),
		"unscreened": expected(&t.Unscreened, "resource"),
	}
	d.chart(&t.patient, f)
	d.mapping(n, "a test", f, "name")
	if t.Now.IsZero() && value(n, "now") == nil && value(d.root, "now") == nil && n.Kind == yaml.MappingNode {
		d.failAt(t.Position, `a test needs "now", the instant at which it asks: give it here or at the top of the file`)
	}
	if t.Hook == "" && len(t.patient.orders) > 0 && value(n, "hook") == nil {
		t.Hook = "order-sign"
	}
	return t
}

// hookContext reads what a hook's context holds, each value as JSON has it.
func (d *document) hookContext(n *yaml.Node) map[string]any {
	out := map[string]any{}
	d.named(n, "context", func(key, value *yaml.Node) {
		if value.Kind == yaml.SequenceNode {
			texts := []any{}
			d.list(value, key.Value, func(item *yaml.Node) { texts = append(texts, d.str(item, key.Value)) })
			out[key.Value] = texts
		} else if v, _ := d.value(value, key.Value); v != nil {
			out[key.Value] = v
		}
	})
	return out
}

// types reads a list of FHIR types. An empty list says that nothing was supplied.
func (d *document) types(n *yaml.Node) []string {
	types := []string{}
	d.list(n, "a list of FHIR types", func(n *yaml.Node) { types = append(types, d.str(n, "supplied")) })
	return types
}

// expected reads what a test expects. It is never nil.
func (d *document) expected(n *yaml.Node, keys ...string) []Expected {
	all := []Expected{}
	d.list(n, "a list of what is expected", func(n *yaml.Node) {
		e := Expected{Position: d.place(n)}
		str := func(to *string, key string) func(*yaml.Node) {
			return func(n *yaml.Node) { *to = d.str(n, key) }
		}
		f := fields{
			"rule":      str(&e.Rule, "rule"),
			"row":       str(&e.Row, "row"),
			"indicator": func(n *yaml.Node) { e.Indicator = d.choice(n, "indicator", "info", "warning", "critical") },
			"focus":     str(&e.Focus, "focus"),
			"summary":   str(&e.Summary, "summary"),
			"missing":   func(n *yaml.Node) { e.Missing = d.oneOrMore(n, "missing") },
			"error":     str(&e.Error, "error"),
			"resource":  str(&e.Resource, "resource"),
		}
		for key := range f {
			if !slices.Contains(keys, key) {
				delete(f, key)
			}
		}
		d.mapping(n, "what is expected", f, keys[0])
		all = append(all, e)
	})
	return all
}

// oneOrMore reads text or a list of texts.
func (d *document) oneOrMore(n *yaml.Node, key string) []string {
	if n.Kind == yaml.ScalarNode {
		return []string{d.str(n, key)}
	}
	var all []string
	d.list(n, "text or a list of texts", func(n *yaml.Node) { all = append(all, d.str(n, key)) })
	return all
}

// testFiles returns the names of the test files in a folder.
func testFiles(entries []fs.DirEntry) []string {
	var names []string
	for _, e := range entries {
		if !e.IsDir() && isTestFile(e.Name()) && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names
}

package rules

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/primum-cds/primum/cds"
	"go.yaml.in/yaml/v3"
)

// A document is one YAML file while it is read. Its methods take what they expect out of the nodes
// and report everything else.
type document struct {
	file     *cds.File
	root     *yaml.Node
	rule     string // the id of the rule that is being read
	mistakes *mistakes
	cursor   cursor // where the last scalar was located: nodes come in the order of the file
}

// parse reads the YAML of a file. The root is nil if there is nothing to be read from it; why is among
// the mistakes.
func parse(name string, data []byte, m *mistakes) *document {
	if len(data) > maxRuleFile {
		d := &document{file: &cds.File{Name: name}, mistakes: m}
		d.failAt(cds.Position{}, "the file has more than 10 MB")
		return d
	}
	file, ok := source(name, data, m)
	d := &document{file: file, mistakes: m, cursor: start(file.Text)}
	if !ok {
		return d
	}
	lines := &lineReader{text: file.Text}
	root, second, err := decode(lines)
	switch {
	case errors.Is(err, io.EOF):
		d.failAt(cds.Position{}, "the file is empty")
	case err != nil:
		m.add(syntaxError(file, err, lines.lines))
	case second != nil:
		d.fail(second, `a second document begins here; a file holds one: delete the "---" or make two files`)
	}
	if err == nil {
		d.root = root.Content[0]
		d.refuse(d.root)
	}
	return d
}

// decode returns the first document of a YAML file and the second, if there is one.
func decode(r io.Reader) (first, second *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			first, second, err = nil, nil, fmt.Errorf("yaml: %v", p)
		}
	}()
	decoder := yaml.NewDecoder(r)
	var a, b yaml.Node
	if err := decoder.Decode(&a); err != nil {
		return nil, nil, err
	}
	switch err := decoder.Decode(&b); {
	case errors.Is(err, io.EOF):
		return &a, nil, nil
	case err != nil:
		return nil, nil, err
	}
	return &a, &b, nil
}

// refuse reports the parts of YAML that a rule file does without: anchors, aliases, merge keys, tags.
func (d *document) refuse(n *yaml.Node) {
	switch {
	case n.Kind == yaml.AliasNode:
		d.fail(n, "aliases (*%s) are not used in rule files: write the value out", n.Value)
	case n.Anchor != "":
		d.fail(n, "anchors (&%s) are not used in rule files: write the value out where it is needed", n.Anchor)
	case n.Tag == "!!merge":
		d.fail(n, "merge keys (<<) are not used in rule files: write the keys out")
	case n.Style&yaml.TaggedStyle != 0 || d.bang(n):
		d.fail(n, `tags (!) are not used in rule files: leave it out, or put text that begins with "!" in quotes`)
	}
	for _, child := range n.Content {
		d.refuse(child)
	}
}

// bang reports whether a scalar has the tag "!", which YAML does not tell.
func (d *document) bang(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode || n.Value == "" {
		return false
	}
	at := d.at(n)
	return at.after(0) == '!'
}

// at returns a cursor at n.
func (d *document) at(n *yaml.Node) cursor {
	if n.Line < d.cursor.line || n.Line == d.cursor.line && n.Column < d.cursor.column {
		d.cursor = start(d.file.Text)
	}
	d.cursor.to(n.Line, n.Column)
	return d.cursor
}

func (d *document) place(n *yaml.Node) cds.Position {
	return cds.Position{File: d.file, Line: n.Line, Column: n.Column}
}

func (d *document) fail(n *yaml.Node, format string, args ...any) {
	d.failAt(d.place(n), format, args...)
}

func (d *document) failAt(p cds.Position, format string, args ...any) {
	d.report(p, "", format, args...)
}

// unknown reports a word that is not one of known, and returns the one that it is near.
func (d *document) unknown(n *yaml.Node, word string, known []string, format string, args ...any) (near string) {
	near = suggest(word, known)
	message := fmt.Sprintf(format, args...)
	if near == "" {
		message += "; known: " + strings.Join(known, ", ")
	}
	d.report(d.place(n), near, "%s", message)
	return near
}

func (d *document) report(p cds.Position, near, format string, args ...any) {
	p.File = d.file
	d.mistakes.add(&cds.Error{Position: p, Rule: d.rule, Message: fmt.Sprintf(format, args...), Suggest: near})
}

package rules

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds"
	"go.yaml.in/yaml/v3"
)

// fields are the keys of a mapping, each with what reads its value.
type fields map[string]func(value *yaml.Node)

// mapping reads a mapping with the given keys, called what in messages ("a rule"). It reports unknown
// and missing keys.
func (d *document) mapping(n *yaml.Node, what string, f fields, required ...string) {
	var meant []string
	ok := d.entries(n, what, func(key, value *yaml.Node) {
		read, known := f[key.Value]
		if !known {
			meant = append(meant, d.unknown(key, key.Value, slices.Sorted(maps.Keys(f)), "unknown key %q in %s", key.Value, what))
			return
		}
		if !d.missing(key, value) {
			read(value)
		}
	})
	if !ok {
		return
	}
	for _, name := range required {
		if value(n, name) == nil && !slices.Contains(meant, name) {
			d.fail(n, "%s needs %q", what, name)
		}
	}
}

// missing reports a key that has no value.
func (d *document) missing(key, value *yaml.Node) bool {
	if value.Kind == yaml.ScalarNode && value.Tag == "!!null" {
		d.fail(key, "%q has no value: fill it in, or leave the key out", key.Value)
		return true
	}
	return false
}

// entries reads a mapping whose keys are free, called what in messages. A key that comes twice is
// read once.
func (d *document) entries(n *yaml.Node, what string, read func(key, value *yaml.Node)) bool {
	if n.Kind != yaml.MappingNode {
		d.fail(n, "expected %s, written as key: value, found %s", what, describe(n))
		return false
	}
	keys := keysOf(n)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			d.fail(key, "expected a key, found %s%s", describe(key), braces(n))
			continue
		}
		if before := keys.first(i); before != nil {
			d.fail(key, "the key %q is given twice in %s; first on line %d", key.Value, what, before.Line)
			continue
		}
		read(key, value)
	}
	return true
}

// keys finds the keys of a mapping that are given twice.
type keys struct {
	of     *yaml.Node
	places map[string]int // of each key, in a mapping of many
}

func keysOf(n *yaml.Node) keys {
	const few = 32 // that are compared faster than they are looked up
	k := keys{of: n}
	if len(n.Content) > few {
		k.places = make(map[string]int, len(n.Content)/2)
		for i := len(n.Content)/2*2 - 2; i >= 0; i -= 2 {
			if n.Content[i].Kind == yaml.ScalarNode {
				k.places[n.Content[i].Value] = i
			}
		}
	}
	return k
}

// first returns the key before place i that is the same as the one there; nil if there is none.
func (k keys) first(i int) *yaml.Node {
	key := k.of.Content[i].Value
	if k.places != nil {
		if at := k.places[key]; at < i {
			return k.of.Content[at]
		}
		return nil
	}
	for j := 0; j < i; j += 2 {
		if before := k.of.Content[j]; before.Kind == yaml.ScalarNode && before.Value == key {
			return before
		}
	}
	return nil
}

// named reads a mapping from free names to what read reads: codes, params, tables, let, columns.
func (d *document) named(n *yaml.Node, what string, read func(key, value *yaml.Node)) {
	d.entries(n, what, func(key, value *yaml.Node) {
		if !d.missing(key, value) {
			read(key, value)
		}
	})
}

// list reads a list, called what in messages.
func (d *document) list(n *yaml.Node, what string, read func(item *yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		advice := ""
		if n.Kind == yaml.ScalarNode {
			advice = ": put it in [ ]"
		}
		d.fail(n, "expected %s, found %s%s", what, describe(n), advice)
		return
	}
	for _, item := range n.Content {
		if item.Kind == yaml.ScalarNode && item.Tag == "!!null" {
			d.fail(item, "an empty item in %s", what)
			continue
		}
		read(item)
	}
}

// str reads text as it was written, whatever type YAML sees in it.
func (d *document) str(n *yaml.Node, key string) string {
	if n.Kind != yaml.ScalarNode {
		d.fail(n, "%s: expected text, found %s%s", key, describe(n), braces(n))
		return ""
	}
	if n.Value == "" {
		d.fail(n, "%s is empty: fill it in, or leave the key out", key)
	}
	return n.Value
}

// template reads text that may hold CEL in {{ }}.
func (d *document) template(n *yaml.Node, key string) cds.Text {
	if d.str(n, key) == "" {
		return cds.Text{}
	}
	return locate(d.file, d.at(n), n, false)
}

// expression reads CEL.
func (d *document) expression(n *yaml.Node, key string) cds.Text {
	if n.Kind == yaml.ScalarNode {
		if d.str(n, key) == "" {
			return cds.Text{}
		}
		return locate(d.file, d.at(n), n, true)
	}
	d.fail(n, "%s: expected an expression, found %s%s", key, describe(n), braces(n))
	return cds.Text{}
}

// boolean reads true or false.
func (d *document) boolean(n *yaml.Node, key string) bool {
	if n.Kind != yaml.ScalarNode || n.Style != 0 || n.Value != "true" && n.Value != "false" {
		d.fail(n, "%s: expected true or false, found %s", key, describe(n))
	}
	return n.Value == "true"
}

// choice reads one of the options.
func (d *document) choice(n *yaml.Node, key string, options ...string) string {
	s := d.str(n, key)
	if s != "" && !slices.Contains(options, s) {
		d.unknown(n, s, options, "%s: %q is not one of its values", key, s)
		return ""
	}
	return s
}

// date reads a day.
func (d *document) date(n *yaml.Node, key string) string {
	s := d.str(n, key)
	if s == "" {
		return ""
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		d.fail(n, "%s: expected a date such as 2026-10-01, found %q", key, s)
		return ""
	}
	return s
}

var wordPattern = regexp.MustCompile(`^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$`)

// word reads the name of a pack or the id of a rule.
func (d *document) word(n *yaml.Node, key string) string {
	s := d.str(n, key)
	if s != "" && !wordPattern.MatchString(s) {
		d.fail(n, "%s: %q must be letters, digits and single '-' between them", key, s)
		return ""
	}
	return s
}

var (
	integerPattern = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
	decimalPattern = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$`)
)

// value reads true, false, a number or text: bool, int64, float64 or string; exact is a number as it
// was written. Text that YAML 1.1 took for a number or a bool must say which it is.
func (d *document) value(n *yaml.Node, key string) (value any, exact string) {
	if n.Kind != yaml.ScalarNode {
		d.fail(n, "%s: expected a number, true, false or text, found %s", key, describe(n))
		return nil, ""
	}
	s := n.Value
	switch {
	case n.Style != 0:
		return s, ""
	case s == "true" || s == "false":
		return s == "true", ""
	case decimalPattern.MatchString(s):
		if integerPattern.MatchString(s) {
			if i, err := strconv.ParseInt(s, 10, 64); err == nil {
				return i, s
			}
		}
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return f, s
		}
		d.fail(n, "%s: the number %s is too large", key, s)
		return nil, ""
	case n.Tag != "!!str" && n.Tag != "!!timestamp":
		d.fail(n, "%s: write a number as 30, -5 or 0.5, or put text in quotes, found %s", key, s)
		return nil, ""
	case slices.Contains([]string{"yes", "no", "on", "off", "y", "n"}, strings.ToLower(s)):
		d.fail(n, "%s: write true or false, or put the text in quotes, found %s", key, s)
		return nil, ""
	}
	return s, ""
}

// describe names what was found.
func describe(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.AliasNode:
		return "an alias"
	case n.Tag == "!!null":
		return "nothing"
	case len(n.Value) > 40:
		return "text"
	case n.Style == 0 && (n.Tag == "!!int" || n.Tag == "!!float"):
		return "the number " + n.Value
	}
	return "the text " + strconv.Quote(n.Value)
}

// braces is the advice for text that begins with "{{" and is not in quotes: YAML sees mappings in it.
func braces(n *yaml.Node) string {
	if n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle != 0 && len(n.Content) > 0 && n.Content[0].Kind == yaml.MappingNode {
		return `: text that begins with "{{" must be in quotes`
	}
	return ""
}

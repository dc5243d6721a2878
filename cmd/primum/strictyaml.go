package main

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds"
	"go.yaml.in/yaml/v3"
)

// strictYAML reads a file of settings into structs: a key that is not known, or is given twice, and a value of
// another kind are mistakes with their place.
type strictYAML struct {
	file   *cds.File
	errors cds.Errors
}

func (y *strictYAML) read(into any) {
	decoder := yaml.NewDecoder(strings.NewReader(y.file.Text))
	var document, second yaml.Node
	switch err := decoder.Decode(&document); {
	case err == io.EOF:
		return // nothing is set
	case err != nil:
		y.errors = append(y.errors, &cds.Error{Position: cds.Position{File: y.file}, Message: strings.TrimPrefix(err.Error(), "yaml: ")})
		return
	}
	if decoder.Decode(&second) != io.EOF {
		y.fail(&second, "expected one document: take away what follows ---")
		return
	}
	y.value(document.Content[0], reflect.ValueOf(into).Elem())
}

func (y *strictYAML) fail(n *yaml.Node, format string, args ...any) {
	p := cds.Position{File: y.file, Line: n.Line, Column: n.Column}
	y.errors = append(y.errors, &cds.Error{Position: p, Message: fmt.Sprintf(format, args...)})
}

// value reads a node into a setting.
func (y *strictYAML) value(n *yaml.Node, into reflect.Value) {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		y.fail(n, "anchors and aliases are not read: write it out")
	case into.Kind() == reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		y.value(n, into.Elem())
	case into.Kind() == reflect.Struct:
		y.fields(n, into)
	case into.Kind() == reflect.Map:
		into.Set(reflect.MakeMap(into.Type()))
		y.entries(n, func(key, value *yaml.Node) {
			element := reflect.New(into.Type().Elem()).Elem()
			y.value(value, element)
			into.SetMapIndex(reflect.ValueOf(key.Value), element)
		})
	case into.Kind() == reflect.Slice:
		y.list(n, into)
	default:
		y.scalar(n, into)
	}
}

func (y *strictYAML) fields(n *yaml.Node, into reflect.Value) {
	fields := map[string]reflect.Value{}
	var names []string
	for i := range into.NumField() {
		name := into.Type().Field(i).Tag.Get("yaml")
		fields[name], names = into.Field(i), append(names, name)
	}
	y.entries(n, func(key, value *yaml.Node) {
		field, known := fields[key.Value]
		if !known {
			y.fail(key, "unknown key %q%s", key.Value, meant(key.Value, names))
			return
		}
		y.value(value, field)
	})
}

func (y *strictYAML) entries(n *yaml.Node, each func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		y.fail(n, "expected settings, written as key: value")
		return
	}
	var seen []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode:
			y.fail(key, "expected a key")
		case slices.Contains(seen, key.Value):
			y.fail(key, "the key %q is given twice", key.Value)
		case value.Tag == "!!null":
			y.fail(key, "%q has no value: fill it in, or leave the key out", key.Value)
		default:
			each(key, value)
		}
		seen = append(seen, key.Value)
	}
}

func (y *strictYAML) list(n *yaml.Node, into reflect.Value) {
	if n.Kind != yaml.SequenceNode {
		y.fail(n, "expected a list, written as [a, b] or with a dash before each")
		return
	}
	for _, item := range n.Content {
		element := reflect.New(into.Type().Elem()).Elem()
		y.value(item, element)
		into.Set(reflect.Append(into, element))
	}
}

func (y *strictYAML) scalar(n *yaml.Node, into reflect.Value) {
	expected := "a number, 0 or more"
	switch into.Kind() {
	case reflect.Bool:
		expected = "true or false"
	case reflect.String:
		expected = "a text"
	}
	if into.Type() == reflect.TypeFor[time.Duration]() {
		expected = "a time such as 450ms or 10s"
		if d, err := time.ParseDuration(n.Value); n.Kind == yaml.ScalarNode && err == nil && d >= 0 {
			into.SetInt(int64(d))
			return
		}
	} else if n.Kind == yaml.ScalarNode && n.Decode(into.Addr().Interface()) == nil && !negative(into) {
		return
	}
	y.fail(n, "expected %s", expected)
}

// negative reports whether a number is below 0: no setting is.
func negative(v reflect.Value) bool {
	return v.CanInt() && v.Int() < 0 || v.CanFloat() && v.Float() < 0
}

// meant says which known name an unknown one is most like, where it is like one.
func meant(name string, known []string) string {
	best, least := "", 1+len(name)/3
	for _, k := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// distance counts the insertions, deletions and replacements that turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

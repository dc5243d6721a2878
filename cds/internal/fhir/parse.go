package fhir

import (
	"fmt"
	"slices"
	"strings"
)

const valueSetBase = "http://hl7.org/fhir/ValueSet/"

// parse reads the two tables; their formats are described at the top of elements.txt and valuesets.txt.
func parse(elements, valueSets string) (*Schema, error) {
	p := parser{
		schema: &Schema{types: make(map[string]*Type, 1000)},
		sets:   make(map[string]*ValueSet, 256),
		bases:  make(map[string]bool),
	}
	p.readValueSets(valueSets)
	for _, name := range Primitives() {
		p.schema.types[name] = &Type{Name: name, Primitive: true}
	}
	number := 0
	for line := range strings.SplitSeq(elements, "\n") {
		number++
		if line == "" || line[0] == '#' {
			continue
		}
		if err := p.readLine(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
	}
	p.finish()
	return p.schema, nil
}

type parser struct {
	schema *Schema
	sets   map[string]*ValueSet // by URL
	bases  map[string]bool      // types that others inherit from
	open   []*Type              // the types around the line being read, outermost first
}

func (p *parser) readValueSets(text string) {
	for line := range strings.SplitSeq(text, "\n") {
		name, codes, found := strings.Cut(line, " ")
		if !found || name == "#" {
			continue
		}
		url := valueSetURL(name)
		p.sets[url] = &ValueSet{URL: url, Codes: strings.Fields(codes)}
	}
}

func valueSetURL(name string) string {
	if strings.Contains(name, "://") {
		return name
	}
	return valueSetBase + name
}

func (p *parser) readLine(line string) error {
	text := strings.TrimLeft(line, " ")
	depth := len(line) - len(text)
	if depth == 0 {
		name, base, _ := strings.Cut(text, " : ")
		t, err := p.newType(name, base)
		p.open = []*Type{t}
		return err
	}
	if depth > len(p.open) {
		return fmt.Errorf("%q is indented below no type", text)
	}
	p.open = p.open[:depth]
	return p.readElement(p.open[depth-1], text)
}

func (p *parser) newType(name, base string) (*Type, error) {
	t := &Type{Name: name, Resource: name == "Resource"}
	if base != "" {
		b, ok := p.schema.types[base]
		if !ok {
			return nil, fmt.Errorf("%s inherits from unknown type %q", name, base)
		}
		p.bases[base] = true
		t.Resource = b.Resource
		t.Fields = append(make([]Field, 0, len(b.Fields)+8), b.Fields...)
	}
	p.schema.types[name] = t
	return t, nil
}

// readElement adds to t what a line "name cardinality types [binding]" describes.
func (p *parser) readElement(t *Type, text string) error {
	name, rest, _ := strings.Cut(text, " ")
	cardinality, rest, _ := strings.Cut(rest, " ")
	types, binding, _ := strings.Cut(rest, " ")
	if len(cardinality) != 1 || !strings.Contains("?!*+", cardinality) || types == "" {
		return fmt.Errorf("%q is not an element", text)
	}
	f := Field{
		Name:     name,
		List:     cardinality == "*" || cardinality == "+",
		Required: cardinality == "!" || cardinality == "+",
	}
	if binding != "" {
		f.Binding = valueSetURL(binding)
		f.ValueSet = p.sets[f.Binding]
	}
	if choice, ok := strings.CutSuffix(name, "[x]"); ok {
		f.Choice, f.Required = choice, false
		addChoice(t, f, types)
		return nil
	}
	path := t.Name + "." + name
	switch {
	case types == "BackboneElement" || types == "Element":
		child, err := p.newType(path, types)
		if err != nil {
			return err
		}
		p.open = append(p.open, child)
		f.Type = path
	case types[0] == '=':
		f.Type = types[1:]
	default:
		f.Type, f.Targets = splitTargets(types)
	}
	t.Fields = append(t.Fields, f)
	return nil
}

func addChoice(t *Type, f Field, types string) {
	for one := range strings.SplitSeq(types, ";") {
		member := f
		member.Type, member.Targets = splitTargets(one)
		member.Name = f.Choice + strings.ToUpper(member.Type[:1]) + member.Type[1:]
		t.Fields = append(t.Fields, member)
	}
}

// splitTargets reads "Reference(Patient|Group)". "Any" is no target: it stands for all of them.
func splitTargets(s string) (typ string, targets []string) {
	typ, list, found := strings.Cut(s, "(")
	if !found {
		return typ, nil
	}
	targets = strings.Split(strings.TrimSuffix(list, ")"), "|")
	if targets[0] == "Any" || targets[0] == "Resource" {
		return typ, nil
	}
	return typ, targets
}

func (p *parser) finish() {
	for name, t := range p.schema.types {
		slices.SortFunc(t.Fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
		t.index = make(map[string]int, len(t.Fields))
		for i := range t.Fields {
			t.index[t.Fields[i].Name] = i
		}
		if t.Resource && !p.bases[name] {
			p.schema.resources = append(p.schema.resources, name)
		}
	}
	slices.Sort(p.schema.resources)
}

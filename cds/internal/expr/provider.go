package expr

import (
	"slices"
	"sync"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/fhir"
	"github.com/primum-cds/primum/cds/terminology"
)

// Types that FHIR has as structures and the vocabulary as values of their own.
type valueKind int

const (
	plain valueKind = iota
	quantityValue
	conceptValue
	codingValue
)

// quantities are FHIR's Quantity and what is derived from it.
var quantities = []string{"Quantity", "SimpleQuantity", "MoneyQuantity", "Age", "Count", "Distance", "Duration"}

// A structType is a type with fields: of FHIR, of the vocabulary, of a pack's params, of a table's row.
type structType struct {
	name   string
	cel    *types.Type
	value  valueKind
	fhir   *fhir.Type
	fields map[string]*types.FieldType
	names  []string
}

// A provider tells CEL the types. It builds each when it is first asked for.
type provider struct {
	schema *fhir.Schema
	codes  map[string]codesVal           // the vocabulary's own
	broad  map[string][]terminology.Code // those of them that stand for all below them
	cel    types.Provider                // CEL's own types
	parent *provider                     // asked for what this one does not know

	mu    sync.Mutex
	types map[string]*structType

	observation, quantity func() *structType // structures that are asked for often
}

var _ types.Provider = (*provider)(nil)

func newProvider(schema *fhir.Schema) *provider {
	p := &provider{schema: schema, types: map[string]*structType{}}
	p.observation = sync.OnceValue(func() *structType { return p.structure("Observation") })
	p.quantity = sync.OnceValue(func() *structType { return p.structure("Quantity") })
	return p
}

// with returns a provider that knows more types.
func (p *provider) with(more ...*structType) *provider {
	child := &provider{parent: p, types: map[string]*structType{}}
	for _, t := range more {
		child.types[t.name] = t
	}
	return child
}

// structure returns a type by its name; nil if there is none.
func (p *provider) structure(name string) *structType {
	if p.parent != nil {
		if t := p.types[name]; t != nil {
			return t
		}
		return p.parent.structure(name)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.build(name)
}

// celName maps a FHIR type to the vocabulary's name for it.
func celName(name string) string {
	switch {
	case name == "CodeableConcept":
		return "Concept"
	case slices.Contains(quantities, name):
		return "Quantity"
	}
	return name
}

func fhirName(name string) string {
	if name == "Concept" {
		return "CodeableConcept"
	}
	return name
}

func (p *provider) build(name string) *structType {
	if t, ok := p.types[name]; ok {
		return t
	}
	t := &structType{name: name, cel: types.NewObjectType(name), fields: map[string]*types.FieldType{}}
	switch name {
	case "Quantity":
		t.value = quantityValue
	case "Concept":
		t.value = conceptValue
	case "Coding":
		t.value = codingValue
	}
	if name == "MedicationUse" {
		p.types[name] = t
		p.addVirtual(t)
		return t
	}
	ft, ok := p.schema.Type(fhirName(name))
	if !ok || ft.Primitive {
		return nil
	}
	t.fhir = ft
	p.types[name] = t // before the fields: types refer to themselves
	for i := range ft.Fields {
		p.addField(t, &ft.Fields[i])
	}
	p.addVirtual(t)
	return t
}

func (p *provider) addField(t *structType, f *fhir.Field) {
	elem := celPrimitive(f.Type)
	isStruct := elem == nil
	name := celName(f.Type)
	if isStruct {
		elem = types.NewObjectType(name)
	}
	typ := elem
	if f.List {
		typ = types.NewListType(elem)
	}
	child := sync.OnceValue(func() *structType {
		if !isStruct {
			return nil
		}
		return p.structure(name)
	})
	read := func(n *node) ref.Val { return n.field(f, child()) }
	t.add(f.Name, typ, read, func(n *node) bool { return isSet(n, f) })
}

func isSet(n *node, f *fhir.Field) bool {
	v := n.json.Get(f.Name)
	return v.Exists() && (!f.List || v.Get("0").Exists())
}

// add gives the type a field that nodes answer.
func (t *structType) add(name string, typ *types.Type, read func(*node) ref.Val, set func(*node) bool) {
	t.names = append(t.names, name)
	t.fields[name] = &types.FieldType{
		Type: typ,
		IsSet: func(target any) bool {
			n := nodeOf(target)
			return n != nil && set(n)
		},
		GetFrom: func(target any) (any, error) {
			if n := nodeOf(target); n != nil {
				return read(n), nil
			}
			return fallback(name, target), nil
		},
	}
}

// nodeOf finds the element behind a value; nil if it was computed, or is unknown.
func nodeOf(target any) *node {
	switch v := target.(type) {
	case *node:
		return v
	case quantityVal:
		return v.node
	case conceptVal:
		return v.node
	}
	return nil
}

// fallback answers a field of a value that no element is behind.
func fallback(name string, target any) ref.Val {
	switch v := target.(type) {
	case *types.Unknown:
		return v
	case *types.Err:
		return v
	case quantityVal:
		switch name {
		case "value":
			if f, ok := v.q.Float64(); ok {
				return types.Double(f)
			}
		case "unit":
			return types.String(v.q.UnitDisplay())
		case "code":
			return types.String(v.q.UnitCode())
		}
	case conceptVal:
		switch name {
		case "text", "display":
			return types.String(v.concept.Display)
		case "code":
			return types.String(v.concept.First.Code)
		case "system":
			return types.String(v.concept.First.System)
		}
	}
	return types.NewErr("%s is not known of a computed value", name)
}

// EnumValue implements types.Provider; FHIR's codes are strings.
func (p *provider) EnumValue(name string) ref.Val { return types.NewErr("unknown enum name %q", name) }

// FindIdent implements types.Provider.
func (p *provider) FindIdent(name string) (ref.Val, bool) {
	if p.parent != nil {
		return p.parent.FindIdent(name)
	}
	return p.cel.FindIdent(name)
}

// FindStructType implements types.Provider.
func (p *provider) FindStructType(name string) (*types.Type, bool) {
	t := p.structure(name)
	if t == nil {
		return nil, false
	}
	return types.NewTypeTypeWithParam(t.cel), true
}

// FindStructFieldNames implements types.Provider.
func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	t := p.structure(name)
	if t == nil {
		return nil, false
	}
	return t.names, true
}

// FindStructFieldType implements types.Provider.
func (p *provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	t := p.structure(name)
	if t == nil {
		return nil, false
	}
	f, ok := t.fields[field]
	return f, ok
}

// NewValue implements types.Provider; rules cannot make structures.
func (p *provider) NewValue(name string, _ map[string]ref.Val) ref.Val {
	return types.NewErr("%s cannot be made in a rule", name)
}

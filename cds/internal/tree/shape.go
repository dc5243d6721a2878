package tree

import (
	"encoding/binary"
	"sync"

	"github.com/primum-cds/primum/cds/internal/fhir"
)

// A shape is a FHIR type as the reader needs it.
type shape struct {
	typ        *fhir.Type
	start      uint32 // what no slot has as its id
	number     int    // of a resource type, from 0; -1 of others
	slots      []slot
	mask       uint32
	hasStatus  bool // it must have a status
	isQuantity bool // its unit is checked
}

// A slot is a member of a hash table by name. The words tell names of up to 16 bytes apart.
type slot struct {
	member     *member
	head, tail uint64
	length     uint32
	id         uint32 // among all slots
	bit        uint8  // among the members of the type, companionBit more of the Element beside a primitive
}

// More than any type has members.
const (
	typeBit      = 127 // of the resourceType, which is no member
	companionBit = 128
)

// A member is an element of a type.
type member struct {
	name      string
	number    uint32
	companion uint32 // the number of its name with "_" before it
	list      bool
	role      Role // in a resource
	as        form
	shape     *shape         // of an object
	codes     *fhir.ValueSet // that a code must be in, nil for none
}

// A form is what a member must be in JSON.
type form uint8

const (
	anything form = iota
	text
	number
	boolean
	object
	concept // an object whose codes are checked
	resource
)

// Shapes are all types of FHIR R4. They are immutable.
type shapes struct {
	byName    map[string]*shape
	names     []string
	numbers   map[string]uint32
	resources []*shape // by number
	element   *shape
	ids       uint32 // of slots

	resourceType, unit, system, code uint32 // numbers of names
}

var allShapes = sync.OnceValue(func() *shapes { return newShapes(fhir.Load()) })

func newShapes(schema *fhir.Schema) *shapes {
	all := &shapes{byName: map[string]*shape{}, names: []string{""}, numbers: map[string]uint32{}}
	all.resourceType, all.unit, all.system, all.code = all.number("resourceType"), all.number("unit"), all.number("system"), all.number("code")
	for _, name := range schema.Resources() {
		s := all.of(schema, name)
		s.number = len(all.resources)
		all.resources = append(all.resources, s)
	}
	all.element = all.of(schema, "Element")
	return all
}

func (all *shapes) number(name string) uint32 {
	n, ok := all.numbers[name]
	if !ok {
		n = uint32(len(all.names))
		all.numbers[name] = n
		all.names = append(all.names, name)
	}
	return n
}

func (all *shapes) nextID() uint32 {
	all.ids++
	return all.ids - 1
}

func (all *shapes) of(schema *fhir.Schema, name string) *shape {
	if s := all.byName[name]; s != nil {
		return s
	}
	t, ok := schema.Type(name)
	if !ok || t.Primitive {
		return nil
	}
	s := &shape{typ: t, start: all.nextID(), number: -1, isQuantity: name == "Quantity"}
	all.byName[name] = s // before the fields: types refer to themselves
	size := 8
	for size < 5*len(t.Fields) { // two names a field, at most 40 % full
		size *= 2
	}
	s.slots, s.mask = make([]slot, size), uint32(size-1)
	if t.Resource {
		s.add("resourceType", &member{name: "resourceType", number: all.resourceType, as: text}, all.nextID(), typeBit)
	}
	for i := range t.Fields {
		f := &t.Fields[i]
		m := &member{name: f.Name, number: all.number(f.Name), companion: all.number("_" + f.Name), list: f.List, codes: f.ValueSet}
		m.as, m.shape = all.form(schema, f)
		if t.Resource {
			m.role = rolesOf[f.Name]
		}
		s.add(f.Name, m, all.nextID(), uint8(i))
		s.add("_"+f.Name, m, all.nextID(), companionBit+uint8(i))
		s.hasStatus = s.hasStatus || f.Name == "status" && f.Required && t.Resource
	}
	return s
}

func (all *shapes) form(schema *fhir.Schema, f *fhir.Field) (form, *shape) {
	if kind, ok := fhir.JSONKind(f.Type); ok {
		return map[fhir.Kind]form{fhir.String: text, fhir.Number: number, fhir.Boolean: boolean}[kind], nil
	}
	t, ok := schema.Type(f.Type)
	switch {
	case !ok:
		return anything, nil
	case t.Resource:
		return resource, nil
	case f.Type == "CodeableConcept" && f.ValueSet != nil:
		return concept, all.of(schema, f.Type)
	}
	return object, all.of(schema, f.Type)
}

func (s *shape) add(name string, m *member, id uint32, bit uint8) {
	head, tail := words([]byte(name))
	for i := hash(head, tail, len(name)) & s.mask; ; i = (i + 1) & s.mask {
		if s.slots[i].member == nil {
			s.slots[i] = slot{m, head, tail, uint32(len(name)), id, bit}
			return
		}
	}
}

// find returns the member of that name; nil if there is none.
func (s *shape) find(name []byte) *slot {
	head, tail := words(name)
	for i := hash(head, tail, len(name)) & s.mask; ; i = (i + 1) & s.mask {
		slot := &s.slots[i]
		if slot.member == nil {
			return nil
		}
		if slot.head == head && slot.tail == tail && int(slot.length) == len(name) && (len(name) <= 16 || slot.is(name)) {
			return slot
		}
	}
}

func (s *slot) is(name []byte) bool {
	if s.bit >= companionBit {
		return string(name[1:]) == s.member.name
	}
	return string(name) == s.member.name
}

// words returns the first and the last eight bytes of a name; of a shorter one all its bytes, and 0.
func words(name []byte) (head, tail uint64) {
	if n := len(name); n >= 8 {
		return binary.LittleEndian.Uint64(name), binary.LittleEndian.Uint64(name[n-8:])
	}
	for i := len(name) - 1; i >= 0; i-- {
		head = head<<8 | uint64(name[i])
	}
	return head, 0
}

func hash(head, tail uint64, length int) uint32 {
	h := (head ^ tail<<1 ^ uint64(length)) * 0x9E3779B97F4A7C15
	return uint32(h >> 40)
}

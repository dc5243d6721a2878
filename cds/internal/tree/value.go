package tree

import (
	"iter"
	"strconv"

	"github.com/primum-cds/primum/cds/internal/fhir"
)

func (v Value) node() *node { return &v.t.nodes[v.at] }

// Exists reports whether there is a value, be it null.
func (v Value) Exists() bool { return v.t != nil }

// Kind returns what the value is.
func (v Value) Kind() Kind {
	if v.t == nil {
		return Absent
	}
	return v.node().kind()
}

// Get returns what stands below the value at the end of a path of member names; in an array, a step is an
// index. Of a member given twice it is the first.
func (v Value) Get(path ...string) Value {
	for _, step := range path {
		v = v.step(step)
	}
	return v
}

func (v Value) step(name string) Value {
	switch v.Kind() {
	case Object:
		return v.Member(name)
	case Array:
		if i, err := strconv.Atoi(name); err == nil {
			for item := range v.All() {
				if i == 0 {
					return item
				}
				i--
			}
		}
	}
	return Value{}
}

// Member returns the member of an object with that name, the first one if it is given twice.
func (v Value) Member(name string) Value {
	if v.t == nil {
		return Value{}
	}
	t := v.t
	n := &t.nodes[v.at]
	if n.kind() != Object {
		return Value{}
	}
	for i := v.at + 1; i < n.next; i = t.nodes[i].next {
		if t.nameOf(t.nodes[i].name()) == name {
			return Value{t, i}
		}
	}
	return Value{}
}

// All returns the items of an array, or the members of an object, in order.
func (v Value) All() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if v.t == nil {
			return
		}
		n := v.node()
		if n.kind() < Array {
			return
		}
		for i := v.at + 1; i < n.next; i = v.t.nodes[i].next {
			if !yield(Value{v.t, i}) {
				return
			}
		}
	}
}

// Items returns the items of the array at a path; nil if there is none.
func (v Value) Items(path ...string) []Value {
	v = v.Get(path...)
	if v.Kind() != Array {
		return nil
	}
	var items []Value
	for item := range v.All() {
		items = append(items, item)
	}
	return items
}

// Len returns how many items or members the value has.
func (v Value) Len() int {
	n := 0
	for range v.All() {
		n++
	}
	return n
}

// Clean reports whether the value is a resource in the shape of FHIR R4: its elements are those of its type,
// with values of their types, none of them null or given twice.
func (v Value) Clean() bool { return v.t != nil && v.node().mark() == clean }

// Shape returns the type of a resource that is in the shape of it; nil for any other value.
func (v Value) Shape() *fhir.Type {
	if v.Clean() {
		return v.found().shape.typ
	}
	return nil
}

// Skipped reports whether the value is a resource that was not read: of its members only the type is known.
func (v Value) Skipped() bool { return v.t != nil && v.node().mark() == skipped }

// Name returns the name of the member that the value is; "" in an array.
func (v Value) Name() string {
	if v.t == nil {
		return ""
	}
	return v.t.nameOf(v.node().name())
}

// Bytes returns the content of the string at a path, nil if there is none. It must not be changed, and
// lives as long as what the Tree was read from.
func (v Value) Bytes(path ...string) []byte {
	v = v.Get(path...)
	if v.Kind() != String {
		return nil
	}
	n := v.node()
	content := v.t.src[n.start:n.end:n.end]
	if n.mark() == escaped {
		return unescaped(content)
	}
	return content
}

// Text returns a copy of the content of the string at a path, "" if there is none.
func (v Value) Text(path ...string) string { return string(v.Bytes(path...)) }

// Number returns the number at a path as it was written, "" if there is none.
func (v Value) Number(path ...string) string {
	v = v.Get(path...)
	if v.Kind() != Number {
		return ""
	}
	return string(v.Raw())
}

// Bool reports whether there is a true at a path.
func (v Value) Bool(path ...string) bool { return v.Get(path...).Kind() == True }

// Int returns the whole number at a path; ok is false if there is none that fits.
func (v Value) Int(path ...string) (n int64, ok bool) {
	n, err := strconv.ParseInt(v.Number(path...), 10, 64)
	return n, err == nil
}

// Float returns the number at a path; ok is false if there is none that fits.
func (v Value) Float(path ...string) (f float64, ok bool) {
	f, err := strconv.ParseFloat(v.Number(path...), 64)
	return f, err == nil
}

// Raw returns the value as it stands in the source. It lives as long as that, and must not be changed.
func (v Value) Raw() []byte {
	if v.t == nil {
		return nil
	}
	n := v.node()
	if n.kind() == String {
		return v.t.src[n.start-1 : n.end+1]
	}
	if f := v.found(); f != nil {
		return v.t.src[f.start:n.end]
	}
	return v.t.src[n.start:n.end]
}

// ResourceType returns the type that an object says it has; "" if it says none, or several.
func (v Value) ResourceType() string {
	if v.Kind() != Object {
		return ""
	}
	if f := v.found(); f != nil {
		return f.shape.typ.Name
	}
	said := v.Only("resourceType").Bytes()
	if s := allShapes().byName[string(said)]; s != nil {
		return s.typ.Name
	}
	return string(said)
}

// Only returns the member of that name; the zero Value if there is none, or more than one.
func (v Value) Only(name string) Value {
	var found Value
	if v.Kind() != Object {
		return found
	}
	for member := range v.All() {
		if member.Name() != name {
			continue
		}
		if found.Exists() {
			return Value{}
		}
		found = member
	}
	return found
}

// Twice returns the name of a member that the object has more than once, in the order of their second
// places the first; "" if there is none.
func (v Value) Twice() string {
	if v.Kind() != Object {
		return ""
	}
	const few = 16
	var names [few]uint32
	var more map[uint32]bool
	n := 0
	for member := range v.All() {
		name := member.node().name()
		for _, other := range names[:min(n, few)] {
			if other == name {
				return member.Name()
			}
		}
		if n < few {
			names[n] = name
		} else if more[name] {
			return member.Name()
		} else {
			if more == nil {
				more = map[uint32]bool{}
			}
			more[name] = true
		}
		n++
	}
	return ""
}

// Each returns the items of an array; of any other value but null, the value itself.
func (v Value) Each() iter.Seq[Value] {
	switch v.Kind() {
	case Array:
		return v.All()
	case Absent, Null:
		return func(func(Value) bool) {}
	}
	return func(yield func(Value) bool) { yield(v) }
}

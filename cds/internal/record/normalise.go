package record

import (
	"fmt"
	"strings"

	"github.com/valyala/fastjson"

	"github.com/primum-cds/primum/cds/internal/fhir"
	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/tree"
)

// deepest bounds how deep the elements of a resource nest: beyond it they are unknown.
const deepest = 64

// A walk brings one resource into the shape of FHIR R4, in place.
type walk struct {
	schema   *fhir.Schema
	arena    *fastjson.Arena
	warnings *warnings
	resource *Resource
	path     []string
	scratch  []byte
	edits    []edit // of the objects that are open; each object takes its own off the end
}

// An edit of an object, done when all its members were seen.
type edit struct {
	name    string
	value   *fastjson.Value // nil: take the member out
	unknown bool            // and mark it unknown
}

// normalised brings every resource into shape.
func (r *reader) normalised() {
	for _, e := range r.entries {
		r.normalise(e)
	}
}

// normalise brings one resource and those that it contains into shape; a second time it does nothing.
func (r *reader) normalise(e *entry) {
	if e.done {
		return
	}
	e.done = true
	if !e.JSON.Clean() {
		r.repair(e)
	}
	contained := e.JSON.In(tree.Contained)
	if !contained.Exists() {
		return
	}
	for c := range contained.EachItem() {
		e.Contained = append(e.Contained, &Resource{Type: c.ResourceType(), ID: c.Text("id"), JSON: c, Draft: e.Draft, Parent: &e.Resource})
	}
}

// repair brings a resource into shape that was not read as one.
func (r *reader) repair(e *entry) {
	parser, arena := parserPool.Get(), arenaPool.Get()
	defer func() {
		parserPool.Put(parser)
		arenaPool.Put(arena)
	}()
	v, err := parser.ParseBytes(e.JSON.Raw())
	if err != nil { // the parser takes what the tree takes; a fuzz test holds them together
		r.warnings.resource(&e.Resource, "", "it could not be read: "+err.Error())
		e.JSON = tree.Value{}
		return
	}
	w := &r.walk
	w.schema, w.arena, w.warnings, w.resource = r.schema, arena, &r.warnings, &e.Resource
	w.object(v, e.kind)
	if f, ok := e.kind.Field("status"); ok && f.Required && v.Get("status") == nil && v.Get("_status") == nil {
		w.path = append(w.path, "status")
		w.warn("it has no status: taken as unknown")
		w.path = w.path[:0]
	}
	e.JSON, _ = tree.Parse(appendJSON(nil, v))
}

var (
	parserPool fastjson.ParserPool
	arenaPool  fastjson.ArenaPool
)

func (w *walk) object(v *fastjson.Value, t *fhir.Type) {
	w.older(v, t)
	o := v.GetObject()
	from := len(w.edits)
	var seen seenNames
	o.Visit(func(key []byte, member *fastjson.Value) {
		if seen.again(o, key) {
			w.edits = append(w.edits, edit{name: string(key), unknown: true})
			w.warnAt(clip(string(key)), "given twice: taken as unknown")
			return
		}
		if f, ok := t.Field(string(key)); ok {
			w.path = append(w.path, f.Name)
			w.element(f, member, v)
			w.path = w.path[:len(w.path)-1]
		} else if string(key) != "resourceType" || !t.Resource {
			w.other(t, string(key), member)
		}
	})
	for _, e := range w.edits[from:] {
		w.apply(v, o, e)
	}
	w.edits = w.edits[:from]
}

func (w *walk) apply(v *fastjson.Value, o *fastjson.Object, e edit) {
	if e.value != nil {
		o.Set(e.name, e.value)
		return
	}
	for n := -1; n != o.Len(); {
		n = o.Len()
		o.Del(e.name)
	}
	if e.unknown && !strings.HasPrefix(e.name, "_") && e.name != "resourceType" {
		o.Set("_"+e.name, w.dataAbsent())
	}
}

// dataAbsent returns the Element that marks a value unknown.
func (w *walk) dataAbsent() *fastjson.Value {
	extension := w.arena.NewObject()
	extension.Set("url", w.arena.NewString("http://hl7.org/fhir/StructureDefinition/data-absent-reason"))
	extension.Set("valueCode", w.arena.NewString("error"))
	list := w.arena.NewArray()
	list.SetArrayItem(0, extension)
	element := w.arena.NewObject()
	element.Set("extension", list)
	return element
}

func (w *walk) element(f *fhir.Field, v, parent *fastjson.Value) {
	if f.List {
		w.list(f, v, parent)
	} else {
		w.single(f, v)
	}
}

// other checks a member that is no element: the Element beside a primitive, or nothing R4 knows.
func (w *walk) other(t *fhir.Type, name string, v *fastjson.Value) {
	base, ok := strings.CutPrefix(name, "_")
	if ok {
		_, ok = t.Field(base)
	}
	w.path = append(w.path, clip(name))
	if ok {
		w.companion(name, v)
	} else {
		w.warn("not an element of FHIR R4: left as it is")
	}
	w.path = w.path[:len(w.path)-1]
}

func (w *walk) companion(name string, v *fastjson.Value) {
	element, _ := w.schema.Type("Element")
	for _, e := range listOf(v) {
		switch e.Type() {
		case fastjson.TypeObject:
			if !w.nested(e, element) {
				w.edits = append(w.edits, edit{name: name})
				return
			}
		case fastjson.TypeNull:
		default:
			w.edits = append(w.edits, edit{name: name})
			w.warn("neither an object nor a list of objects: left out")
			return
		}
	}
	if v.Type() == fastjson.TypeNull {
		w.edits = append(w.edits, edit{name: name})
	}
}

// single brings an element that occurs once into shape.
func (w *walk) single(f *fhir.Field, v *fastjson.Value) {
	old := v
	if v.Type() == fastjson.TypeArray {
		if a := v.GetArray(); len(a) == 1 {
			w.warn("a list where a single value is expected, read as its one value")
			v = a[0]
		}
	}
	shaped := w.value(f, v)
	switch {
	case shaped == nil:
		w.edits = append(w.edits, edit{name: f.Name, unknown: true})
	case shaped != old:
		w.edits = append(w.edits, edit{name: f.Name, value: shaped})
	}
}

// list brings a repeating element into shape. A primitive that cannot be is null, with its place in the
// companion marked; an object that cannot be is taken out, and the companion of the whole is marked.
func (w *walk) list(f *fhir.Field, v, parent *fastjson.Value) {
	if v.Type() != fastjson.TypeArray {
		if v.Type() != fastjson.TypeNull {
			w.warn("a single value where a list is expected, read as a list of one")
			one := w.arena.NewArray()
			one.SetArrayItem(0, v)
			w.edits = append(w.edits, edit{name: f.Name, value: one})
			v = one
			if c := parent.Get("_" + f.Name); c != nil && c.Type() == fastjson.TypeObject && w.primitive(f) {
				list := w.arena.NewArray()
				list.SetArrayItem(0, c)
				w.edits = append(w.edits, edit{name: "_" + f.Name, value: list})
			}
		} else {
			w.value(f, v)
			w.edits = append(w.edits, edit{name: f.Name, unknown: true})
			return
		}
	}
	if w.primitive(f) {
		w.primitives(f, v, parent)
		return
	}
	var lost []int
	elements := v.GetArray()
	for i, e := range elements {
		shaped := w.value(f, e)
		if shaped == nil {
			lost = append(lost, i)
		} else if shaped != e {
			v.SetArrayItem(i, shaped)
		}
	}
	if lost != nil {
		w.edits = append(w.edits, edit{name: f.Name, value: w.without(elements, lost)}, edit{name: "_" + f.Name, value: w.dataAbsent()})
	}
}

// without returns a list of the elements but those at the indexes lost, which are sorted.
func (w *walk) without(elements []*fastjson.Value, lost []int) *fastjson.Value {
	list := w.arena.NewArray()
	n := 0
	for i, e := range elements {
		if len(lost) > 0 && lost[0] == i {
			lost = lost[1:]
			continue
		}
		list.SetArrayItem(n, e)
		n++
	}
	return list
}

func (w *walk) primitives(f *fhir.Field, v, parent *fastjson.Value) {
	companion := parent.Get("_" + f.Name)
	var unknown *fastjson.Value
	for i, e := range v.GetArray() {
		if e.Type() == fastjson.TypeNull && companion != nil && explained(companion, i) {
			continue
		}
		shaped := w.value(f, e)
		if shaped != nil {
			if shaped != e {
				v.SetArrayItem(i, shaped)
			}
			continue
		}
		v.SetArrayItem(i, w.arena.NewNull())
		if unknown == nil {
			unknown = w.companions(companion)
		}
		unknown.SetArrayItem(i, w.dataAbsent())
	}
	if unknown != nil {
		w.edits = append(w.edits, edit{name: "_" + f.Name, value: unknown})
	}
}

// companions returns a list of companions to write into, a copy of those that are there.
func (w *walk) companions(old *fastjson.Value) *fastjson.Value {
	list := w.arena.NewArray()
	for i, e := range listOf(old) {
		list.SetArrayItem(i, e)
	}
	return list
}

// explained reports whether the companion has something to say of element i.
func explained(companion *fastjson.Value, i int) bool {
	list := listOf(companion)
	return i < len(list) && list[i].Type() == fastjson.TypeObject
}

func (w *walk) primitive(f *fhir.Field) bool {
	t, ok := w.schema.Type(f.Type)
	return ok && t.Primitive
}

// nested walks an object below the current one.
func (w *walk) nested(v *fastjson.Value, t *fhir.Type) bool {
	switch {
	case len(w.path) > deepest:
		w.warn("nested too deep: taken as unknown")
		return false
	case tooMany(v):
		w.warn(manyMembers + ": taken as unknown")
		return false
	}
	w.object(v, t)
	if t.Name == "Quantity" {
		w.unit(v)
	}
	return true
}

// unit warns of a unit that is not UCUM, or that nobody knows.
func (w *walk) unit(v *fastjson.Value) {
	text := func(key string) string { return string(v.GetStringBytes(key)) }
	switch u, read, mapped := measure.Unit(text("unit"), text("system"), text("code")); {
	case u == nil:
		w.warn(fmt.Sprintf("the unit %q is not known: it compares only with itself", clip(read)))
	case mapped:
		w.warn(fmt.Sprintf("the unit %q is not UCUM, read as %q", clip(read), u.String()))
	}
}

func (w *walk) warn(message string) {
	w.warnings.resource(w.resource, strings.Clone(strings.Join(w.path, ".")), message)
}

func (w *walk) warnAt(name, message string) {
	w.path = append(w.path, name)
	w.warn(message)
	w.path = w.path[:len(w.path)-1]
}

package terminology

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/valyala/fastjson"
)

// An element is an object of a FHIR resource while it is read: what it returns is a copy or, if it is an
// element, lives until the next one of its list is asked for. Where a member does not have the shape that
// FHIR gives it, that is taken down: to read it as absent would change the set it defines.
type element struct {
	piece    // raw is nil if it was parsed with what it is in
	parent   *element
	name     string
	index    int // in a list; -1 elsewhere
	depth    int
	mistakes *mistakes
}

// mostDepth bounds how deep elements that are parsed by themselves are nested.
const mostDepth = 150

// mistakes are what is wrong with one resource.
type mistakes struct {
	list []string
	more int
}

const mostMistakes = 20

func (m *mistakes) add(message string) {
	if len(m.list) == mostMistakes {
		m.more++
		return
	}
	m.list = append(m.list, message)
}

// newElement parses a resource with p.
func newElement(p *fastjson.Parser, raw []byte, depth int) *element {
	e := &element{index: -1, depth: depth, mistakes: &mistakes{}}
	e.parse(p, raw)
	return e
}

// parse takes an object in. If it cannot, the element is an empty one.
func (e *element) parse(p *fastjson.Parser, raw []byte) {
	var wrong string
	switch {
	case raw[0] != '{':
		wrong = "expected an object"
	case e.depth > mostDepth:
		wrong = "it is nested too deep"
	default:
		e.piece, wrong = parsePiece(p, raw)
	}
	if wrong != "" {
		e.fail("%s", wrong)
		e.piece = piece{raw: raw, value: new(fastjson.Value)}
	}
}

func (e *element) child(name string, index int) *element {
	return &element{parent: e, name: name, index: index, depth: e.depth + 1, mistakes: e.mistakes}
}

func (e *element) path() string {
	if e.parent == nil {
		return ""
	}
	name := e.name
	if e.index >= 0 {
		name += "[" + strconv.Itoa(e.index) + "]"
	}
	if up := e.parent.path(); up != "" {
		return up + "." + name
	}
	return name
}

func (e *element) fail(format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	if path := e.path(); path != "" {
		message = path + ": " + message
	}
	e.mistakes.add(message)
}

// get returns a member of type t, nil if it is absent, null or of another type.
func (e *element) get(name string, t fastjson.Type, want string) *fastjson.Value {
	v := e.value.Get(name)
	_, later := e.later[name]
	switch {
	case !later && (v == nil || v.Type() == fastjson.TypeNull):
		return nil
	case later || v.Type() != t:
		e.fail("%s: expected %s", name, want)
		return nil
	}
	return v
}

// text returns a string, "" if there is none.
func (e *element) text(name string) string {
	v := e.get(name, fastjson.TypeString, "a string")
	if v == nil {
		return ""
	}
	return string(v.GetStringBytes())
}

// flag returns a boolean and whether it is there.
func (e *element) flag(name string) (value, ok bool) {
	if v := e.value.Get(name); v != nil && v.Type() == fastjson.TypeTrue {
		return true, true
	}
	return false, e.get(name, fastjson.TypeFalse, "true or false") != nil
}

// count returns a whole number from 0, -1 if there is none.
func (e *element) count(name string) int {
	v := e.get(name, fastjson.TypeNumber, "a number")
	if v == nil {
		return -1
	}
	n, err := v.Int()
	if err != nil || n < 0 {
		e.fail("%s: expected a whole number from 0", name)
		return -1
	}
	return n
}

// has reports whether there is such a member, and not an empty list.
func (e *element) has(name string) bool {
	v := e.value.Get(name)
	_, later := e.later[name]
	return later || v != nil && v.Type() != fastjson.TypeNull && !e.empty(name)
}

// empty reports whether a member is an empty list.
func (e *element) empty(name string) bool {
	v := e.value.Get(name)
	return v != nil && v.Type() == fastjson.TypeArray && len(v.GetArray()) == 0
}

// object returns a member that is an object, nil if there is none.
func (e *element) object(name string) *element {
	if raw, later := e.later[name]; later {
		child := e.child(name, -1)
		child.parse(new(fastjson.Parser), raw)
		return child
	}
	v := e.get(name, fastjson.TypeObject, "an object")
	if v == nil {
		return nil
	}
	child := e.child(name, -1)
	child.value = v
	return child
}

// objects yields the objects of a list.
func (e *element) objects(name string) iter.Seq[*element] {
	raw, later := e.later[name]
	if !later {
		return e.parsedObjects(name)
	}
	return func(yield func(*element) bool) {
		if raw[0] != '[' {
			e.fail("%s: expected a list", name)
			return
		}
		var p fastjson.Parser
		i := 0
		for item := range items(raw) {
			child := e.child(name, i)
			child.parse(&p, item)
			i++
			if !yield(child) {
				return
			}
		}
	}
}

func (e *element) parsedObjects(name string) iter.Seq[*element] {
	return func(yield func(*element) bool) {
		list := e.get(name, fastjson.TypeArray, "a list")
		if list == nil {
			return
		}
		for i, v := range list.GetArray() {
			child := e.child(name, i)
			if child.value = v; v.Type() != fastjson.TypeObject {
				child.fail("expected an object")
				continue
			}
			if !yield(child) {
				return
			}
		}
	}
}

// texts returns a list of strings.
func (e *element) texts(name string) []string {
	v := e.list(name)
	if v == nil {
		return nil
	}
	var out []string
	for _, v := range v.GetArray() {
		if v.Type() != fastjson.TypeString || len(v.GetStringBytes()) == 0 {
			e.fail("%s: expected a list of strings", name)
			return out
		}
		out = append(out, string(v.GetStringBytes()))
	}
	return out
}

// list returns a list as it was or is parsed, nil if there is none.
func (e *element) list(name string) *fastjson.Value {
	raw, later := e.later[name]
	if !later {
		return e.get(name, fastjson.TypeArray, "a list")
	}
	if len(raw) > mostPiece {
		e.fail("%s: it is too large", name)
		return nil
	}
	v, err := fastjson.ParseBytes(raw)
	if err != nil || v.Type() != fastjson.TypeArray {
		e.fail("%s: expected a list", name)
		return nil
	}
	return v
}

// only takes down members other than names, extensions and what goes with them.
func (e *element) only(names ...string) {
	o := e.value.GetObject()
	if o == nil {
		return
	}
	o.Visit(func(key []byte, _ *fastjson.Value) {
		name := string(key)
		if !slices.Contains(names, name) && !strings.HasPrefix(name, "_") && name != "id" && name != "extension" {
			e.fail("%q is not understood", name)
		}
	})
}

// twice returns the name of a member that some object in v has more than once: one of the two would be
// lost unseen.
func twice(v *fastjson.Value) (string, bool) {
	switch v.Type() {
	case fastjson.TypeArray:
		for _, e := range v.GetArray() {
			if name, ok := twice(e); ok {
				return name, true
			}
		}
	case fastjson.TypeObject:
		return twiceIn(v.GetObject())
	}
	return "", false
}

func twiceIn(o *fastjson.Object) (name string, found bool) {
	few := make([]string, 0, 12)
	var many map[string]bool
	o.Visit(func(key []byte, v *fastjson.Value) {
		if found {
			return
		}
		again := many[string(key)]
		if many == nil {
			again = slices.ContainsFunc(few, func(s string) bool { return s == string(key) })
		}
		if again {
			name, found = string(key), true
			return
		}
		few = append(few, string(key))
		if len(few) > 12 && many == nil {
			many = map[string]bool{}
			for _, s := range few {
				many[s] = true
			}
		} else if many != nil {
			many[string(key)] = true
		}
		name, found = twice(v)
	})
	return name, found
}

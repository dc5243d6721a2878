package terminology

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/valyala/fastjson"
)

// An element is an object of a FHIR resource while it is read. Where a member does not have the shape
// that FHIR gives it, that is taken down: to read it as absent would change the set it defines.
type element struct {
	value    *fastjson.Value
	parent   *element
	name     string
	index    int // in a list; -1 elsewhere
	mistakes *mistakes
}

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

func newElement(v *fastjson.Value) *element {
	return &element{value: v, index: -1, mistakes: &mistakes{}}
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
	if v == nil || v.Type() == fastjson.TypeNull {
		return nil
	}
	if v.Type() != t {
		e.fail("%s: expected %s", name, want)
		return nil
	}
	return v
}

// text returns a copy of a string, "" if there is none.
func (e *element) text(name string) string {
	v := e.get(name, fastjson.TypeString, "a string")
	if v == nil {
		return ""
	}
	return string(v.GetStringBytes())
}

// flag returns a boolean and whether it is there.
func (e *element) flag(name string) (value, ok bool) {
	v := e.value.Get(name)
	switch {
	case v == nil, v.Type() == fastjson.TypeNull:
		return false, false
	case v.Type() != fastjson.TypeTrue && v.Type() != fastjson.TypeFalse:
		e.fail("%s: expected true or false", name)
		return false, false
	}
	return v.Type() == fastjson.TypeTrue, true
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

// object returns a member that is an object, nil if there is none.
func (e *element) object(name string) *element {
	v := e.get(name, fastjson.TypeObject, "an object")
	if v == nil {
		return nil
	}
	return &element{v, e, name, -1, e.mistakes}
}

// objects returns a list of objects.
func (e *element) objects(name string) []*element {
	v := e.get(name, fastjson.TypeArray, "a list")
	if v == nil {
		return nil
	}
	list := v.GetArray()
	block := make([]element, len(list))
	out := make([]*element, 0, len(list))
	for i, v := range list {
		block[i] = element{v, e, name, i, e.mistakes}
		if v.Type() != fastjson.TypeObject {
			block[i].fail("expected an object")
			continue
		}
		out = append(out, &block[i])
	}
	return out
}

// texts returns a list of strings.
func (e *element) texts(name string) []string {
	v := e.get(name, fastjson.TypeArray, "a list")
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

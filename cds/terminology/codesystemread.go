package terminology

import (
	"fmt"
	"strings"

	"github.com/valyala/fastjson"
)

// conceptProperties is the code system of the properties that FHIR defines for all code systems.
const conceptProperties = "http://hl7.org/fhir/concept-properties#"

// A codeSystemReader is the state of reading one CodeSystem.
type codeSystemReader struct {
	*codeSystem
	root    *element
	numbers map[string]int32 // property name → number
	named   []namedIsA
	pairs   []isA
}

// A namedIsA is a relation to a concept that may come later in the file.
type namedIsA struct {
	other string
	self  int32
	up    bool // other is the parent
}

// readCodeSystem reads a CodeSystem. What is wrong with it is in root's mistakes.
func readCodeSystem(root *element) *codeSystem {
	r := &codeSystemReader{
		codeSystem: &codeSystem{
			url:      root.text("url"),
			version:  root.text("version"),
			index:    map[string]int32{},
			declared: map[string]bool{},
			alias:    map[string]string{},
		},
		root:    root,
		numbers: map[string]int32{},
	}
	r.head()
	r.concepts(root, -1)
	r.first = append(r.first, int32(len(r.values)))
	r.completeness()
	r.relate()
	return r.codeSystem
}

func (r *codeSystemReader) head() {
	if sensitive, ok := r.root.flag("caseSensitive"); ok {
		r.fold = !sensitive
	}
	r.partOf = r.root.text("hierarchyMeaning") == "part-of"
	for p := range r.root.objects("property") {
		code := p.text("code")
		r.declared[code] = true
		if known, ok := strings.CutPrefix(p.text("uri"), conceptProperties); ok && known != code {
			r.alias[known] = code
		}
	}
}

// completeness tells from content and count whether all of the system is here.
func (r *codeSystemReader) completeness() {
	content, count := r.root.text("content"), r.root.count("count")
	switch content {
	case "complete":
		if count > len(r.codes) {
			r.partial = fmt.Sprintf("there are only %d of its %d codes", len(r.codes), count)
		} else if len(r.codes) == 0 {
			r.partial = "its CodeSystem says that it is complete and holds no codes"
		}
	case "fragment":
		r.partial = "there is only a fragment of it"
	case "example":
		r.partial = "there are only examples of it"
	case "not-present":
		r.partial = "its CodeSystem does not hold its codes"
	case "supplement":
		r.partial = "its CodeSystem is a supplement of " + r.root.text("supplements") + " without codes of its own"
	case "":
		r.root.fail("content is missing: expected complete, fragment, example, supplement or not-present")
	default:
		r.root.fail("content %q is not known: expected complete, fragment, example, supplement or not-present", content)
	}
}

func (r *codeSystemReader) concepts(parent *element, above int32) {
	for e := range parent.objects("concept") {
		r.concept(e, above)
	}
}

func (r *codeSystemReader) concept(e *element, above int32) {
	code := e.text("code")
	if code == "" || strings.TrimSpace(code) != code {
		e.fail("expected a code without spaces around it, not %q", code)
		return
	}
	if _, again := r.index[r.key(code)]; again {
		e.fail("the code %q is in the system twice", code)
		return
	}
	self := int32(len(r.codes))
	r.index[r.key(code)] = self
	r.codes = append(r.codes, code)
	r.displays = append(r.displays, e.text("display"))
	r.first = append(r.first, int32(len(r.values)))
	if above >= 0 {
		r.pairs = append(r.pairs, isA{self, above})
	}
	for p := range e.objects("property") {
		r.property(p, self)
	}
	r.concepts(e, self)
}

func (r *codeSystemReader) property(p *element, self int32) {
	name, value := p.text("code"), propertyText(p)
	if name == "" || value == "" {
		p.fail("expected a code and a value")
		return
	}
	switch {
	case name == "parent", name == "subsumedBy", name == r.alias["parent"], name == r.alias["subsumedBy"]:
		r.named = append(r.named, namedIsA{value, self, true})
		return
	case name == "child", name == r.alias["child"]:
		r.named = append(r.named, namedIsA{value, self, false})
		return
	}
	number, ok := r.numbers[name]
	if !ok {
		number = int32(len(r.names))
		r.numbers[name] = number
		r.names = append(r.names, name)
		r.declared[name] = true
	}
	r.values = append(r.values, propertyValue{number, value})
}

// propertyText returns value[x] as text, "" if there is none that it knows.
func propertyText(p *element) string {
	for _, name := range []string{"valueCode", "valueString", "valueDateTime"} {
		if p.value.Exists(name) {
			return p.text(name)
		}
	}
	if coding := p.object("valueCoding"); coding != nil {
		return coding.text("code")
	}
	for _, name := range []string{"valueBoolean", "valueInteger", "valueDecimal"} {
		if v := p.value.Get(name); v != nil {
			switch v.Type() {
			case fastjson.TypeTrue, fastjson.TypeFalse, fastjson.TypeNumber:
				return string(v.MarshalTo(nil))
			}
		}
	}
	return ""
}

// relate builds the hierarchy from nesting and properties.
func (r *codeSystemReader) relate() {
	for _, n := range r.named {
		other, ok := r.find(n.other)
		switch {
		case ok && n.up:
			r.pairs = append(r.pairs, isA{n.self, other})
		case ok:
			r.pairs = append(r.pairs, isA{other, n.self})
		case r.partial == "":
			r.root.fail("%q, which the code %q names as above or below it, is not in the system", n.other, r.codes[n.self])
		}
	}
	h, circle := newHierarchy(len(r.codes), r.pairs)
	if circle != nil {
		r.root.fail("the hierarchy runs in a circle: %s", strings.Join(shortened(r.codeSystem.named(circle)), " → "))
		return
	}
	r.hierarchy = h
}

// shortened leaves out the middle of a long list.
func shortened(list []string) []string {
	if len(list) <= 12 {
		return list
	}
	return append(append(append([]string(nil), list[:6]...), "…"), list[len(list)-5:]...)
}

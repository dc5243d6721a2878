package server

import (
	"strconv"

	"github.com/valyala/fastjson"
)

// Parameters is the resource that answers all operations but $expand.
type parameters struct{ list []*fastjson.Value }

func parametersOf(v *fastjson.Value) parameters { return parameters{v.GetArray("parameter")} }

// get returns the first parameter of that name, nil if there is none; a nil value has no members.
func (p parameters) get(name string) *fastjson.Value {
	for _, v := range p.list {
		if text(v, "name") == name {
			return v
		}
	}
	return nil
}

func (p parameters) all(name string) []*fastjson.Value {
	var out []*fastjson.Value
	for _, v := range p.list {
		if text(v, "name") == name {
			out = append(out, v)
		}
	}
	return out
}

func (p parameters) text(name string) string { return valueText(p.get(name)) }

// boolean returns a boolean parameter; ok is false if there is none.
func (p parameters) boolean(name string) (value, ok bool) {
	v := p.get(name).Get("valueBoolean")
	if v == nil {
		return false, false
	}
	value, err := v.Bool()
	return value, err == nil
}

// parts are the parameters within one.
func parts(v *fastjson.Value) parameters { return parameters{v.GetArray("part")} }

// valueText returns value[x] as text: that of a Coding is its code.
func valueText(v *fastjson.Value) string {
	for _, name := range []string{"valueString", "valueCode", "valueUri", "valueCanonical", "valueUrl", "valueDateTime", "valueDate", "valueId"} {
		if s := text(v, name); s != "" {
			return s
		}
	}
	if s := text(v, "valueCoding", "code"); s != "" {
		return s
	}
	for _, name := range []string{"valueInteger", "valueDecimal"} {
		if n := v.Get(name); n != nil && n.Type() == fastjson.TypeNumber {
			return n.String()
		}
	}
	if b := v.Get("valueBoolean"); b != nil && (b.Type() == fastjson.TypeTrue || b.Type() == fastjson.TypeFalse) {
		return strconv.FormatBool(b.Type() == fastjson.TypeTrue)
	}
	return ""
}

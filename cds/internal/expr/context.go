package expr

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/temporal"
)

// contextType is that of `context` in every rule. Which fields it has depends on the rule's hooks.
var contextType = types.NewObjectType("Context")

// A Context is what an expression can read of the contexts of its hooks.
type Context struct {
	structure *structType
	hooks     []string // that the rule names
	forms     map[string]string
	// unread are the fields that cannot be read, and why.
	unread map[string]string
}

// A ContextField is a field that some hook's context has.
type ContextField struct{ Hook, Name, Form string }

// contextForms are the forms of fields that can be read, with their types and how a message calls their values.
var contextForms = map[string]struct {
	typ      *types.Type
	expected string
	read     func(any) ref.Val // nil: it is not of this form
}{
	"id":         {types.StringType, "a text", contextText},
	"reference":  {types.StringType, "a text", contextText},
	"text":       {types.StringType, "a text", contextText},
	"references": {types.NewListType(types.StringType), "a list of texts", contextTexts},
	"boolean":    {types.BoolType, "true or false", contextBool},
	"integer":    {types.IntType, "a whole number", contextInt},
	"decimal":    {types.DoubleType, "a number", contextDouble},
	"date":       {dateType, "a date", contextDate},
}

// Context returns what an expression can read whose rule is asked at hooks with these fields; none: it names no
// hooks. It is made once for the same hooks. A field that is of different types at two of them cannot be read.
func (e *Env) Context(hooks []string, fields func() []ContextField) *Context {
	e.mu.Lock()
	defer e.mu.Unlock()
	key := strings.Join(hooks, " ")
	if e.contexts[key] == nil {
		e.contexts[key] = e.contextOf(hooks, fields())
	}
	return e.contexts[key]
}

func (e *Env) contextOf(hooks []string, fields []ContextField) *Context {
	c := &Context{hooks: hooks, forms: map[string]string{}, unread: map[string]string{}}
	at := map[string]string{}
	for _, f := range fields {
		form, readable := contextForms[f.Form]
		before := c.forms[f.Name]
		switch {
		case !readable:
			c.unread[f.Name] = "it holds resources, about which a rule is asked by its for"
		case before != "" && !contextForms[before].typ.IsExactType(form.typ):
			c.unread[f.Name] = fmt.Sprintf("it is of type %s at %s and %s at %s", before, at[f.Name], f.Form, f.Hook)
		case before == "":
			c.forms[f.Name], at[f.Name] = f.Form, f.Hook
		}
	}
	for name := range c.unread {
		delete(c.forms, name)
	}
	c.structure = e.contextStruct(c.forms)
	return c
}

// contextStruct returns the one type with these fields.
func (e *Env) contextStruct(forms map[string]string) *structType {
	names := slices.Sorted(maps.Keys(forms))
	var key strings.Builder
	for _, name := range names {
		fmt.Fprintf(&key, "%s:%s ", name, contextForms[forms[name]].typ)
	}
	if t := e.contextTypes[key.String()]; t != nil {
		return t
	}
	t := &structType{name: contextType.TypeName(), cel: contextType, fields: map[string]*types.FieldType{}, names: names}
	for _, name := range t.names {
		form := contextForms[forms[name]]
		t.fields[name] = &types.FieldType{
			Type: form.typ,
			IsSet: func(target any) bool {
				c, ok := target.(contextVal)
				return ok && c.ev.Context[name] != nil && form.read(c.ev.Context[name]) != nil
			},
			GetFrom: func(target any) (any, error) {
				c, ok := target.(contextVal)
				if !ok {
					return target, nil
				}
				value := c.ev.Context[name]
				if value == nil {
					return c.ev.unknown(Missing{Resource: "context", Path: name, Reason: "not in the request"}), nil
				}
				v := form.read(value)
				if v == nil {
					return c.ev.unknown(Missing{Resource: "context", Path: name, Reason: "cannot be read: expected " + form.expected}), nil
				}
				c.ev.note(reading{path: "context." + name, index: -1, value: v})
				return v, nil
			},
		}
	}
	e.contextTypes[key.String()] = t
	return t
}

// problem is what is wrong with a field that the contexts do not have.
func (c *Context) problem(p *Problem, field string) {
	switch why := c.unread[field]; {
	case why != "":
		p.Message = fmt.Sprintf("context.%s cannot be read: %s", field, why)
	case len(c.hooks) == 0:
		p.Message = "no hook's context has a field " + quote(field)
	default:
		p.Message = fmt.Sprintf("the context of %s has no field %s", strings.Join(c.hooks, ", "), quote(field))
	}
	if p.Suggest = Nearest(field, c.structure.names); p.Suggest == "" && c.unread[field] == "" {
		p.Message += ": expected one of " + strings.Join(c.structure.names, ", ")
	}
}

// contextText reads a text, also where a client sends an id as a number.
func contextText(v any) ref.Val {
	if n, ok := v.(float64); ok {
		return types.String(strconv.FormatFloat(n, 'f', -1, 64))
	}
	if s, ok := v.(string); ok && s != "" && len(s) <= MaxString {
		return types.String(s)
	}
	return nil
}

func contextTexts(v any) ref.Val {
	var out []string
	switch v := v.(type) {
	case []string:
		out = v
	case []any:
		for _, one := range v {
			s, ok := contextText(one).(types.String)
			if !ok {
				return nil
			}
			out = append(out, string(s))
		}
	default:
		return nil
	}
	return types.NewStringList(types.DefaultTypeAdapter, out)
}

func contextBool(v any) ref.Val {
	if b, ok := v.(bool); ok {
		return types.Bool(b)
	}
	return nil
}

// exactIntegers are those that a JSON number stands for, as it is decoded.
const exactIntegers = 1 << 53

func contextInt(v any) ref.Val {
	switch v := v.(type) {
	case int:
		return types.Int(v)
	case int64:
		return types.Int(v)
	case float64:
		if v == math.Trunc(v) && math.Abs(v) <= exactIntegers {
			return types.Int(v)
		}
	}
	return nil
}

func contextDouble(v any) ref.Val {
	switch v := v.(type) {
	case int:
		return types.Double(v)
	case int64:
		return types.Double(v)
	case float64:
		return types.Double(v)
	}
	return nil
}

func contextDate(v any) ref.Val {
	s, ok := v.(string)
	if !ok {
		return nil
	}
	if d, err := temporal.Parse(s); err == nil {
		return dateVal{d: d}
	}
	return nil
}

type contextVal struct {
	opaque
	ev *Eval
}

func (contextVal) Type() ref.Type { return contextType }
func (v contextVal) Value() any   { return v }

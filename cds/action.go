package cds

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/valyala/fastjson"

	"github.com/primum-cds/primum/cds/internal/expr"
)

// An action is an Action, compiled.
type action struct {
	kind              string
	description, with *template
	resource          *expr.Program
}

func (c *compiler) action(r *rule, d *Action) action {
	a := action{kind: d.Kind, description: c.template(r.def.ID, d.Description, r.scope), with: c.template(r.def.ID, d.With, r.scope)}
	if !slices.Contains([]string{"create", "update", "delete"}, d.Kind) {
		c.fail(d.Position, r.def.ID, "", "there is no action %q: expected create, update or delete", d.Kind)
	}
	if d.Kind == "delete" && !d.With.Empty() {
		c.fail(d.With.Position(), r.def.ID, "", "what is deleted cannot be given anything: with is for create and update")
	}
	if !d.With.Empty() && !a.with.broken {
		if err := a.with.objectOfJSON(); err != nil {
			c.fail(d.With.Position(), r.def.ID, "", "with is no object of JSON: %v", err)
		}
	}
	if program, ok := c.expression(r.def.ID, d.Expr, r.scope, false); ok {
		if !program.IsResource() {
			c.fail(d.Expr.Position(), r.def.ID, "", "expected a resource, found %s", program.TypeName())
		}
		a.resource = program
	}
	return a
}

// objectOfJSON says what is wrong with a template that is to be an object, whatever stands in its holes: within
// quotes or in the place of a number.
func (t *template) objectOfJSON() error {
	var b strings.Builder
	for _, p := range t.parts {
		if p.hole != nil {
			b.WriteByte('0')
		}
		b.WriteString(p.text)
	}
	v, err := fastjson.Parse(b.String())
	if err == nil && v.Type() != fastjson.TypeObject {
		return fmt.Errorf("found an %s", v.Type())
	}
	return err
}

// data fills a template that is JSON; false if a part of it is not known.
func (r *rendering) data(t *template) ([]byte, bool) {
	var out []byte
	for _, p := range t.parts {
		if p.hole == nil {
			out = append(out, p.text...)
			continue
		}
		text, ok := p.hole.Data(r.vars)
		if !ok {
			r.problems = append(r.problems, fmt.Sprintf("{{ %s }} is not known", p.hole.Source()))
			return nil, false
		}
		out = append(out, quotable(text)...)
	}
	return out, true
}

// actions renders system actions. One of which a part is not known is left out.
func (r *rendering) actions(all []action) []RenderedAction {
	var out []RenderedAction
	for _, a := range all {
		if rendered, ok := r.action(a, "the action"); ok {
			out = append(out, rendered)
		}
	}
	return out
}

// action renders an action; false, and what is wrong among the problems, if a part of it is not known.
func (r *rendering) action(a action, of string) (RenderedAction, bool) {
	out := RenderedAction{Type: a.kind, Description: line(r.text(a.description, verbatim))}
	resource, ok := a.resource.Resource(r.vars)
	if !ok {
		r.problems = append(r.problems, fmt.Sprintf("%s is left out: %s is not known", of, a.resource.Source()))
		return out, false
	}
	switch {
	case a.kind == "delete" && !resource.Draft:
		out.Type = "update"
		out.Resource = resource.WithStatus("stopped")
	case a.kind == "delete":
		out.ResourceID = resource.Ref
	default:
		out.Resource = resource.JSON()
	}
	if len(a.with.parts) > 0 {
		with, known := r.data(a.with)
		merged, err := Merge(out.Resource, with)
		if !known || err != nil {
			r.problems = append(r.problems, fmt.Sprintf("%s is left out: what it adds to %s cannot be told", of, resource.Ref))
			return out, false
		}
		out.Resource, out.With = merged, with
	}
	if out.Description == "" {
		verbs := map[string]string{"create": "Create", "update": "Update", "delete": "Remove"}
		out.Description = verbs[a.kind] + " " + resource.Display
	}
	return out, true
}

// Merge returns an object of JSON with the members of another one: lists are added to, objects put together, and
// other members replaced.
func Merge(object, with json.RawMessage) (json.RawMessage, error) {
	var a, b fastjson.Parser // what is merged lies in the memory of both
	into, err := a.ParseBytes(object)
	if err != nil {
		return nil, fmt.Errorf("what is merged into is no JSON: %w", err)
	}
	from, err := b.ParseBytes(with)
	if err != nil {
		return nil, fmt.Errorf("what is merged is no JSON: %w", err)
	}
	if into.Type() != fastjson.TypeObject || from.Type() != fastjson.TypeObject {
		return nil, fmt.Errorf("expected objects, found %s and %s", into.Type(), from.Type())
	}
	merge(into, from)
	return into.MarshalTo(nil), nil
}

func merge(into, from *fastjson.Value) {
	from.GetObject().Visit(func(key []byte, value *fastjson.Value) {
		name := string(key)
		old := into.Get(name)
		switch {
		case old != nil && old.Type() == fastjson.TypeObject && value.Type() == fastjson.TypeObject:
			merge(old, value)
		case old != nil && old.Type() == fastjson.TypeArray && value.Type() == fastjson.TypeArray:
			for _, item := range value.GetArray() {
				old.SetArrayItem(len(old.GetArray()), item)
			}
		default:
			into.Set(name, value)
		}
	})
}

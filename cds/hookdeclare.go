package cds

import (
	"reflect"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds/internal/expr"
)

// WithHooks declares hooks that are not in the CDS Hooks library, beside those that packs declare: what their
// context brings, and where in it what is under review is found. Their names are domains in reverse order,
// "org.example.admission". What is declared more than once must be declared alike.
func WithHooks(declared ...Hook) Option {
	return func(c *config) { c.hooks = append(c.hooks, declared...) }
}

// declare takes the hooks that are declared, by options and by packs: rules of any pack may name them.
func (c *compiler) declare(packs []Pack) {
	all := slices.Clone(c.config.hooks)
	for i := range packs {
		all = append(all, packs[i].Hooks...)
	}
	for i := range all {
		h := all[i].clone()
		first := slices.IndexFunc(all[:i], func(other Hook) bool { return other.Name == h.Name })
		switch {
		case hookNamed(h.Name) != nil:
			c.fail(h.Position, "", "", "the hook %q is one of the CDS Hooks library: it cannot be declared", h.Name)
		case !ValidHook(h.Name):
			c.fail(h.Position, "", "", "the hook %q cannot be declared: expected a name such as org.example.my-hook", h.Name)
		case first >= 0 && !reflect.DeepEqual(all[first].placeless(), h.placeless()):
			c.fail(h.Position, "", "", "the hook %q is declared otherwise%s", h.Name, placed(all[first].Position))
		case first < 0:
			c.fields(&h)
			c.underReview(&h)
			c.engine.hooks = append(c.engine.hooks, h.placeless())
		}
	}
}

func placed(p Position) string {
	if p == (Position{}) {
		return " before"
	}
	return " at " + p.String()
}

// placeless is a declaration without the places of its parts.
func (h *Hook) placeless() Hook {
	out := h.clone()
	out.Position, out.FocusAt, out.SelectionsAt, out.BringsAt = Position{}, Position{}, Position{}, nil
	for i := range out.Fields {
		out.Fields[i].Position, out.Fields[i].FormAt = Position{}, Position{}
	}
	return out
}

// hookForms are the forms of fields that hold texts, numbers and the like, and of those that hold resources.
var hookForms = []string{"boolean", "date", "decimal", "id", "integer", "reference", "references", "resource", "resources", "text"}

// fields says what is wrong in the fields of a declaration.
func (c *compiler) fields(h *Hook) {
	for i, f := range h.Fields {
		known := slices.IndexFunc(usualFields, func(other HookField) bool { return other.Name == f.Name })
		switch {
		case !identifier.MatchString(f.Name):
			c.fail(f.Position, "", "", "the hook %q: %q is no name: expected letters, digits and _, not beginning with a digit", h.Name, f.Name)
		case slices.ContainsFunc(h.Fields[:i], func(other HookField) bool { return other.Name == f.Name }):
			c.fail(f.Position, "", "", "the hook %q: there are two fields %q", h.Name, f.Name)
		case !slices.Contains(hookForms, f.Form):
			c.fail(f.FormAt, "", expr.Nearest(f.Form, hookForms), "the hook %q: the field %q has the type %q: expected one of %s", h.Name, f.Name, f.Form, strings.Join(hookForms, ", "))
		case known >= 0 && f.Form != usualFields[known].Form:
			c.fail(f.FormAt, "", "", "the hook %q: the field %q has the type %q: of CDS Hooks it is %q", h.Name, f.Name, f.Form, usualFields[known].Form)
		case f.Token && holdsResources(f.Form):
			c.fail(f.Position, "", "", "the hook %q: the field %q holds resources: it cannot be a token", h.Name, f.Name)
		}
	}
}

func holdsResources(form string) bool { return form == "resource" || form == "resources" }

// underReview says what is wrong in how a declaration tells what is under review.
func (c *compiler) underReview(h *Hook) {
	c.role(h, h.Focus, h.FocusAt, "what is under review", "resource", "resources", "references")
	c.role(h, h.Selections, h.SelectionsAt, "what is selected", "references")
	for i, of := range h.Brings {
		at := h.Position
		if i < len(h.BringsAt) {
			at = h.BringsAt[i]
		}
		if !IsResource(of) {
			c.fail(at, "", expr.Nearest(of, c.engine.env.FocusTypes()), "the hook %q: there is no resource type %q", h.Name, of)
		}
	}
	if h.Focus == "" && (h.Selections != "" || h.Orders || h.Brings != nil) {
		c.fail(h.Position, "", "", "the hook %q: nothing says which field holds what is under review", h.Name)
	}
}

// role says that a field is missing, or is of a form that cannot hold what it is said to.
func (c *compiler) role(h *Hook, name string, at Position, what string, forms ...string) {
	if name == "" {
		return
	}
	var names []string
	for _, f := range h.Fields {
		if f.Name == name && !slices.Contains(forms, f.Form) && slices.Contains(hookForms, f.Form) {
			c.fail(at, "", "", "the hook %q: the field %q has the type %q, and %s is of type %s", h.Name, name, f.Form, what, strings.Join(forms, " or "))
		}
		names = append(names, f.Name)
	}
	if !slices.Contains(names, name) {
		c.fail(at, "", expr.Nearest(name, names), "the hook %q: there is no field %q", h.Name, name)
	}
}

// asked checks the hooks at which a rule is asked, and that one which nobody declared is not a misspelt one.
func (c *compiler) asked(def *Rule) {
	var declared []string
	for _, h := range c.engine.hooks {
		declared = append(declared, h.Name)
	}
	for i, hook := range def.Hooks {
		at := def.Position
		if i < len(def.HooksAt) {
			at = def.HooksAt[i]
		}
		near := ""
		if c.engine.hookNamed(hook) == nil {
			near = expr.Nearest(hook, declared)
		}
		switch {
		case !ValidHook(hook):
			c.fail(at, def.ID, nearestHook(hook), "there is no hook %q", hook)
		case near != "":
			c.fail(at, def.ID, near, "nobody declares the hook %q", hook)
		}
	}
}

// undeclared is how messages call a hook that nobody has described.
const undeclared = " (which nobody declares)"

// context is what a rule can read of the contexts of its hooks: of those that it names, or of all.
func (c *compiler) context(asked []string) *expr.Context {
	names := slices.Clone(asked)
	for i, name := range names {
		if c.engine.hookNamed(name) == nil {
			names[i] += undeclared
		}
	}
	return c.engine.env.Context(names, func() (fields []expr.ContextField) {
		for _, h := range c.described(asked) {
			for _, f := range h.Fields {
				fields = append(fields, expr.ContextField{Hook: h.Name, Name: f.Name, Form: f.Form})
			}
		}
		return fields
	})
}

// described are the hooks that a rule names, or all. One that nobody has described has the fields that nearly all
// have.
func (c *compiler) described(asked []string) []Hook {
	if len(asked) == 0 {
		return slices.Concat(hooks, c.engine.hooks)
	}
	var out []Hook
	for _, name := range asked {
		h := c.engine.hookNamed(name)
		if h == nil {
			h = &Hook{Name: name + undeclared, Fields: usualFields}
		}
		out = append(out, *h)
	}
	return out
}

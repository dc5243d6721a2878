package rules

import (
	"slices"

	"github.com/primum-cds/primum/cds"
	"go.yaml.in/yaml/v3"
)

// declaredHooks reads the hooks that a rule file declares, by name.
func (r *ruleFile) declaredHooks(n *yaml.Node) {
	r.named(n, "hooks", func(key, value *yaml.Node) {
		h := cds.Hook{Name: key.Value, Position: r.place(key)}
		field := func(to *string, at *cds.Position, key string) func(*yaml.Node) {
			return func(n *yaml.Node) { *to, *at = r.str(n, key), r.place(n) }
		}
		r.mapping(value, "a hook", fields{
			"version":    func(n *yaml.Node) { h.Version = r.str(n, "version") },
			"fields":     func(n *yaml.Node) { h.Fields = r.hookFields(n) },
			"focus":      field(&h.Focus, &h.FocusAt, "focus"),
			"selections": field(&h.Selections, &h.SelectionsAt, "selections"),
			"brings": func(n *yaml.Node) {
				r.list(n, "a list of FHIR types", func(n *yaml.Node) {
					h.Brings, h.BringsAt = append(h.Brings, r.str(n, "brings")), append(h.BringsAt, r.place(n))
				})
			},
			"orders": func(n *yaml.Node) { h.Orders = r.boolean(n, "orders") },
		}, "fields")
		if r.pack.first(r.document, key, "hook", h.Name) {
			r.pack.Hooks = append(r.pack.Hooks, h)
		}
	})
}

// hookFields reads the fields of a hook's context, by name.
func (r *ruleFile) hookFields(n *yaml.Node) []cds.HookField {
	var all []cds.HookField
	r.named(n, "fields", func(key, value *yaml.Node) {
		f := cds.HookField{Name: key.Value, Position: r.place(key)}
		r.mapping(value, "a field", fields{
			"type":     func(n *yaml.Node) { f.Form, f.FormAt = r.str(n, "type"), r.place(n) },
			"required": func(n *yaml.Node) { f.Required = r.boolean(n, "required") },
			"token":    func(n *yaml.Node) { f.Token = r.boolean(n, "token") },
		}, "type")
		if f.Form != "" {
			all = append(all, f)
		}
	})
	return all
}

// hooks reads a list of the names of hooks, with the place of each.
func (d *document) hooks(n *yaml.Node) (names []string, places []cds.Position) {
	d.list(n, "a list of hooks", func(item *yaml.Node) {
		hook := d.hook(item)
		if slices.Contains(names, hook) {
			d.fail(item, "the hook %q is listed twice", hook)
		} else if hook != "" {
			names, places = append(names, hook), append(places, d.place(item))
		}
	})
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		d.fail(n, "hooks: the list is empty; leave it out for a rule that is asked at every hook")
	}
	return names, places
}

// hook reads the name of a hook.
func (d *document) hook(n *yaml.Node) string {
	hook := d.str(n, "hook")
	if hook != "" && !cds.ValidHook(hook) {
		d.unknown(n, hook, cds.HookNames(), "unknown hook %q; one of your own has a name such as org.example.my-hook", hook)
		return ""
	}
	return hook
}

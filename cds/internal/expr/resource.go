package expr

import "github.com/primum-cds/primum/cds/internal/tree"

// A Resource is a resource that an action is about.
type Resource struct {
	Ref     string
	Draft   bool
	Display string
	json    tree.Value
}

// IsResource reports whether the program's value is a resource.
func (p *Program) IsResource() bool { return p.plan.env.HasType(p.plan.typ.TypeName()) }

// Resource evaluates a program whose value is a resource; false if it is not known.
func (p *Program) Resource(v *Vars) (Resource, bool) {
	n, ok := p.eval(v).(*node)
	if !ok || !n.json.Exists() || n.entry == nil {
		return Resource{}, false
	}
	return Resource{Ref: n.entry.Ref(), Draft: n.entry.Draft, Display: n.display(), json: n.json}, true
}

// JSON returns a copy of the whole resource.
func (r Resource) JSON() []byte { return r.json.AppendJSON(nil) }

// WithStatus returns a copy of the whole resource with another status.
func (r Resource) WithStatus(status string) []byte {
	return r.json.AppendWith(nil, "status", tree.AppendString(nil, []byte(status)))
}

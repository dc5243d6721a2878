package expr

import (
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/valyala/fastjson"

	"github.com/primum-cds/primum/cds/internal/fhir"
	"github.com/primum-cds/primum/cds/internal/record"
)

// A Resource is a resource that an action is about.
type Resource struct {
	Ref     string
	Draft   bool
	Display string
	json    *fastjson.Value
}

// IsResource reports whether a type is that of a resource.
func IsResource(t *types.Type) bool {
	if t.TypeName() == "MedicationUse" {
		return true
	}
	ft, ok := fhir.Load().Type(t.TypeName())
	return ok && ft.Resource
}

// ResourceOf returns the resource that a value is; false if it is none, or is not known.
func ResourceOf(v ref.Val) (Resource, bool) {
	n, ok := v.(*node)
	if !ok || n.json == nil || n.entry == nil {
		return Resource{}, false
	}
	return Resource{Ref: n.entry.Ref(), Draft: n.entry.Draft, Display: n.display(), json: n.json}, true
}

// JSON returns a copy of the whole resource.
func (r Resource) JSON() []byte { return record.AppendJSON(nil, r.json) }

// WithStatus returns a copy of the whole resource with another status.
func (r Resource) WithStatus(status string) []byte {
	var p fastjson.Parser
	v, err := p.ParseBytes(r.JSON())
	if err != nil {
		return r.JSON()
	}
	var a fastjson.Arena
	v.Set("status", a.NewString(status))
	return record.AppendJSON(nil, v)
}

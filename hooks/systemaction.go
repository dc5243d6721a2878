package hooks

import (
	"encoding/json"
	"slices"

	"github.com/primum-cds/primum/cds"
	"github.com/valyala/fastjson"
)

// systemActions are what the rules that hold do without asking, for clients that take it: also of findings whose
// cards are not shown, or not again. What several rules add to a resource is one update of it.
func (a *answer) systemActions(findings []*told) []action {
	var out []action
	if a.client.SystemActions == "" {
		return nil
	}
	for _, t := range findings {
		for _, act := range t.card.Actions {
			i := slices.IndexFunc(out, func(other action) bool { return act.Type == "update" && other.updates(act.Resource) })
			if i >= 0 && len(act.With) > 0 {
				if merged, err := cds.Merge(out[i].Resource, act.With); err == nil {
					out[i].Resource = merged
				}
				continue
			}
			if made, ok := a.action(act); ok && i < 0 {
				out = append(out, made)
			}
		}
	}
	return out
}

// updates reports whether an action is an update of a resource.
func (a action) updates(resource json.RawMessage) bool {
	return a.Type == "update" && named(a.Resource) == named(resource)
}

// named is "Type/id" of a resource.
func named(resource json.RawMessage) string {
	return fastjson.GetString(resource, "resourceType") + "/" + fastjson.GetString(resource, "id")
}

// placeSystemActions puts them where the client looks for them.
func (a *answer) placeSystemActions(out *response) {
	if a.client.SystemActions == InExtension && len(out.SystemActions) > 0 {
		out.Extension = extension{systemExtension: out.SystemActions}
		out.SystemActions = nil
	}
}

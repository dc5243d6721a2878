package hooks

import (
	"slices"
	"strings"

	"github.com/valyala/fastjson"
)

// medications notes the Medications that orders refer to and that the request did not bring.
func (d *decoder) medications() {
	if !d.service {
		return
	}
	brought := map[string]bool{}
	var wanted []string
	look := func(resource *fastjson.Value) {
		switch kind := text(resource.Get("resourceType")); kind {
		case "Medication":
			brought["Medication/"+text(resource.Get("id"))] = true
		case "MedicationRequest", "MedicationStatement", "MedicationDispense", "MedicationAdministration":
			if ref := local(text(resource.Get("medicationReference", "reference"))); strings.HasPrefix(ref, "Medication/") {
				wanted = append(wanted, ref)
			}
		}
	}
	for _, field := range []*fastjson.Value{d.root.Get("context"), d.root.Get("prefetch")} {
		if field == nil || field.Type() != fastjson.TypeObject {
			continue
		}
		field.GetObject().Visit(func(_ []byte, v *fastjson.Value) {
			for _, one := range list(v) {
				look(one)
				for _, e := range list(one.Get("entry")) {
					look(e.Get("resource"))
				}
			}
		})
	}
	slices.Sort(wanted)
	for _, ref := range slices.Compact(wanted) {
		if !brought[ref] {
			d.request.unresolved = append(d.request.unresolved, ref)
		}
	}
}

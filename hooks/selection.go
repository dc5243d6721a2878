package hooks

import (
	"fmt"
	"strings"

	"github.com/valyala/fastjson"
)

// selected narrows the focus to the drafts that the client selected. Where none of them is there, all
// drafts are meant: a client that selects what it did not send must not get silence.
func (d *decoder) selected() {
	if d.hook.Selections == "" {
		return
	}
	path := "context." + d.hook.Selections
	wanted := references(d.root.Get("context", d.hook.Selections))
	names := d.draftNames()
	var missing []string
	for _, s := range wanted {
		if ref := names[s]; ref != "" {
			d.request.Focus = append(d.request.Focus, ref)
		} else {
			missing = append(missing, s)
		}
	}
	switch {
	case len(wanted) == 0:
		d.warn(path, "nothing is selected: all drafts are reviewed")
	case len(missing) == len(wanted):
		d.warn(path, fmt.Sprintf("none of the drafts is %s: all of them are reviewed", strings.Join(missing, ", ")))
	case len(missing) > 0:
		d.warn(path, "not among the drafts: "+strings.Join(missing, ", "))
	}
}

// draftNames returns every way to name a draft → its "Type/id".
func (d *decoder) draftNames() map[string]string {
	names := map[string]string{}
	add := func(resource *fastjson.Value, fullURL string) {
		kind, id := text(resource.Get("resourceType")), text(resource.Get("id"))
		if kind == "" || id == "" {
			return
		}
		ref := kind + "/" + id
		names[id], names[ref], names[local(fullURL)] = ref, ref, ref
	}
	for _, v := range list(d.root.Get("context", d.hook.Focus)) {
		if text(v.Get("resourceType")) != "Bundle" {
			add(v, "")
			continue
		}
		for _, e := range list(v.Get("entry")) {
			if resource := e.Get("resource"); resource != nil {
				add(resource, text(e.Get("fullUrl")))
			}
		}
	}
	delete(names, "")
	return names
}

package hooks

import (
	"fmt"

	"github.com/valyala/fastjson"
)

// identify gives an id to each draft that has none, so that it can be told which of them a card is about. It
// is never shown to the client, which does not know it.
func (d *decoder) identify() error {
	if !d.service {
		return nil
	}
	for _, f := range d.hook.Fields {
		if f.Form != "resource" && f.Form != "resources" {
			continue
		}
		for _, v := range list(d.root.Get("context", f.Name)) {
			if text(v.Get("resourceType")) != "Bundle" {
				d.name(v, "", f.Name == d.hook.Focus)
				continue
			}
			for _, e := range list(v.Get("entry")) {
				d.name(e.Get("resource"), text(e.Get("fullUrl")), f.Name == d.hook.Focus)
			}
		}
	}
	return nil
}

func (d *decoder) name(resource *fastjson.Value, fullURL string, review bool) {
	kind := text(resource.Get("resourceType"))
	if kind != "" && review {
		d.request.drafts++
	}
	if kind == "" || text(resource.Get("id")) != "" {
		return
	}
	if d.request.unnamed == nil {
		d.request.unnamed = map[string]string{}
	}
	id := fmt.Sprintf("primum-unnamed-%d", len(d.request.unnamed)+1)
	resource.Set("id", new(fastjson.Arena).NewString(id))
	d.request.unnamed[kind+"/"+id] = fullURL
}

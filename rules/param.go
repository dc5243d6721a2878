package rules

import (
	"github.com/primum-cds/primum/cds"
	"go.yaml.in/yaml/v3"
)

func (r *ruleFile) params(n *yaml.Node) {
	r.named(n, "params", func(key, value *yaml.Node) {
		p := cds.Param{Name: key.Value, Position: r.place(key)}
		var given *yaml.Node
		r.mapping(value, "a param", fields{
			"value": func(n *yaml.Node) { given = n; p.Value, p.Exact = r.value(n, "value") },
			"unit":  func(n *yaml.Node) { p.Unit = r.template(n, "unit") },
			"about": func(n *yaml.Node) { p.About = r.str(n, "about") },
		}, "value")
		if given == nil || p.Value == nil {
			return
		}
		if p.Unit.Empty() {
			p.Exact = ""
		} else if p.Exact == "" {
			r.fail(given, "value: a param with a unit is a number without quotes, found %s", describe(given))
			return
		}
		if r.pack.first(r.document, key, "name", p.Name) {
			r.pack.Params = append(r.pack.Params, p)
		}
	})
}

package rules

import (
	"os"
	"path/filepath"

	"github.com/primum-cds/primum/cds"
	"go.yaml.in/yaml/v3"
)

// LoadSite reads what one site changes in packs it did not write:
//
//	params:
//	  metformin_floor: 45                     # or renal-dosing.metformin_floor; in the default's unit
//	rules:
//	  metformin-low-egfr: {off: true}
//	  drug-drug-interaction: {indicator: info}
//	  "drug-drug-interaction[warfarin-nsaid]": {shadow: true}
//
// Mistakes are returned as cds.Errors together with what could be read. Whether the params and rules
// exist is for cds.New to say.
func LoadSite(path string) (cds.Site, error) {
	file, err := os.Open(path)
	if err != nil {
		return cds.Site{}, err
	}
	defer file.Close()
	data, err := readAll(file, maxRuleFile)
	if err != nil {
		return cds.Site{}, err
	}
	var m mistakes
	s := readSite(filepath.ToSlash(path), data, &m)
	return s, m.err()
}

func readSite(name string, data []byte, m *mistakes) cds.Site {
	var s cds.Site
	d := parse(name, data, m)
	if d.root == nil {
		return s
	}
	d.mapping(d.root, "a site file", fields{
		"params": func(n *yaml.Node) { s.Params = d.siteParams(n) },
		"rules": func(n *yaml.Node) {
			d.named(n, "rules", func(key, value *yaml.Node) {
				if rule, ok := d.siteRule(key, value); ok {
					s.Rules = append(s.Rules, rule)
				}
			})
		},
	})
	return s
}

// siteParams reads values for params by name.
func (d *document) siteParams(n *yaml.Node) []cds.SiteParam {
	var params []cds.SiteParam
	d.named(n, "params", func(key, value *yaml.Node) {
		p := cds.SiteParam{Name: key.Value, Position: d.place(key)}
		if p.Value, p.Exact = d.value(value, key.Value); p.Value != nil {
			params = append(params, p)
		}
	})
	return params
}

func (d *document) siteRule(key, n *yaml.Node) (cds.SiteRule, bool) {
	rule := cds.SiteRule{ID: key.Value, Position: d.place(key)}
	on := func(to *bool, what string) func(*yaml.Node) {
		return func(n *yaml.Node) {
			if *to = d.boolean(n, what); !*to && n.Value == "false" {
				d.fail(n, "%s: false changes nothing: leave the rule out", what)
			}
		}
	}
	before := d.mistakes.count
	d.mapping(n, "a rule of a site", fields{
		"off":    on(&rule.Off, "off"),
		"shadow": on(&rule.Shadow, "shadow"),
		"indicator": func(n *yaml.Node) {
			rule.Indicator = cds.Indicator(d.choice(n, "indicator", "info", "warning", "critical"))
		},
	})
	if d.mistakes.count > before {
		return rule, false
	}
	if len(n.Content) != 2 {
		d.fail(n, "expected one of {off: true}, {shadow: true} and {indicator: info}")
		return rule, false
	}
	return rule, true
}

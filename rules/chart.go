package rules

import (
	"maps"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds"
	"go.yaml.in/yaml/v3"
)

// A chartOf is the patient of a test as its author wrote it, in short hand.
type chartOf struct {
	patient    map[string]any // the FHIR Patient
	bundle     cds.Text       // or the path of a file that holds the record
	file       []byte         // what is in it
	labs       []entry
	orders     []entry
	meds       []entry
	allergies  []entry
	conditions []entry
	weight     cds.Text
	height     cds.Text
	resources  []map[string]any // in full
}

// An entry is one item of short hand: its texts by key.
type entry struct {
	at    cds.Position
	texts map[string]cds.Text
	parts []entry        // the components of a lab
	full  map[string]any // an order that is written in full
}

func (e entry) get(key string) string { return e.texts[key].Value }

// or returns the text of a key, otherwise what is usual.
func (e entry) or(key, usual string) string {
	if s := e.get(key); s != "" {
		return s
	}
	return usual
}

// place returns where the text of a key stands, the place of the entry if it is not given.
func (e entry) place(key string) cds.Position {
	if t := e.texts[key]; !t.Empty() {
		return t.Position()
	}
	return e.at
}

// The keys of each kind of short hand.
const (
	therapyKeys   = "id drug code dose every timesPerDay maxPerDay asNeeded for until route status intent on type"
	labKeys       = "id code value absent on status components"
	componentKeys = "code value absent"
	allergyKeys   = "id drug code criticality status verification category on"
	conditionKeys = "id code status verification category on until"
)

// chart adds the keys of a test that describe the patient.
func (d *document) chart(c *chartOf, f fields) {
	entries := func(to *[]entry, what, keys string) func(*yaml.Node) {
		return func(n *yaml.Node) { *to = d.shorthand(n, what, strings.Fields(keys)) }
	}
	maps.Copy(f, fields{
		"patient":    func(n *yaml.Node) { c.patient = d.resource(n, "Patient") },
		"bundle":     func(n *yaml.Node) { c.bundle = d.template(n, "bundle") },
		"labs":       entries(&c.labs, "a lab", labKeys),
		"orders":     entries(&c.orders, "an order", therapyKeys),
		"meds":       entries(&c.meds, "a medication", therapyKeys),
		"allergies":  entries(&c.allergies, "an allergy", allergyKeys),
		"conditions": entries(&c.conditions, "a condition", conditionKeys),
		"weight":     func(n *yaml.Node) { c.weight = d.template(n, "weight") },
		"height":     func(n *yaml.Node) { c.height = d.template(n, "height") },
		"resources": func(n *yaml.Node) {
			d.list(n, "a list of FHIR resources", func(n *yaml.Node) {
				if r := d.resource(n, ""); r != nil {
					c.resources = append(c.resources, r)
				}
			})
		},
	})
}

// shorthand reads a list of items with the given keys.
func (d *document) shorthand(n *yaml.Node, what string, keys []string) []entry {
	var all []entry
	d.list(n, "a list, each item "+what, func(n *yaml.Node) {
		e := entry{at: d.place(n), texts: map[string]cds.Text{}}
		if what == "an order" && n.Kind == yaml.MappingNode && value(n, "resourceType") != nil {
			e.full = d.resource(n, "")
			all = append(all, e)
			return
		}
		f := fields{}
		for _, key := range keys {
			f[key] = func(n *yaml.Node) { e.texts[key] = d.template(n, key) }
		}
		if slices.Contains(keys, "components") {
			f["components"] = func(n *yaml.Node) { e.parts = d.shorthand(n, "a component", strings.Fields(componentKeys)) }
		}
		if slices.Contains(keys, "asNeeded") {
			f["asNeeded"] = func(n *yaml.Node) {
				if d.boolean(n, "asNeeded") {
					e.texts["asNeeded"] = d.template(n, "asNeeded")
				}
			}
		}
		d.mapping(n, what, f)
		all = append(all, e)
	})
	return all
}

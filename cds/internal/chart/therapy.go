package chart

import (
	"strings"

	"github.com/primum-cds/primum/cds/internal/record"
)

// links are the elements by which one medication resource says that it continues another.
var links = []string{"priorPrescription", "basedOn", "replaces", "authorizingPrescription", "request", "derivedFrom"}

// linkTherapies finds the medication resources that are one therapy: those that links join, also
// through one another. It gives every entry of a list its position, too.
func (c *Chart) linkTherapies() {
	for k := range c.Lists {
		for i, e := range c.Lists[k] {
			e.position, e.therapy = i, i
		}
	}
	list := c.Lists[Medication]
	for _, e := range list {
		for _, name := range links {
			targets, _ := c.Linked(e, name)
			for _, other := range targets {
				c.join(e, other)
			}
		}
	}
}

func (c *Chart) join(a, b *Entry) {
	x, y := c.root(a), c.root(b)
	if x != y {
		c.Lists[Medication][max(x, y)].therapy = min(x, y)
	}
}

func (c *Chart) root(e *Entry) int {
	for e.therapy != e.position {
		e.therapy = c.Lists[Medication][e.therapy].therapy
		e = c.Lists[Medication][e.therapy]
	}
	return e.position
}

// Therapy returns a number that all medications of one therapy have in common.
func (c *Chart) Therapy(e *Entry) int { return c.root(e) }

// SameTherapy reports whether two medication entries are one therapy.
func (c *Chart) SameTherapy(a, b *Entry) bool {
	return a == b || a.Kind == Medication && b.Kind == Medication && c.root(a) == c.root(b)
}

// Linked returns the medications in the chart that an element of a medication refers to; given says whether
// it refers to a medication at all.
func (c *Chart) Linked(e *Entry, element string) (targets []*Entry, given bool) {
	for _, reference := range references(e.Resource, element) {
		target, ok := c.Record.Resolve(e.Resource, reference)
		if other := c.entries[target]; ok && other != nil && other.Kind == Medication {
			targets = append(targets, other)
		}
		given = given || !ok && (element == "priorPrescription" || strings.Contains(reference, "Medication"))
	}
	return targets, given
}

func references(res *record.Resource, name string) []string {
	v := res.JSON.Get(name)
	if !v.Exists() {
		return nil
	}
	if one := v.Text("reference"); one != "" {
		return []string{one}
	}
	var out []string
	for item := range v.EachItem() {
		if reference := item.Text("reference"); reference != "" {
			out = append(out, reference)
		}
	}
	return out
}

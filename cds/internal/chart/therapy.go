package chart

import (
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds/internal/record"
)

// links are the elements by which one medication resource says that it continues another.
var links = []string{"priorPrescription", "basedOn", "replaces", "authorizingPrescription", "request", "derivedFrom"}

// linkTherapies finds the medication resources that are one therapy: those that links join, also
// through one another.
func (c *Chart) linkTherapies() {
	for _, e := range c.lists[Medication].entries {
		for v := range e.JSON.All() {
			if name := v.Name(); slices.Contains(links, name) {
				targets, _ := c.Linked(e, name)
				for _, other := range targets {
					c.join(e, other)
				}
			}
		}
	}
}

func (c *Chart) join(a, b *Entry) {
	if a, b = a.root(), b.root(); a != b {
		if canonical(a, b) > 0 {
			a, b = b, a
		}
		b.therapy = a
	}
}

func (e *Entry) root() *Entry {
	for e.therapy != nil {
		e = e.therapy
	}
	return e
}

// Therapy returns the entry that stands for the therapy of a medication: of all of one therapy it is the same.
func (c *Chart) Therapy(e *Entry) *Entry { return e.root() }

// SameTherapy reports whether two medication entries are one therapy.
func (c *Chart) SameTherapy(a, b *Entry) bool {
	return a == b || a.Kind == Medication && b.Kind == Medication && a.root() == b.root()
}

// Linked returns the medications in the chart that an element of a medication refers to; given says whether
// it refers to a medication at all.
func (c *Chart) Linked(e *Entry, element string) (targets []*Entry, given bool) {
	for _, reference := range references(e.Resource, element) {
		target, ok := c.Record.Resolve(e.Resource, reference)
		if other := c.Entry(target); ok && other != nil && other.Kind == Medication {
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

package chart

import (
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/tree"
	"github.com/primum-cds/primum/cds/terminology"
)

// addIngredients reads a Medication by the ingredients it lists, where its own code says nothing of them or
// of their strength. A code that names other ingredients stands.
func (c *Chart) addIngredients(concept *Concept, medication tree.Value) {
	drug := terminology.Drug{Form: c.Coder.Concept(medication.Get("form")).Display}
	for ingredient := range medication.EachItem("ingredient") {
		if active := ingredient.Get("isActive"); active.Exists() && !ingredient.Bool("isActive") {
			continue
		}
		part := c.Coder.Medication(ingredient.Get("itemCodeableConcept"))
		if part.Drug == nil || part.Drug.Partial {
			drug.Partial = true
			continue
		}
		for _, i := range part.Drug.Ingredients {
			if len(part.Drug.Ingredients) == 1 {
				i.Strength, i.Unit = strengthOf(ingredient.Get("strength"))
			}
			drug.Ingredients = append(drug.Ingredients, i)
		}
	}
	if concept.Drug != nil && holds(*concept.Drug) != holds(drug) {
		return
	}
	if len(drug.Ingredients) > 0 {
		c.Coder.addDrug(concept, drug)
		c.Coder.finish(concept)
	}
}

// strengthUnits are the units of a strength that RxNorm writes, too.
var strengthUnits = []struct{ ucum, rxnorm string }{
	{"mg", "MG"}, {"mg/mL", "MG/ML"}, {"mg/h", "MG/HR"}, {"meq", "MEQ"}, {"meq/mL", "MEQ/ML"},
}

// strengthOf reads the strength of an ingredient, a Ratio: so much in one piece of the product (a tablet), or
// in so much of it. It is "" where it is none of what RxNorm writes.
func strengthOf(ratio tree.Value) (strength, unit string) {
	part, ok := quantityOf(ratio.Get("numerator"))
	if !ok {
		return "", ""
	}
	if whole, given := quantityOf(ratio.Get("denominator")); given && !onePiece(whole) {
		per, err := measure.Div(part, whole)
		if err != nil {
			return "", ""
		}
		part = per
	}
	for _, u := range strengthUnits {
		if amount, err := part.In(u.ucum); err == nil && amount.Sign() > 0 && amount.Form == apd.Finite {
			return amount.Text('f'), u.rxnorm
		}
	}
	return "", ""
}

// onePiece reports whether a quantity is one tablet, capsule or the like.
func onePiece(q measure.Quantity) bool {
	n, ok := q.Float64()
	code := q.UnitCode()
	return ok && n == 1 && (code == "" || code == "1" || strings.HasPrefix(code, "{") && strings.HasSuffix(code, "}"))
}

func quantityOf(v tree.Value) (measure.Quantity, bool) {
	number := v.Number("value")
	if number == "" {
		return measure.Quantity{}, false
	}
	q, err := measure.FromFHIR(number, v.Text("comparator"), v.Text("unit"), v.Text("system"), v.Text("code"))
	return q, err == nil
}

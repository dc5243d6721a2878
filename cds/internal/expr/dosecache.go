package expr

import (
	"github.com/primum-cds/primum/cds/internal/dose"
	"github.com/primum-cds/primum/cds/internal/tree"
	"github.com/primum-cds/primum/cds/terminology"
)

// A doseCache keeps what instructions come to, by their JSON: what is prescribed often is prescribed in the
// same words. It outlives evaluations, and belongs to one goroutine.
type doseCache struct{ results tree.Cache[[]keptDose] }

type keptDose struct {
	of   doseKind
	dose dose.Result
}

// A doseKind is what a dose depends on besides the instructions.
type doseKind struct {
	strength, unit string // of the ingredient, "" if it is not known
	dosing         dosing
	per            dose.Size // it is for that much of a body; 0: for one of which nothing is known
}

// mostDoses bounds the JSON that a cache keeps, in bytes; longestDose, that of one medication.
const (
	mostDoses   = 1 << 19
	longestDose = 4 << 10
)

func newDoseCache() doseCache { return doseCache{tree.NewCache[[]keptDose](mostDoses, longestDose)} }

// dose is the dose of an ingredient: for a kg or m2, or else for a body of which nothing is known. What goes by
// the size of a patient is not kept.
func (c *doseCache) dose(dosage tree.Value, ingredient terminology.Ingredient, d dosing, per dose.Size) dose.Result {
	of := doseKind{dosing: d, per: per}
	if unit, ok := ingredient.UCUM(); ok {
		of.strength, of.unit = ingredient.Strength, unit
	}
	kept, _ := c.results.Get(dosage)
	for i := range kept {
		if kept[i].of == of {
			return kept[i].dose
		}
	}
	body := dose.Body{}
	if per != 0 {
		body = dose.Each(per)
	}
	r := d.of(dosage, ingredient, body)
	if dosage.Exists() {
		c.results.Put(dosage, append(kept, keptDose{of, r}))
	}
	return r
}

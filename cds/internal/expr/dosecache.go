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
	single         bool
}

// mostDoses bounds the JSON that a cache keeps, in bytes; longestDose, that of one medication.
const (
	mostDoses   = 1 << 19
	longestDose = 4 << 10
)

func newDoseCache() doseCache { return doseCache{tree.NewCache[[]keptDose](mostDoses, longestDose)} }

// dose is dose.Single or dose.Daily of an ingredient.
func (c *doseCache) dose(dosage tree.Value, ingredient terminology.Ingredient, single bool) dose.Result {
	of := doseKind{single: single}
	if unit, ok := ingredient.UCUM(); ok {
		of.strength, of.unit = ingredient.Strength, unit
	}
	kept, _ := c.results.Get(dosage)
	for i := range kept {
		if kept[i].of == of {
			return kept[i].dose
		}
	}
	r := instructed(dosage, ingredient, single)
	if dosage.Exists() {
		c.results.Put(dosage, append(kept, keptDose{of, r}))
	}
	return r
}

func instructed(dosage tree.Value, ingredient terminology.Ingredient, single bool) dose.Result {
	if single {
		return dose.Single(dosage, strength(ingredient))
	}
	return dose.Daily(dosage, strength(ingredient))
}

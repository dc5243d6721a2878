package dose

import (
	"strings"

	"github.com/primum-cds/primum/cds/internal/tree"
)

// Rate returns the highest rate at which any of the instructions infuses the drug, in the unit of the dose per
// hour. What is given at once has no rate. strength may be nil.
func Rate(dosage tree.Value, strength *Strength, body Body) Result {
	instructions, r := read(dosage)
	if instructions == nil {
		return r
	}
	s := intake{Strength: strength, body: body}
	var most total
	infused := false
	for _, i := range instructions {
		ways := i.Items("doseAndRate")
		if len(ways) == 0 {
			ways = []tree.Value{i}
		}
		for _, way := range ways[:min(len(ways), maxAlternatives)] {
			stated, ok := rateOf(way)
			switch {
			case !ok:
			case !stated.readable:
				most.atLeast(unknown("the rate is not understood"))
			default:
				most.atLeast(stated.daily(&s))
			}
			infused = infused || ok
		}
	}
	if !infused {
		return unknown("no rate of an infusion is given")
	}
	return perHour(most.result(s.by))
}

// perHour is a rate per day, per hour.
func perHour(r Result) Result {
	above, perDay := strings.CutSuffix(r.Quantity.UnitCode(), "/d")
	if !perDay {
		return r
	}
	q, err := r.Quantity.To(above + "/h")
	if err != nil {
		return unknown("%s", err)
	}
	r.Quantity = q
	return r
}

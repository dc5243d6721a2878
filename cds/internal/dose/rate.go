package dose

import (
	"strings"

	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/tree"
)

// Rate returns the highest rate at which any of the instructions infuses the drug: as it is stated where it
// goes by the size of the body (ug/kg/h), else per day. What is given at once has no rate. strength may be nil.
func Rate(dosage tree.Value, strength *Strength) Result {
	instructions, r := read(dosage)
	if instructions == nil {
		return r
	}
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
				most.atLeast(stated.asStated(strength))
			}
			infused = infused || ok
		}
	}
	if !infused {
		return unknown("no rate of an infusion is given")
	}
	return most.result()
}

// asStated is the rate as it is stated if it goes by the size of the body, else per day.
func (r rate) asStated(s *Strength) Result {
	v := r.quantity
	value := v.Number("value")
	q, err := measure.FromFHIR(value, v.Text("comparator"), v.Text("unit"), v.Text("system"), v.Text("code"))
	bySize := err == nil && q.Unit != nil && (strings.Contains(q.UnitCode(), "/kg") || strings.Contains(q.UnitCode(), "/m2"))
	switch {
	case value == "" || !bySize || strings.HasPrefix(value, "-"):
		return r.daily(s)
	case r.over.none():
		return known(q)
	}
	return perDay(known(q), r.over.inverse())
}

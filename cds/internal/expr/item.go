package expr

import (
	"math"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/temporal"
)

// An item is what a score gives points for. The record tells of it, or the rule does: by with.
type item struct {
	name        string
	least, most float64 // points that it can have; of one that is so or not, one of them is 0
	graded      bool    // it has a number of points, and is not so or not
	sources     []source
	of          func(*calculation) (low, high float64, missing ref.Val)
}

// score asks the record.
func (it *item) score(c *calculation) scored {
	low, high, missing := it.of(c)
	return scored{it, low, high, c.lacks(missing)}
}

// yes is an item that is so or not.
func yes(name string, points float64, sources []source, is func(*calculation) ref.Val) item {
	it := item{name: name, least: min(0, points), most: max(0, points), sources: sources}
	it.of = func(c *calculation) (float64, float64, ref.Val) {
		switch v := is(c); v {
		case types.True:
			return points, points, nil
		case types.False:
			return 0, 0, nil
		default:
			return it.least, it.most, v
		}
	}
	return it
}

// bedside is an item that is not in the record.
func bedside(name string, points float64) item {
	return yes(name, points, nil, func(c *calculation) ref.Val { return c.untold(name) })
}

// untold is the unknown of what only the rule can say.
func (c *calculation) untold(name string) ref.Val {
	return c.ev.unknown(Missing{Resource: c.patient.resource(), Path: name, Reason: "not in the record"})
}

// condition is a current condition.
func condition(name string, points float64, codes string) item {
	return yes(name, points, []source{{of: "Condition", codes: codes, current: true}}, func(c *calculation) ref.Val { return c.has(codes) })
}

// history is a condition that there is or was.
func history(name string, points float64, codes string) item {
	return yes(name, points, []source{{of: "Condition", codes: codes}}, func(c *calculation) ref.Val { return c.ever(codes) })
}

func (c *calculation) ever(codes string) ref.Val {
	return c.ev.answer(search{kind: chart.Condition, lists: conditionLists, plural: "conditions", set: c.codes(codes), counts: notRefuted})
}

func notRefuted(_ *Eval, e *chart.Entry) (kleene.Truth, Missing) {
	return kleene.Of(!e.Refuted()), Missing{}
}

// sign is an item of which a condition tells, but not its absence: there are other ways to have it.
func sign(name string, points float64, codes string) item {
	it := history(name, points, codes)
	known := it.of
	it.of = func(c *calculation) (float64, float64, ref.Val) {
		if low, high, missing := known(c); low == high && low != 0 {
			return low, high, missing
		}
		return it.least, it.most, c.untold(name)
	}
	return it
}

// A band gives points to values from a number on, up to the next band.
type band struct{ from, points float64 }

var lowest = math.Inf(-1)

// banded gives points for a result, which is rounded to the step of the score's chart first: 1 for whole
// numbers, 0.1. Points are given to all of what lies between two ends.
func banded(name string, m measurement, round float64, bands ...band) item {
	it := item{name: name, sources: []source{m.source()}, graded: true}
	it.least, it.most = pointsBetween(bands, lowest, math.Inf(1))
	it.of = func(c *calculation) (float64, float64, ref.Val) {
		n, missing := c.measure(m)
		if missing != nil {
			return it.least, it.most, missing
		}
		low, high := pointsBetween(bands, rounded(n.low, round), rounded(n.high, round))
		if low != high {
			missing = c.ev.unknowns(n.missing)
		}
		return low, high, missing
	}
	return it
}

// beyond is an item that is so where a result is in the bands that have points.
func beyond(name string, m measurement, round float64, bands ...band) item {
	it := banded(name, m, round, bands...)
	it.graded = false
	return it
}

func rounded(f, to float64) float64 {
	if to == 0 || math.IsInf(f, 0) {
		return f
	}
	per := math.Round(1 / to) // so that tenths are what is written as tenths
	return math.Round(f*per) / per
}

// pointsBetween are the fewest and the most points of the bands that values between two ends are in.
func pointsBetween(bands []band, low, high float64) (least, most float64) {
	least, most = math.Inf(1), math.Inf(-1)
	for i, s := range bands {
		if s.from > high || i+1 < len(bands) && bands[i+1].from <= low {
			continue
		}
		least, most = min(least, s.points), max(most, s.points)
	}
	return least, most
}

// A birthday gives points from an age on.
type birthday struct{ years, points int }

// aged gives points by age, from the first birthday on, which is that at 0.
func aged(name string, birthdays ...birthday) item {
	it := item{name: name, sources: []source{patientItself}, graded: true}
	for _, s := range birthdays {
		it.least, it.most = min(it.least, float64(s.points)), max(it.most, float64(s.points))
	}
	it.of = func(c *calculation) (float64, float64, ref.Val) {
		a, missing := c.age()
		if missing != nil {
			return it.least, it.most, missing
		}
		low, high := math.Inf(1), math.Inf(-1)
		for i, s := range birthdays {
			if a.Less(temporal.Years(s.years)) == kleene.True || i+1 < len(birthdays) && a.Less(temporal.Years(birthdays[i+1].years)) == kleene.False {
				continue
			}
			low, high = min(low, float64(s.points)), max(high, float64(s.points))
		}
		if low != high {
			missing = c.ev.unknown(Missing{Resource: c.patient.resource(), Path: "birthDate", Reason: "does not tell the age in years"})
		}
		return low, high, missing
	}
	return it
}

// femaleSex is the item of the administrative gender.
func femaleSex(points float64) item {
	return yes("female", points, []source{patientItself}, func(c *calculation) ref.Val {
		female, missing := c.female()
		if missing != nil {
			return missing
		}
		return types.Bool(female)
	})
}

// gradedBy is an item with a number of points that is told in a way of its own.
func gradedBy(name string, least, most float64, sources []source, of func(*calculation) (low, high float64, missing ref.Val)) item {
	return item{name: name, least: least, most: most, graded: true, sources: sources, of: of}
}

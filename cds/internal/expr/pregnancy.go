package expr

import (
	"fmt"
	"math"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/temporal"
)

// Ages between which a female patient may be pregnant for all that a record without a word of it tells.
var (
	youngest = temporal.Years(10)
	oldest   = temporal.Years(56)
)

// gestation is the length of a pregnancy counted from the last period, in days (Naegele's rule).
const gestation = 280

// pregnant is told by a current condition, or by the newest pregnancy status of the last nine months. The
// absence of both rules a pregnancy out only by sex and age.
func (c *calculation) pregnant() (ref.Val, ref.Val) {
	condition := c.has("pregnancy")
	if condition == types.True {
		return condition, nil
	}
	if status := c.pregnancyStatus(); status != nil {
		return status, nil
	}
	if impossible, missing := c.cannotBear(); missing == nil && impossible {
		return types.False, nil
	}
	return nil, c.ev.unknown(Missing{Resource: "Observation", Path: c.codes("pregnancyStatus").name, Reason: "none in the last 9 months"})
}

// cannotBear is told by sex and age alone.
func (c *calculation) cannotBear() (bool, ref.Val) {
	female, missing := c.female()
	if missing != nil || !female {
		return !female, missing
	}
	a, missing := c.age()
	if missing != nil {
		return false, missing
	}
	return a.Less(youngest) == kleene.True || a.Less(oldest) == kleene.False, nil
}

// pregnancyStatus is what the newest usable status says; nil if there is none that says anything.
func (c *calculation) pregnancyStatus() ref.Val {
	for _, e := range c.ev.Chart.Find(chart.Observation, c.codes("pregnancyStatus").set) {
		if truth, _ := c.ev.usable(e, spanVal{s: pregnancyWindow}); truth != kleene.True {
			continue
		}
		answer := c.ev.Chart.Coder.Concept(e.JSON.Get("valueCodeableConcept"))
		for name, value := range map[string]ref.Val{"pregnant": types.True, "notPregnant": types.False} {
			if answer.In(c.codes(name).set) == kleene.True {
				c.ev.readEntry(e, "valueCodeableConcept", answer.Display)
				return value
			}
		}
		return nil
	}
	return nil
}

// lactating is told by a current condition; its absence tells only of those who cannot.
func (c *calculation) lactating() (ref.Val, ref.Val) {
	condition := c.has("lactation")
	if condition == types.True {
		return condition, nil
	}
	if impossible, missing := c.cannotBear(); missing == nil && impossible {
		return types.False, nil
	}
	return nil, c.ev.unknown(Missing{Resource: "Condition", Path: c.codes("lactation").name, Reason: "nothing says whether the patient is lactating"})
}

// gestationalAge is counted from the newest of: a gestational age that was observed, an estimated date
// of delivery, the first day of the last period.
func (c *calculation) gestationalAge() (ref.Val, ref.Val) {
	if days, ok := c.gestationDays(); ok {
		return spanVal{s: temporal.Days(days)}, nil
	}
	return nil, c.ev.unknown(Missing{Resource: "Observation", Path: c.codes("gestationalAge").name, Reason: "no gestational age, delivery date or last period in the last 10 months"})
}

func (c *calculation) gestationDays() (int, bool) {
	window := spanVal{s: gestationWindow}
	for _, name := range []string{"gestationalAge", "deliveryDate", "lastPeriod"} {
		for _, e := range c.ev.Chart.Find(chart.Observation, c.codes(name).set) {
			if truth, _ := c.ev.usable(e, window); truth != kleene.True {
				continue
			}
			days, ok := c.daysFrom(name, e)
			if ok && days >= 0 && days <= gestation+28 {
				return days, true
			}
		}
	}
	return 0, false
}

func (c *calculation) daysFrom(name string, e *chart.Entry) (int, bool) {
	if name == "gestationalAge" {
		q, ok := c.p.quantityIn(c.ev, e, c.codes(name)).(quantityVal)
		if !ok {
			return 0, false
		}
		days, ok := inUnit(c.ev, []ref.Val{q, types.String("d")}).(types.Double)
		since, dated := c.daysSince(e.Date())
		return int(math.Floor(float64(days))) + since, ok && dated
	}
	d, err := temporal.Parse(e.JSON.Text("valueDateTime"))
	if err != nil || d.Precision() < temporal.Day {
		return 0, false
	}
	c.ev.readEntry(e, "valueDateTime", d.String())
	since, ok := c.daysSince(d)
	if name == "deliveryDate" {
		since += gestation
	}
	return since, ok
}

// daysSince is how many days ago a date was; negative in the future.
func (c *calculation) daysSince(d temporal.Date) (int, bool) {
	if d.Precision() < temporal.Day {
		return 0, false
	}
	first, _ := d.Bounds(c.ev.zone())
	return int(math.Floor(c.ev.Chart.Now.Sub(first).Hours() / 24)), true
}

// trimester is 1 up to 13 weeks and 6 days, 2 up to 27 weeks and 6 days, then 3 (ACOG).
func (c *calculation) trimester() (ref.Val, ref.Val) {
	days, ok := c.gestationDays()
	if !ok {
		return c.gestationalAge()
	}
	switch weeks := days / 7; {
	case weeks < 14:
		return types.Int(1), nil
	case weeks < 28:
		return types.Int(2), nil
	case weeks <= 44:
		return types.Int(3), nil
	default:
		return nil, c.ev.unknown(Missing{Resource: "Observation", Reason: fmt.Sprintf("a gestational age of %d weeks cannot be", weeks)})
	}
}

package dose

import (
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/tree"
	"github.com/primum-cds/primum/cds/ucum"
)

// A rate is how much flows in some days.
type rate struct {
	quantity tree.Value // of a drug; or, if over is nil, of a drug per time
	over     ratio      // days; none if the unit has the time
	readable bool
}

// rateOf reads rateRatio, rateQuantity or the upper end of rateRange.
func rateOf(way tree.Value) (rate, bool) {
	if ratio := way.Get("rateRatio"); ratio.Exists() {
		over, ok := days(ratio.Get("denominator"))
		return rate{quantity: ratio.Get("numerator"), over: over, readable: ok}, true
	}
	for _, v := range []tree.Value{way.Get("rateQuantity"), way.Get("rateRange", "high")} {
		if v.Exists() {
			return rate{quantity: v, readable: true}, true
		}
	}
	return rate{}, false
}

// infusion is what flows in the time that the timing gives it or, without one, in a day.
func infusion(i tree.Value, r rate, s *intake) portion {
	p := portion{continuous: true, manner: "the drug is infused"}
	if !r.readable {
		p.Result = unknown("the rate is not understood")
		return p
	}
	p.Result = r.daily(s)
	lasts, ok := duration(i.Get("timing", "repeat"))
	if !ok || !p.Known {
		return p
	}
	q, err := scaled(p.Quantity, lasts)
	if err == nil {
		var day *ucum.Unit
		if day, err = ucum.Parse("d"); err == nil {
			q, err = measure.Mul(q, measure.Of(apd.New(1, 0), day))
		}
	}
	if err != nil {
		return portion{Result: unknown("%s", err)}
	}
	return portion{Result: known(q)}
}

// duration is how long one administration lasts at most, in days.
func duration(repeat tree.Value) (ratio, bool) {
	unit, ok := unitOfTime(repeat.Text("durationUnit"))
	if !ok {
		return ratio{}, false
	}
	for _, key := range []string{"durationMax", "duration"} {
		if n, ok := fraction(repeat, key); ok {
			return n.over(perDayOf(unit)), true
		}
	}
	return ratio{}, false
}

// daily is the rate per day.
func (r rate) daily(s *intake) Result {
	if !r.over.none() {
		p := amount(r.quantity, s)
		if p.continuous {
			return p.single()
		}
		return perDay(p.Result, r.over.inverse())
	}
	value := r.quantity.Number("value")
	q, err := measure.FromFHIR(value, r.quantity.Text("comparator"), r.quantity.Text("unit"), r.quantity.Text("system"), r.quantity.Text("code"))
	switch {
	case value == "":
		return unknown("no rate given")
	case err != nil:
		return unknown("%s", err)
	case strings.HasPrefix(value, "-"):
		return unknown("a rate of %s is below zero", q)
	case q.Unit == nil:
		return unknown("the unit of the rate %s is not known", q)
	}
	sized := s.forBody(q)
	if !sized.Known {
		return sized
	}
	q = sized.Quantity
	at := strings.LastIndexByte(q.UnitCode(), '/')
	if at < 0 {
		return unknown("the rate %s is not understood", q)
	}
	above, below := q.UnitCode()[:at], q.UnitCode()[at+1:]
	unit, err := ucum.Parse(above)
	if _, ok := unitOfTime(below); err != nil || !ok {
		return unknown("the rate %s is not understood", q)
	}
	perDayValue, err := q.In(above + "/d")
	if err != nil {
		return unknown("%s", err)
	}
	return perDay(measured(measure.Of(perDayValue, unit), s), ratioOf(1, 1))
}

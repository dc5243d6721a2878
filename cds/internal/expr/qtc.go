package expr

import (
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/calc"
	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/temporal"
)

// reported is the QTc that the electrocardiograph came to, by whatever formula.
const reported = "reported"

var qtcWords = []string{reported, calc.Bazett, calc.Fridericia, calc.Framingham, calc.Hodges}

var (
	reportedQTc = lab("qtcInterval", "ms")
	qtInterval  = lab("qtInterval", "ms")
	heartRates  = lab("heartRate", "/min")
	// sameTracing is how far apart a QT interval and the heart rate to correct it by may be.
	sameTracing = temporal.Hours(1)
)

func qtcSources(word string) []source {
	reads := []measurement{qtInterval, heartRates}
	if word == reported {
		reads = []measurement{reportedQTc}
	}
	var out []source
	for _, m := range reads {
		s := m.source()
		s.word = word
		out = append(out, s)
	}
	return out
}

// qtc is the QTc by a formula, from the newest QT interval and the heart rate that was taken with it.
func (c *calculation) qtc(formula string) (ref.Val, ref.Val) {
	if formula == reported {
		n, missing := c.measure(reportedQTc)
		if missing != nil {
			return nil, missing
		}
		return c.between(n.low, n.high, nil, "ms", n.missing)
	}
	qt, missing := c.measure(qtInterval)
	if missing != nil {
		return nil, anyMissing(missing, c.noRate())
	}
	rate, missing := c.rateWith(qt.entry)
	if missing != nil {
		return nil, missing
	}
	both := []numeral{qt, rate}
	low, high, err := extremes(both, func(n []float64) (float64, error) { return calc.QTc(formula, n[0], n[1]) })
	return c.between(low, high, err, "ms", because(both))
}

// noRate is what is missing if there is no heart rate at all.
func (c *calculation) noRate() ref.Val {
	_, missing := c.latest(heartRates.codes, heartRates.since)
	return missing
}

// rateWith is the heart rate that was taken with a QT interval: at the same time as it is written, else within
// an hour, the newest of those.
func (c *calculation) rateWith(qt *chart.Entry) (numeral, ref.Val) {
	var near *chart.Entry
	for _, e := range c.ev.Chart.Find(chart.Observation, c.codes(heartRates.codes).set) {
		if truth, _ := c.ev.usable(e, nil); truth != kleene.True {
			continue
		}
		if e.Date() == qt.Date() {
			near = e
			break
		}
		if near == nil && c.within(e, qt) {
			near = e
		}
	}
	if near == nil {
		return numeral{}, c.ev.unknown(Missing{Resource: "Observation", Path: c.codes(heartRates.codes).name, Reason: "none within " + sameTracing.String() + " of the QT interval"})
	}
	v, ok := c.p.quantityIn(c.ev, near, c.codes(heartRates.codes)).(quantityVal)
	if !ok {
		return numeral{}, c.p.quantityIn(c.ev, near, c.codes(heartRates.codes))
	}
	return c.numeralOf(v, heartRates.unit)
}

func (c *calculation) within(a, b *chart.Entry) bool {
	first, last := a.Date(), b.Date()
	if temporal.Less(last, first, c.ev.zone()) == kleene.True {
		first, last = last, first
	}
	return temporal.Between(first, last, c.ev.zone()).LessEqual(sameTracing) == kleene.True
}

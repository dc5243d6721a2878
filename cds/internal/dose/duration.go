package dose

import (
	"math/big"
	"time"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/temporal"
	"github.com/primum-cds/primum/cds/internal/tree"
)

// Duration returns how long the instructions last, at most: their bounds, or the number of doses by how
// often they are taken. Instructions of different sequence follow each other; of others the longest
// counts. known is false if one of them has no end.
func Duration(dosage tree.Value) (span temporal.Span, known bool) {
	instructions, _ := read(dosage)
	if instructions == nil {
		return temporal.Span{}, false
	}
	always, steps := temporal.Span{}, map[int64]temporal.Span{}
	for _, i := range instructions {
		lasts, ok := lasting(i)
		if !ok {
			return temporal.Span{}, false
		}
		if i.Get("sequence").Exists() {
			n := whole(i, "sequence")
			steps[n] = longer(steps[n], lasts)
			continue
		}
		always = longer(always, lasts)
	}
	var course temporal.Span
	for _, step := range sorted(steps) {
		course = course.Plus(step)
	}
	return longer(always, course), true
}

// longer is b if it is surely longer than a: of a month and 30 days either will do.
func longer(a, b temporal.Span) temporal.Span {
	if a.Less(b) == kleene.True {
		return b
	}
	return a
}

func lasting(i tree.Value) (temporal.Span, bool) {
	repeat := i.Get("timing", "repeat")
	for _, bounds := range []tree.Value{repeat.Get("boundsDuration"), repeat.Get("boundsRange", "high")} {
		if bounds.Exists() {
			return spanOf(bounds)
		}
	}
	if period := repeat.Get("boundsPeriod"); period.Get("end").Exists() {
		return spanBetween(period.Text("start"), period.Text("end"))
	}
	count := upTo(repeat, "count")
	often, reason := timesPerDay(i)
	if count == 0 || reason != "" {
		return temporal.Span{}, false
	}
	return wholeDays(ratioOf(count, 1).over(often))
}

// spanOf reads a Duration in its own unit; a fraction of it in days, rounded up.
func spanOf(v tree.Value) (temporal.Span, bool) {
	n, ok := fraction(v, "value")
	unit, timed := unitOfTime(v.Text("code"), v.Text("unit"))
	if !ok || !timed {
		return temporal.Span{}, false
	}
	make := map[string]func(int) temporal.Span{
		"min": temporal.Minutes, "h": temporal.Hours, "d": temporal.Days, "wk": temporal.Weeks, "mo": temporal.Months, "a": temporal.Years,
	}[unit]
	if number, ok := n.whole(); ok && make != nil {
		return make(int(number)), true
	}
	return wholeDays(n.over(perDayOf(unit)))
}

// wholeDays is so many days, rounded up.
func wholeDays(r ratio) (temporal.Span, bool) {
	n := r.rat()
	up := new(big.Int).Sub(n.Denom(), big.NewInt(1))
	up.Quo(up.Add(up, n.Num()), n.Denom())
	if !up.IsInt64() {
		return temporal.Span{}, false
	}
	return temporal.Days(int(up.Int64())), true
}

// spanBetween counts the days from start to end, both of them included.
func spanBetween(start, end string) (temporal.Span, bool) {
	from, err := temporal.Parse(start)
	if err != nil {
		return temporal.Span{}, false
	}
	to, err := temporal.Parse(end)
	if err != nil {
		return temporal.Span{}, false
	}
	first, _ := from.Bounds(time.UTC)
	_, last := to.Bounds(time.UTC)
	if last.Before(first) {
		return temporal.Span{}, false
	}
	seconds := last.Unix() - first.Unix() + 1
	return wholeDays(ratioOf(seconds, 24*60*60))
}

package temporal

import (
	"fmt"
	"time"

	"github.com/primum-cds/primum/cds/internal/kleene"
)

// Elapsed is the time from one Date to another: an interval where one of them is partial.
type Elapsed struct {
	from, to [2]time.Time // the first and the last instant that each may mean
}

// Between returns the time from first to second. Dates without an offset are read in zone, nil being
// UTC. It is negative where second is before first.
func Between(first, second Date, zone *time.Location) Elapsed {
	zone = orUTC(zone)
	var e Elapsed
	e.from[0], e.from[1] = first.Bounds(zone)
	e.to[0], e.to[1] = second.Bounds(zone)
	for i := range e.from {
		// Spans are counted back on one calendar, whatever the offsets the Dates were written with.
		e.from[i], e.to[i] = e.from[i].In(zone), e.to[i].In(zone)
	}
	return e
}

// Less says whether less than s has passed: whether the first Date is after the second less s. It is
// consistent with Within.
func (e Elapsed) Less(s Span) kleene.Truth {
	switch {
	case e.from[0].After(s.before(e.to[1])):
		return kleene.True
	case !e.from[1].After(s.before(e.to[0])):
		return kleene.False
	}
	return kleene.Unknown
}

// LessEqual says whether at most s has passed, in the way of Less.
func (e Elapsed) LessEqual(s Span) kleene.Truth {
	switch {
	case !e.from[0].Before(s.before(e.to[1])):
		return kleene.True
	case e.from[1].Before(s.before(e.to[0])):
		return kleene.False
	}
	return kleene.Unknown
}

// Equal says whether exactly s has passed, in the way of Less.
func (e Elapsed) Equal(s Span) kleene.Truth {
	return kleene.And(e.LessEqual(s), kleene.Not(e.Less(s)))
}

// String returns whole hours below a day if both Dates have a time, days below two months, months
// below two years, then years: "3 hours", "12 days", "5–6 months". Negative times read "0 days".
func (e Elapsed) String() string {
	if hours := e.to[0].Sub(e.from[0]); e.from[0] == e.from[1] && e.to[0] == e.to[1] && hours >= 0 && hours < 24*time.Hour {
		return count(int64(hours.Hours()), "hour")
	}
	least, most := passed(midnight(e.from[1]), midnight(e.to[0])), passed(midnight(e.from[0]), midnight(e.to[1]))
	switch {
	case most.months < 2:
		return between(least.days, most.days, "day")
	case most.months < 24:
		return between(least.months, most.months, "month")
	}
	return between(least.months/12, most.months/12, "year")
}

func between(least, most int64, unit string) string {
	if least == most {
		return count(most, unit)
	}
	return fmt.Sprintf("%d–%s", least, count(most, unit))
}

// midnight is the day of t, as midnight UTC so that days can be counted.
func midnight(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// whole counts the complete days and months between two days.
type whole struct{ days, months int64 }

// passed counts from one midnight to another; nothing if that is before it.
func passed(from, to time.Time) whole {
	if to.Before(from) {
		return whole{}
	}
	months := 12*(to.Year()-from.Year()) + int(to.Month()) - int(from.Month())
	if to.Day() < from.Day() {
		months--
	}
	return whole{days: (to.Unix() - from.Unix()) / secondsPerDay, months: int64(months)}
}

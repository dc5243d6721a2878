package temporal

import (
	"fmt"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds/internal/kleene"
)

const secondsPerDay = 24 * 60 * 60

// maxYears caps a Span: no date is further from another. Longer ones are cut to it.
const maxYears = 10_000

// A Span is a length of time in calendar units: what "3 months" is in days depends on where it lies.
// The zero Span is no time. It is comparable; == holds for Spans written alike.
type Span struct {
	years, months, weeks, days int32
	seconds                    int64
}

// Years returns a Span of n years, between -10,000 and 10,000.
func Years(n int) Span { return Span{years: int32(capped(n, 1))} }

// Months returns a Span of n months, within 10,000 years.
func Months(n int) Span { return Span{months: int32(capped(n, 12))} }

// Weeks returns a Span of n weeks, within 10,000 years.
func Weeks(n int) Span { return Span{weeks: int32(capped(n, 52))} }

// Days returns a Span of n days, within 10,000 years.
func Days(n int) Span { return Span{days: int32(capped(n, 365))} }

// Hours returns a Span of n hours, within 10,000 years.
func Hours(n int) Span { return Span{seconds: capped(n, 365*24) * 3600} }

// Minutes returns a Span of n minutes, within 10,000 years.
func Minutes(n int) Span { return Span{seconds: capped(n, 365*24*60) * 60} }

func capped(n, perYear int) int64 {
	limit := maxYears * int64(perYear)
	return max(-limit, min(limit, int64(n)))
}

func (s Span) negated() Span {
	return Span{-s.years, -s.months, -s.weeks, -s.days, -s.seconds}
}

// Plus returns the Span of s and then t. Each unit stays within 10,000 years.
func (s Span) Plus(t Span) Span {
	sum := func(a, b int32, perYear int) int32 { return int32(capped(int(a)+int(b), perYear)) }
	limit := int64(maxYears * 365 * secondsPerDay)
	return Span{
		years:   sum(s.years, t.years, 1),
		months:  sum(s.months, t.months, 12),
		weeks:   sum(s.weeks, t.weeks, 52),
		days:    sum(s.days, t.days, 365),
		seconds: max(-limit, min(limit, s.seconds+t.seconds)),
	}
}

func (s Span) totalMonths() int64 { return 12*int64(s.years) + int64(s.months) }
func (s Span) totalDays() int64   { return 7*int64(s.weeks) + int64(s.days) }

// after returns t later by s, on the calendar of t's location.
func (s Span) after(t time.Time) time.Time {
	t = addMonths(t, s.totalMonths()).AddDate(0, 0, int(s.totalDays()))
	// A time.Duration holds 292 years, a Span more.
	t = t.AddDate(0, 0, int(s.seconds/secondsPerDay))
	return t.Add(time.Duration(s.seconds%secondsPerDay) * time.Second)
}

func (s Span) before(t time.Time) time.Time { return s.negated().after(t) }

// addMonths keeps the day of the month where there is one, else it takes the last.
func addMonths(t time.Time, n int64) time.Time {
	if n == 0 {
		return t
	}
	year, month, day := t.Date()
	target := time.Date(year, month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	day = min(day, daysIn(target.Year(), target.Month()))
	return time.Date(target.Year(), target.Month(), day, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
}

// MostDays returns the number of days that a Span takes at most, wherever it lies; 0 for a negative one.
func (s Span) MostDays() int {
	days := 366*int64(s.years) + 31*int64(s.months) + s.totalDays() + (s.seconds+secondsPerDay-1)/secondsPerDay
	return int(max(0, days))
}

// String returns "3 months", "1 year", "36 hours".
func (s Span) String() string {
	hours, minutes, seconds := s.seconds/3600, s.seconds/60%60, s.seconds%60
	if minutes != 0 {
		minutes, hours = s.seconds/60, 0
	}
	var parts []string
	for _, part := range []struct {
		n    int64
		unit string
	}{
		{int64(s.years), "year"}, {int64(s.months), "month"}, {int64(s.weeks), "week"}, {int64(s.days), "day"},
		{hours, "hour"}, {minutes, "minute"}, {seconds, "second"},
	} {
		if part.n != 0 {
			parts = append(parts, count(part.n, part.unit))
		}
	}
	if parts == nil {
		return "0 days"
	}
	return strings.Join(parts, " ")
}

func count(n int64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// Less says whether s is shorter than t wherever they begin: a year is 12 months, a week 7 days, a day
// 24 hours; a month has 28 to 31 days, so that a month against 30 days is Unknown.
func (s Span) Less(t Span) kleene.Truth {
	least, most := s.minus(t)
	switch {
	case most < 0:
		return kleene.True
	case least >= 0:
		return kleene.False
	}
	return kleene.Unknown
}

// LessEqual says whether s is at most as long as t, in the way of Less.
func (s Span) LessEqual(t Span) kleene.Truth { return kleene.Not(t.Less(s)) }

// Equal says whether s is as long as t, in the way of Less.
func (s Span) Equal(t Span) kleene.Truth {
	return kleene.And(s.LessEqual(t), t.LessEqual(s))
}

// minus returns the least and the most seconds by which s may be longer than t.
func (s Span) minus(t Span) (least, most int64) {
	months := s.totalMonths() - t.totalMonths()
	seconds := (s.totalDays()-t.totalDays())*secondsPerDay + s.seconds - t.seconds
	short, long := daysOfMonths(max(months, -months))
	if months < 0 {
		short, long = -long, -short
	}
	return short*secondsPerDay + seconds, long*secondsPerDay + seconds
}

// daysOfMonths returns how few and how many days n months in a row have. Whole cycles of 400 years
// all have the same number of days; within one it tries every start.
func daysOfMonths(n int64) (fewest, most int64) {
	const cycle, cycleDays = 400 * 12, 146_097
	whole, n := n/cycle*cycleDays, n%cycle
	if n == 0 {
		return whole, whole
	}
	fewest = cycleDays
	for start := range int64(cycle) {
		days := dayOf(start+n) - dayOf(start)
		fewest, most = min(fewest, days), max(most, days)
	}
	return whole + fewest, whole + most
}

// dayOf returns the day, counted from 1 March of the year 0, on which the month begins that is n
// months after it.
func dayOf(n int64) int64 {
	year, month := n/12, n%12
	// From March on, the lengths of the months repeat as 31 30 31 30 31: 153 days in five months.
	return 365*year + year/4 - year/100 + year/400 + (153*month+2)/5
}

package temporal

import (
	"time"

	"github.com/primum-cds/primum/cds/internal/kleene"
)

// An Age is how old somebody is: an interval where the birth date is partial. The age of who is not
// born yet is unknown.
type Age struct {
	birth Date
	now   time.Time
	// The days between which the birth lies and the day of now, as midnight UTC.
	earliest, latest, today time.Time
}

// AgeAt returns the age at now. Days are those of now's location, the birth date that of the certificate
// whatever offset it has. Who is alive was born by now: "2026" in March 2026 is January to March.
func AgeAt(birth Date, now time.Time) Age {
	first, last := birth.days()
	today := midnight(now)
	if last.After(today) {
		last = today
	}
	return Age{birth: birth, now: now, earliest: first, latest: last, today: today}
}

// days returns the first and the last day d may mean on its own calendar.
func (d Date) days() (first, last time.Time) {
	d.zone, d.offset = local, 0
	first, last = d.Bounds(time.UTC)
	return midnight(first), midnight(last)
}

// Known reports whether a is anything: false without a birth date, or with one after now.
func (a Age) Known() bool { return !a.birth.IsZero() && !a.latest.Before(a.earliest) }

// Less says whether a is below s. An age is reached with the day, whatever the hour, unless s has
// hours; who was born on a day that the month in question lacks (29 February) reaches it on the first
// of the next. On the day itself a and s are equal.
func (a Age) Less(s Span) kleene.Truth {
	first, last, now := a.reached(s)
	switch {
	case !a.Known():
		return kleene.Unknown
	case first.After(now):
		return kleene.True
	case !last.After(now):
		return kleene.False
	}
	return kleene.Unknown
}

// LessEqual says whether a is at most s, in the way of Less.
func (a Age) LessEqual(s Span) kleene.Truth {
	first, last, now := a.reached(s)
	switch {
	case !a.Known():
		return kleene.Unknown
	case !first.Before(now):
		return kleene.True
	case last.Before(now):
		return kleene.False
	}
	return kleene.Unknown
}

// Equal says whether a is s to the day, in the way of Less.
func (a Age) Equal(s Span) kleene.Truth {
	return kleene.And(a.LessEqual(s), kleene.Not(a.Less(s)))
}

// reached returns when the age s is reached, at the earliest and at the latest, and what to hold it
// against: days, or instants if s has hours.
func (a Age) reached(s Span) (first, last, now time.Time) {
	if s.seconds == 0 {
		return birthday(a.earliest, s), birthday(a.latest, s), a.today
	}
	first, last = a.birth.Bounds(a.now.Location())
	if last.After(a.now) {
		last = a.now
	}
	return s.after(first), s.after(last), a.now
}

// birthday returns the day on which who was born on a day reaches the age s.
func birthday(born time.Time, s Span) time.Time {
	year, month, day := born.Date()
	target := time.Date(year, month+time.Month(s.totalMonths()), 1, 0, 0, 0, 0, time.UTC)
	if most := daysIn(target.Year(), target.Month()); day > most {
		day = most + 1
	}
	return target.AddDate(0, 0, day-1+int(s.totalDays()))
}

// Years returns the completed years at the least and at the most; 0, 0 if the age is not known.
func (a Age) Years() (least, most int) {
	if !a.Known() {
		return 0, 0
	}
	return int(passed(a.latest, a.today).months / 12), int(passed(a.earliest, a.today).months / 12)
}

// String returns the age as clinicians write it: days in the first month of life, months below two
// years, then years: "12 days", "5 months", "76 years", "75–76 years"; "not known" if it is not.
func (a Age) String() string {
	if !a.Known() {
		return "not known"
	}
	least, most := passed(a.latest, a.today), passed(a.earliest, a.today)
	switch {
	case most.days < 28 || most.months == 0:
		return between(least.days, most.days, "day")
	case most.months < 24:
		return between(least.months, most.months, "month")
	}
	return between(least.months/12, most.months/12, "year")
}

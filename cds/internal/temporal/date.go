// Package temporal has FHIR's dates, which may be partial, the spans rules compare them with, and ages.
// What a partial date does not tell is unknown, never assumed.
package temporal

import (
	"strconv"
	"time"
)

// A Precision says down to which unit a Date is known.
type Precision uint8

const (
	_ Precision = iota
	Year
	Month
	Day
	Minute
	Second // with or without a fraction: FHIRPath counts both as one precision
)

// zone says how a Date states its offset from UTC.
type zone uint8

const (
	local zone = iota // not at all
	utc               // as "Z"
	east              // as "+hh:mm"
	west              // as "-hh:mm"
)

// A Date is a FHIR date, dateTime or instant at the precision at which it was written. The zero Date
// is no date: it may be any instant. A Date points to nothing and can be kept and compared with ==,
// which holds for Dates written alike; Equal compares what they mean.
type Date struct {
	nanosecond           int32
	year, offset         int16 // offset in minutes, never negative
	month, day           uint8
	hour, minute, second uint8
	digits               uint8 // of the fraction of a second
	precision            Precision
	zone                 zone
}

// Of returns t to the nanosecond, with its offset; the zero Date for years outside 1 to 9999.
func Of(t time.Time) Date {
	_, seconds := t.Zone()
	if seconds%60 != 0 {
		t, seconds = t.UTC(), 0
	}
	d := civil(t, Second)
	switch {
	case d.IsZero():
	case seconds == 0:
		d.zone = utc
	case seconds > 0:
		d.zone, d.offset = east, int16(seconds/60)
	default:
		d.zone, d.offset = west, int16(-seconds/60)
	}
	for n := int64(d.nanosecond); n != 0; n = n * 10 % 1_000_000_000 {
		d.digits++
	}
	return d
}

// civil reads the clock of t, to precision p and without its zone.
func civil(t time.Time, p Precision) Date {
	year, month, day := t.Date()
	if year < 1 || year > 9999 {
		return Date{}
	}
	d := Date{precision: p, year: int16(year), month: 1, day: 1}
	if p >= Month {
		d.month = uint8(month)
	}
	if p >= Day {
		d.day = uint8(day)
	}
	if p >= Minute {
		d.hour, d.minute = uint8(t.Hour()), uint8(t.Minute())
	}
	if p >= Second {
		d.second, d.nanosecond = uint8(t.Second()), int32(t.Nanosecond())
	}
	return d
}

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d.precision == 0 }

// Precision returns down to which unit d is known; 0 for the zero Date.
func (d Date) Precision() Precision { return d.precision }

// String returns d as it was written, a fraction of a second cut to nine digits; "" for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	b := pad(make([]byte, 0, 40), int(d.year), 4)
	if d.precision >= Month {
		b = pad(append(b, '-'), int(d.month), 2)
	}
	if d.precision >= Day {
		b = pad(append(b, '-'), int(d.day), 2)
	}
	if d.precision >= Minute {
		b = pad(append(b, 'T'), int(d.hour), 2)
		b = pad(append(b, ':'), int(d.minute), 2)
	}
	if d.precision >= Second {
		b = pad(append(b, ':'), int(d.second), 2)
	}
	if d.digits > 0 {
		b = append(b, '.')
		b = append(b, pad(nil, int(d.nanosecond), 9)[:d.digits]...)
	}
	switch d.zone {
	case utc:
		return string(append(b, 'Z'))
	case east:
		b = append(b, '+')
	case west:
		b = append(b, '-')
	default:
		return string(b)
	}
	b = pad(b, int(d.offset/60), 2)
	return string(pad(append(b, ':'), int(d.offset%60), 2))
}

// pad appends n with at least width digits.
func pad(b []byte, n, width int) []byte {
	s := strconv.Itoa(n)
	for i := len(s); i < width; i++ {
		b = append(b, '0')
	}
	return append(b, s...)
}

// Bounds returns the first and the last instant that d may mean, both inclusive, to the nanosecond; a
// Date with seconds means one instant. A Date without an offset is read in zone, nil being UTC.
func (d Date) Bounds(zone *time.Location) (first, last time.Time) {
	zone = orUTC(zone)
	switch d.precision {
	case 0:
		return time.Date(1, 1, 1, 0, 0, 0, 0, zone), before(time.Date(10000, 1, 1, 0, 0, 0, 0, zone))
	case Year:
		return d.start(zone), before(time.Date(int(d.year)+1, 1, 1, 0, 0, 0, 0, zone))
	case Month:
		return d.start(zone), before(time.Date(int(d.year), time.Month(d.month)+1, 1, 0, 0, 0, 0, zone))
	case Day:
		return d.start(zone), before(time.Date(int(d.year), time.Month(d.month), int(d.day)+1, 0, 0, 0, 0, zone))
	case Minute:
		first = d.start(zone)
		return first, before(first.Add(time.Minute))
	}
	first = d.start(zone)
	return first, first
}

func orUTC(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}

func before(t time.Time) time.Time { return t.Add(-time.Nanosecond) }

// start is the first instant of d.
func (d Date) start(zone *time.Location) time.Time {
	if d.zone == local {
		return d.clock(zone)
	}
	offset := time.Duration(d.offset) * time.Minute
	if d.zone == west {
		offset = -offset
	}
	return d.clock(time.UTC).Add(-offset)
}

// clock is the reading of d as if its clock were that of zone.
func (d Date) clock(zone *time.Location) time.Time {
	return time.Date(int(d.year), time.Month(d.month), int(d.day),
		int(d.hour), int(d.minute), int(d.second), int(d.nanosecond), zone)
}

// Add returns d later by s, at d's own precision and offset: what s has below that precision counts in
// whole units of it (30 days a month, 365 a year, 24 hours a day, as in FHIRPath). Months and years
// keep the day of the month where there is one: 31 January and a month is the last of February. The
// result is the zero Date if it falls outside the years 1 to 9999.
func (d Date) Add(s Span) Date {
	if d.IsZero() {
		return d
	}
	months, days := s.totalMonths(), s.totalDays()+s.seconds/secondsPerDay
	var t time.Time
	switch d.precision {
	case Year:
		t = addMonths(d.clock(time.UTC), 12*(months/12+days/365))
	case Month:
		t = addMonths(d.clock(time.UTC), months+days/30)
	case Day:
		t = addMonths(d.clock(time.UTC), months).AddDate(0, 0, int(days))
	case Minute:
		t = s.after(d.clock(time.UTC)).Truncate(time.Minute)
	default:
		t = s.after(d.clock(time.UTC))
	}
	sum := civil(t, d.precision)
	if !sum.IsZero() {
		sum.zone, sum.offset, sum.digits = d.zone, d.offset, d.digits
	}
	return sum
}

// Sub returns d earlier by s, in the way of Add.
func (d Date) Sub(s Span) Date { return d.Add(s.negated()) }

package temporal

import (
	"fmt"
	"strings"
	"time"
)

// A SyntaxError is returned by Parse for text that is no FHIR date.
type SyntaxError struct {
	Text   string // at most 40 bytes of it
	Reason string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%q is not a date: %s", e.Text, e.Reason) }

// Parse reads YYYY, YYYY-MM, YYYY-MM-DD or a dateTime: YYYY-MM-DDThh:mm[:ss[.fraction]][Z|±hh:mm].
// Unlike FHIR it lets a time do without seconds and without an offset. A leap second is read. Years
// are 1 to 9999. The error is a *SyntaxError.
func Parse(s string) (Date, error) {
	p := parser{rest: s}
	d := p.date()
	if p.reason == "" && p.rest != "" {
		p.fail("%q follows where it should end", clip(p.rest))
	}
	if p.reason != "" {
		return Date{}, &SyntaxError{Text: clip(s), Reason: strings.Clone(p.reason)} // nothing of s escapes
	}
	return d, nil
}

// clip keeps an error short, and free of the memory it was read from.
func clip(s string) string {
	if len(s) <= 40 {
		return strings.Clone(s)
	}
	return strings.ToValidUTF8(strings.Clone(s[:37]), "") + "…"
}

// A parser reads a Date from left to right; after the first mistake it reads on without effect.
type parser struct {
	rest, reason string
}

func (p *parser) fail(format string, args ...any) {
	if p.reason == "" {
		p.reason = fmt.Sprintf(format, args...)
	}
}

// next skips the character c, and reports whether it was there.
func (p *parser) next(c byte) bool {
	if p.reason != "" || p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// number reads exactly width digits.
func (p *parser) number(width int, what string) int {
	if p.reason != "" {
		return 0
	}
	n := 0
	for i := range width {
		if i >= len(p.rest) || p.rest[i] < '0' || p.rest[i] > '9' {
			p.fail("the %s needs %d digits", what, width)
			return 0
		}
		n = n*10 + int(p.rest[i]-'0')
	}
	p.rest = p.rest[width:]
	return n
}

func (p *parser) within(n, low, high int, what string) uint8 {
	if p.reason == "" && (n < low || n > high) {
		p.fail("there is no %s %02d", what, n)
	}
	return uint8(n)
}

func (p *parser) date() Date {
	d := Date{precision: Year, month: 1, day: 1}
	year := p.number(4, "year")
	if year == 0 {
		p.fail("there is no year 0")
	}
	d.year = int16(year)
	if !p.next('-') {
		return d
	}
	d.precision, d.month = Month, p.within(p.number(2, "month"), 1, 12, "month")
	if !p.next('-') {
		return d
	}
	d.precision = Day
	day := p.number(2, "day")
	if p.reason == "" && (day < 1 || day > daysIn(year, time.Month(d.month))) {
		p.fail("there is no day %02d in %s %d", day, time.Month(d.month), year)
	}
	d.day = uint8(day)
	if p.next('T') {
		p.time(&d)
	}
	return d
}

func (p *parser) time(d *Date) {
	d.precision, d.hour = Minute, p.within(p.number(2, "hour"), 0, 23, "hour")
	if !p.next(':') {
		p.fail("the time has no minutes")
	}
	d.minute = p.within(p.number(2, "minute"), 0, 59, "minute")
	if p.next(':') {
		d.precision, d.second = Second, p.within(p.number(2, "second"), 0, 60, "second")
		if p.next('.') {
			p.fraction(d)
		}
	}
	p.offset(d)
}

func (p *parser) fraction(d *Date) {
	unit := int32(100_000_000)
	n := 0
	for ; n < len(p.rest) && p.rest[n] >= '0' && p.rest[n] <= '9'; n++ {
		if d.digits < 9 {
			d.nanosecond += int32(p.rest[n]-'0') * unit
			unit /= 10
			d.digits++
		}
	}
	if n == 0 {
		p.fail("the fraction of a second has no digits")
	}
	p.rest = p.rest[n:]
}

func (p *parser) offset(d *Date) {
	switch {
	case p.next('Z'):
		d.zone = utc
		return
	case p.next('+'):
		d.zone = east
	case p.next('-'):
		d.zone = west
	default:
		return
	}
	hours := p.number(2, "hour of the offset")
	if !p.next(':') {
		p.fail("the offset has no minutes")
	}
	minutes := p.number(2, "minute of the offset")
	if p.reason == "" && (minutes > 59 || hours*60+minutes > 14*60) {
		p.fail("there is no offset %02d:%02d", hours, minutes)
	}
	d.offset = int16(hours*60 + minutes)
}

func daysIn(year int, month time.Month) int {
	switch month {
	case time.April, time.June, time.September, time.November:
		return 30
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

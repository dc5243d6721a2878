package dose

import (
	"strings"

	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/tree"
	"github.com/primum-cds/primum/cds/ucum"
)

// whole is a whole number; 0 if there is none.
func whole(v tree.Value, key string) int64 {
	number := v.Member(key)
	if !number.Exists() {
		return 0
	}
	n, ok := number.Int()
	if !ok {
		return 0
	}
	return n
}

// fraction reads a number above zero exactly.
func fraction(v tree.Value, key string) (ratio, bool) {
	s := v.Member(key).Number()
	// The bounds of measure keep what is calculated with small.
	if s == "" || !measure.Readable(s) {
		return ratio{}, false
	}
	r, ok := ratioOfText(s)
	return r, ok && (r.n > 0 || r.large != nil && r.large.Sign() > 0)
}

// unitTexts are the names a Quantity gives its unit, in lower case and without braces, for words that are no
// units of measure.
func unitTexts(q tree.Value) []string {
	var out []string
	for _, key := range []string{"code", "unit"} {
		if s := strings.ToLower(strings.Trim(q.Text(key), "{} ")); s != "" {
			out = append(out, strings.Replace(s, "(s)", "s", 1))
		}
	}
	return out
}

// perDayOf says how many of a unit of time make a day, on average for months and years (UCUM: mo, a); none if
// it is no unit of time.
func perDayOf(unit string) ratio {
	switch unit {
	case "s":
		return ratio{n: 24 * 60 * 60, d: 1}
	case "min":
		return ratio{n: 24 * 60, d: 1}
	case "h":
		return ratio{n: 24, d: 1}
	case "d":
		return ratio{n: 1, d: 1}
	case "wk":
		return ratio{n: 1, d: 7}
	case "mo":
		return ratio{n: 48, d: 1461}
	case "a":
		return ratio{n: 4, d: 1461}
	}
	return ratio{}
}

// unitOfTime reads the code of a unit of time, or a usual spelling of it.
func unitOfTime(names ...string) (code string, ok bool) {
	for _, name := range names {
		if !perDayOf(name).none() {
			return name, true
		}
		if u, _, err := ucum.ParseLenient(name); err == nil && !perDayOf(u.String()).none() {
			return u.String(), true
		}
	}
	return "", false
}

// days reads a Duration, in days.
func days(v tree.Value) (ratio, bool) {
	n, ok := fraction(v, "value")
	unit, timed := unitOfTime(v.Text("code"), v.Text("unit"))
	if !ok || !timed {
		return ratio{}, false
	}
	return n.over(perDayOf(unit)), true
}

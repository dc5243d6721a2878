package dose

import (
	"math/big"
	"strings"

	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/tree"
	"github.com/primum-cds/primum/cds/ucum"
)

// whole is a whole number; 0 if there is none.
func whole(v tree.Value, key string) int64 {
	n, ok := v.Int(key)
	if !ok {
		return 0
	}
	return n
}

// fraction reads a number above zero exactly.
func fraction(v tree.Value, key string) (*big.Rat, bool) {
	s := v.Number(key)
	// The bounds of measure keep what is calculated with small.
	if _, err := measure.New(s, "", "1"); err != nil {
		return nil, false
	}
	r, ok := new(big.Rat).SetString(s)
	return r, ok && r.Sign() > 0
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

// perDayOf says how many of a unit of time make a day, on average for months and years (UCUM: mo, a).
var perDayOf = map[string]*big.Rat{
	"s":   big.NewRat(24*60*60, 1),
	"min": big.NewRat(24*60, 1),
	"h":   big.NewRat(24, 1),
	"d":   big.NewRat(1, 1),
	"wk":  big.NewRat(1, 7),
	"mo":  big.NewRat(48, 1461),
	"a":   big.NewRat(4, 1461),
}

// unitOfTime reads the code of a unit of time, or a usual spelling of it.
func unitOfTime(names ...string) (code string, ok bool) {
	for _, name := range names {
		if perDayOf[name] != nil {
			return name, true
		}
		if u, _, err := ucum.ParseLenient(name); err == nil && perDayOf[u.String()] != nil {
			return u.String(), true
		}
	}
	return "", false
}

// days reads a Duration, in days.
func days(v tree.Value) (*big.Rat, bool) {
	n, ok := fraction(v, "value")
	unit, timed := unitOfTime(v.Text("code"), v.Text("unit"))
	if !ok || !timed {
		return nil, false
	}
	return n.Quo(n, perDayOf[unit]), true
}

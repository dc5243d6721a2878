package dose

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/primum-cds/primum/cds/internal/tree"
)

const notGiven = "timing not given"

// timesPerDay is how often an instruction is carried out in a day, at most and on average; or why that
// is not known.
func timesPerDay(i tree.Value) (*big.Rat, string) {
	timing := i.Get("timing")
	repeat := timing.Get("repeat")
	often, reason := repeated(repeat)
	if reason == notGiven {
		often, reason = coded(timing.Get("code"))
	}
	if reason == notGiven {
		often, reason = listed(timing.Items("event"))
	}
	count := upTo(repeat, "count")
	switch {
	case reason == notGiven && count == 1:
		return big.NewRat(1, 1), ""
	case reason == "" && count > 0 && often.Cmp(big.NewRat(count, 1)) > 0:
		return big.NewRat(count, 1), ""
	}
	return often, reason
}

// upTo is the number under key or, if higher, that under keyMax; 0 if there is none.
func upTo(repeat tree.Value, key string) int64 {
	return max(0, whole(repeat, key), whole(repeat, key+"Max"))
}

// repeated reads Timing.repeat.
func repeated(repeat tree.Value) (*big.Rat, string) {
	slots, vague, reason := timesOfDay(repeat)
	if reason != "" {
		return nil, reason
	}
	weekdays, reason := daysOfWeek(repeat)
	if reason != "" {
		return nil, reason
	}
	for _, key := range []string{"frequency", "frequencyMax"} {
		if repeat.Get(key).Exists() && whole(repeat, key) < 1 {
			return nil, fmt.Sprintf("a %s of %s is no number of times", key, repeat.Number(key))
		}
	}
	frequency := upTo(repeat, "frequency")
	if !repeat.Get("period").Exists() {
		switch {
		case frequency > 0 && slots == 0:
			return nil, fmt.Sprintf("%s, but not in what time", times(frequency))
		case slots == 0 && weekdays == 0 || vague && slots == 0:
			return nil, vaguely(vague)
		}
		// A day with times, or days without: once at each.
		return onDays(big.NewRat(max(1, slots, frequency), 1), weekdays), ""
	}
	period, reason := shortest(repeat)
	if reason != "" {
		return nil, reason
	}
	if vague && frequency == 0 && slots == 0 {
		return nil, vaguely(vague)
	}
	return spread(max(1, frequency), slots, period, weekdays)
}

func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func vaguely(vague bool) string {
	if vague {
		return "with meals, but how often is not given"
	}
	return notGiven
}

// spread is frequency per period, but at least the times and days that are named.
func spread(frequency, slots int64, period *big.Rat, weekdays int64) (*big.Rat, string) {
	day, week := big.NewRat(1, 1), big.NewRat(7, 1)
	often := new(big.Rat).Quo(big.NewRat(max(frequency, slots), 1), period)
	if period.Cmp(day) < 0 {
		often.Quo(big.NewRat(frequency, 1), period)
		if named := big.NewRat(slots, 1); named.Cmp(often) > 0 {
			often = named
		}
	}
	switch {
	case weekdays == 0:
		return often, ""
	case period.Cmp(day) <= 0:
		return onDays(often, weekdays), ""
	case period.Cmp(week) == 0:
		named := big.NewRat(max(frequency, weekdays*max(1, slots)), 7)
		return named, ""
	}
	return nil, "the days of the week do not fit the period"
}

func onDays(often *big.Rat, weekdays int64) *big.Rat {
	if weekdays == 0 {
		return often
	}
	return often.Mul(often, big.NewRat(weekdays, 7))
}

// shortest is the shortest period, in days.
func shortest(repeat tree.Value) (*big.Rat, string) {
	period, ok := fraction(repeat, "period")
	if !ok {
		return nil, "the period of the timing is not understood"
	}
	if most, ok := fraction(repeat, "periodMax"); ok && most.Cmp(period) < 0 {
		period = most
	}
	name := repeat.Text("periodUnit")
	unit, ok := unitOfTime(name)
	switch {
	case name == "":
		return nil, "the period of the timing has no unit"
	case !ok:
		return nil, fmt.Sprintf("the period of the timing has the unit %q", clip(name))
	}
	return period.Quo(period, perDayOf[unit]), ""
}

func clip(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:37], "") + "…"
	}
	return s
}

// events are the codes of Timing.repeat.when that name one time of day; meals in general are several.
var events = map[string]bool{
	"MORN": true, "MORN.early": true, "MORN.late": true, "NOON": true, "AFT": true, "AFT.early": true, "AFT.late": true,
	"EVE": true, "EVE.early": true, "EVE.late": true, "NIGHT": true, "PHS": true, "HS": true, "WAKE": true,
	"CM": true, "CD": true, "CV": true, "ACM": true, "ACD": true, "ACV": true, "PCM": true, "PCD": true, "PCV": true,
	"C": false, "AC": false, "PC": false,
}

// timesOfDay counts timeOfDay and when, each once; vague says that there are meals nobody counted.
func timesOfDay(repeat tree.Value) (slots int64, vague bool, reason string) {
	seen := map[string]bool{}
	for _, key := range []string{"timeOfDay", "when"} {
		list := repeat.Items(key)
		if len(list) > maxTimes {
			return 0, false, "more times of day than can be"
		}
		for _, v := range list {
			at := v.Text()
			if seen[at] || at == "" {
				continue
			}
			seen[at] = true
			one, isEvent := events[at]
			switch {
			case key == "timeOfDay" || one:
				slots++
			case isEvent:
				vague = true
			default:
				return 0, false, fmt.Sprintf("the time of day %q is not understood", clip(at))
			}
		}
	}
	return slots, vague, ""
}

func daysOfWeek(repeat tree.Value) (int64, string) {
	seen := map[string]bool{}
	for n, v := range repeat.Items("dayOfWeek") {
		day := v.Text()
		if n >= maxTimes || !strings.Contains("mon tue wed thu fri sat sun", day) || len(day) != 3 {
			return 0, fmt.Sprintf("the day of the week %q is not understood", clip(day))
		}
		seen[day] = true
	}
	return int64(len(seen)), ""
}

// listed counts the times that are listed on the fullest day.
func listed(list []tree.Value) (*big.Rat, string) {
	if len(list) == 0 {
		return nil, notGiven
	}
	if len(list) > 1000 {
		return nil, "more than 1000 times are listed"
	}
	perDay, most := map[string]int64{}, int64(0)
	for _, v := range list {
		at := v.Text()
		if len(at) < len("2020-05-01") {
			return nil, fmt.Sprintf("the time %q is not understood", clip(at))
		}
		perDay[at[:10]]++
		most = max(most, perDay[at[:10]])
	}
	return big.NewRat(most, 1), ""
}

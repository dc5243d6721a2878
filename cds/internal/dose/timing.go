package dose

import (
	"fmt"
	"strings"

	"github.com/primum-cds/primum/cds/internal/tree"
)

const notGiven = "timing not given"

// timesPerDay is how often an instruction is carried out in a day, at most and on average; or why that
// is not known.
func timesPerDay(i tree.Value) (ratio, string) {
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
		return ratioOf(1, 1), ""
	case reason == "" && count > 0 && often.compare(ratioOf(count, 1)) > 0:
		return ratioOf(count, 1), ""
	}
	return often, reason
}

// upTo is the number under key or, if higher, that under keyMax; 0 if there is none.
func upTo(repeat tree.Value, key string) int64 {
	return max(0, whole(repeat, key), whole(repeat, key+"Max"))
}

// repeated reads Timing.repeat.
func repeated(repeat tree.Value) (ratio, string) {
	slots, vague, reason := timesOfDay(repeat)
	if reason != "" {
		return ratio{}, reason
	}
	weekdays, reason := daysOfWeek(repeat)
	if reason != "" {
		return ratio{}, reason
	}
	for _, key := range []string{"frequency", "frequencyMax"} {
		if repeat.Get(key).Exists() && whole(repeat, key) < 1 {
			return ratio{}, fmt.Sprintf("a %s of %s is no number of times", key, repeat.Number(key))
		}
	}
	frequency := upTo(repeat, "frequency")
	if !repeat.Get("period").Exists() {
		switch {
		case frequency > 0 && slots == 0:
			return ratio{}, fmt.Sprintf("%s, but not in what time", times(frequency))
		case slots == 0 && weekdays == 0 || vague && slots == 0:
			return ratio{}, vaguely(vague)
		}
		// A day with times, or days without: once at each.
		return onDays(ratioOf(max(1, slots, frequency), 1), weekdays), ""
	}
	period, reason := shortest(repeat)
	if reason != "" {
		return ratio{}, reason
	}
	if vague && frequency == 0 && slots == 0 {
		return ratio{}, vaguely(vague)
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
func spread(frequency, slots int64, period ratio, weekdays int64) (ratio, string) {
	day, week := ratioOf(1, 1), ratioOf(7, 1)
	often := ratioOf(max(frequency, slots), 1).over(period)
	if period.compare(day) < 0 {
		often = ratioOf(frequency, 1).over(period)
		if named := ratioOf(slots, 1); named.compare(often) > 0 {
			often = named
		}
	}
	switch {
	case weekdays == 0:
		return often, ""
	case period.compare(day) <= 0:
		return onDays(often, weekdays), ""
	case period.compare(week) == 0:
		named := ratioOf(max(frequency, weekdays*max(1, slots)), 7)
		return named, ""
	}
	return ratio{}, "the days of the week do not fit the period"
}

func onDays(often ratio, weekdays int64) ratio {
	if weekdays == 0 {
		return often
	}
	return often.times(ratioOf(weekdays, 7))
}

// shortest is the shortest period, in days.
func shortest(repeat tree.Value) (ratio, string) {
	period, ok := fraction(repeat, "period")
	if !ok {
		return ratio{}, "the period of the timing is not understood"
	}
	if most, ok := fraction(repeat, "periodMax"); ok && most.compare(period) < 0 {
		period = most
	}
	name := repeat.Text("periodUnit")
	unit, ok := unitOfTime(name)
	switch {
	case name == "":
		return ratio{}, "the period of the timing has no unit"
	case !ok:
		return ratio{}, fmt.Sprintf("the period of the timing has the unit %q", clip(name))
	}
	return period.over(perDayOf(unit)), ""
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
func listed(list []tree.Value) (ratio, string) {
	if len(list) == 0 {
		return ratio{}, notGiven
	}
	if len(list) > 1000 {
		return ratio{}, "more than 1000 times are listed"
	}
	perDay, most := map[string]int64{}, int64(0)
	for _, v := range list {
		at := v.Text()
		if len(at) < len("2020-05-01") {
			return ratio{}, fmt.Sprintf("the time %q is not understood", clip(at))
		}
		perDay[at[:10]]++
		most = max(most, perDay[at[:10]])
	}
	return ratioOf(most, 1), ""
}

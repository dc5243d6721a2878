package dose

import (
	"time"

	"github.com/primum-cds/primum/cds/internal/temporal"
	"github.com/primum-cds/primum/cds/internal/tree"
)

// A stretch is when an instruction holds: from first to last, the zero Time being "no end".
type stretch struct {
	first, last time.Time
	result      Result
}

// within reads the bounds of an instruction; ok is false if it has none that are dates on both sides, or if
// they end before they begin: then nothing tells when it does not hold.
func within(instruction tree.Value) (s stretch, ok bool) {
	period := boundsPeriod(instruction)
	if !period.Exists() {
		return stretch{}, false
	}
	start, err := temporal.Parse(period.Text("start"))
	stop, stopErr := temporal.Parse(period.Text("end"))
	if err != nil || stopErr != nil || start.Precision() < temporal.Day || stop.Precision() < temporal.Day {
		return stretch{}, false
	}
	s.first, _ = start.Bounds(time.UTC)
	_, s.last = stop.Bounds(time.UTC)
	return s, !s.last.Before(s.first)
}

func boundsPeriod(instruction tree.Value) tree.Value {
	return instruction.Member("timing").Member("repeat").Member("boundsPeriod")
}

// most is the highest sum of doses that hold at one time, which is when one of them begins.
func most(all []stretch) Result {
	var highest total
	for _, begin := range all {
		var sum total
		for _, s := range all {
			if !s.first.After(begin.first) && !s.last.Before(begin.first) {
				sum.add(s.result)
			}
		}
		highest.atLeast(sum.result(0))
	}
	return highest.result(0)
}

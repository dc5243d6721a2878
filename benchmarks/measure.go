package main

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"
)

// A Case is something to be timed.
type Case struct {
	Name string
	Run  func() error
}

// A Sample is what one run of a case took in one round.
type Sample struct {
	Time   time.Duration
	Allocs float64
}

// A Series is the samples of a case, one a round.
type Series []Sample

// Median is the median of its rounds.
func (s Series) Median() time.Duration {
	return median(column(s, func(x Sample) time.Duration { return x.Time }))
}

// Allocs is the median of its allocations.
func (s Series) Allocs() float64 {
	return median(column(s, func(x Sample) float64 { return x.Allocs }))
}

// over is how many times longer a case takes than another: the median of the rounds' own ratios, so that
// what slows the machine for a while slows both.
func (s Series) over(other Series) float64 {
	ratios := make([]float64, min(len(s), len(other)))
	for i := range ratios {
		ratios[i] = float64(s[i].Time) / float64(other[i].Time)
	}
	return median(ratios)
}

func column[T any](s Series, get func(Sample) T) []T {
	out := make([]T, len(s))
	for i, x := range s {
		out[i] = get(x)
	}
	return out
}

func median[T int64 | float64 | time.Duration](values []T) T {
	if len(values) == 0 {
		return 0
	}
	values = slices.Clone(values)
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}

// A Meter says how long to measure.
type Meter struct {
	Rounds int
	Slice  time.Duration // of one case in one round; a case that takes longer runs once
	Clock  func() time.Duration
}

// begun is an instant that wallTime counts from.
var begun = time.Now()

func wallTime() time.Duration { return time.Since(begun) }

// slowRounds is in how many rounds a case runs that takes more than ten slices: its ratios are far above
// what noise could change.
const slowRounds = 3

// Measure times cases in rounds, each once a round, beginning with another one each time. They are warmed
// up before, which also tells how often each fits into its slice.
func (m Meter) Measure(cases []Case) (map[string]Series, error) {
	repeats, rounds := make([]int, len(cases)), make([]int, len(cases))
	for i, c := range cases {
		warm, err := m.warm(c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		repeats[i], rounds[i] = max(1, int(math.Round(float64(m.Slice)/float64(warm.Time)))), m.Rounds
		if warm.Time > 10*m.Slice {
			rounds[i] = slowRounds
		}
	}
	out := map[string]Series{}
	for round := range m.Rounds {
		for i := range cases {
			i := (i + round) % len(cases)
			if round >= rounds[i] {
				continue
			}
			sample, err := m.run(cases[i], repeats[i])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", cases[i].Name, err)
			}
			out[cases[i].Name] = append(out[cases[i].Name], sample)
		}
	}
	return out, nil
}

// warm runs a case for a slice, more often each time, and returns the last sample.
func (m Meter) warm(c Case) (Sample, error) {
	for n := 1; ; n *= 2 {
		sample, err := m.run(c, n)
		if err != nil || sample.Time*time.Duration(n) >= m.Slice/2 {
			return sample, err
		}
	}
}

// run runs a case n times. The garbage of others is collected before, and what they left in pools; its
// own garbage is collected while it runs.
func (m Meter) run(c Case, n int) (Sample, error) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.GC()
	if n > 1 {
		if err := c.Run(); err != nil {
			return Sample{}, err
		}
	}
	runtime.ReadMemStats(&before)
	begin := m.Clock()
	for range n {
		if err := c.Run(); err != nil {
			return Sample{}, err
		}
	}
	took := m.Clock() - begin
	runtime.ReadMemStats(&after)
	return Sample{took / time.Duration(n), float64(after.Mallocs-before.Mallocs) / float64(n)}, nil
}

// retained returns how many bytes stay alive with what is made.
func retained(make func() (any, error)) (float64, error) {
	before := alive()
	made, err := make()
	after := alive()
	runtime.KeepAlive(made)
	return float64(after) - float64(before), err
}

func alive() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what pools held until the first
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

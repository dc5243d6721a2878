package main

import (
	"cmp"
	"fmt"
	"runtime/metrics"
	"slices"
	"time"
)

// A figure is what was measured in one round.
type figure struct {
	took   []time.Duration // of each call that was answered
	failed int
	lasted time.Duration
	memory uint64 // bytes at most, of client and server
}

func (f *figure) rate() float64 { return float64(len(f.took)) / f.lasted.Seconds() }

// at returns the time within which a part of the calls were answered.
func (f *figure) at(part float64) time.Duration {
	if len(f.took) == 0 {
		return 0
	}
	slices.Sort(f.took)
	return f.took[min(len(f.took)-1, int(part*float64(len(f.took))))]
}

func (f *figure) print(name string) {
	if f.failed > 0 {
		name += fmt.Sprintf(" (**%d failed**)", f.failed)
	}
	fmt.Printf("| %s | %.0f | %.2f ms | %.2f ms | %.2f ms | %d MB |\n", name, f.rate(), ms(f.at(0.5)), ms(f.at(0.99)), ms(f.at(0.999)), f.memory>>20)
}

// against prints what was accepted and refused, and how much of the throughput alone is left.
func (f *figure) against(refused *figure, alone figure) {
	fmt.Println("| | requests/s | p50 | p99 | p99.9 | memory |")
	fmt.Println("|---|---|---|---|---|---|")
	f.print("accepted")
	refused.print("refused with 503")
	fmt.Printf("\n%.0f %% of the throughput without overload is left.\n", 100*f.rate()/alone.rate())
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// median returns the figure of the round in the middle.
func median(all []figure) figure {
	sorted := slices.SortedFunc(slices.Values(all), func(a, b figure) int { return cmp.Compare(a.rate(), b.rate()) })
	return sorted[len(sorted)/2]
}

// watchMemory looks how much memory the process takes, until the function it returns is called.
func watchMemory() func() uint64 {
	done, most := make(chan struct{}), make(chan uint64)
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
		var peak uint64
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			metrics.Read(sample)
			peak = max(peak, sample[0].Value.Uint64()-sample[1].Value.Uint64())
			select {
			case <-done:
				most <- peak
				return
			case <-tick.C:
			}
		}
	}()
	return func() uint64 {
		close(done)
		return <-most
	}
}

package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A figure is what was measured once.
type figure struct {
	accepted, refused []time.Duration // how long calls took that were answered alike
	failed            int
	lasted            time.Duration
	client            time.Duration // its processor time
	counted           Counted
}

// rate is how many calls a second were answered with cards.
func (f *figure) rate() float64 { return float64(len(f.accepted)) / f.lasted.Seconds() }

// measured is what was measured, by round.
type measured struct{ baseline, alone, refusing, polite, open []figure }

func (m *measured) print() {
	heading(" memory | service's processor time a call | client's |")
	for _, line := range []struct {
		name string
		of   []figure
	}{{"encoding/json into a map, no cards, no tokens", m.baseline}, {"primum", m.alone}} {
		row(line.name, line.of, acceptedOf, fmt.Sprintf("%d MB | %.3f ms | %.3f ms", memory(line.of), middle(each(line.of, costOf)), middle(each(line.of, clientCostOf))))
	}
	row("primum, when it refuses all", m.refusing, refusedOf,
		fmt.Sprintf("%d MB | %.3f ms | %.3f ms", memory(m.refusing), middle(each(m.refusing, costOf)), middle(each(m.refusing, clientCostOf))))
	fmt.Printf("\nPrimum answers %s times as many requests as the baseline, and takes %s of its processor time for each.\n",
		spread(ratios(m.alone, m.baseline, (*figure).rate), 1, "%.2f"), spread(ratios(m.alone, m.baseline, costOf), 1, "%.2f"))
	m.overload("Three times as many callers as are taken on, who wait for a second when they are refused", m.polite)
	m.overload("Three times as many requests a second as were answered, whatever the answers are", m.open)
	fmt.Printf("\nBy processor time, what is left of the throughput when three times as much is asked: %s of the service's own, %s where it shares processors with the client.\n",
		spread(m.left(costOf), 100, "%.0f %%"), spread(m.left(func(f *figure) float64 { return costOf(f) + clientCostOf(f) }), 100, "%.0f %%"))
}

func (m *measured) overload(title string, of []figure) {
	fmt.Printf("\n%s:\n\n", title)
	heading(" memory |")
	row("accepted", of, acceptedOf, fmt.Sprintf("%d MB", memory(of)))
	row("refused with 503", of, refusedOf, "")
	row("… from sending to its first byte read", of, func(f *figure) []time.Duration { return f.counted.Lay }, "")
	row("… from there to the answer written", of, func(f *figure) []time.Duration { return f.counted.Took }, "")
	fmt.Printf("\n%s of the throughput without overload is left; %s of it for the same processor time of client and service, which had %s processors, and %s before.\n",
		spread(ratios(of, m.alone, (*figure).rate), 100, "%.0f %%"), spread(ratios(of, m.alone, yield), 100, "%.0f %%"),
		spread(each(of, processors), 1, "%.1f"), spread(each(m.alone, processors), 1, "%.1f"))
}

// left returns which part of the throughput is left if of three calls for each that could be answered so many are
// answered as there is processor time for beside refusing the others.
func (m *measured) left(cost func(*figure) float64) []float64 {
	refused := ratios(m.refusing, m.alone, cost)
	for i, r := range refused {
		refused[i] = (1 - 3*r) / (1 - r)
	}
	return refused
}

func acceptedOf(f *figure) []time.Duration { return f.accepted }
func refusedOf(f *figure) []time.Duration  { return f.refused }

// costOf and clientCostOf are milliseconds of processor time a call.
func costOf(f *figure) float64 {
	return ms(f.counted.CPU) / float64(max(1, len(f.accepted)+len(f.refused)))
}

func clientCostOf(f *figure) float64 {
	return ms(f.client) / float64(max(1, len(f.accepted)+len(f.refused)))
}

// processors is how many client and service had together: less than there are if others have them.
func processors(f *figure) float64 { return (f.counted.CPU + f.client).Seconds() / f.lasted.Seconds() }

// yield is how many calls were answered with cards in a second of processor time of client and service.
func yield(f *figure) float64 { return f.rate() / processors(f) }

func memory(of []figure) int {
	return int(middle(each(of, func(f *figure) float64 { return float64(f.counted.Memory >> 20) })))
}

func heading(more string) {
	fmt.Println("| medians of rounds | requests/s | p50 | p99 | p99.9 |" + more)
	fmt.Println("|---|" + strings.Repeat("--:|", 4+strings.Count(more, "|")))
}

// row prints a line of a table.
func row(name string, of []figure, took func(*figure) []time.Duration, rest string) {
	failed := 0
	for i := range of {
		failed += of[i].failed
	}
	if failed > 0 {
		name += fmt.Sprintf(" (**%d failed**)", failed)
	}
	cells := []string{fmt.Sprintf("%.0f", middle(each(of, func(f *figure) float64 { return float64(len(took(f))) / f.lasted.Seconds() })))}
	for _, part := range []float64{0.5, 0.99, 0.999} {
		cells = append(cells, fmt.Sprintf("%.2f ms", middle(each(of, func(f *figure) float64 { return ms(within(took(f), part)) }))))
	}
	fmt.Println("| " + name + " | " + strings.Join(append(cells, rest), " | ") + " |")
}

// within returns the time within which a part of some took place.
func within(took []time.Duration, part float64) time.Duration {
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return took[min(len(took)-1, int(part*float64(len(took))))]
}

func each(of []figure, value func(*figure) float64) []float64 {
	out := make([]float64, len(of))
	for i := range of {
		out[i] = value(&of[i])
	}
	return out
}

// ratios are those within each round: what slows the machine slows both.
func ratios(of, against []figure, value func(*figure) float64) []float64 {
	out := each(of, value)
	for i := range out {
		out[i] /= value(&against[i])
	}
	return out
}

func middle(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// spread prints the value in the middle, and the least and the most.
func spread(values []float64, scale float64, format string) string {
	return fmt.Sprintf(format+" ("+format+" to "+format+")", scale*middle(values), scale*slices.Min(values), scale*slices.Max(values))
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

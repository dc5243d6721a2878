// The benchmarks compare Primum with other engines on the same rules and the same records, and tell
// whether it reaches what it must. README.md says what is compared and how.
//
//	go run .                        everything: some minutes
//	go run . -quick                 few short rounds, and 100,000 interactions for Primum only
//	go run . -bundles ~/synthea     and the embedded packs over bundles of your own
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A plan says what to measure.
type plan struct {
	quick   bool
	cpu     bool
	engines []Contender
	sizes   []int
	bundles string
}

func main() {
	quick := flag.Bool("quick", false, "few short rounds, and 100,000 interactions for Primum only")
	engines := flag.String("engines", strings.Join(names(contenders), ","), "the `names` of engines to compare")
	sizes := flag.String("sizes", "30,300,3000", "the `numbers` of resources in the bundles to compare them over")
	bundles := flag.String("bundles", "", "a `folder` of FHIR Bundles (*.json) to run the embedded packs over")
	cpu := flag.Bool("cpu", false, "measure processor time instead of the time of day: for a machine that is busy")
	flag.Parse()
	p, err := readPlan(*engines, *sizes)
	if err == nil {
		p.quick, p.cpu, p.bundles = *quick, *cpu, *bundles
		err = p.run(os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func readPlan(engines, sizes string) (*plan, error) {
	p := &plan{}
	for name := range strings.SplitSeq(engines, ",") {
		if !slices.Contains(names(contenders), name) {
			return nil, fmt.Errorf("there is no engine %q: expected %s", name, strings.Join(names(contenders), ", "))
		}
		p.engines = append(p.engines, contender(name))
	}
	for size := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil || n < 30 {
			return nil, fmt.Errorf("%q is no size: expected a number from 30", size)
		}
		p.sizes = append(p.sizes, n)
	}
	return p, nil
}

func contender(name string) Contender {
	return contenders[slices.IndexFunc(contenders, func(c Contender) bool { return c.Name == name })]
}

func (p *plan) run(out io.Writer) error {
	m, loads, interactions := Meter{Rounds: 9, Slice: 100 * time.Millisecond, Clock: wallTime}, 3, []int{100, 1_000, 10_000, 100_000}
	if p.quick {
		m.Rounds, m.Slice, loads, interactions = 3, 30*time.Millisecond, 1, interactions[:3]
	}
	clock := "Time of day"
	if p.cpu {
		m.Clock, clock = cpuTime, "Processor time"
	}
	w, err := newWorkload()
	if err != nil {
		return err
	}
	printHead(out, m, clock)
	beside, err := w.sideBySide(m, p.engines, p.sizes)
	if err != nil {
		return err
	}
	beside.print(out, "150 rules, growing bundles")
	growing, err := w.growing(m, p.engines, 300, interactions)
	if err != nil {
		return err
	}
	growing.print(out, "300 resources, growing rule sets")
	if !slices.Contains(names(p.engines), "primum") {
		return nil
	}
	figures, err := p.figures(w, m, loads)
	if err != nil {
		return err
	}
	printFigures(out, append(figures, against(beside, "300 resources")...))
	return nil
}

// figures measures what Primum must reach, but for the comparison with others.
func (p *plan) figures(w *Workload, m Meter, loads int) ([]Figure, error) {
	parts := []func() ([]Figure, error){
		func() ([]Figure, error) { return w.ratios(m) },
		func() ([]Figure, error) { return w.parallel(m) },
		func() ([]Figure, error) { return w.quiet(m) },
		func() ([]Figure, error) { return w.loading(loads) },
	}
	if p.bundles != "" {
		parts = append(parts, func() ([]Figure, error) { return folder(m, p.bundles) })
	}
	var out []Figure
	for _, part := range parts {
		figures, err := part()
		if err != nil {
			return nil, err
		}
		out = append(out, figures...)
	}
	return out, nil
}

// progress tells on standard error what is being measured.
func progress(format string, values ...any) { fmt.Fprintf(os.Stderr, "… "+format+"\n", values...) }

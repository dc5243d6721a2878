package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/valyala/fastjson"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

// A Figure is one that Primum must reach.
type Figure struct {
	What     string
	Target   float64 // 0 if there is none: it is only told
	AtLeast  bool    // the target is a least, not a most
	Measured float64
	Unit     string // printed after numbers: "×", " s"
}

// Met reports whether it was reached.
func (f Figure) Met() bool {
	if f.AtLeast {
		return f.Measured >= f.Target
	}
	return f.Measured <= f.Target
}

// ratios measures bytes → report over bundles and rule sets, all in the same rounds.
func (w *Workload) ratios(m Meter) ([]Figure, error) {
	var cases []Case
	add := func(name string, c Contender, interactions, size int) error {
		engine, err := w.make(c, interactions)
		if err != nil {
			return err
		}
		one, err := w.timed(name, c, engine, w.rules[interactions], size)
		cases = append(cases, one)
		return err
	}
	floor, our := contender("fastjson"), contender("primum")
	near := our
	near.Make = func(rules *RuleSet, ingredient map[string]string) (Engine, error) {
		return our.Make(rules.naming(w.catalogue.Drugs[:6]), ingredient)
	}
	err := firstError(
		add("parse 30", floor, 100, 30), add("10,050 rules, 30", our, 10_000, 30),
		add("parse 300", floor, 100, 300), add("10,050 rules, 300", our, 10_000, 300),
		add("parse 3,000", floor, 100, 3000), add("10,050 rules, 3,000", our, 10_000, 3000),
		add("150 rules, 300", our, 100, 300), add("100,050 rules, 300", our, 100_000, 300),
		add("10,050 near rules, 300", near, 10_000, 300),
		w.addSingle(&cases, "150 singles", 150), w.addSingle(&cases, "10,000 singles", 10_000),
	)
	if err != nil {
		return nil, err
	}
	progress("Primum over bundles and rule sets: %d cases", len(cases))
	s, err := m.Measure(cases)
	if err != nil {
		return nil, err
	}
	return []Figure{
		{What: "bytes → report, 3,000 resources, 10,050 rules, against fastjson parsing", Target: 1.5, Measured: s["10,050 rules, 3,000"].over(s["parse 3,000"]), Unit: "×"},
		{What: "the same, 300 resources", Target: 1.5, Measured: s["10,050 rules, 300"].over(s["parse 300"]), Unit: "×"},
		{What: "the same, 30 resources", Target: 2, Measured: s["10,050 rules, 30"].over(s["parse 30"]), Unit: "×"},
		{What: "150 → 10,050 rules (table rows), 300 resources", Target: 1.2, Measured: s["10,050 rules, 300"].over(s["150 rules, 300"]), Unit: "×"},
		{What: "the same where one in 50 rows names a drug that the patient takes", Measured: s["10,050 near rules, 300"].over(s["150 rules, 300"]), Unit: "×"},
		{What: "150 → 100,050 rules", Target: 2, Measured: s["100,050 rules, 300"].over(s["150 rules, 300"]), Unit: "×"},
		{What: "150 → 10,000 rules written one by one", Target: 1.5, Measured: s["10,000 singles"].over(s["150 singles"]), Unit: "×"},
		{What: "30 → 3,000 resources, 10,050 rules", Target: 110, Measured: s["10,050 rules, 3,000"].over(s["10,050 rules, 30"]), Unit: "×"},
	}, nil
}

// addSingle adds the case of n rules written one by one, over 300 resources.
func (w *Workload) addSingle(cases *[]Case, name string, n int) error {
	rules, err := w.Rules(n)
	if err != nil {
		return err
	}
	packs, err := loadPack(singles(rules))
	if err != nil {
		return err
	}
	compiled, err := cds.New(packs)
	if err != nil {
		return err
	}
	one, err := w.compared(name, &primum{compiled}, 300, func(r *Record) []Hit { return expectedSingles(rules, r) })
	*cases = append(*cases, one)
	return err
}

// against tells how many times faster Primum is than others were beside it.
func against(c *Comparison, column string) []Figure {
	var out []Figure
	for _, other := range []struct {
		name, what string
		target     float64
	}{
		{"samply", "hand-written Go over samply structs", 10},
		{"opa", "OPA with data-indexed policy", 15},
		{"expr", "expr over maps", 15},
		{"cel", "naive cel-go over maps", 15},
	} {
		ours, theirs := c.series(column, "primum"), c.series(column, other.name)
		if ours != nil && theirs != nil {
			out = append(out, Figure{What: "faster than " + other.what + ", " + column, Target: other.target, AtLeast: true, Measured: theirs.over(ours), Unit: "×"})
		}
	}
	return out
}

// parallel measures the throughput of two goroutines against one, and for comparison that of parsing.
func (w *Workload) parallel(m Meter) ([]Figure, error) {
	progress("two goroutines")
	patients, err := w.Patients(300)
	if err != nil {
		return nil, err
	}
	engine, err := w.make(contender("primum"), 10_000)
	if err != nil {
		return nil, err
	}
	m.Slice *= 3
	var ours, floors []float64
	for range m.Rounds {
		for _, one := range []struct {
			engines []Engine
			into    *[]float64
		}{{[]Engine{engine, engine}, &ours}, {[]Engine{&parser{}, &parser{}}, &floors}} {
			for _, e := range one.engines {
				if _, err := e.Evaluate(patients[0].Bundle); err != nil {
					return nil, err
				}
			}
			single, err := throughput(one.engines[:1], patients, m.Slice)
			if err != nil {
				return nil, err
			}
			double, err := throughput(one.engines, patients, m.Slice)
			if err != nil {
				return nil, err
			}
			*one.into = append(*one.into, double/single)
		}
	}
	return []Figure{{
		What:   fmt.Sprintf("throughput of two goroutines against one (parsing alone: %.2f×)", median(floors)),
		Target: 1.8, AtLeast: true, Measured: median(ours), Unit: "×",
	}}, nil
}

// throughput is how many bundles a second engines evaluate together, each in a goroutine.
func throughput(engines []Engine, patients []Patient, slice time.Duration) (float64, error) {
	runtime.GC()
	counts, errs := make([]int, len(engines)), make([]error, len(engines))
	var all sync.WaitGroup
	begin := time.Now()
	for g, engine := range engines {
		all.Go(func() {
			for n := 0; time.Since(begin) < slice && errs[g] == nil; n++ {
				_, errs[g] = engine.Evaluate(patients[(g+n)%len(patients)].Bundle)
				counts[g] = n + 1
			}
		})
	}
	all.Wait()
	took := time.Since(begin)
	sum := 0
	for _, n := range counts {
		sum += n
	}
	return float64(sum) / took.Seconds(), firstError(errs...)
}

// quiet counts the allocations of a warm evaluation of rules of which none holds.
func (w *Workload) quiet(m Meter) ([]Figure, error) {
	patients, err := w.Patients(300)
	if err != nil {
		return nil, err
	}
	all, err := w.Rules(100)
	if err != nil {
		return nil, err
	}
	hold := map[string]bool{}
	for _, hit := range expected(all, patients[0].Record) {
		hold[hit.Rule] = true
	}
	made, err := newPrimum(all.without(hold), nil)
	if err != nil {
		return nil, err
	}
	engine := made.(*primum).engine
	read, err := engine.Read(cds.JSON(patients[0].Bundle))
	if err != nil {
		return nil, err
	}
	defer read.Close()
	instant := now // another one each time, so that no answer rests on the last one
	s, err := m.Measure([]Case{{"quiet", func() error {
		instant = instant.Add(time.Microsecond)
		report, err := engine.Evaluate(context.Background(), read, cds.Review{Now: instant})
		if err == nil && len(report.Findings) > 0 {
			err = fmt.Errorf("there are findings: %v", report.Findings)
		}
		return firstError(err, clean(report))
	}}})
	if err != nil {
		return nil, err
	}
	return []Figure{{What: fmt.Sprintf("allocations of a warm evaluation with nothing found, 300 resources (%s µs)", microseconds(s["quiet"].Median())), Target: 60, Measured: s["quiet"].Allocs()}}, nil
}

// loading measures compiling and what stays in memory of it.
func (w *Workload) loading(rounds int) ([]Figure, error) {
	progress("compiling")
	few, err := w.Rules(150)
	if err != nil {
		return nil, err
	}
	many, err := w.Rules(10_000)
	if err != nil {
		return nil, err
	}
	small, err := w.Rules(100)
	if err != nil {
		return nil, err
	}
	large, err := w.Rules(100_000)
	if err != nil {
		return nil, err
	}
	read, compiled, perRule, err := loaded(rounds, singles(few), singles(many), 10_000-150)
	if err != nil {
		return nil, err
	}
	tableRead, tableCompiled, perRow, err := loaded(rounds, packOf(small), packOf(large), 100_000-100)
	return []Figure{
		{What: fmt.Sprintf("compile 10,000 single rules (reading the YAML before took %.2f s)", read.Seconds()), Target: 1.5, Measured: compiled.Seconds(), Unit: " s"},
		{What: "retained by each of them", Target: 5 * 1024, Measured: perRule, Unit: " B"},
		{What: fmt.Sprintf("load a table of 100,000 rows: read the CSV (%.2f s) and compile", tableRead.Seconds()), Target: 1, Measured: (tableRead + tableCompiled).Seconds(), Unit: " s"},
		{What: "retained by each row", Target: 200, Measured: perRow, Unit: " B"},
	}, err
}

// loaded returns how long reading and compiling the large pack take, and how much more an engine of it
// retains than one of the small pack, for each of so many rules more.
func loaded(rounds int, small, large pack, more int) (read, compiled time.Duration, each float64, err error) {
	var reads, compiles []time.Duration
	engine := func(p pack) func() (any, error) {
		return func() (any, error) {
			begin := time.Now()
			packs, err := loadPack(p)
			if err != nil {
				return nil, err
			}
			reads = append(reads, time.Since(begin))
			runtime.GC()
			begin = time.Now()
			engine, err := cds.New(packs)
			compiles = append(compiles, time.Since(begin))
			return engine, err
		}
	}
	base, err := retained(engine(small))
	if err != nil {
		return 0, 0, 0, err
	}
	reads, compiles = nil, nil
	var sizes []float64
	for range rounds {
		size, err := retained(engine(large))
		if err != nil {
			return 0, 0, 0, err
		}
		sizes = append(sizes, size)
	}
	return median(reads), median(compiles), (median(sizes) - base) / float64(more), nil
}

// folder measures the embedded packs over all bundles in a folder against parsing the same bytes.
func folder(m Meter, path string) ([]Figure, error) {
	names, err := filepath.Glob(filepath.Join(path, "*.json"))
	if err != nil || len(names) == 0 {
		return nil, firstError(err, fmt.Errorf("there are no .json files in %s", path))
	}
	var bundles [][]byte
	size := 0
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		bundles, size = append(bundles, data), size+len(data)
	}
	packs, err := rules.Embedded()
	if err != nil {
		return nil, err
	}
	engine, err := cds.New(packs)
	if err != nil {
		return nil, err
	}
	our := &primum{engine}
	var parser fastjson.Parser
	progress("the embedded packs over %d bundles", len(bundles))
	s, err := m.Measure([]Case{
		{"parse", func() error {
			for _, data := range bundles {
				if _, err := parser.ParseBytes(data); err != nil {
					return err
				}
			}
			return nil
		}},
		{"primum", func() error {
			for _, data := range bundles {
				if _, err := our.report(data); err != nil {
					return err
				}
			}
			return nil
		}},
	})
	if err != nil {
		return nil, err
	}
	return []Figure{{
		What:   fmt.Sprintf("bytes → report over %d bundles (%s KB) with the embedded packs, against fastjson parsing", len(bundles), thousands(size/1024)),
		Target: 0.8, Measured: s["primum"].over(s["parse"]), Unit: "×",
	}}, nil
}

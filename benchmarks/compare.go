package main

import (
	"fmt"
	"slices"
)

// patients is how many different ones each engine meets in turn, so that none is asked the same bytes
// again and again.
const patients = 4

// A Workload makes patients and rules, each once.
type Workload struct {
	catalogue *Catalogue
	patients  map[int][]Patient // by the number of resources
	rules     map[int]*RuleSet  // by the number of interactions
}

// A Patient is what is known of one, and the bundle that says so.
type Patient struct {
	Record *Record
	Bundle []byte
}

func newWorkload() (*Workload, error) {
	catalogue, err := readCatalogue()
	return &Workload{catalogue, map[int][]Patient{}, map[int]*RuleSet{}}, err
}

// Patients returns patients with n resources each.
func (w *Workload) Patients(n int) ([]Patient, error) {
	for i := len(w.patients[n]); i < patients; i++ {
		record := generate(w.catalogue, i, n)
		data, err := bundle(record)
		if err != nil {
			return nil, err
		}
		w.patients[n] = append(w.patients[n], Patient{record, data})
	}
	return w.patients[n], nil
}

// Rules returns n interactions and the 50 other rules.
func (w *Workload) Rules(n int) (*RuleSet, error) {
	if w.rules[n] == nil {
		rules, err := readRules(n)
		if err != nil {
			return nil, err
		}
		w.rules[n] = rules
	}
	return w.rules[n], nil
}

// make compiles n interactions for a contender.
func (w *Workload) make(c Contender, n int) (Engine, error) {
	rules, err := w.Rules(n)
	if err != nil {
		return nil, err
	}
	engine, err := c.Make(rules, w.catalogue.Ingredient())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	return engine, nil
}

// timed is the case of an engine over patients of some size, one a run. What it finds is compared with
// the oracle now, and not while it is timed.
func (w *Workload) timed(name string, c Contender, engine Engine, rules *RuleSet, size int) (Case, error) {
	oracle := expected
	if c.Silent {
		oracle = func(*RuleSet, *Record) []Hit { return nil }
	}
	return w.compared(name, engine, size, func(r *Record) []Hit { return oracle(rules, r) })
}

func (w *Workload) compared(name string, engine Engine, size int, oracle func(*Record) []Hit) (Case, error) {
	patients, err := w.Patients(size)
	if err != nil {
		return Case{}, err
	}
	for _, p := range patients {
		hits, err := engine.Evaluate(p.Bundle)
		if err != nil {
			return Case{}, fmt.Errorf("%s: %w", name, err)
		}
		if err := agree(name, oracle(p.Record), hits); err != nil {
			return Case{}, err
		}
	}
	next := 0
	return Case{name, func() error {
		next = (next + 1) % len(patients)
		_, err := engine.Evaluate(patients[next].Bundle)
		return err
	}}, nil
}

// A Comparison is engines side by side: one column for each size of bundles, or of rule sets.
type Comparison struct {
	Engines []string
	Columns []string
	Series  []map[string]Series // by column, then by engine; those not asked are left out
}

// sideBySide compares engines with 100 interactions over bundles of some sizes.
func (w *Workload) sideBySide(m Meter, engines []Contender, sizes []int) (*Comparison, error) {
	out := &Comparison{Engines: names(engines)}
	rules, err := w.Rules(100)
	if err != nil {
		return nil, err
	}
	made := make([]Engine, len(engines))
	for i, c := range engines {
		if made[i], err = w.make(c, 100); err != nil {
			return nil, err
		}
	}
	for _, size := range sizes {
		var cases []Case
		for i, c := range engines {
			one, err := w.timed(c.Name, c, made[i], rules, size)
			if err != nil {
				return nil, err
			}
			cases = append(cases, one)
		}
		if err := out.measure(m, thousands(size)+" resources", cases); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// growing compares engines over one bundle with more and more interactions, as far as each can go.
func (w *Workload) growing(m Meter, engines []Contender, size int, interactions []int) (*Comparison, error) {
	out := &Comparison{Engines: names(engines)}
	for _, n := range interactions {
		rules, err := w.Rules(n)
		if err != nil {
			return nil, err
		}
		var cases []Case
		for _, c := range engines {
			if n > c.Most {
				continue
			}
			engine, err := w.make(c, n)
			if err != nil {
				return nil, err
			}
			one, err := w.timed(c.Name, c, engine, rules, size)
			if err != nil {
				return nil, err
			}
			cases = append(cases, one)
		}
		if err := out.measure(m, thousands(rules.Len())+" rules", cases); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *Comparison) measure(m Meter, column string, cases []Case) error {
	progress("%s: %d engines", column, len(cases))
	series, err := m.Measure(cases)
	c.Columns, c.Series = append(c.Columns, column), append(c.Series, series)
	return err
}

// series returns what was measured of an engine in a column; nil if it was not.
func (c *Comparison) series(column, engine string) Series {
	if i := slices.Index(c.Columns, column); i >= 0 {
		return c.Series[i][engine]
	}
	return nil
}

func names(engines []Contender) []string {
	out := make([]string, len(engines))
	for i, c := range engines {
		out[i] = c.Name
	}
	return out
}

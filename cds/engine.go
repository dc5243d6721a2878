package cds

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/expr"
	"github.com/primum-cds/primum/cds/internal/fhir"
	"github.com/primum-cds/primum/cds/internal/record"
	"github.com/primum-cds/primum/cds/terminology"
)

// An Engine holds compiled rules. It is immutable and may be used by any number of goroutines.
type Engine struct {
	env    *expr.Env
	coder  chart.Coder
	rules  []*rule
	index  *index
	reads  map[string]bool // the FHIR types that some rule reads
	hooks  []Hook          // declared ones
	advice []unreachable
	panels map[terminology.Code][]terminology.Code // by component
	// systems are those of SNOMED CT and RxNorm, in which allergies are recorded, and of all codes of rules.
	systems     map[string]bool
	memories    *sync.Pool // of *chart.Memory
	evaluations *sync.Pool // of *evaluation
}

// An Option adjusts New.
type Option func(*config)

type config struct {
	functions []expr.Custom
	codes     CodeSource
	site      *Site
	drafts    bool
	hooks     []Hook
	coder     chart.Coder
	errors    Errors
}

// WithSite applies what one site changes: params, rules that are off, lowered or in shadow.
func WithSite(site Site) Option { return func(c *config) { c.site = &site } }

// WithDrafts evaluates rules whose status is draft, too: for tests of rules.
func WithDrafts() Option { return func(c *config) { c.drafts = true } }

// A CodeSource knows codes that packs name without listing them. It is asked while New compiles, by one
// goroutine, never while an engine evaluates. What it does not know is an error, never an empty list.
type CodeSource interface {
	// ValueSet returns all codes of the value set with a canonical URL.
	ValueSet(ctx context.Context, url string) ([]terminology.Code, error)
	// Descendants returns all codes below one, at any depth, without the code itself.
	Descendants(ctx context.Context, code terminology.Code) ([]terminology.Code, error)
}

// A Translator is a CodeSource that also maps codes: patients' codes are read as what it returns, too,
// which must mean the same or be wider. It is asked while records are read, by any number of goroutines.
type Translator interface {
	Translate(code terminology.Code) []terminology.Code
}

// A Subsumer is a CodeSource that also knows which codes are above others: known is false where it does
// not. It is asked while rules are evaluated, by any number of goroutines.
type Subsumer interface {
	Subsumes(a, b terminology.Code) (subsumes, known bool)
}

// WithCodes plugs in a source of value sets and hierarchies, which may also be a Translator and a
// Subsumer: a *terminology.Library is all of it.
func WithCodes(source CodeSource) Option {
	return func(c *config) {
		c.codes = source
		if t, ok := source.(Translator); ok {
			c.coder.Translate = t.Translate
		}
		if s, ok := source.(Subsumer); ok {
			c.coder.Subsumes = s.Subsumes
		}
	}
}

// WithDrugs replaces the drugs that ship, as after an import of a full RxNorm release.
func WithDrugs(drugs *terminology.Drugs) Option { return func(c *config) { c.coder.Drugs = drugs } }

// New compiles packs into an Engine. The error is an Errors with every mistake that was found.
func New(packs []Pack, opts ...Option) (*Engine, error) {
	drugs, err := terminology.ShippedDrugs()
	if err != nil {
		return nil, fmt.Errorf("the shipped drugs cannot be read: %w", err)
	}
	cfg := &config{coder: chart.Coder{Codes: terminology.NewInterner(), Drugs: drugs}}
	for _, opt := range opts {
		opt(cfg)
	}
	e := &Engine{coder: cfg.coder, reads: map[string]bool{}, systems: map[string]bool{terminology.SNOMED: true, terminology.RxNorm: true}}
	if e.panels, err = readPanels(); err != nil {
		return nil, err
	}
	e.memories = &sync.Pool{New: func() any { return chart.NewMemory(&e.coder) }}
	e.evaluations = &sync.Pool{New: func() any { return newEvaluation(e) }}
	if e.env, err = expr.NewEnv(fhir.Load(), e.coder.Codes, cfg.functions); err != nil {
		return nil, append(cfg.errors, &Error{Message: err.Error()})
	}
	c := &compiler{engine: e, config: cfg, packs: map[string]Position{}, usedSite: map[string]bool{}, files: &bareFiles{known: map[*File]*File{}}}
	c.declare(packs)
	for i := range packs {
		c.pack(&packs[i])
	}
	c.site()
	if errs := append(cfg.errors, c.errors...); len(errs) > 0 {
		return nil, errs.Sorted()
	}
	if source := cfg.codes; source != nil {
		e.env.Widen(e.coder.Codes, func(code terminology.Code) ([]terminology.Code, error) {
			return source.Descendants(context.Background(), code)
		})
	}
	e.advice = sortedAdvice(c.advice)
	slices.SortStableFunc(e.rules, func(a, b *rule) int {
		return cmp.Or(cmp.Compare(a.pack.def.Name, b.pack.def.Name), cmp.Compare(a.def.ID, b.def.ID))
	})
	e.post()
	e.env.Forget()
	return e, nil
}

// A Record is what is known of one patient, read for one engine. It belongs to one goroutine. It can be
// asked any number of times, with other hooks and at other instants.
type Record struct {
	engine *Engine
	record *record.Record
	chart  *chart.Chart
	memory *chart.Memory
}

// Read reads a patient's data. It is lenient: what is odd becomes a warning of every report. The error
// is a *ReadError where an input cannot be read at all.
func (e *Engine) Read(inputs ...Input) (*Record, error) {
	return e.ReadPatient("", inputs...)
}

// ReadPatient is Read for a patient whose id the caller knows: resources of others are left out.
func (e *Engine) ReadPatient(id string, inputs ...Input) (*Record, error) {
	in := make([]record.Input, len(inputs))
	for i, input := range inputs {
		in[i] = record.Input(input)
	}
	rec, err := record.Read(in, record.Options{PatientID: id, Keep: func(t string) bool { return e.reads[t] }})
	if err != nil {
		if readErr, ok := err.(*record.ReadError); ok {
			return nil, (*ReadError)(readErr)
		}
		return nil, err
	}
	memory := e.memories.Get().(*chart.Memory)
	return &Record{engine: e, record: rec, memory: memory, chart: memory.New(rec)}, nil
}

// Close gives the record's memory back. The record cannot be used after; reports made from it can.
func (r *Record) Close() {
	if r.chart == nil {
		return
	}
	if r.memory.Release() {
		r.engine.memories.Put(r.memory)
	}
	r.record.Close()
	r.chart, r.memory = nil, nil
}

// Len returns how many resources of the patient there are, those that no rule reads included.
func (r *Record) Len() int {
	n := len(r.record.Resources)
	for _, skipped := range r.record.Skipped {
		n += skipped
	}
	return n
}

// PatientID returns the id of the patient, "" if nothing names one.
func (r *Record) PatientID() string { return r.record.PatientID }

// A ReadError is returned by Read when nothing can be read from an input.
type ReadError struct {
	Input   string // its name
	Offset  int    // in bytes from 0; -1 where it has no place
	Line    int    // counted from 1; 0 where it has no place
	Message string
}

// Error names the input, the place in it and what was wrong.
func (e *ReadError) Error() string { return (*record.ReadError)(e).Error() }

package rules

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/primum-cds/primum/cds"
)

// A Result is what came of one test.
type Result struct {
	File     *cds.File
	Pack     string
	Test     string
	Position cds.Position
	Mistakes cds.Errors // where the report differs from what the test expects; nil: it passed
}

// Passed reports whether the test passed.
func (r Result) Passed() bool { return len(r.Mistakes) == 0 }

// RunTests runs the test files at paths, each against the pack that lies beside it and no other. Rules
// in draft and shadow are asked like active ones, so that they can be tested before anybody sees them.
// The options are those of cds.New, for packs that need a code source or functions.
//
// The error is a cds.Errors if rules or tests are wrong in themselves, and then nothing was run; any
// other error says that a file could not be read. A test that fails is a Result, not an error.
func RunTests(ctx context.Context, paths []string, opts ...cds.Option) ([]Result, error) {
	files, err := LoadTests(paths...)
	if err != nil {
		return nil, err
	}
	r := &runner{opts: append([]cds.Option{cds.WithDrafts()}, opts...)}
	engines := make([]*cds.Engine, len(files))
	var wrong cds.Errors
	for i, file := range files {
		var mistakes cds.Errors
		engines[i], err = r.engine(file.Pack, nil)
		if errors.As(err, &mistakes) {
			wrong = append(wrong, mistakes...)
		} else if err != nil {
			return nil, err
		}
	}
	if len(wrong) > 0 {
		return nil, wrong.Sorted()
	}
	var results []Result
	for i, file := range files {
		for t := range file.Tests {
			test := &file.Tests[t]
			result := Result{File: file.File, Pack: file.Pack.Name, Test: test.Name, Position: test.Position}
			if result.Mistakes, err = r.run(ctx, engines[i], file.Pack, test); err != nil {
				return nil, err
			}
			results = append(results, result)
		}
	}
	return results, nil
}

// A runner compiles packs and asks them.
type runner struct {
	opts []cds.Option
}

// engine compiles a pack whose rules all speak, with the params of one test.
func (r *runner) engine(pack cds.Pack, params []cds.SiteParam) (*cds.Engine, error) {
	rules := make([]cds.Rule, len(pack.Rules))
	for i, rule := range pack.Rules {
		if rule.Status == cds.Shadow {
			rule.Status = cds.Active
		}
		rules[i] = rule
	}
	pack.Rules = rules
	opts := r.opts
	if params != nil {
		opts = append(opts[:len(opts):len(opts)], cds.WithSite(cds.Site{Params: params}))
	}
	return cds.New([]cds.Pack{pack}, opts...)
}

// run asks a test's question and compares the answer. Mistakes are those of the answer, or of the test's
// own values.
func (r *runner) run(ctx context.Context, engine *cds.Engine, pack cds.Pack, t *Test) (cds.Errors, error) {
	report, err := r.report(ctx, engine, pack, t)
	var mistakes cds.Errors
	if errors.As(err, &mistakes) {
		return mistakes, nil
	} else if err != nil {
		return nil, err
	}
	return t.compare(report), nil
}

// report asks a test's question. The error is a cds.Errors if the test's own values are wrong.
func (r *runner) report(ctx context.Context, engine *cds.Engine, pack cds.Pack, t *Test) (*cds.Report, error) {
	if t.Params != nil {
		var err error
		if engine, err = r.engine(pack, t.Params); err != nil {
			return nil, err
		}
	}
	if err := t.asked(engine); err != nil {
		return nil, err
	}
	rec, err := t.read(engine, pack)
	if err != nil {
		return nil, err
	}
	defer rec.Close()
	report, err := engine.Evaluate(ctx, rec, t.review(rec))
	if err != nil {
		return nil, fmt.Errorf("%s: test %q: %w", t.Position, t.Name, err)
	}
	return report, nil
}

// asked refuses a test at a hook that is not of the CDS Hooks library, and at which no rule is asked: it could not fail.
// The error is a cds.Errors.
func (t *Test) asked(engine *cds.Engine) error {
	known := engine.Hooks()
	if _, library := cds.HookByName(t.Hook); library || t.Hook == "" || slices.Contains(known, t.Hook) {
		return nil
	}
	return cds.Errors{{Position: t.Position, Message: fmt.Sprintf("no rule of this pack is asked at the hook %q", t.Hook), Suggest: suggest(t.Hook, known)}}
}

// inputs are the test's patient as an engine reads it. The error is a cds.Errors.
func (t *Test) inputs(pack cds.Pack) ([]cds.Input, error) {
	record, drafts, err := t.Bundle(pack)
	if err != nil {
		return nil, err
	}
	inputs := []cds.Input{{Name: t.Name, JSON: record, Supplies: t.Supplied}}
	if drafts != nil {
		inputs = append(inputs, cds.Input{Name: t.Name + ", orders", JSON: drafts, Draft: true})
	}
	return inputs, nil
}

// read reads the test's patient. The error is a cds.Errors.
func (t *Test) read(engine *cds.Engine, pack cds.Pack) (*cds.Record, error) {
	inputs, err := t.inputs(pack)
	if err != nil {
		return nil, err
	}
	rec, err := engine.Read(inputs...)
	if err != nil {
		return nil, cds.Errors{{Position: t.Position, Message: fmt.Sprintf("the patient cannot be read: %v", err)}}
	}
	return rec, nil
}

func (t *Test) review(rec *cds.Record) cds.Review {
	asked := map[string]any{"patientId": rec.PatientID()}
	maps.Copy(asked, t.Context)
	return cds.Review{Hook: t.Hook, Now: t.Now, Context: asked}
}

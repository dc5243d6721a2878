package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

// A knowledge is what patients are asked: an engine and the packs in it.
type knowledge struct {
	engine *cds.Engine
	packs  []cds.Pack
}

// load reads and compiles the rules that q names, with its terminology and what the site changes. The
// terminology stays open until q.library is closed.
func (q *question) load(opts ...cds.Option) (*knowledge, error) {
	packs, err := load(q.rules)
	if err != nil {
		return nil, wrongRules(err)
	}
	if q.params != "" {
		site, err := rules.LoadSite(q.params)
		if err != nil {
			return nil, wrongRules(err)
		}
		opts = append(opts, cds.WithSite(site))
	}
	known, err := q.library.open()
	if err != nil {
		return nil, err
	}
	engine, err := cds.New(packs, append(opts, known...)...)
	if err != nil {
		return nil, wrongRules(err)
	}
	return &knowledge{engine, packs}, nil
}

// embedded names the packs that come with the command.
const embedded = "embedded"

func load(paths []string) ([]cds.Pack, error) {
	if len(paths) == 0 || slices.Contains(paths, embedded) {
		packs, err := rules.Embedded()
		if err != nil {
			return nil, err
		}
		more, err := rules.Load(slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return p == embedded })...)
		return append(packs, more...), err
	}
	return rules.Load(paths...)
}

// wrongRules says that nothing was asked because the rules have mistakes.
func wrongRules(err error) error {
	var wrong cds.Errors
	if errors.As(err, &wrong) {
		return fmt.Errorf("nothing was reviewed: the rules have %s\n%w", count(len(wrong), "mistake"), err)
	}
	return err
}

// size counts packs, rules and the rows of the tables that rules are made of.
func size(packs []cds.Pack) (nRules, nRows int) {
	for _, p := range packs {
		nRules += len(p.Rules)
		for _, t := range p.Tables {
			nRows += len(t.Rows)
		}
	}
	return nRules, nRows
}

// asked counts the rules that a hook asks; "" asks every active one.
func asked(packs []cds.Pack, hook string) int {
	n := 0
	for _, p := range packs {
		for _, r := range p.Rules {
			speaks := r.Status == "" || r.Status == cds.Active || r.Status == cds.Shadow
			if speaks && (hook == "" || len(r.Hooks) == 0 || slices.Contains(r.Hooks, hook)) {
				n++
			}
		}
	}
	return n
}

// count writes a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

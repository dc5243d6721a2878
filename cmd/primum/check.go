package main

import (
	"errors"
	"flag"
	"fmt"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

func (c *command) check(args []string) error {
	f := c.flags("check", "[flags] PATH…", "Reads and type-checks the rule files at each PATH, a file or a folder, and prints every mistake in them.")
	slow := f.Bool("slow", false, "also list the rules that no code can wake, each with the part of its condition that prevents it: they are asked about every patient")
	return onPaths(f, args, "a rule file", func(paths []string, options []cds.Option) error { return c.checkPaths(paths, options, *slow) })
}

// onPaths parses the flags of a command that takes the paths of files, which are called what, and runs it
// with the terminology that they name.
func onPaths(f *flag.FlagSet, args []string, what string, run func(paths []string, options []cds.Option) error) error {
	known := &library{}
	defer known.close()
	known.define(f)
	paths, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return usageError{"expected a PATH: " + what + ", or a folder that holds some", f.Name()}
	}
	options, err := known.open()
	if err != nil {
		return err
	}
	return run(paths, options)
}

func (c *command) checkPaths(paths []string, options []cds.Option, slow bool) error {
	engine, err := rules.Check(paths, options...)
	if err != nil {
		return c.mistakes(err)
	}
	for _, advice := range engine.Advice() {
		fmt.Fprintf(c.out, "%s\n", advice.Detail())
	}
	if slow {
		c.slow(engine.Slow())
	}
	packs, err := rules.Load(paths...)
	if err != nil {
		return err
	}
	nRules, nRows := size(packs)
	fmt.Fprintf(c.out, "%s, %s, %s: no mistakes\n", count(len(packs), "pack"), count(nRules, "rule"), count(nRows, "table row"))
	return nil
}

// slow prints the rules that no code can wake.
func (c *command) slow(rules []*cds.Error) {
	for _, rule := range rules {
		fmt.Fprintf(c.out, "%v\n", rule)
	}
	fmt.Fprintf(c.out, "%s that no code can wake\n", count(len(rules), "rule"))
}

// mistakes prints what is wrong in rule files. Other errors are returned as they are.
func (c *command) mistakes(err error) error {
	var wrong cds.Errors
	if !errors.As(err, &wrong) {
		return err
	}
	fmt.Fprintf(c.out, "%v\n%s\n", err, count(len(wrong), "mistake"))
	return errMistakes
}

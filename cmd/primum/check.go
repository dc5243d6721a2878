package main

import (
	"errors"
	"fmt"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

func (c *command) check(args []string) error {
	f := c.flags("check", "[flags] PATH…", "Reads and type-checks the rule files at each PATH, a file or a folder, and prints every mistake in them.")
	known := &library{}
	defer known.close()
	known.define(f)
	paths, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return usageError{"expected a PATH: a rule file, or a folder that holds some", "check"}
	}
	options, err := known.open()
	if err != nil {
		return err
	}
	engine, err := rules.Check(paths, options...)
	if err != nil {
		return c.mistakes(err)
	}
	for _, advice := range engine.Advice() {
		fmt.Fprintf(c.out, "%s\n", advice.Detail())
	}
	packs, err := rules.Load(paths...)
	if err != nil {
		return err
	}
	nRules, nRows := size(packs)
	fmt.Fprintf(c.out, "%s, %s, %s: no mistakes\n", count(len(packs), "pack"), count(nRules, "rule"), count(nRows, "table row"))
	return nil
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

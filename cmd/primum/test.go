package main

import (
	"fmt"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

func (c *command) test(args []string) error {
	f := c.flags("test", "[flags] PATH…", "Runs the tests at each PATH, a *_test.yaml or a folder that holds some, and prints what differs from what they expect.")
	return onPaths(f, args, "a *_test.yaml", c.testPaths)
}

func (c *command) testPaths(paths []string, options []cds.Option) error {
	results, err := rules.RunTests(c.ctx, paths, options...)
	if err != nil {
		return c.mistakes(err)
	}
	if len(results) == 0 {
		return fmt.Errorf("there are no tests in %s: their files are named *_test.yaml and lie beside the rules", joined(", ", paths...))
	}
	failed := 0
	for _, r := range results {
		if !r.Passed() {
			failed++
			c.failure(r)
		}
	}
	fmt.Fprintf(c.out, "%d passed, %d failed\n", len(results)-failed, failed)
	if failed > 0 {
		return errMistakes
	}
	return nil
}

func (c *command) failure(r rules.Result) {
	fmt.Fprintf(c.out, "FAIL %s: %s\n", r.Position.At(), r.Test)
	for _, m := range r.Mistakes {
		fmt.Fprintf(c.out, "    %v\n", m)
	}
	fmt.Fprintln(c.out)
}

package main

import (
	"errors"
	"fmt"

	"github.com/primum-cds/primum/cds/terminology"
	"github.com/primum-cds/primum/cds/terminology/store"
)

// importFHIR reads FHIR resources into a terminology file.
func (c *command) importFHIR(sources []string, out string) error {
	l := terminology.NewLibrary()
	if err := l.LoadFiles(sources...); err != nil {
		return err
	}
	w, err := store.Create(out)
	if err != nil {
		return err
	}
	defer w.Abort()
	partial, err := store.ImportFHIR(c.ctx, w, l)
	if err != nil {
		return err
	}
	if err := errors.Join(c.ctx.Err(), w.Finish()); err != nil {
		return err
	}
	for _, p := range partial {
		fmt.Fprintf(c.errors, "primum: the %s %s was not written: %s\n", p.Kind, p.URL, p.Reason)
	}
	return c.inside(out)
}

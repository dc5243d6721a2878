package rules

import (
	"errors"
	"slices"

	"github.com/primum-cds/primum/cds"
)

// Check reads the rule files at paths, as Load does, and compiles them as cds.New does with the same
// options. The error is a cds.Errors with every mistake in them; without one, the Engine can be asked for
// its Advice. What cannot be read hides no mistake elsewhere:
// left out are only those of rules, codes, params and tables that could not be read themselves, and of
// packs of which a whole file could not be read. Any other error says that a file or folder could not
// be read at all.
func Check(paths []string, opts ...cds.Option) (*cds.Engine, error) {
	packs, err := Load(paths...)
	var unread, wrong cds.Errors
	if err != nil && !errors.As(err, &unread) {
		return nil, err
	}
	b := newBroken(packs, unread)
	packs = slices.DeleteFunc(packs, b.pack)
	engine, err := cds.New(packs, opts...)
	if err != nil && !errors.As(err, &wrong) {
		return nil, err
	}
	all := append(slices.Clone(unread), slices.DeleteFunc(wrong, b.causes)...)
	if len(all) == 0 {
		return engine, nil
	}
	return nil, all.Sorted()
}

package rules

import (
	"errors"
	"slices"

	"github.com/primum-cds/primum/cds"
)

// Check reads the rule files at paths, as Load does, compiles them as cds.New does, and returns every
// mistake in them as cds.Errors; nil if there is none. What cannot be read hides no mistake elsewhere:
// left out are only those of rules, codes, params and tables that could not be read themselves, and of
// packs of which a whole file could not be read. Any other error says that a file or folder could not
// be read at all.
func Check(paths ...string) error {
	packs, err := Load(paths...)
	var unread, wrong cds.Errors
	if err != nil && !errors.As(err, &unread) {
		return err
	}
	b := newBroken(packs, unread)
	packs = slices.DeleteFunc(packs, b.pack)
	if _, err := cds.New(packs); err != nil && !errors.As(err, &wrong) {
		return err
	}
	all := append(slices.Clone(unread), slices.DeleteFunc(wrong, b.causes)...)
	if len(all) == 0 {
		return nil
	}
	return all.Sorted()
}

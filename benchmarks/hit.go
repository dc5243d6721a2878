package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Hit is a rule that holds. Focus is the id of the order it is about, "" for a rule about a problem.
type Hit struct {
	Rule, Focus string
}

// once sorts hits and tells each interaction at its first order only: it is found from both sides.
func once(hits []Hit) []Hit {
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(strings.Compare(a.Rule, b.Rule), strings.Compare(a.Focus, b.Focus))
	})
	return slices.CompactFunc(hits, func(a, b Hit) bool {
		return a == b || a.Rule == b.Rule && strings.HasPrefix(a.Rule, "interaction[")
	})
}

// agree returns an error that shows where the hits of an engine are not those expected.
func agree(engine string, want, got []Hit) error {
	if slices.Equal(want, got) {
		return nil
	}
	return fmt.Errorf("%s: it finds\n  %v\nbut should find\n  %v", engine, got, want)
}

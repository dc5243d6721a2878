package cds

import (
	"cmp"
	"slices"
	"strings"
)

// covering says which findings need not be shown, each with the one that covers it: of rules of a pack with the
// same Once, one that is at least as urgent and rests on all that the other rests on. Of equals the one that rests
// on most counts, and of two that rest on the same the first, by the rule's id and then by the row's place in the
// table. What covers is not covered itself.
func covering(findings []*finding) map[*finding]*finding {
	type group struct {
		pack *pack
		once string
	}
	groups := map[group][]*finding{}
	for _, f := range findings {
		if f.rule.def.Once != "" && !f.instance.shadow {
			g := group{f.rule.pack, f.rule.def.Once}
			groups[g] = append(groups[g], f)
		}
	}
	var covered map[*finding]*finding
	for _, of := range groups {
		if len(of) < 2 {
			continue
		}
		if covered == nil {
			covered = map[*finding]*finding{}
		}
		cover(of, covered)
	}
	return covered
}

// cover notes which findings of a group others cover.
func cover(group []*finding, covered map[*finding]*finding) {
	type resting struct {
		*finding
		on []string
	}
	all := make([]resting, len(group))
	for i, f := range group {
		all[i] = resting{f, strings.Split(f.restsOn(), " ")}
	}
	slices.SortFunc(all, func(a, b resting) int {
		return cmp.Or(cmp.Compare(rank(a.Indicator), rank(b.Indicator)), cmp.Compare(len(b.on), len(a.on)),
			cmp.Compare(a.rule.def.ID, b.rule.def.ID), cmp.Compare(a.instance.row, b.instance.row), cmp.Compare(a.Focus, b.Focus))
	})
	var shown []resting
	for _, f := range all {
		if i := slices.IndexFunc(shown, func(s resting) bool { return holdsAll(s.on, f.on) }); i >= 0 {
			covered[f.finding] = shown[i].finding
			continue
		}
		shown = append(shown, f)
	}
}

// holdsAll reports whether all of some names, sorted, are among others, sorted.
func holdsAll(among, some []string) bool {
	for _, name := range some {
		i, found := slices.BinarySearch(among, name)
		if !found {
			return false
		}
		among = among[i:]
	}
	return true
}

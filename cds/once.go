package cds

import (
	"cmp"
	"slices"
	"strings"
)

// covering says which findings need not be shown, each with the one that covers it: of rules with the same
// Once, for the same focus, one that is at least as urgent and rests on all that the other rests on. Of two that
// cover each other the first counts: by the rule's id, and then by the row's place in the table. What covers is
// shown itself, or the same instance is that for another focus over the same resources.
func covering(findings []*finding) map[*finding]*finding {
	type group struct {
		pack        *pack
		once, focus string
	}
	groups := map[group][]*finding{}
	for _, f := range findings {
		if f.rule.def.Once != "" && !f.instance.shadow {
			g := group{f.rule.pack, f.rule.def.Once, f.Focus}
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
	slices.SortFunc(group, func(a, b *finding) int {
		return cmp.Or(cmp.Compare(rank(a.Indicator), rank(b.Indicator)), cmp.Compare(a.rule.def.ID, b.rule.def.ID),
			cmp.Compare(a.instance.row, b.instance.row))
	})
	type shown struct {
		*finding
		resources []string
	}
	var all []shown
	for _, f := range group {
		resources := strings.Split(f.restsOn(), " ")
		i := slices.IndexFunc(all, func(s shown) bool { return holdsAll(s.resources, resources) })
		if i >= 0 {
			covered[f] = all[i].finding
			continue
		}
		all = append(all, shown{f, resources})
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

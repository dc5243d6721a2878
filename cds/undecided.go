package cds

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/expr"
	"github.com/primum-cds/primum/cds/internal/kleene"
)

// An undecided is an Undecided of one instance, before the rows of a rule are gathered.
type undecided struct {
	Undecided
	shadow bool
	key    string // what rows have in common that are told as one
}

// leave records a question that could not be decided.
func (q *question) leave(missing []expr.Missing) *undecided {
	u := &undecided{shadow: q.instance.shadow}
	u.Undecided = Undecided{Rule: q.rule.def.ID, Pack: q.rule.pack.def.Name, Focus: q.focusRef(), At: q.rule.def.At, Missing: []Missing{}}
	u.Rows = nonEmpty(q.rule.rowID(q.instance))
	key := []string{u.Pack, u.Rule, u.Focus}
	for _, m := range missing {
		u.Missing = append(u.Missing, Missing{Resource: m.Resource, Path: m.Path, Reason: m.Reason})
		key = append(key, m.Resource, m.Path, m.Reason)
	}
	u.Error = q.trouble()
	u.key = strings.Join(append(key, u.Error), "\x00")
	if q.rule.undecided != nil {
		r := q.rendering()
		card := r.card(q.rule.undecided)
		card.Indicator = lower(card.Indicator, q.instance.cap())
		u.Cards = []RenderedCard{card}
	}
	return u
}

// notAsked is a rule that could not be asked at all.
func notAsked(r *rule, missing []Missing) *undecided {
	u := &undecided{shadow: r.status() == Shadow}
	u.Undecided = Undecided{Rule: r.def.ID, Pack: r.pack.def.Name, At: r.def.At, Missing: missing}
	u.key = strings.Join([]string{u.Pack, u.Rule, "not asked"}, "\x00")
	return u
}

// reportUndecided gathers the rows of a rule that miss the same thing.
func (e *evaluation) reportUndecided(out *Report) {
	byKey := map[string]*undecided{}
	var all []*undecided
	for _, u := range e.undecided {
		if u.shadow {
			out.Suppressed = append(out.Suppressed, Suppressed{Rule: u.Rule, Focus: u.Focus, Reason: "shadow"})
			continue
		}
		if first := byKey[u.key]; first != nil {
			first.Rows = append(first.Rows, u.Rows...)
			first.Cards = append(first.Cards, u.Cards...)
			continue
		}
		byKey[u.key] = u
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b *undecided) int {
		return cmp.Or(cmp.Compare(a.Pack, b.Pack), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Focus, b.Focus), cmp.Compare(a.key, b.key))
	})
	for _, u := range all {
		slices.Sort(u.Rows)
		u.Cards = distinct(u.Cards)
		out.Undecided = append(out.Undecided, u.Undecided)
	}
}

// distinct leaves of cards that read the same the most urgent one, and sorts them, the most urgent first.
func distinct(cards []RenderedCard) []RenderedCard {
	slices.SortStableFunc(cards, func(a, b RenderedCard) int {
		return cmp.Or(cmp.Compare(a.Summary, b.Summary), cmp.Compare(a.Detail, b.Detail), cmp.Compare(rank(a.Indicator), rank(b.Indicator)))
	})
	cards = slices.CompactFunc(cards, func(a, b RenderedCard) bool { return a.Summary == b.Summary && a.Detail == b.Detail })
	slices.SortStableFunc(cards, func(a, b RenderedCard) int { return cmp.Compare(rank(a.Indicator), rank(b.Indicator)) })
	return cards
}

// unscreened lists the resources that rules could not see: current medications and drug allergies always,
// others where a rule asked for them.
func (e *evaluation) unscreened() []Unscreened {
	out := []Unscreened{}
	unmapped := e.eval.Unmapped()
	add := func(entry *chart.Entry) {
		if !entry.Component.Exists() && entry.Current().Truth != kleene.False {
			out = append(out, unscreenedEntry(entry, unmapped[entry]))
		}
	}
	for _, kind := range []chart.Kind{chart.Medication, chart.Allergy} {
		for _, entry := range e.record.chart.Each(kind) {
			if len(unmapped[entry]) == 0 && e.engine.unseen(entry) {
				add(entry)
			}
		}
	}
	for entry, names := range unmapped {
		if len(names) > 0 && !named(entry) {
			add(entry)
		}
	}
	slices.SortFunc(out, func(a, b Unscreened) int { return cmp.Compare(a.Resource, b.Resource) })
	return out
}

// named reports whether rules name what an allergy is to, such as a class of drugs: those that name something else
// have seen it, even in another code system.
func named(entry *chart.Entry) bool {
	return entry.Kind == chart.Allergy && entry.Concept.Drug == nil && len(entry.Concept.IDs) > 0
}

// unseen reports whether an entry must be listed whether a rule asked for it or not: a medication whose
// ingredients are not known, and an allergy that may be to a drug, in a code system that no rule knows.
func (e *Engine) unseen(entry *chart.Entry) bool {
	switch entry.Kind {
	case chart.Medication:
		return entry.Concept.Drug == nil || entry.Concept.Drug.Partial
	case chart.Allergy:
		return entry.DrugAllergy() && len(entry.Concept.IDs) == 0 && !slices.ContainsFunc(entry.Concept.Systems, func(s string) bool { return e.systems[s] })
	}
	return false
}

func unscreenedEntry(entry *chart.Entry, by map[string]bool) Unscreened {
	u := Unscreened{Resource: entry.Ref(), Display: entry.Concept.Display, Reason: entry.Concept.Reason}
	if entry.Concept.First.Code != "" {
		u.Code = entry.Concept.First.String()
	}
	switch {
	case u.Reason != "":
	case len(entry.Concept.Systems) == 0:
		u.Reason = "it has no code that could be mapped"
	case len(by) == 0:
		u.Reason = "no code of it is in a system that any rule knows"
	default:
		u.Reason = "no code of it is in a system that is covered by the codes " + someOf(by)
	}
	return u
}

// someOf lists the first few names of a set.
func someOf(names map[string]bool) string {
	const few = 3
	list := slices.Sorted(maps.Keys(names))
	if len(list) > few {
		return fmt.Sprintf("%s and %d more", strings.Join(list[:few], ", "), len(list)-few)
	}
	return strings.Join(list, ", ")
}

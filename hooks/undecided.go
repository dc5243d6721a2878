package hooks

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/primum-cds/primum/cds"
)

// undecided makes one card for each focus of all that was not decided of it; at patient-view one for the patient.
func (a *answer) undecided() []*told {
	type group struct {
		focus   string
		nothing bool // is chosen yet
	}
	groups := map[group]*told{}
	var out []*told
	for i := range a.report.Undecided {
		u := &a.report.Undecided[i]
		if len(u.Cards) == 0 {
			continue
		}
		of := group{u.Focus, a.request.Hook == "order-select" && nothingChosen(u)}
		if a.request.Hook == "patient-view" {
			of.focus = ""
		}
		t := groups[of]
		if t == nil {
			t = &told{}
			groups[of] = t
			if !of.nothing {
				out = append(out, t)
			}
		}
		t.undecided = append(t.undecided, u)
		t.decisions = append(t.decisions, &a.outcome.Decisions[len(a.report.Findings)+i])
	}
	for of, t := range groups {
		if of.nothing {
			a.hide(t, NothingChosen)
		}
	}
	for _, t := range out {
		a.join(t)
	}
	slices.SortStableFunc(out, byUrgency)
	return out
}

// nothingChosen reports whether a rule was not decided because the order does not say of what drug it is. While
// an order is being written that is no news.
func nothingChosen(u *cds.Undecided) bool {
	return slices.ContainsFunc(u.Missing, func(m cds.Missing) bool { return m.Resource == u.Focus && m.Path == "medication" })
}

// An open is a check that was not made, with what was missing for it.
type open struct {
	card    cds.RenderedCard
	missing []string
}

// join makes the card of what was not decided: the rule's own if there is one text alone, else a list of all.
func (a *answer) join(t *told) {
	var cards []cds.RenderedCard
	var checks []*open
	for _, u := range t.undecided {
		for _, k := range u.Cards {
			cards = append(cards, k)
			i := slices.IndexFunc(checks, func(c *open) bool { return c.card.Summary == k.Summary && c.card.Detail == k.Detail })
			if i < 0 {
				i = len(checks)
				checks = append(checks, &open{card: k})
			}
			c := checks[i]
			if urgency(k.Indicator) < urgency(c.card.Indicator) {
				c.card.Indicator = k.Indicator
			}
			c.missing = append(c.missing, a.missed(u)...)
		}
	}
	t.card = merged(cards)
	if len(checks) == 1 {
		t.card.Summary, t.card.Detail = cards[0].Summary, cards[0].Detail
		return
	}
	slices.SortStableFunc(checks, func(x, y *open) int { return urgency(x.card.Indicator) - urgency(y.card.Indicator) })
	t.several = true
	t.card.Summary, t.card.Detail = a.unmade(t, len(checks)), listed(checks)
}

// missed says what was missing, as the client knows it.
func (a *answer) missed(u *cds.Undecided) []string {
	var out []string
	for _, m := range u.Missing {
		of := a.known(m.Resource)
		if of == "" {
			of = kindOf(m.Resource)
		}
		out = append(out, fmt.Sprintf("%s (%s)", strings.TrimSpace(of+" "+m.Path), m.Reason))
	}
	return out
}

// listed tells each check with what was missing for it.
func listed(checks []*open) string {
	var items []string
	for _, c := range checks[:min(len(checks), maxSaid)] {
		slices.Sort(c.missing)
		missing := slices.Compact(c.missing)
		more := ""
		if n := len(missing) - maxMissing; n > 0 {
			missing, more = missing[:maxMissing], fmt.Sprintf("; and %d more", n)
		}
		var said []string
		if len(missing) > 0 {
			said = []string{"Missing: " + cds.Markdown(strings.Join(missing, "; ")+more)}
		}
		item := strings.ReplaceAll("- "+section(&c.card, said...), "\n", "\n  ")
		items = append(items, strings.ReplaceAll(item, "\n  \n", "\n\n"))
	}
	if n := len(checks) - maxSaid; n > 0 {
		items = append(items, fmt.Sprintf("- and %d more", n))
	}
	return strings.Join(items, "\n\n")
}

// maxMissing is how much of what was missing for one check its text tells.
const maxMissing = 5

// unmade is the summary of several checks: the drug, how many they are and of which packs. A name that is long is cut,
// so that the rest is whole.
func (a *answer) unmade(t *told, checks int) string {
	var packs []string
	for _, u := range t.undecided {
		packs = append(packs, u.Pack)
	}
	slices.Sort(packs)
	rest := fmt.Sprintf("%d checks could not be made", checks)
	if a.request.Hook == "patient-view" {
		rest += " for this patient"
	}
	if of := fmt.Sprintf(" (%s)", strings.Join(slices.Compact(packs), ", ")); utf8.RuneCountInString(rest+of) <= maxSummary/2 {
		rest += of
	}
	names := a.names(t)
	if len(names) != 1 || a.request.Hook == "patient-view" {
		return rest
	}
	name := []rune(names[0])
	if most := maxSummary - utf8.RuneCountInString(": "+rest); len(name) > most {
		name = append(name[:most-1], '…')
	}
	return string(name) + ": " + rest
}

// maxSummary is what CDS Hooks allows: under 140 characters.
const maxSummary = 139

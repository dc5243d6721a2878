package hooks

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds"
)

// summarised makes one card, at patient-view, of all that is not critical: who opens a record did not ask. It
// tells each finding in full, with its links and suggestions.
func (a *answer) summarised(cards []*told) []*told {
	if a.request.Hook != "patient-view" {
		return cards
	}
	i := slices.IndexFunc(cards, func(t *told) bool { return t.card.Indicator != cds.Critical })
	if i < 0 || len(cards)-i < 2 {
		return cards
	}
	return append(cards[:i:i], a.summary(cards[i:]))
}

// summary makes one card of several, which are sorted by indicator.
func (a *answer) summary(cards []*told) *told {
	out := &told{several: true}
	var detail []string
	var all []cds.RenderedCard
	counts := map[cds.Indicator]int{}
	for _, t := range cards {
		out.add(t)
		counts[t.card.Indicator]++
		detail = append(detail, section(&t.card))
		one := t.card
		one.Suggestions = slices.Clone(one.Suggestions)
		for i := range one.Suggestions {
			if names := a.names(t); len(names) > 0 {
				one.Suggestions[i].Label = strings.Join(names, ", ") + ": " + one.Suggestions[i].Label
			}
		}
		all = append(all, one)
	}
	out.card = merged(all)
	out.card.Summary = fmt.Sprintf("%d findings for this patient: warnings %d, information %d", len(cards), counts[cds.Warning], counts[cds.Info])
	out.card.Detail = strings.Join(detail, "\n\n")
	return out
}

// merged is what cards have together beside their texts: the highest indicator, the source if it is one, and
// links, suggestions and reasons, each once.
func merged(cards []cds.RenderedCard) cds.RenderedCard {
	out := cds.RenderedCard{Indicator: cards[0].Indicator, SourceLabel: cards[0].SourceLabel, SourceURL: cards[0].SourceURL}
	several := false
	for i := range cards {
		k := &cards[i]
		if urgency(k.Indicator) < urgency(out.Indicator) {
			out.Indicator = k.Indicator
		}
		several = several || k.SourceLabel != cards[0].SourceLabel
		out.Unreviewed = out.Unreviewed || k.Unreviewed
		for _, l := range k.Links {
			if !slices.Contains(out.Links, l) {
				out.Links = append(out.Links, l)
			}
		}
		for _, s := range k.Suggestions {
			if !slices.ContainsFunc(out.Suggestions, func(other cds.RenderedSuggestion) bool { return reflect.DeepEqual(other, s) }) {
				out.Suggestions = append(out.Suggestions, s)
			}
		}
		for _, r := range k.Override {
			if !slices.Contains(out.Override, r) {
				out.Override = append(out.Override, r)
			}
		}
	}
	if several {
		if out.SourceLabel, out.SourceURL = "Several sources", ""; out.Unreviewed {
			out.SourceLabel += cds.NotReviewed
		}
	}
	return out
}

// section tells one card within another.
func section(k *cds.RenderedCard, more ...string) string {
	lines := []string{fmt.Sprintf("**%s** (%s)", cds.Markdown(k.Summary), k.Indicator)}
	if k.Detail != "" {
		lines = append(lines, k.Detail)
	}
	lines = append(lines, more...)
	switch {
	case k.SourceLabel == "":
	case k.SourceURL != "":
		lines = append(lines, fmt.Sprintf("Source: [%s](<%s>)", cds.Markdown(k.SourceLabel), k.SourceURL))
	default:
		lines = append(lines, "Source: "+cds.Markdown(k.SourceLabel))
	}
	return strings.Join(lines, "\n\n")
}

package hooks

import (
	"fmt"
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
	out := &told{several: true, card: cds.RenderedCard{Indicator: cards[0].card.Indicator}}
	var detail, labels []string
	counts := map[cds.Indicator]int{}
	for _, t := range cards {
		out.add(t)
		counts[t.card.Indicator]++
		detail = append(detail, section(t))
		labels = append(labels, t.card.SourceLabel)
		out.card.Links = append(out.card.Links, t.card.Links...)
		for _, s := range t.card.Suggestions {
			if names := a.names(t); len(names) > 0 {
				s.Label = strings.Join(names, ", ") + ": " + s.Label
			}
			out.card.Suggestions = append(out.card.Suggestions, s)
		}
		for _, r := range t.card.Override {
			if !slices.Contains(out.card.Override, r) {
				out.card.Override = append(out.card.Override, r)
			}
		}
	}
	slices.Sort(labels)
	if labels = slices.Compact(labels); len(labels) == 1 {
		out.card.SourceLabel, out.card.SourceURL = cards[0].card.SourceLabel, cards[0].card.SourceURL
	} else {
		out.card.SourceLabel = "Several sources"
	}
	out.card.Summary = fmt.Sprintf("%d findings for this patient: warnings %d, information %d", len(cards), counts[cds.Warning], counts[cds.Info])
	out.card.Detail = strings.Join(detail, "\n\n")
	return out
}

// section tells one finding within another card.
func section(t *told) string {
	lines := []string{fmt.Sprintf("**%s** (%s)", cds.Markdown(t.card.Summary), t.card.Indicator)}
	if t.card.Detail != "" {
		lines = append(lines, t.card.Detail)
	}
	switch {
	case t.card.SourceLabel == "":
	case t.card.SourceURL != "":
		lines = append(lines, fmt.Sprintf("Source: [%s](<%s>)", cds.Markdown(t.card.SourceLabel), t.card.SourceURL))
	default:
		lines = append(lines, "Source: "+cds.Markdown(t.card.SourceLabel))
	}
	return strings.Join(lines, "\n\n")
}

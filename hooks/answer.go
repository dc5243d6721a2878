package hooks

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks/feedback"
)

// An answer makes a response of a report.
type answer struct {
	*call
	record *cds.Record
	report *cds.Report
	sent   []feedback.Card
	hidden map[Reason]int // how many cards
}

// A told is what one card tells: one finding, several that read the same, what was not decided of one focus, or that
// there was no time for some rules.
type told struct {
	findings  []*cds.Finding
	undecided []*cds.Undecided
	card      cds.RenderedCard
	several   bool // what it tells is not all the same
	keys      []string
	decisions []*Decision
}

// response says what the report says, in cards: findings first, critical ones before others, then what
// could not be decided, then what there was no time for. The order is the report's, and so the same for the same request.
func (a *answer) response(ctx context.Context) (*response, error) {
	a.hidden = map[Reason]int{}
	a.outcome.decided(a.report)
	cards := a.findings()
	actions := a.systemActions(cards)
	cards = a.withoutExisting(cards)
	cards = a.withoutRepeats(ctx, cards)
	cards = a.summarised(same(cards))
	cards = append(cards, a.undecided()...)
	cards = append(a.limited(cards), a.late()...)
	out := &response{Cards: []card{}, SystemActions: actions}
	for _, t := range cards {
		k, err := a.card(t)
		if err != nil {
			return nil, err
		}
		out.Cards = append(out.Cards, k)
	}
	out.autolaunch(cards)
	if err := a.issues(cards, out); err != nil {
		return nil, err
	}
	a.placeSystemActions(out)
	a.outcome.Cards = len(out.Cards)
	a.extend(out)
	return out, nil
}

func (a *answer) findings() []*told {
	var out []*told
	for i := range a.report.Findings {
		f := &a.report.Findings[i]
		out = append(out, &told{findings: []*cds.Finding{f}, card: f.Card, decisions: []*Decision{&a.outcome.Decisions[i]}})
	}
	return out
}

// same makes those cards one that read the same in every part: rules that overlap, or two orders of the same.
// What they are about and where they come from is in the extension, so that nothing is lost.
func same(cards []*told) []*told {
	var out []*told
	for _, t := range cards {
		i := slices.IndexFunc(out, func(other *told) bool { return reflect.DeepEqual(other.card, t.card) })
		if i < 0 {
			out = append(out, t)
			continue
		}
		out[i].add(t)
	}
	return out
}

func (t *told) add(other *told) {
	t.findings = append(t.findings, other.findings...)
	t.keys = append(t.keys, other.keys...)
	t.decisions = append(t.decisions, other.decisions...)
}

// limited leaves out what the client does not want to see: of too many cards the least urgent ones, the last of
// them first. Critical cards are always sent.
func (a *answer) limited(cards []*told) []*told {
	cards = slices.DeleteFunc(cards, func(t *told) bool {
		if t.card.Indicator == cds.Critical || a.client.Minimum == "" || urgency(t.card.Indicator) <= urgency(a.client.Minimum) {
			return false
		}
		a.hide(t, BelowMinimum)
		return true
	})
	if a.client.MaxCards == 0 || len(cards) <= a.client.MaxCards {
		return cards
	}
	urgent := slices.Clone(cards)
	slices.SortStableFunc(urgent, byUrgency)
	over := urgent[a.client.MaxCards:]
	return slices.DeleteFunc(cards, func(t *told) bool {
		if t.card.Indicator == cds.Critical || !slices.Contains(over, t) {
			return false
		}
		a.hide(t, OverLimit)
		return true
	})
}

func (a *answer) hide(t *told, why Reason) {
	a.hidden[why]++
	for _, d := range t.decisions {
		d.Hidden = why
	}
}

// urgency is 0 for critical and more for what is less urgent.
func urgency(i cds.Indicator) int {
	return slices.Index([]cds.Indicator{cds.Critical, cds.Warning, cds.Info}, i)
}

func byUrgency(x, y *told) int {
	return cmp.Compare(urgency(x.card.Indicator), urgency(y.card.Indicator))
}

// orders are what a card is about: what a rule was asked about, or else what is under review in its evidence.
func (a *answer) orders(t *told) []string {
	var out []string
	add := func(ref string) {
		if ref != "" && !slices.Contains(out, ref) {
			out = append(out, ref)
		}
	}
	for _, f := range t.findings {
		add(f.Focus)
		for _, e := range f.Evidence {
			if f.Focus == "" && a.reviewed(e.Resource) {
				add(e.Resource)
			}
		}
	}
	for _, u := range t.undecided {
		add(u.Focus)
	}
	return out
}

// reviewed reports whether a resource is under review, or came together with what is.
func (a *answer) reviewed(ref string) bool {
	if slices.Contains(a.request.Focus, ref) {
		return true
	}
	s, ok := a.record.Subject(ref)
	return ok && s.Draft
}

// detail names what the card is about, where several orders are under review and its text does not name it.
func (a *answer) detail(t *told) string {
	detail := t.card.Detail
	several := len(a.request.Focus) > 1 || a.request.Focus == nil && a.request.drafts > 1
	if !several {
		return detail
	}
	names := slices.DeleteFunc(a.names(t), func(name string) bool { return strings.Contains(t.card.Summary, name) })
	if len(names) == 0 {
		return detail
	}
	return strings.TrimSpace(fmt.Sprintf("About: %s\n\n%s", cds.Markdown(strings.Join(names, ", ")), detail))
}

// names are those by which people know what a card is about, each once.
func (a *answer) names(t *told) []string {
	var names []string
	for _, ref := range a.orders(t) {
		s, ok := a.record.Subject(ref)
		if ok && s.Display != ref && !slices.Contains(names, s.Display) {
			names = append(names, s.Display)
		}
	}
	return names
}

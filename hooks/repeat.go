package hooks

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks/feedback"
)

// session is how long what was shown is remembered: from the selection of an order to its signature.
const session = 24 * time.Hour

// withoutExisting leaves out at order hooks what is about therapies that exist, none of which is under review:
// an unrelated order is no reason to say it again. What is critical is always said at order-sign.
func (a *answer) withoutExisting(cards []*told) []*told {
	if !a.service.declared.Orders {
		return cards
	}
	return slices.DeleteFunc(cards, func(t *told) bool {
		if a.always(t) || !a.existing(t.findings[0]) {
			return false
		}
		a.hide(t, NotUnderReview)
		return true
	})
}

// always reports whether a card is shown whatever was shown before.
func (a *answer) always(t *told) bool {
	return t.card.Indicator == cds.Critical && a.request.Hook == "order-sign"
}

// existing reports whether a finding rests on a medication, and on none that is under review.
func (a *answer) existing(f *cds.Finding) bool {
	if f.Focus != "" {
		return false
	}
	medication := false
	for _, e := range f.Evidence {
		if e.Resource == "" && strings.HasPrefix(e.Value, "and ") { // and more, which is not told
			return false
		}
		if a.reviewed(e.Resource) {
			return false
		}
		medication = medication || strings.HasPrefix(e.Resource, "Medication")
	}
	return medication
}

// withoutRepeats leaves out at order-sign what the user has dealt with, or was shown at order-select by a
// client that shows it. What is critical is never left out.
func (a *answer) withoutRepeats(ctx context.Context, cards []*told) []*told {
	if a.config.Feedback == nil {
		return cards
	}
	for _, t := range cards {
		t.keys = a.keys(t.findings[0])
	}
	if a.request.Hook != "order-sign" {
		return cards
	}
	var keys []string
	for _, t := range cards {
		if !a.always(t) && len(t.keys) > 0 {
			keys = append(keys, t.keys[0], a.selectKey(t.keys[0]))
		}
	}
	if len(keys) == 0 {
		return cards
	}
	seen, err := a.config.Feedback.Seen(ctx, a.outcome.At.Add(-session), keys)
	if err != nil {
		a.config.Log.Error("what was shown is not known: nothing is left out", "service", a.service.ID)
		return cards
	}
	return slices.DeleteFunc(cards, func(t *told) bool {
		if a.always(t) || len(t.keys) == 0 {
			return false
		}
		_, selected := seen[a.selectKey(t.keys[0])]
		switch {
		case seen[t.keys[0]] != "":
			a.hide(t, FeedbackGiven)
		case selected && a.client.ShowsOrderSelect:
			a.hide(t, ShownAtSelect)
		default:
			return false
		}
		return true
	})
}

// keys are what a card is found by when the same is to be said again: to the same user, of the same
// patient, by the same rule, of an order of the same ingredients, dose and route, for the same evidence. The id
// of a draft is not in it: it is another one each time.
func (a *answer) keys(f *cds.Finding) []string {
	if a.request.PatientID == "" {
		return nil
	}
	c := a.outcome.Caller
	parts := []string{c.Issuer, c.Tenant, a.request.UserID, a.request.PatientID, f.Pack, f.Rule, string(f.Indicator), a.content(f.Focus)}
	var evidence []string
	for _, e := range f.Evidence {
		one := []string{a.content(e.Resource), e.Path, e.Value}
		if s, ok := a.record.Subject(e.Resource); !ok || !s.Draft {
			one = append(one, e.Date)
		}
		evidence = append(evidence, strings.Join(one, "\x00"))
	}
	slices.Sort(evidence)
	key := a.hash("card", append(parts, evidence...)...)
	if a.request.Hook == "order-select" {
		return []string{key, a.selectKey(key)}
	}
	return []string{key}
}

// selectKey is what a card is found by that was shown at order-select.
func (a *answer) selectKey(key string) string { return a.hash("order-select", key) }

// content is what a draft says, and the reference of anything else.
func (a *answer) content(ref string) string {
	if s, ok := a.record.Subject(ref); ok && s.Draft {
		return s.Content()
	}
	return ref
}

// remember keeps which cards were sent. It is done when the client has them: it does not wait for a disk. A client
// that went away before has shown nothing: what it did not get must not be left out the next time.
func (c *call) remember(cards []feedback.Card) {
	if c.config.Feedback == nil || len(cards) == 0 {
		return
	}
	err := http.NewResponseController(c.w).Flush() // what does not know how is sent later
	if c.unsent || err != nil && !errors.Is(err, http.ErrNotSupported) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.r.Context()), rememberFor)
	defer cancel()
	if err := c.config.Feedback.Shown(ctx, cards); err != nil {
		c.config.Log.Error("cards that were shown are not remembered", "service", c.service.ID, "cards", len(cards))
	}
}

// rememberFor is how long a store may take.
const rememberFor = 5 * time.Second

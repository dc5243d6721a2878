package hooks

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks/feedback"
)

// card writes what is told as a card of CDS Hooks, and notes that it is sent.
func (a *answer) card(t *told) (card, error) {
	out := card{
		Summary: a.title(t), Detail: a.detail(t), Indicator: t.card.Indicator,
		Source: a.source(t), Extension: a.about(t),
	}
	for _, l := range t.card.Links {
		if l.Label != "" && absolute(l.URL) {
			out.Links = append(out.Links, link(l))
		}
	}
	for _, r := range t.card.Override {
		if r.Code != "" && r.System != "" {
			out.OverrideReasons = append(out.OverrideReasons, coding{r.Code, r.System, cmp.Or(r.Display, r.Code)})
		}
	}
	var err error
	if out.UUID, err = uuid(a.config.Random); err != nil {
		return out, err
	}
	if err := a.suggestions(t, &out); err != nil {
		return out, err
	}
	a.note(t, &out)
	return out, nil
}

// autolaunch leaves the hint to open a link at once to the only card of a response, and only if it tells one thing: a
// client that follows it shows no card.
func (out *response) autolaunch(cards []*told) {
	if len(cards) == 1 && !cards[0].several {
		return
	}
	for i := range out.Cards {
		for j := range out.Cards[i].Links {
			out.Cards[i].Links[j].Autolaunchable = false
		}
	}
}

func (a *answer) source(t *told) source {
	s := source{Label: t.card.SourceLabel}
	if absolute(t.card.SourceURL) {
		s.URL = t.card.SourceURL
	}
	rule, pack := "", ""
	switch {
	case len(t.undecided) > 0:
		rule, pack = t.undecided[0].Rule, t.undecided[0].Pack
	case len(t.findings) > 0:
		rule, pack = family(t.findings[0]), t.findings[0].Pack
	}
	if s.Label == "" {
		if s.Label = pack; t.card.Unreviewed {
			s.Label += cds.NotReviewed
		}
	}
	if !t.several {
		s.Topic = &coding{Code: rule, System: topics + pack}
	}
	return s
}

// absolute reports whether a client can open a URL: a template may have filled it with what is not known.
func absolute(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// title is the summary, or the rule where its templates left nothing.
func (a *answer) title(t *told) string {
	switch {
	case t.card.Summary != "":
		return t.card.Summary
	case len(t.undecided) > 0:
		return t.undecided[0].Rule
	}
	return family(t.findings[0])
}

// family is the id of a finding's rule without the row.
func family(f *cds.Finding) string {
	id, _, _ := strings.Cut(f.Rule, "[")
	return id
}

// about tells what a card rests on.
func (a *answer) about(t *told) extension {
	out := extension{}
	var orders []string
	for _, ref := range a.orders(t) {
		if known := a.known(ref); known != "" {
			orders = append(orders, known)
		}
	}
	if len(orders) > 0 {
		out[ordersExtension] = orders
	}
	var said []ruleSaid
	for _, f := range t.findings {
		said = append(said, ruleSaid{
			Rule: f.Rule, Row: f.Row, Pack: f.Pack, Version: f.Version, Indicator: f.Indicator, Focus: a.known(f.Focus),
			Evidence: a.evidence(f), Citation: f.Citation, Degraded: f.Degraded,
		})
	}
	if len(said) > 0 {
		out[findingsExtension] = map[string]any{"rules": said}
	}
	var open []ruleSaid
	for _, u := range t.undecided {
		one := ruleSaid{Rule: u.Rule, Pack: u.Pack, Focus: a.known(u.Focus)}
		for _, m := range u.Missing {
			one.Missing = append(one.Missing, missing{a.known(m.Resource), m.Path, m.Reason})
		}
		open = append(open, one)
	}
	if len(open) > 0 {
		out[undecidedExtension] = map[string]any{"rules": open}
	}
	return out
}

// evidence returns the references of what a finding rests on.
func (a *answer) evidence(f *cds.Finding) []string {
	var out []string
	for _, e := range f.Evidence {
		if ref := a.known(e.Resource); ref != "" && !slices.Contains(out, ref) {
			out = append(out, ref)
		}
	}
	return out
}

// known is a reference as the client knows it, "" for a draft that it did not name.
func (a *answer) known(ref string) string {
	if name, unnamed := a.request.unnamed[ref]; unnamed {
		return name
	}
	return ref
}

// note remembers in what was decided, and for Feedback, which card tells it.
func (a *answer) note(t *told, k *card) {
	for _, d := range t.decisions {
		d.Card = k.UUID
	}
	s := feedback.Card{
		UUID: k.UUID, Shown: a.outcome.At, Service: a.service.ID, Hook: a.request.Hook, Client: a.outcome.Caller.Issuer,
		Patient: a.outcome.Patient, User: a.hash("user", a.request.UserID), Indicator: k.Indicator, Keys: t.keys,
	}
	for _, f := range t.findings {
		s.Rules = append(s.Rules, feedback.Rule{Pack: f.Pack, ID: f.Rule, Version: f.Version})
	}
	for _, u := range t.undecided {
		if rule := (feedback.Rule{Pack: u.Pack, ID: u.Rule}); !slices.Contains(s.Rules, rule) {
			s.Rules = append(s.Rules, rule)
		}
	}
	for _, one := range k.Suggestions {
		s.Suggestions = append(s.Suggestions, one.UUID)
	}
	for _, r := range k.OverrideReasons {
		s.OverrideReasons = append(s.OverrideReasons, feedback.Coding(r))
	}
	a.sent = append(a.sent, s)
}

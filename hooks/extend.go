package hooks

import (
	"slices"

	"github.com/primum-cds/primum/cds"
)

// A reported is what a response says of the report beside its cards, so that no card is not taken for no
// doubt.
type reported struct {
	Hidden     map[Reason]int `json:"hidden,omitempty"` // how many cards are not shown
	Undecided  []string       `json:"undecided,omitempty"`
	Failed     []string       `json:"failed,omitempty"`
	Late       []string       `json:"late,omitempty"` // there was no time for them
	Unscreened []unscreened   `json:"unscreened,omitempty"`
	Warnings   []warning      `json:"warnings,omitempty"`
}

type unscreened struct {
	Resource string `json:"resource,omitempty"`
	Code     string `json:"code,omitempty"`
	Display  string `json:"display,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

type warning struct {
	Resource string `json:"resource,omitempty"`
	Path     string `json:"path,omitempty"`
	Message  string `json:"message"`
}

// maxSaid is how much of each kind a response tells beside its cards.
const maxSaid = 50

// extend puts into a response what no card tells.
func (a *answer) extend(out *response) {
	r := reported{Hidden: a.hidden}
	for _, u := range a.report.Undecided {
		r.Undecided = append(r.Undecided, u.Rule)
	}
	for _, f := range a.report.Failures {
		if f.Late {
			r.Late = append(r.Late, f.Rule)
		} else {
			r.Failed = append(r.Failed, f.Rule)
		}
	}
	for _, u := range a.report.Unscreened {
		r.Unscreened = append(r.Unscreened, unscreened{a.known(u.Resource), u.Code, u.Display, u.Reason})
	}
	for _, w := range slices.Concat(a.request.Warnings, a.report.Warnings) {
		r.Warnings = append(r.Warnings, warning{a.known(w.Resource), w.Path, w.Message})
	}
	r.Undecided, r.Failed, r.Late = once(r.Undecided), once(r.Failed), once(r.Late)
	r.Unscreened = r.Unscreened[:min(len(r.Unscreened), maxSaid)]
	r.Warnings = r.Warnings[:min(len(r.Warnings), maxSaid)]
	if len(r.Hidden)+len(r.Undecided)+len(r.Failed)+len(r.Late)+len(r.Unscreened)+len(r.Warnings) == 0 {
		return
	}
	if out.Extension == nil {
		out.Extension = extension{}
	}
	out.Extension[reportExtension] = r
}

// once returns each name once, in order, as far as a response tells them.
func once(names []string) []string {
	slices.Sort(names)
	names = slices.Compact(names)
	return names[:min(len(names), maxSaid)]
}

// decided notes what became of each rule, in the report's order.
func (o *Outcome) decided(report *cds.Report) {
	o.Unscreened, o.Warnings = len(report.Unscreened), len(report.Warnings)
	for _, f := range report.Findings {
		d := Decision{Result: Found, Rule: f.Rule, Pack: f.Pack, Version: f.Version, Indicator: f.Indicator, Focus: f.Focus}
		for _, e := range f.Evidence {
			if e.Resource != "" && kindOf(e.Resource) != "Patient" && !slices.Contains(d.Evidence, e.Resource) {
				d.Evidence = append(d.Evidence, e.Resource)
			}
		}
		o.Decisions = append(o.Decisions, d)
	}
	for _, u := range report.Undecided {
		d := Decision{Result: Undecided, Rule: u.Rule, Pack: u.Pack, Focus: u.Focus}
		if len(u.Cards) > 0 {
			d.Indicator = u.Cards[0].Indicator
		}
		for _, m := range u.Missing {
			if kind := kindOf(m.Resource); kind != "" && !slices.Contains(d.Missing, kind) {
				d.Missing = append(d.Missing, kind)
			}
		}
		o.Decisions = append(o.Decisions, d)
	}
	for _, f := range report.Failures {
		d := Decision{Result: Failed, Rule: f.Rule, Focus: f.Focus}
		if f.Late {
			d.Result = Late
		}
		o.Decisions = append(o.Decisions, d)
	}
	for _, s := range report.Suppressed {
		o.Decisions = append(o.Decisions, Decision{Result: Suppressed, Rule: s.Rule, Focus: s.Focus, Hidden: Reason(s.Reason)})
	}
}

package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds"
)

// A sheet is a report for a person: the findings first, then what nobody has checked.
type sheet struct {
	*cds.Report
	patient *patient
	asked   int // rules
	*paper
}

func (s sheet) write() {
	s.head()
	for i := range s.Findings {
		s.finding(&s.Findings[i])
	}
	s.undecided()
	s.unscreened()
	s.failures()
	s.suppressed()
	s.warnings()
	s.skipped()
}

// head says who was asked what, and in one line what came of it.
func (s sheet) head() {
	who := "an unnamed patient"
	if id := s.patient.record.PatientID(); id != "" {
		who = "Patient/" + id
	}
	what := "review of the whole record"
	if s.patient.review.Hook != "" {
		what = s.patient.review.Hook
	}
	s.line("%s: %s, as of %s: %s, %s", s.patient.name, who, s.patient.review.Now.Format(time.RFC3339), what, count(s.asked, "rule"))
	s.line("%s", s.summary())
}

// summary never says that all is well where something was not looked at.
func (s sheet) summary() string {
	found := "No findings"
	if n := len(s.Findings); n > 0 {
		found = count(n, "finding")
	}
	var open []string
	if n := len(s.Undecided); n > 0 {
		open = append(open, fmt.Sprintf("%s could not be decided", count(n, "question")))
	}
	if n := len(s.Unscreened); n > 0 {
		open = append(open, fmt.Sprintf("%s could not be screened", count(n, "resource")))
	}
	if n := len(s.Failures); n > 0 {
		open = append(open, fmt.Sprintf("%s failed", count(n, "rule")))
	}
	switch {
	case s.asked == 0:
		return found + ": no rule was asked."
	case len(open) > 0:
		return found + ", but " + strings.Join(open, ", ") + "."
	case len(s.Findings) == 0 && s.patient.record.Len() == 0:
		return "No findings: there is no resource in the data, so nothing was reviewed."
	case len(s.Findings) == 0:
		return "No findings. Everything that was asked could be decided."
	}
	return found + ". Everything else that was asked could be decided."
}

func (s sheet) finding(f *cds.Finding) {
	s.line("")
	s.para(fmt.Sprintf("%-9s ", strings.ToUpper(string(f.Indicator))), f.Summary)
	s.labelled("about", f.Focus)
	s.labelled("", plain(f.Card.Detail))
	s.evidence("because", f.Evidence)
	s.labelled("note", f.Degraded)
	s.advice(&f.Card)
	s.labelled("source", joined(", ", f.Source, f.Card.SourceURL))
	s.labelled("cited", f.Citation)
	s.labelled("rule", joined(", ", joined(" ", f.Rule, "of", f.Pack, f.Version), f.At))
}

// evidence lists what the condition read.
func (p *paper) evidence(label string, all []cds.Evidence) {
	for _, e := range all {
		where := joined(" ", e.Resource, e.Path)
		p.labelled(label, joined(", ", joined(": ", where, e.Value), e.Date))
		label = ""
	}
}

// advice lists what a clinician can do or read.
func (s sheet) advice(card *cds.RenderedCard) {
	for _, suggestion := range card.Suggestions {
		var actions []string
		for _, a := range suggestion.Actions {
			actions = append(actions, a.Description)
		}
		s.labelled("possible", joined(": ", suggestion.Label, strings.Join(actions, "; ")))
	}
	for _, a := range card.Actions {
		s.labelled("system", a.Description)
	}
	for _, link := range card.Links {
		s.labelled("read", joined(" ", link.Label, link.URL))
	}
}

func (s sheet) undecided() {
	if len(s.Undecided) == 0 {
		return
	}
	s.line("\nCOULD NOT BE DECIDED")
	for _, same := range alike(s.Undecided) {
		u := same[0]
		s.line("")
		for _, card := range u.Cards {
			s.para(fmt.Sprintf("%-9s ", strings.ToUpper(string(card.Indicator))), card.Summary)
			s.labelled("", plain(card.Detail))
		}
		if len(same) == 1 {
			s.labelled("rule", joined(" ", u.Rule, rows(u.Rows), "of", u.Pack))
		} else {
			s.labelled("rules", named(same))
		}
		s.labelled("about", u.Focus)
		label := "missing"
		for _, m := range u.Missing {
			s.labelled(label, joined(": ", joined(" ", m.Resource, m.Path), m.Reason))
			label = ""
		}
		s.labelled("error", u.Error)
		for i := range u.Cards {
			s.advice(&u.Cards[i])
		}
		if len(same) == 1 {
			s.labelled("at", u.At)
		}
	}
}

// alike puts together what could not be decided of one focus for want of the same, where no card tells it
// apart: a missing list leaves every rule that needs it open.
func alike(all []cds.Undecided) [][]*cds.Undecided {
	var out [][]*cds.Undecided
	groups := map[string]int{}
	for i := range all {
		u := &all[i]
		key := fmt.Sprint(u.Focus, u.Missing, u.Error, u.Cards)
		if n, ok := groups[key]; ok {
			out[n] = append(out[n], u)
			continue
		}
		groups[key] = len(out)
		out = append(out, []*cds.Undecided{u})
	}
	return out
}

// named lists rules with their packs, the first of them if they are many.
func named(all []*cds.Undecided) string {
	const shown = 10
	var names []string
	for _, u := range all {
		names = append(names, joined(" ", u.Rule, rows(u.Rows)))
	}
	if n := len(names); n > shown {
		return fmt.Sprintf("%d: %s, …", n, strings.Join(names[:shown], ", "))
	}
	return strings.Join(names, ", ")
}

// rows names the rows of a table, the first of them if they are many.
func rows(all []string) string {
	const shown = 5
	switch n := len(all); {
	case n == 0:
		return ""
	case n == 1:
		return "[" + all[0] + "]"
	case n > shown:
		return fmt.Sprintf("(%d rows: %s, …)", n, strings.Join(all[:shown], ", "))
	default:
		return fmt.Sprintf("(%d rows: %s)", n, strings.Join(all, ", "))
	}
}

func (s sheet) unscreened() {
	if len(s.Unscreened) == 0 {
		return
	}
	s.line("\nNOT SCREENED")
	for _, u := range s.Unscreened {
		s.item(joined(": ", u.Resource, joined(", ", u.Display, u.Code), u.Reason))
	}
}

func (s sheet) failures() {
	if len(s.Failures) == 0 {
		return
	}
	s.line("\nFAILED")
	for _, f := range s.Failures {
		s.item(joined(": ", joined(" for ", f.Rule, f.Focus), f.Error, f.At))
	}
}

func (s sheet) suppressed() {
	if len(s.Suppressed) == 0 {
		return
	}
	s.line("\nSUPPRESSED")
	for _, p := range s.Suppressed {
		s.item(joined(": ", joined(" for ", p.Rule, p.Focus), joined(" by ", p.Reason, p.By)))
	}
}

// warnings lists the first of what was odd in the data.
func (s sheet) warnings() {
	const shown = 10
	if len(s.Warnings) == 0 {
		return
	}
	s.line("\nODD IN THE DATA")
	for _, w := range s.Warnings[:min(shown, len(s.Warnings))] {
		s.item(joined(": ", joined(" ", w.Resource, w.Path), w.Message))
	}
	if more := len(s.Warnings) - shown; more > 0 {
		s.line("  and %d more (--format json lists all)", more)
	}
}

func (s sheet) skipped() {
	if len(s.Skipped) == 0 {
		return
	}
	types := slices.SortedFunc(maps.Keys(s.Skipped), func(a, b string) int {
		return cmp.Or(cmp.Compare(s.Skipped[b], s.Skipped[a]), cmp.Compare(a, b))
	})
	for i, t := range types {
		types[i] = fmt.Sprintf("%d %s", s.Skipped[t], t)
	}
	s.line("\nNOT READ, SINCE NO RULE ASKS ABOUT IT")
	s.item(strings.Join(types, ", "))
}

// joined joins what is not empty.
func joined(separator string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), separator)
}

// plain takes the escapes of Markdown out of a text: a terminal shows them.
func plain(markdown string) string {
	var b strings.Builder
	escaped := false
	for _, r := range markdown {
		if r == '\\' && !escaped {
			escaped = true
			continue
		}
		if escaped && !strings.ContainsRune("\\`*_{}[]()<>#+-.!|~&/", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		escaped = false
	}
	return b.String()
}

package cds_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds"
)

// told is all that a report says, as text: a line for each thing, indented what belongs to it.
func told(r *cds.Report) string {
	var b strings.Builder
	line := func(indent int, parts ...string) {
		parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
		fmt.Fprintf(&b, "%s%s\n", strings.Repeat("  ", indent), strings.Join(parts, " "))
	}
	for _, f := range r.Findings {
		line(0, "finding", string(f.Indicator), f.Rule, f.Focus)
		for _, e := range f.Evidence {
			line(1, e.Resource, e.Path, "=", e.Value, dated(e.Date))
		}
		if f.Degraded != "" {
			line(1, "degraded:", f.Degraded)
		}
		tellCard(line, &f.Card)
	}
	for _, u := range r.Undecided {
		line(0, "undecided", u.Rule, bracketed(u.Rows), u.Focus)
		for _, m := range u.Missing {
			line(1, m.Resource, m.Path, "…", m.Reason)
		}
		if u.Error != "" {
			line(1, "error:", u.Error)
		}
		for i := range u.Cards {
			line(1, "card", string(u.Cards[i].Indicator))
			tellCard(line, &u.Cards[i])
		}
	}
	for _, f := range r.Failures {
		line(0, "failed", f.Rule, f.Focus)
		line(1, f.Error)
	}
	for _, s := range r.Suppressed {
		line(0, "suppressed", s.Rule, s.Focus, s.Reason, s.By)
	}
	for _, u := range r.Unscreened {
		line(0, "unscreened", u.Resource, u.Code, quoted(u.Display), u.Reason)
	}
	for _, w := range r.Warnings {
		line(0, "warning", w.Resource, w.Path, "…", w.Message)
	}
	for _, kind := range slices.Sorted(maps.Keys(r.Skipped)) {
		line(0, "skipped", fmt.Sprint(r.Skipped[kind]), kind)
	}
	if b.Len() == 0 {
		return "nothing\n"
	}
	return b.String()
}

// tellCard tells what a card says beyond the harness's own "It holds".
func tellCard(line func(int, ...string), c *cds.RenderedCard) {
	if c.Summary != "It holds" {
		line(1, "summary:", c.Summary)
	}
	if c.Detail != "" {
		line(1, "detail:", c.Detail)
	}
	if c.SourceLabel != "" || c.SourceURL != "" {
		line(1, "source:", c.SourceLabel, c.SourceURL)
	}
	for _, l := range c.Links {
		line(1, "link:", l.Type, l.Label, l.URL, l.AppContext, map[bool]string{true: "(autolaunchable)"}[l.Autolaunchable])
	}
	for _, s := range c.Suggestions {
		recommended := ""
		if s.Recommended {
			recommended = "(recommended)"
		}
		line(1, "suggestion:", s.Label, recommended)
		for _, a := range s.Actions {
			line(2, a.Type, a.ResourceID, quoted(a.Description), string(a.Resource))
		}
	}
	for _, o := range c.Override {
		line(1, "override:", o.System+"|"+o.Code, o.Display)
	}
}

func dated(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return fmt.Sprintf("%q", s)
}

func bracketed(rows []string) string {
	if len(rows) == 0 {
		return ""
	}
	return "[" + strings.Join(rows, ", ") + "]"
}

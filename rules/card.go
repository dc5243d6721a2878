package rules

import (
	"strings"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/cds/terminology"
	"go.yaml.in/yaml/v3"
)

// card reads a card, called what in messages.
func (r *ruleFile) card(n *yaml.Node, what string) cds.Card {
	c := cds.Card{Position: r.place(n)}
	r.currentCard = &c
	r.mapping(n, what, r.cardFields, "indicator", "summary")
	return c
}

func (r *ruleFile) fieldsOfCard() fields {
	return fields{
		"indicator": func(n *yaml.Node) { r.currentCard.Indicator = r.indicator(n) },
		"summary":   func(n *yaml.Node) { r.currentCard.Summary = r.template(n, "summary") },
		"detail":    func(n *yaml.Node) { r.currentCard.Detail = r.template(n, "detail") },
		"source":    func(n *yaml.Node) { r.source(r.currentCard, n) },
		"links": func(n *yaml.Node) {
			r.list(n, "a list of links", func(n *yaml.Node) { r.currentCard.Links = append(r.currentCard.Links, r.link(n)) })
		},
		"suggestions": func(n *yaml.Node) { r.currentCard.Suggestions = r.suggestions(n) },
		"actions": func(n *yaml.Node) {
			r.list(n, "a list of actions", func(n *yaml.Node) { r.currentCard.Actions = append(r.currentCard.Actions, r.action(n)) })
		},
		"override": func(n *yaml.Node) { r.currentCard.Override = r.override(n) },
	}
}

// indicator reads one of the three words of CDS Hooks, or a template that yields one.
func (r *ruleFile) indicator(n *yaml.Node) cds.Text {
	text := r.template(n, "indicator")
	if text.Empty() || strings.Contains(text.Value, "{{") {
		return text
	}
	if r.choice(n, "indicator", "info", "warning", "critical") == "" {
		return cds.Text{}
	}
	return text
}

func (r *ruleFile) source(c *cds.Card, n *yaml.Node) {
	r.mapping(n, "a source", fields{
		"label": func(n *yaml.Node) { c.SourceLabel = r.template(n, "label") },
		"url":   func(n *yaml.Node) { c.SourceURL = r.template(n, "url") },
	}, "label")
}

// link reads a link, which is an absolute one if it does not say.
func (r *ruleFile) link(n *yaml.Node) cds.Link {
	l := cds.Link{Type: "absolute"}
	var context *yaml.Node
	r.mapping(n, "a link", fields{
		"label":          func(n *yaml.Node) { l.Label = r.template(n, "label") },
		"url":            func(n *yaml.Node) { l.URL = r.template(n, "url") },
		"type":           func(n *yaml.Node) { l.Type = r.choice(n, "type", "absolute", "smart") },
		"appContext":     func(n *yaml.Node) { context, l.AppContext = n, r.template(n, "appContext") },
		"autolaunchable": func(n *yaml.Node) { l.Autolaunchable = r.boolean(n, "autolaunchable") },
	}, "label", "url")
	if context != nil && l.Type == "absolute" {
		r.fail(context, "appContext is only for a link of type smart")
	}
	return l
}

func (r *ruleFile) suggestions(n *yaml.Node) []cds.Suggestion {
	var all []cds.Suggestion
	r.list(n, "a list of suggestions", func(n *yaml.Node) {
		var s cds.Suggestion
		r.mapping(n, "a suggestion", fields{
			"label":       func(n *yaml.Node) { s.Label = r.template(n, "label") },
			"recommended": func(n *yaml.Node) { s.Recommended = r.boolean(n, "recommended") },
			"actions": func(n *yaml.Node) {
				r.list(n, "a list of actions", func(n *yaml.Node) { s.Actions = append(s.Actions, r.action(n)) })
			},
		}, "label", "actions")
		all = append(all, s)
	})
	return all
}

// action reads an action: the key that names what it does holds the resource.
func (r *ruleFile) action(n *yaml.Node) cds.Action {
	a := cds.Action{Position: r.place(n)}
	kind := func(kind string) func(*yaml.Node) {
		return func(n *yaml.Node) {
			if a.Kind != "" {
				r.fail(n, "an action does one thing, and this one does %s and %s: make it two", a.Kind, kind)
				return
			}
			a.Kind, a.Expr = kind, r.expression(n, kind)
		}
	}
	before := r.mistakes.count
	r.mapping(n, "an action", fields{
		"create":      kind("create"),
		"update":      kind("update"),
		"delete":      kind("delete"),
		"description": func(n *yaml.Node) { a.Description = r.template(n, "description") },
		"with":        func(n *yaml.Node) { a.With = r.template(n, "with") },
	})
	if a.Kind == "" && r.mistakes.count == before {
		r.fail(n, "an action needs one of create, update and delete")
	}
	return a
}

// override reads "standard" or a list of reasons.
func (r *ruleFile) override(n *yaml.Node) []cds.Reason {
	if n.Kind == yaml.ScalarNode {
		if r.choice(n, "override", "standard") == "" {
			return nil
		}
		return cds.StandardOverride()
	}
	var reasons []cds.Reason
	r.list(n, `"standard" or a list of reasons`, func(n *yaml.Node) {
		var reason cds.Reason
		r.mapping(n, "a reason", fields{
			"code":    func(n *yaml.Node) { reason.Code = r.str(n, "code") },
			"system":  func(n *yaml.Node) { reason.System = r.systemURL(n) },
			"display": func(n *yaml.Node) { reason.Display = r.str(n, "display") },
		}, "code", "system", "display")
		reasons = append(reasons, reason)
	})
	return reasons
}

// systemURL reads a code system by short name or URL.
func (d *document) systemURL(n *yaml.Node) string {
	s := d.str(n, "system")
	if s == "" || strings.Contains(s, ":") {
		return s
	}
	url, ok := terminology.System(s)
	if !ok {
		d.unknown(n, s, terminology.Systems(), "unknown code system %q", s)
	}
	return url
}

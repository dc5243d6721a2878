package rules

import (
	"github.com/primum-cds/primum/cds"
	"go.yaml.in/yaml/v3"
)

func (r *ruleFile) rules(n *yaml.Node) {
	r.list(n, "a list of rules", func(item *yaml.Node) {
		if id := value(item, "id"); id != nil && id.Kind == yaml.ScalarNode && wordPattern.MatchString(id.Value) {
			r.document.rule = id.Value
		}
		r.readRule(item)
		r.document.rule = ""
	})
}

// A readRule is a rule while it is read.
type readRule struct {
	cds.Rule
	id *yaml.Node
}

func (r *ruleFile) readRule(n *yaml.Node) {
	rule := readRule{Rule: cds.Rule{Position: r.place(n), Hooks: r.pack.hooks, HooksAt: r.pack.hooksAt}}
	r.currentRule = &rule
	r.mapping(n, "a rule", r.ruleFields, "id", "when", "card")
	if rule.ID != "" && r.pack.first(r.document, rule.id, "id", rule.ID) {
		r.pack.Rules = append(r.pack.Rules, rule.Rule)
	}
}

func (r *ruleFile) fieldsOfRule() fields {
	return fields{
		"id": func(n *yaml.Node) {
			rule := r.currentRule
			rule.id, rule.ID, rule.Position = n, r.word(n, "id"), r.place(n)
		},
		"title": func(n *yaml.Node) { r.currentRule.Title = r.str(n, "title") },
		"status": func(n *yaml.Node) {
			r.currentRule.Status = cds.Status(r.choice(n, "status", "draft", "shadow", "active", "retired"))
		},
		"hooks": func(n *yaml.Node) { r.currentRule.Hooks, r.currentRule.HooksAt = r.hooks(n) },
		"each":  func(n *yaml.Node) { r.currentRule.Each = r.binding(n, "each", "{row: pairs}") },
		"for":   func(n *yaml.Node) { r.currentRule.For = r.binding(n, "for", "{order: MedicationRequest}") },
		"once":  func(n *yaml.Node) { r.currentRule.Once = r.word(n, "once") },
		"let":   func(n *yaml.Node) { r.currentRule.Let = r.let(n) },
		"when":  func(n *yaml.Node) { r.currentRule.When = r.expression(n, "when") },
		"card":  func(n *yaml.Node) { r.currentRule.Card = r.card(n, "a card") },
		"undecided": func(n *yaml.Node) {
			card := r.card(n, "an undecided card")
			r.currentRule.Undecided = &card
		},
		"evidence": func(n *yaml.Node) { r.currentRule.Evidence = r.evidence(n) },
	}
}

// binding reads {name: what it is bound to}.
func (r *ruleFile) binding(n *yaml.Node, key, example string) cds.Binding {
	var b cds.Binding
	if n.Kind == yaml.MappingNode && len(n.Content) != 2 {
		r.fail(n, "%s: expected one name and what it stands for, as in %s", key, example)
		return b
	}
	r.named(n, key, func(name, of *yaml.Node) {
		b = cds.Binding{Name: name.Value, Position: r.place(name), Of: r.str(of, name.Value), OfAt: r.place(of)}
	})
	return b
}

func (r *ruleFile) let(n *yaml.Node) []cds.Let {
	var all []cds.Let
	r.named(n, "let", func(name, expr *yaml.Node) {
		all = append(all, cds.Let{Name: name.Value, Position: r.place(name), Expr: r.expression(expr, name.Value)})
	})
	return all
}

func (r *ruleFile) evidence(n *yaml.Node) cds.Citation {
	var c cds.Citation
	r.mapping(n, "evidence", fields{
		"citation": func(n *yaml.Node) { c.Citation = r.str(n, "citation") },
		"strength": func(n *yaml.Node) {
			c.Strength = r.choice(n, "strength", "strong", "moderate", "weak", "expert-opinion")
		},
		"reviewed": func(n *yaml.Node) { c.Reviewed = r.date(n, "reviewed") },
	})
	return c
}

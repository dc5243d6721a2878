package rules

import (
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/cds/terminology"
	"go.yaml.in/yaml/v3"
)

func (r *ruleFile) codes(n *yaml.Node) {
	r.named(n, "codes", func(key, value *yaml.Node) {
		c := readCodes{Codes: cds.Codes{Name: key.Value, Position: r.place(key)}}
		r.codeGroups(&c, key, value)
		if r.pack.first(r.document, key, "name", c.Name) {
			r.pack.Codes = append(r.pack.Codes, c.Codes)
		}
	})
}

// A readCodes is a named set of codes while it is read.
type readCodes struct {
	cds.Codes
	below       bool
	descendants *yaml.Node // where that is said
}

// codeGroups reads one named set of codes.
func (r *ruleFile) codeGroups(c *readCodes, key, n *yaml.Node) {
	before := r.mistakes.count
	r.currentCodes = c
	r.mapping(n, "codes", r.codesFields)
	if r.mistakes.count > before {
		return
	}
	listed := false
	for i := range c.Groups {
		if c.Groups[i].ValueSet.Empty() {
			listed, c.Groups[i].Descendants = true, c.below
		}
	}
	if c.below && !listed {
		r.fail(c.descendants, "descendants are those of codes that are listed, and %q lists none", c.Name)
	}
	if len(c.Groups) == 0 {
		r.fail(key, "%q names no codes: give those of a system, as in rxnorm: [6809], or a valueset", c.Name)
	}
}

// fieldsOfCodes are the short names of code systems and a few more.
func (r *ruleFile) fieldsOfCodes() fields {
	f := fields{
		"valueset": func(n *yaml.Node) {
			c := r.currentCodes
			c.Groups = append(c.Groups, cds.CodeGroup{ValueSet: r.template(n, "valueset")})
		},
		"descendants": func(n *yaml.Node) { r.currentCodes.descendants, r.currentCodes.below = n, r.boolean(n, "descendants") },
		"molar":       func(n *yaml.Node) { r.currentCodes.MolarMass = r.template(n, "molar") },
		"codes":       func(n *yaml.Node) { r.mixedCodes(&r.currentCodes.Codes, n) },
	}
	for _, short := range terminology.Systems() {
		f[short] = func(n *yaml.Node) { r.systemCodes(&r.currentCodes.Codes, short, n) }
	}
	return f
}

// systemCodes reads the list of codes of one system.
func (r *ruleFile) systemCodes(c *cds.Codes, short string, n *yaml.Node) {
	url, _ := terminology.System(short)
	group := cds.CodeGroup{System: url}
	r.list(n, "a list of "+short+" codes", func(item *yaml.Node) {
		if code := r.template(item, short); !code.Empty() {
			group.Codes = append(group.Codes, code)
		}
	})
	if len(group.Codes) == 0 && n.Kind == yaml.SequenceNode {
		r.fail(n, "%s: the list is empty", short)
	}
	c.Groups = append(c.Groups, group)
}

// mixedCodes reads a list of "system|code".
func (r *ruleFile) mixedCodes(c *cds.Codes, n *yaml.Node) {
	r.list(n, `a list of "system|code"`, func(item *yaml.Node) {
		text := r.template(item, "codes")
		if text.Empty() {
			return
		}
		url, code, ok := r.systemAndCode(item, text)
		if !ok {
			return
		}
		i := slices.IndexFunc(c.Groups, func(g cds.CodeGroup) bool { return g.System == url && g.ValueSet.Empty() })
		if i < 0 {
			i = len(c.Groups)
			c.Groups = append(c.Groups, cds.CodeGroup{System: url})
		}
		c.Groups[i].Codes = append(c.Groups[i].Codes, code)
	})
}

// systemAndCode takes "system|code" apart; the system is a short name or a URL.
func (d *document) systemAndCode(n *yaml.Node, text cds.Text) (url string, code cds.Text, ok bool) {
	before, after, found := strings.Cut(text.Value, "|")
	if !found || before == "" || after == "" {
		d.fail(n, `expected "system|code", found %q`, text.Value)
		return "", cds.Text{}, false
	}
	url = before
	if !strings.Contains(before, ":") {
		if url, ok = terminology.System(before); !ok {
			d.unknown(n, before, terminology.Systems(), "unknown code system %q", before)
			return "", cds.Text{}, false
		}
	}
	length := len([]rune(before)) + 1
	return url, text.Slice(length, length+len([]rune(after))), true
}

package cds

import (
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds/internal/expr"
)

// A template is text with CEL in {{ }}.
type template struct {
	parts  []part
	broken bool // a hole could not be compiled
}

// A part is text, or an expression whose value is written in its place.
type part struct {
	text string
	hole *expr.Program
}

// constant returns the text of a template without holes.
func (t *template) constant() (string, bool) {
	if t.broken || slices.ContainsFunc(t.parts, func(p part) bool { return p.hole != nil }) {
		return "", false
	}
	if len(t.parts) == 1 {
		return t.parts[0].text, true
	}
	var b strings.Builder
	for _, p := range t.parts {
		b.WriteString(p.text)
	}
	return b.String(), true
}

func (t *template) programs() []*expr.Program {
	var out []*expr.Program
	for _, p := range t.parts {
		if p.hole != nil {
			out = append(out, p.hole)
		}
	}
	return out
}

// columns returns the columns of the row that a template reads; false if it does more with the row.
func (t *template) columns() (all []int, only bool) {
	only = true
	for _, p := range t.programs() {
		columns, alone := p.Columns()
		all, only = append(all, columns...), only && alone
	}
	return all, only
}

// blank is the template of nothing.
var blank = &template{}

// template compiles the holes of a text.
func (c *compiler) template(rule string, text Text, scope *expr.Scope) *template {
	switch {
	case text.Empty():
		return blank
	case !strings.Contains(text.Value, "{{"):
		return &template{parts: []part{{text: text.Value}}}
	}
	t := &template{}
	runes := []rune(text.Value)
	for at := 0; at < len(runes); {
		open := find(runes, at, "{{")
		if open < 0 {
			t.parts = append(t.parts, part{text: string(runes[at:])})
			break
		}
		if open > at {
			t.parts = append(t.parts, part{text: string(runes[at:open])})
		}
		end := holeEnd(runes, open+2)
		if end < 0 {
			c.fail(text.At(open), rule, "", "{{ is never closed: expected }}")
			break
		}
		if hole := text.Slice(open+2, end); strings.TrimSpace(hole.Value) == "" {
			c.fail(text.At(open), rule, "", "{{ }} is empty: expected an expression")
		} else {
			t.hole(c, rule, hole, scope)
		}
		at = end + 2
	}
	return t
}

func (t *template) hole(c *compiler, rule string, source Text, scope *expr.Scope) {
	trimmed := strings.TrimSpace(source.Value)
	lead := len([]rune(source.Value)) - len([]rune(strings.TrimLeft(source.Value, " \t\r\n")))
	if program, ok := c.expression(rule, source.Slice(lead, lead+len([]rune(trimmed))), scope, false); ok {
		t.parts = append(t.parts, part{hole: program})
	} else {
		t.broken = true
	}
}

func find(runes []rune, from int, what string) int {
	i := strings.Index(string(runes[from:]), what)
	if i < 0 {
		return -1
	}
	return from + len([]rune(string(runes[from:])[:i]))
}

// holeEnd is where a hole's }} is: one within quotes is text, and one after an open { closes that.
func holeEnd(runes []rune, from int) int {
	var quote rune
	depth := 0
	for i := from; i < len(runes); i++ {
		switch r := runes[i]; {
		case quote != 0:
			if r == '\\' {
				i++
			} else if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '{':
			depth++
		case r == '}' && depth > 0:
			depth--
		case r == '}' && i+1 < len(runes) && runes[i+1] == '}':
			return i
		}
	}
	return -1
}

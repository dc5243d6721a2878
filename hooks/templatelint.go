package hooks

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds"
)

// A TemplateProblem is one thing that is wrong with a prefetch template. With a Warning the template is
// valid, but no client need understand it.
type TemplateProblem struct {
	Key     string
	Offset  int // of the character in the template, from 0
	Message string
	Warning bool
}

// Error returns `prefetch "meds", character 12: message`.
func (p TemplateProblem) Error() string {
	return fmt.Sprintf("prefetch %q, character %d: %s", p.Key, p.Offset+1, p.Message)
}

// Lint returns what is wrong with the templates of a service at a hook, for clients of a version, in the order
// of the templates and of the places in them. A hook without fields is one that nobody has described: any
// field may stand in its templates.
func Lint(templates []Template, hook cds.Hook, version TemplateVersion) []TemplateProblem {
	var out []TemplateProblem
	for i, t := range templates {
		l := &linting{hook: hook, version: version, template: t, before: templates[:i], all: templates}
		l.run()
		slices.SortStableFunc(l.found, func(a, b TemplateProblem) int { return a.Offset - b.Offset })
		out = append(out, l.found...)
	}
	return out
}

// A linting is the examination of one template.
type linting struct {
	hook        cds.Hook
	version     TemplateVersion
	template    Template
	before, all []Template
	found       []TemplateProblem
}

func (l *linting) fail(at int, format string, args ...any) {
	l.found = append(l.found, TemplateProblem{l.template.Key, at, fmt.Sprintf(format, args...), false})
}

func (l *linting) warn(at int, format string, args ...any) {
	l.found = append(l.found, TemplateProblem{l.template.Key, at, fmt.Sprintf(format, args...), true})
}

func (l *linting) run() {
	if l.template.Key == "" {
		l.fail(0, "the template has no key")
	}
	if hasKey(l.before, l.template.Key) {
		l.fail(0, "there are two templates with this key")
	}
	pieces, err := parseTemplate(l.template.Query)
	var wrong *grammarError
	if errors.As(err, &wrong) {
		l.fail(wrong.at, "%s", wrong.message)
		return
	}
	if len(pieces) == 0 {
		l.fail(0, "the template is empty")
		return
	}
	for _, p := range pieces {
		if p.token != nil {
			l.token(p.token, p.at)
		}
	}
	l.query(pieces)
}

// token examines a token, whose {{ stands at a place.
func (l *linting) token(t *templateToken, at int) {
	if len(t.parts) > 1 && l.version < TemplateVersion3 {
		l.fail(at, "several paths in one token are of version 3.0")
		return
	}
	for _, p := range t.parts {
		l.part(p)
	}
}

func (l *linting) part(p tokenPart) {
	switch key, isKey := strings.CutPrefix(p.root, "%"); {
	case isKey && l.version < TemplateVersion3:
		l.fail(p.at, "%s: the answer of another prefetch is of version 3.0", p)
	case isKey:
		l.dependency(p, key)
	case p.root == "today()" && l.version < TemplateVersion3:
		l.fail(p.at, "%s: dates are of version 3.0", p)
	case p.root == "today()" && len(p.steps) > 0:
		l.fail(p.at, "%s: today() has no fields", p)
	case p.root == "today()":
	case users[p.root] != "" && len(p.steps) == 0:
	case p.root == "context":
		l.context(p)
	default:
		l.fail(p.at, "%s: expected context and a field of it, as in {{context.patientId}}, or a token such as userPractitionerId", p)
		return
	}
	for _, s := range p.steps {
		if s.function && s.name == "ofType" && !cds.IsResource(s.arg) && l.version >= TemplateVersion3 {
			l.fail(p.at, "ofType(%s): expected the name of one type of resource", s.arg)
		}
	}
}

// dependency examines a token that reads another prefetch.
func (l *linting) dependency(p tokenPart, key string) {
	switch {
	case hasKey(l.before, key):
	case key == l.template.Key:
		l.fail(p.at, "%s: a template cannot depend on itself", p)
	case hasKey(l.all, key):
		l.fail(p.at, "%s: a template must stand after those that it depends on", p)
	default:
		l.fail(p.at, "%s: there is no template %q", p, key)
	}
}

// context examines a token that reads the hook's context.
func (l *linting) context(p tokenPart) {
	if len(p.steps) == 0 || p.steps[0].function {
		l.fail(p.at, "%s: a field of the context was expected, as in {{context.patientId}}", p)
		return
	}
	if len(p.steps) > 1 && l.version < TemplateVersion3 {
		l.fail(p.at, "%s: paths into a field are of version 3.0", p)
		return
	}
	if len(l.hook.Fields) == 0 {
		return
	}
	name := p.steps[0].name
	i := slices.IndexFunc(l.hook.Fields, func(f cds.HookField) bool { return f.Name == name })
	switch {
	case i < 0:
		l.fail(p.at, "the hook %s has no context.%s", l.hook.Name, name)
	case !l.hook.Fields[i].Token && len(p.steps) == 1:
		l.fail(p.at, "context.%s of %s cannot stand in a template", name, l.hook.Name)
	}
}

func hasKey(templates []Template, key string) bool {
	return slices.ContainsFunc(templates, func(t Template) bool { return t.Key == key })
}

package cds

import (
	"net/url"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/expr"
	"github.com/primum-cds/primum/cds/internal/record"
)

// maxSummary is what CDS Hooks allows: under 140 characters.
const maxSummary = 139

// A card is a Card, compiled.
type card struct {
	indicator, summary, detail *template
	sourceLabel, sourceURL     *template
	links                      []link
	suggestions                []suggestion
	override                   []Reason
	actions                    []action
	unreviewed                 bool
}

type link struct {
	label, url, appContext *template
	kind                   string
	autolaunchable         bool
}

type suggestion struct {
	label       *template
	recommended bool
	actions     []action
}

func (k *card) templates() []*template {
	out := []*template{k.indicator, k.summary, k.detail, k.sourceLabel, k.sourceURL}
	for _, l := range k.links {
		out = append(out, l.label, l.url, l.appContext)
	}
	for _, s := range k.suggestions {
		out = append(out, s.label)
		for _, a := range s.actions {
			out = append(out, a.description, a.with)
		}
	}
	for _, a := range k.actions {
		out = append(out, a.description, a.with)
	}
	return out
}

func (k *card) programs() []*expr.Program {
	var out []*expr.Program
	for _, t := range k.templates() {
		out = append(out, t.programs()...)
	}
	actions := k.actions
	for _, s := range k.suggestions {
		actions = append(slices.Clip(actions), s.actions...)
	}
	for _, a := range actions {
		if a.resource != nil {
			out = append(out, a.resource)
		}
	}
	return out
}

// card compiles a card; part says which of a rule's it is.
func (c *compiler) card(r *rule, def *Card, part string) *card {
	id := r.def.ID
	at := def.Position
	if at == (Position{}) {
		at = r.def.Position
	}
	if def.Summary.Empty() {
		c.fail(at, id, "", "the %s has no summary", part)
	}
	text := func(t Text) *template { return c.template(id, t, r.scope) }
	k := &card{
		summary: text(def.Summary), detail: text(def.Detail),
		sourceLabel: text(def.SourceLabel), sourceURL: text(def.SourceURL), override: def.Override,
		unreviewed: !r.def.Reviewed && r.pack.def.Reviewed == "",
	}
	k.indicator = c.indicator(r, def, part)
	if constant, ok := k.summary.constant(); ok && len([]rune(constant)) > maxSummary {
		c.fail(def.Summary.Position(), id, "", "the summary is %d characters long, at most %d are shown", len([]rune(constant)), maxSummary)
	}
	c.absolute(id, def.SourceURL, k.sourceURL)
	for i := range def.Links {
		k.links = append(k.links, c.link(r, &def.Links[i]))
	}
	c.autolaunchable(id, def)
	for i := range def.Suggestions {
		k.suggestions = append(k.suggestions, c.suggestion(r, &def.Suggestions[i]))
	}
	for i := range def.Actions {
		k.actions = append(k.actions, c.action(r, &def.Actions[i]))
	}
	if part == "undecided" && len(def.Actions) > 0 {
		c.fail(def.Actions[0].Position, id, "", "the %s has actions: nothing is done at once where a rule could not be decided", part)
	}
	return k
}

// indicator compiles the indicator and makes sure that it is one for every row.
func (c *compiler) indicator(r *rule, def *Card, part string) *template {
	if def.Indicator.Empty() {
		c.fail(def.Summary.Position(), r.def.ID, "", "the %s has no indicator: expected info, warning or critical", part)
		return &template{}
	}
	scope := *r.scope
	scope.NoRecord = true
	before := len(c.errors)
	t := c.template(r.def.ID, def.Indicator, &scope)
	if len(c.errors) > before || t.broken {
		return t
	}
	if constant, ok := t.constant(); ok {
		c.indicatorIs(r, def, constant, "")
		return t
	}
	if r.scope.Table == nil {
		c.indicatorIs(r, def, c.engine.constantText(t, r.scope, expr.Row{}), "")
		return t
	}
	c.indicatorOfRows(r, def, t)
	return t
}

// indicatorOfRows reports the first row for which the indicator is none. It is the same for rows that are
// alike in the columns it reads.
func (c *compiler) indicatorOfRows(r *rule, def *Card, t *template) {
	columns, only := t.columns()
	told := map[string]bool{}
	for n := range r.scope.Table.Len() {
		row := r.scope.Table.Row(n)
		if !row.Readable() {
			continue
		}
		if key := row.Alike(columns); only && told[key] {
			continue
		} else {
			told[key] = true
		}
		if !c.indicatorIs(r, def, c.engine.constantText(t, r.scope, row), row.Text("id")) {
			return
		}
	}
}

func (c *compiler) indicatorIs(r *rule, def *Card, value, row string) bool {
	if rank(Indicator(value)) < len(indicators) {
		return true
	}
	where := ""
	if row != "" {
		where = " for row " + row
	}
	c.fail(def.Indicator.Position(), r.def.ID, expr.Nearest(value, []string{string(Info), string(Warning), string(Critical)}),
		"the indicator%s is %q: expected info, warning or critical", where, value)
	return false
}

// absolute refuses a constant URL that a client could not open.
func (c *compiler) absolute(rule string, text Text, t *template) {
	constant, ok := t.constant()
	if !ok || constant == "" {
		return
	}
	if u, err := url.Parse(constant); err != nil || !slices.Contains([]string{"http", "https"}, u.Scheme) || u.Host == "" {
		c.fail(text.Position(), rule, "", "%q is no absolute URL: expected https://…", constant)
	}
}

func (c *compiler) link(r *rule, def *Link) link {
	text := func(t Text) *template { return c.template(r.def.ID, t, r.scope) }
	l := link{label: text(def.Label), url: text(def.URL), appContext: text(def.AppContext), kind: def.Type, autolaunchable: def.Autolaunchable}
	at := def.Label.Position()
	switch {
	case def.Type != "absolute" && def.Type != "smart":
		c.fail(at, r.def.ID, "", "the link's type is %q: expected absolute or smart", def.Type)
	case def.Type == "absolute" && !def.AppContext.Empty():
		c.fail(def.AppContext.Position(), r.def.ID, "", "only a link of type smart has an appContext")
	}
	if def.Label.Empty() || def.URL.Empty() {
		c.fail(at, r.def.ID, "", "a link needs a label and a url")
	}
	c.absolute(r.def.ID, def.URL, l.url)
	return l
}

// autolaunchable refuses links that cannot be opened in the place of a card: beside another, or where there is
// something to accept.
func (c *compiler) autolaunchable(rule string, def *Card) {
	first := slices.IndexFunc(def.Links, func(l Link) bool { return l.Autolaunchable })
	if first < 0 {
		return
	}
	if len(def.Suggestions) > 0 {
		c.fail(def.Links[first].Label.Position(), rule, "", "a link cannot be autolaunchable on a card with suggestions: nobody would see them")
	}
	for _, l := range def.Links[first+1:] {
		if l.Autolaunchable {
			c.fail(l.Label.Position(), rule, "", "only one link of a card can be autolaunchable")
		}
	}
}

func (c *compiler) suggestion(r *rule, def *Suggestion) suggestion {
	s := suggestion{label: c.template(r.def.ID, def.Label, r.scope), recommended: def.Recommended}
	if def.Label.Empty() {
		c.fail(r.def.Position, r.def.ID, "", "a suggestion needs a label")
	}
	for i := range def.Actions {
		s.actions = append(s.actions, c.action(r, &def.Actions[i]))
	}
	return s
}

// constantText is what a template that reads no record says for a row; "" if it says nothing.
func (e *Engine) constantText(t *template, scope *expr.Scope, row expr.Row) string {
	eval := expr.NewEval(chart.New(&record.Record{}, &e.coder))
	r := &rendering{vars: e.env.NewVars(eval, scope, nil, row)}
	text := strings.TrimSpace(r.text(t, verbatim))
	if len(r.problems) > 0 {
		return strings.Join(r.problems, "; ")
	}
	return text
}

package cds

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds/internal/expr"
)

// A compiler turns packs into an engine's rules and collects what is wrong with them.
type compiler struct {
	engine   *Engine
	config   *config
	errors   Errors
	advice   Errors
	packs    map[string]Position
	usedSite map[string]bool
	params   []string // as a site can name them
}

// A pack is a Pack with its names resolved.
type pack struct {
	def   *Pack
	names *expr.Names
	kinds map[string]string // name → what it is, for clashes
}

// A rule is a Rule, compiled.
type rule struct {
	def       *Rule
	pack      *pack
	scope     *expr.Scope
	lets      map[string]*expr.Program
	when      *expr.Program
	card      *card
	undecided *card
	rows      []instance
}

// An instance is a rule for one row of its table; a rule without a table has one.
type instance struct {
	id     string // "rule" or "rule[row]"
	rowID  string
	row    expr.Row
	off    bool
	shadow bool
	cap    Indicator // "": not lowered
}

func (c *compiler) fail(at Position, rule, suggest, format string, args ...any) {
	c.errors = append(c.errors, &Error{Position: at, Rule: rule, Message: fmt.Sprintf(format, args...), Suggest: suggest})
}

func (c *compiler) pack(def *Pack) {
	p := &pack{def: def, kinds: map[string]string{}, names: &expr.Names{
		Pack: def.Name, Codes: map[string]expr.Codes{}, Params: map[string]expr.Value{}, Tables: map[string]*expr.Table{},
	}}
	if _, twice := c.packs[def.Name]; twice {
		c.fail(Position{}, "", "", "there are two packs named %q", def.Name)
	}
	c.packs[def.Name] = Position{}
	for i := range def.Codes {
		c.codes(p, &def.Codes[i])
	}
	for i := range def.Params {
		c.param(p, &def.Params[i])
	}
	for i := range def.Tables {
		c.table(p, &def.Tables[i])
	}
	ids := map[string]Position{}
	for i := range def.Rules {
		r := &def.Rules[i]
		if first, twice := ids[r.ID]; twice {
			c.fail(r.Position, r.ID, "", "this id is taken: the rule at %s has it", first)
			continue
		}
		ids[r.ID] = r.Position
		c.rule(p, r)
	}
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (c *compiler) advise(at Position, format string, args ...any) {
	c.advice = append(c.advice, &Error{Position: at, Message: fmt.Sprintf(format, args...)})
}

// name checks a name that expressions can use, and claims it.
func (c *compiler) name(p *pack, at Position, rule, kind, name string) bool {
	switch {
	case !identifier.MatchString(name):
		c.fail(at, rule, "", "%q is no name: expected letters, digits and _, not beginning with a digit", name)
	case c.engine.env.Reserved(name):
		c.fail(at, rule, "", "the name %q belongs to the vocabulary", name)
	case p.kinds[name] != "":
		c.fail(at, rule, "", "the name %q is taken: this pack has %s of that name", name, p.kinds[name])
	default:
		return true
	}
	return false
}

func (c *compiler) param(p *pack, def *Param) {
	if !identifier.MatchString(def.Name) {
		c.fail(def.Position, "", "", "%q is no name: expected letters, digits and _, not beginning with a digit", def.Name)
		return
	}
	if _, twice := p.names.Params[def.Name]; twice {
		c.fail(def.Position, "", "", "there are two params named %q", def.Name)
		return
	}
	c.params = append(c.params, def.Name, p.def.Name+"."+def.Name)
	value, err := paramValue(def, def.Value, def.Exact)
	if err != nil {
		at, problem := def.Position, expr.ProblemOf(err)
		if !def.Unit.Empty() {
			at = def.Unit.At(problem.Offset)
		}
		c.fail(at, "", problem.Suggest, "param %q: %s", def.Name, problem.Message)
		p.names.Params[def.Name] = expr.Value{} // what reads it is not told that there is no such param
		return
	}
	was := value.TypeName()
	if site := c.siteParam(p, def); site != nil {
		switch replaced, err := paramValue(def, site.Value, site.Exact); {
		case err != nil:
			c.fail(site.Position, "", "", "param %q: %v", def.Name, err)
		case replaced.TypeName() != was:
			c.fail(site.Position, "", "", "param %q: expected %s, as its default is, found %s", def.Name, was, replaced.TypeName())
		default:
			value = replaced
		}
	}
	p.names.Params[def.Name] = value
}

func paramValue(def *Param, value any, exact string) (expr.Value, error) {
	if def.Unit.Empty() {
		return expr.Native(value)
	}
	if exact == "" {
		exact = fmt.Sprint(value)
	}
	switch value.(type) {
	case int64, float64:
		return expr.QuantityOf(exact, def.Unit.Value)
	}
	return expr.Value{}, fmt.Errorf("expected a number in %s, got %v", def.Unit.Value, value)
}

func (c *compiler) rule(p *pack, def *Rule) {
	r := &rule{def: def, pack: p, lets: map[string]*expr.Program{}, scope: &expr.Scope{Names: p.names}}
	c.header(r)
	local := map[string]bool{}
	c.bind(r, local)
	for _, l := range def.Let {
		r.scope.Later = append(r.scope.Later, l.Name)
	}
	for i := range def.Let {
		r.scope.Later = r.scope.Later[1:]
		c.let(r, &def.Let[i], local)
	}
	if def.When.Empty() {
		c.fail(def.Position, def.ID, "", "the rule has no `when`")
	} else if when, ok := c.expression(def.ID, def.When, r.scope, true); ok {
		r.when = when
	}
	r.card = c.card(r, &def.Card, "card")
	if def.Undecided != nil {
		r.undecided = c.card(r, def.Undecided, "undecided")
	}
	if def.Status == Retired {
		c.usedRule(def.ID)
	}
	if len(c.errors) > 0 || def.Status == Retired {
		return
	}
	c.instances(r)
	c.readBy(r)
	if r.status() != Draft || c.config.drafts {
		c.engine.rules = append(c.engine.rules, r)
	}
}

func (r *rule) status() Status {
	if r.def.Status == "" {
		return Active
	}
	return r.def.Status
}

var ruleID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

func (c *compiler) header(r *rule) {
	def := r.def
	if !ruleID.MatchString(def.ID) {
		c.fail(def.Position, def.ID, "", "%q is no id: expected letters, digits, '-', '_' and '.'", def.ID)
	}
	if statuses := []Status{Draft, Shadow, Active, Retired}; !slices.Contains(statuses, r.status()) {
		c.fail(def.Position, def.ID, "", "there is no status %q: expected draft, shadow, active or retired", def.Status)
	}
	for _, hook := range def.Hooks {
		if !ValidHook(hook) {
			c.fail(def.Position, def.ID, nearestHook(hook), "there is no hook %q", hook)
		}
	}
}

// bind resolves what a rule is asked about.
func (c *compiler) bind(r *rule, local map[string]bool) {
	def := r.def
	if each := def.Each; each.Name != "" || each.Of != "" {
		table := r.pack.names.Tables[each.Of]
		switch {
		case table == nil && r.pack.kinds[each.Of] == "a table": // which could not be read
		case table == nil:
			c.fail(each.OfAt, def.ID, expr.Nearest(each.Of, keys(r.pack.names.Tables)), "there is no table %q", each.Of)
		case !c.rowNames(r, each, table):
		default:
			r.scope.Row, r.scope.Table = each.Name, table
			local[each.Name] = true
		}
		if !local[each.Name] && (each.Name == "row" || c.free(r.pack, each.Name)) {
			r.scope = r.scope.With(each.Name, nil)
		}
	}
	if on := def.For; on.Name != "" || on.Of != "" {
		switch {
		case !c.engine.env.HasType(on.Of):
			c.fail(on.OfAt, def.ID, expr.Nearest(on.Of, c.engine.env.FocusTypes()), "there is no resource type %q", on.Of)
		case c.name(r.pack, on.Position, def.ID, "a focus", on.Name):
			r.scope.Focus, r.scope.Of = on.Name, on.Of
			local[on.Name] = true
		}
		if !local[on.Name] && c.free(r.pack, on.Name) {
			r.scope = r.scope.With(on.Name, nil)
		}
	}
}

// free reports whether a name is one that a rule can give.
func (c *compiler) free(p *pack, name string) bool {
	return identifier.MatchString(name) && !c.engine.env.Reserved(name) && p.kinds[name] == ""
}

// rowNames checks that a table can be used row by row: its ids are there and unique.
func (c *compiler) rowNames(r *rule, each Binding, table *expr.Table) bool {
	if each.Name != "row" && !c.name(r.pack, each.Position, r.def.ID, "a row", each.Name) {
		return false
	}
	if i := table.Column("id"); i < 0 || table.Types[i] != "string" {
		c.fail(each.OfAt, r.def.ID, "", "table %q has no column `id` of type string, which names the rule of each row", each.Of)
		return false
	}
	return true
}

func (c *compiler) let(r *rule, def *Let, local map[string]bool) {
	if local[def.Name] {
		c.fail(def.Position, r.def.ID, "", "the name %q is taken in this rule", def.Name)
		return
	}
	if !c.name(r.pack, def.Position, r.def.ID, "a let", def.Name) {
		return
	}
	local[def.Name] = true
	program, _ := c.expression(r.def.ID, def.Expr, r.scope, false)
	r.lets[def.Name] = program
	r.scope = r.scope.With(def.Name, program)
}

// expression compiles one expression. Its problems are reported at their places.
func (c *compiler) expression(rule string, text Text, scope *expr.Scope, condition bool) (*expr.Program, bool) {
	program, problems := c.engine.env.Compile(text.Value, scope, condition)
	for _, p := range problems {
		c.fail(text.At(p.Offset), rule, p.Suggest, "%s", p.Message)
	}
	return program, program != nil
}

// instances makes a rule's instances, with what the site changes.
func (c *compiler) instances(r *rule) {
	if r.scope.Table == nil {
		r.rows = []instance{c.instance(r, r.def.ID, "", nil)}
		return
	}
	for _, row := range r.scope.Table.Rows {
		rowID := r.scope.Table.Text(row, "id")
		r.rows = append(r.rows, c.instance(r, r.def.ID+"["+rowID+"]", rowID, row))
	}
}

func (c *compiler) instance(r *rule, id, rowID string, row expr.Row) instance {
	in := instance{id: id, rowID: rowID, row: row}
	if r.status() == Shadow {
		in.shadow = true
	}
	for _, name := range []string{r.def.ID, id} {
		if site := c.siteRule(name); site != nil {
			in.off = in.off || site.Off
			in.shadow = in.shadow || site.Shadow
			if site.Indicator != "" {
				in.cap = site.Indicator
				c.lowers(r, site, id, row)
			}
		}
	}
	return in
}

// lowers makes sure that a site does not make a rule, or a row of it, more urgent than its pack says.
func (c *compiler) lowers(r *rule, site *SiteRule, id string, row expr.Row) {
	own := Indicator(c.engine.constantText(r.card.indicator, r.scope, row))
	if site.ID == id && rank(site.Indicator) < rank(own) {
		c.fail(site.Position, "", "", "a site can lower an indicator, not raise it: %q is %s", id, own)
	}
}

// readBy notes the FHIR types that a rule reads: only those are read from a patient's data.
func (c *compiler) readBy(r *rule) {
	programs := []*expr.Program{r.when}
	for _, p := range r.lets {
		programs = append(programs, p)
	}
	programs = append(programs, r.card.programs()...)
	if r.undecided != nil {
		programs = append(programs, r.undecided.programs()...)
	}
	for _, p := range programs {
		for _, t := range p.Reads() {
			c.engine.reads[t] = true
		}
	}
	if r.scope.Of != "" {
		c.engine.reads[r.scope.Of] = true
	}
}

func keys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func nearestHook(name string) string {
	return expr.Nearest(strings.TrimSpace(name), HookNames())
}

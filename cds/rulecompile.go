package cds

import (
	"regexp"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/primum-cds/primum/cds/internal/expr"
)

// rules compiles the rules of a pack, on all processors: none depends on another. What comes of them is taken
// in their order, so that it is the same whichever was compiled first.
func (c *compiler) rules(p *pack, defs []Rule) {
	first := map[string]int{}
	for i := range defs {
		if _, twice := first[defs[i].ID]; !twice {
			first[defs[i].ID] = i
		}
	}
	ruled := make([]*rule, len(defs))
	errors := make([]Errors, len(defs))
	each(len(defs), func(i int) {
		if first[defs[i].ID] == i {
			one := &compiler{engine: c.engine, config: c.config, files: c.files}
			ruled[i] = one.rule(p, &defs[i])
			errors[i] = one.errors
		}
	})
	for i := range defs {
		if at := first[defs[i].ID]; at != i {
			c.fail(defs[i].Position, defs[i].ID, "", "this id is taken: the rule at %s has it", defs[at].Position)
			continue
		}
		c.errors = append(c.errors, errors[i]...)
		c.take(ruled[i])
	}
}

// each calls do for 0 to n-1, on all processors.
func each(n int, do func(i int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wait.Wait()
}

// rule compiles a rule. It may read what all rules share, and changes nothing of it.
func (c *compiler) rule(p *pack, def *Rule) *rule {
	r := &rule{def: c.definition(def), pack: p, scope: &expr.Scope{Names: p.names, Context: c.context(def.Hooks)}}
	c.header(r)
	c.asked(def)
	local := map[string]bool{}
	c.bind(r, def, local)
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
	return r
}

// definition is what is kept of a rule as it was written.
func (c *compiler) definition(def *Rule) definition {
	out := definition{
		ID: def.ID, Position: c.files.place(def.Position), At: def.Position.At(), Status: def.Status, Hooks: slices.Clip(def.Hooks), Once: def.Once,
		When: c.files.text(def.When), Citation: def.Evidence.Citation,
		Reviewed: def.Evidence.Reviewed != "",
	}
	if out.Status == "" {
		out.Status = Active
	}
	for _, l := range def.Let {
		out.Let = append(out.Let, Let{l.Name, c.files.place(l.Position), c.files.text(l.Expr)})
	}
	return out
}

// take adds a compiled rule to the engine.
func (c *compiler) take(r *rule) {
	if r.status() == Retired {
		c.usedRule(r.def.ID)
	}
	if len(c.errors) > 0 || r.status() == Retired {
		return
	}
	r.scope = c.engine.env.Share(r.scope)
	c.instances(r)
	c.readBy(r)
	if r.status() != Draft || c.config.drafts {
		c.engine.rules = append(c.engine.rules, r)
	}
}

func (r *rule) status() Status { return r.def.Status }

var ruleID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

func (c *compiler) header(r *rule) {
	def := &r.def
	if !ruleID.MatchString(def.ID) {
		c.fail(def.Position, def.ID, "", "%q is no id: expected letters, digits, '-', '_' and '.'", def.ID)
	}
	if statuses := []Status{Draft, Shadow, Active, Retired}; !slices.Contains(statuses, r.status()) {
		c.fail(def.Position, def.ID, "", "there is no status %q: expected draft, shadow, active or retired", def.Status)
	}
	if def.Once != "" && !ruleID.MatchString(def.Once) {
		c.fail(def.Position, def.ID, "", "once: %q is no word: expected letters, digits, '-', '_' and '.'", def.Once)
	}
}

// bind resolves what a rule is asked about.
func (c *compiler) bind(r *rule, def *Rule, local map[string]bool) {
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
	if r.lets == nil {
		r.lets = map[string]*expr.Program{}
	}
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

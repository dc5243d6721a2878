package cds

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds/internal/expr"
	"github.com/primum-cds/primum/cds/terminology"
)

// A compiler turns packs into an engine's rules and collects what is wrong with them.
type compiler struct {
	engine    *Engine
	config    *config
	errors    Errors
	advice    []unreachable
	packs     map[string]Position
	usedSite  map[string]bool
	siteRules map[string]*SiteRule // by id, once one was asked for
	params    []string             // as a site can name them
	files     *bareFiles
}

// A pack is a Pack with its names resolved. Of what was written, it keeps the metadata.
type pack struct {
	def   Pack
	names *expr.Names
	kinds map[string]string // name → what it is, for clashes; nil once its rules are compiled
}

// A rule is a Rule, compiled.
type rule struct {
	def       definition
	pack      *pack
	scope     *expr.Scope
	lets      map[string]*expr.Program
	when      *expr.Program
	card      *card
	undecided *card
	rows      []instance
	results   []*terminology.Set // of a rule about observations: the codes of those it can be about; nil: any
}

// A definition is what reports tell of a Rule as it was written. Its places name files without their text.
type definition struct {
	ID       string
	Position Position
	At       string // of Position
	Status   Status
	Hooks    []string
	Once     string
	Let      []Let
	When     Text
	Citation string
	Reviewed bool // a clinician has dated a review of it
}

func (c *compiler) fail(at Position, rule, suggest, format string, args ...any) {
	c.errors = append(c.errors, &Error{Position: at, Rule: rule, Message: fmt.Sprintf(format, args...), Suggest: suggest})
}

func (c *compiler) pack(def *Pack) {
	p := &pack{def: *def, kinds: map[string]string{}, names: &expr.Names{
		Pack: def.Name, Codes: make(map[string]expr.Codes, len(def.Codes)), Params: map[string]expr.Value{}, Tables: map[string]*expr.Table{},
	}}
	p.def.Codes, p.def.Params, p.def.Tables, p.def.Rules = nil, nil, nil, nil
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
	c.rules(p, def.Rules)
	p.kinds = nil
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

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

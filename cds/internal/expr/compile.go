package expr

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
)

// A compilation is one expression on its way to a Program.
type compilation struct {
	env     *Env
	scope   *Scope
	source  string
	parsed  *cel.Ast
	checked *cel.Ast
	types   map[int64]*types.Type // of what could be checked, where not all could
	exprs   map[int64]ast.Expr    // by id, and what each is an operand of: for what is wrong
	parents map[int64]ast.Expr
	found   []Problem
	nodes   int
}

// Compile type-checks and plans an expression; a condition must be true or false. The Problems are all
// that is wrong with it, in the order of their places. The Program is nil if there is one, or if the
// expression names what could not be compiled itself.
func (e *Env) Compile(source string, s *Scope, condition bool) (program *Program, problems []Problem) {
	defer func() { // CEL's checker has panicked on odd input before; a rule file must not end a service
		if r := recover(); r != nil {
			program, problems = nil, []Problem{{Message: fmt.Sprintf("the expression cannot be checked: %v", r)}}
		}
	}()
	env, err := e.scope(s)
	if err != nil {
		return nil, []Problem{{Message: "the names of this rule cannot be used: " + err.Error()}}
	}
	c := &compilation{env: e, scope: s, source: source}
	parsed, issues := env.Parse(source)
	if issues.Err() != nil {
		return nil, c.syntaxProblems(issues)
	}
	c.parsed = parsed
	checked, issues := env.Check(parsed)
	if issues.Err() != nil {
		c.partial(env)
		return nil, c.problems(issues)
	}
	c.checked = checked
	if found := c.check(); len(found) > 0 || c.unsound() {
		return nil, found
	}
	if out := checked.OutputType(); condition && !out.IsExactType(types.BoolType) {
		return nil, []Problem{{Offset: c.start(checked.NativeRep().Expr()), Message: "expected a condition that is true or false, found " + a(out)}}
	}
	return c.plan(env)
}

// partial finds the types of what is right in a wrong expression, to name them in messages.
func (c *compilation) partial(env *cel.Env) {
	c.types, c.exprs, c.parents = map[int64]*types.Type{}, map[int64]ast.Expr{}, map[int64]ast.Expr{}
	native := ast.Copy(c.parsed.NativeRep())
	ast.PreOrderVisit(native.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		c.exprs[e.ID()] = e
		if e.Kind() == ast.CallKind {
			for _, operand := range operands(e) {
				c.parents[operand.ID()] = e
			}
		}
	}))
	checkEnv, err := checker.NewEnv(env.Container, env.CELTypeProvider())
	if err != nil || checkEnv.AddIdents(env.Variables()...) != nil || checkEnv.AddFunctions(slices.Collect(maps.Values(env.Functions()))...) != nil {
		return
	}
	checked, _ := checker.Check(native, common.NewTextSource(c.source), checkEnv)
	c.types = checked.TypeMap()
}

// expr is the expression with an id; nil if there is none.
func (c *compilation) expr(id int64) ast.Expr { return c.exprs[id] }

// unsound reports whether the expression names something that could not be compiled.
func (c *compilation) unsound() bool {
	for _, t := range c.checked.NativeRep().TypeMap() {
		if hasError(t) {
			return true
		}
	}
	return false
}

// plan rewrites the checked expression and makes it a program.
func (c *compilation) plan(env *cel.Env) (*Program, []Problem) {
	native := c.checked.NativeRep()
	original := ast.Copy(native)
	p := c.env.newPlanner(c.scope, native)
	p.run()
	for _, err := range p.units {
		if f, ok := err.(*foldError); ok {
			p := ProblemOf(f.err)
			c.reportAt(c.placeOf(original, f.id)+p.Offset, p.Message, p.Suggest)
		}
	}
	if len(c.found) > 0 {
		return nil, c.found
	}
	loops := loopsOf(native.Expr(), c.env.fns)
	program, err := env.PlanProgram(native, cel.CustomDecoratorV2(loops.decorate()))
	if err != nil {
		return nil, []Problem{{Message: "the expression cannot be planned: " + err.Error()}}
	}
	out := &Program{
		program: program, typ: c.checked.OutputType(), reads: p.readsOf(), source: c.source, original: original,
		fallible: fallible(original.Expr(), c.env), outlook: c.outlook(original.Expr()), compilation: c,
	}
	out.tracked = sync.OnceValues(func() (cel.Program, error) {
		return env.PlanProgram(native, cel.CustomDecoratorV2(loops.decorate()), cel.EvalOptions(cel.OptTrackState))
	})
	out.exhaustive = sync.OnceValues(func() (cel.Program, error) {
		return env.PlanProgram(native, cel.CustomDecoratorV2(loops.decorate()), cel.EvalOptions(cel.OptExhaustiveEval))
	})
	return out, nil
}

// placeOf is where an expression of the original starts; of a call with a literal text, that text.
func (c *compilation) placeOf(original *ast.AST, id int64) int {
	place := 0
	ast.PreOrderVisit(original.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.ID() != id {
			return
		}
		place = c.start(e)
		if e.Kind() != ast.CallKind {
			return
		}
		for _, arg := range e.AsCall().Args() {
			if arg.Kind() == ast.LiteralKind && arg.AsLiteral().Type() == types.StringType {
				place = c.start(arg) + 1 // past the quote
			}
		}
	}))
	return place
}

package expr

import (
	"fmt"
	"sync"

	"github.com/google/cel-go/cel"
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
	found   []Problem
	nodes   int
}

// Compile type-checks and plans an expression; a condition must be true or false. The Problems are all
// that is wrong with it, in the order of their places; then the Program is nil.
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
		return nil, c.problems(issues)
	}
	c.parsed = parsed
	checked, issues := env.Check(parsed)
	if issues.Err() != nil {
		c.types = e.partialTypes(env, parsed)
		return nil, c.problems(issues)
	}
	c.checked = checked
	if found := c.check(); len(found) > 0 {
		return nil, found
	}
	if out := checked.OutputType(); condition && !out.IsExactType(types.BoolType) {
		return nil, []Problem{{Message: fmt.Sprintf("this is a %s, expected a condition that is true or false", plainTypes(out.String()))}}
	}
	return c.plan(env)
}

// partialTypes finds the types of those parts of a wrong expression that are right, to name them in a
// message: each select's operand is checked by itself.
func (e *Env) partialTypes(env *cel.Env, parsed *cel.Ast) map[int64]*types.Type {
	out := map[int64]*types.Type{}
	ast.PreOrderVisit(parsed.NativeRep().Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() != ast.SelectKind {
			return
		}
		text, err := cel.ExprToString(x.AsSelect().Operand(), parsed.NativeRep().SourceInfo())
		if err != nil {
			return
		}
		if a, issues := env.Compile(text); issues.Err() == nil {
			out[x.AsSelect().Operand().ID()] = a.OutputType()
		}
	}))
	return out
}

// plan rewrites the checked expression and makes it a program.
func (c *compilation) plan(env *cel.Env) (*Program, []Problem) {
	native := c.checked.NativeRep()
	original := ast.Copy(native)
	p := c.env.newPlanner(c.scope, native)
	p.run()
	for _, err := range p.units {
		if f, ok := err.(*foldError); ok {
			c.reportAt(c.placeOf(original, f.id), f.message, "")
		}
	}
	if len(c.found) > 0 {
		return nil, c.found
	}
	loops := loopConditions(native.Expr())
	program, err := env.PlanProgram(native, cel.CustomDecoratorV2(countLoops(loops)))
	if err != nil {
		return nil, []Problem{{Message: "the expression cannot be planned: " + err.Error()}}
	}
	out := &Program{
		program: program, typ: c.checked.OutputType(), reads: p.readsOf(), source: c.source, original: original,
		fallible: fallible(original.Expr(), c.env), compilation: c,
	}
	out.tracked = sync.OnceValues(func() (cel.Program, error) {
		return env.PlanProgram(native, cel.CustomDecoratorV2(countLoops(loops)), cel.EvalOptions(cel.OptTrackState))
	})
	out.exhaustive = sync.OnceValues(func() (cel.Program, error) {
		return env.PlanProgram(native, cel.CustomDecoratorV2(countLoops(loops)), cel.EvalOptions(cel.OptExhaustiveEval))
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

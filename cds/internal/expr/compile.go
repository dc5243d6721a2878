package expr

import (
	"fmt"
	"maps"
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
)

// A compilation is one expression on its way to a plan.
type compilation struct {
	env     *Env
	scope   *Scope
	scoping *scoping // what checks and plans expressions of the scope
	source  string
	parsed  *cel.Ast
	checked *cel.Ast
	types   map[int64]*types.Type // of what could be checked, where not all could
	exprs   map[int64]ast.Expr    // by id, and what each is an operand of: for what is wrong
	parents map[int64]ast.Expr
	found   []Problem
	nodes   int
	open    []string // the names of the codes that are left open, by number
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
	if p := e.alike(source, s); p != nil && (!condition || p.plan.isCondition()) {
		return p, nil
	}
	plan, problems := e.alone(source, s, condition)
	if plan == nil {
		return nil, problems
	}
	return &Program{plan: plan, scope: e.Share(s), source: source}, nil
}

// alone compiles an expression for itself, and says what is wrong with it.
func (e *Env) alone(source string, s *Scope, condition bool) (*plan, []Problem) {
	c, problems := e.compilation(source, s)
	if len(problems) > 0 || !c.sound() {
		return nil, problems
	}
	if out := c.checked.OutputType(); condition && !out.IsExactType(types.BoolType) {
		return nil, []Problem{{Offset: c.start(c.checked.NativeRep().Expr()), Message: "expected a condition that is true or false, found " + a(out)}}
	}
	return c.plan()
}

// compilation reads an expression in its scope.
func (e *Env) compilation(source string, s *Scope) (*compilation, []Problem) {
	c := &compilation{env: e, scope: s, source: source}
	var env *cel.Env
	var err error
	if c.scoping, err = e.scopeOf(s); err == nil {
		env, err = c.scoping.withCodes()
	}
	if err != nil {
		return c, []Problem{{Message: "the names of this rule cannot be used: " + err.Error()}}
	}
	if problems := c.parse(); len(problems) > 0 {
		return c, problems
	}
	return c, c.typeCheck(env)
}

func (c *compilation) parse() []Problem {
	parsed, issues := c.env.base.Parse(c.source)
	if issues.Err() != nil {
		return c.syntaxProblems(issues)
	}
	c.parsed = parsed
	return nil
}

func (c *compilation) typeCheck(env *cel.Env) []Problem {
	checked, issues := env.Check(c.parsed)
	if issues.Err() != nil {
		c.partial(env)
		return c.problems(issues)
	}
	c.checked = checked
	return c.check()
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

// sound reports whether the expression was checked and names nothing that could not be compiled.
func (c *compilation) sound() bool {
	if c.checked == nil {
		return false
	}
	for _, t := range c.checked.NativeRep().TypeMap() {
		if hasError(t) {
			return false
		}
	}
	return true
}

// plan makes the checked expression a plan.
func (c *compilation) plan() (*plan, []Problem) {
	written := c.checked.NativeRep().Expr()
	out := &plan{env: c.env, typ: c.checked.OutputType(), fallible: fallible(written, c.env)}
	out.outlook.Store(c.outlook(written))
	out.columns, out.wholeRow = c.columns(written)
	p := c.rewrite()
	if c.units(p.units); len(c.found) > 0 {
		return nil, c.found
	}
	out.reads, out.asks, out.loose = p.readsOf(), p.asksOf(), p.params > p.handed
	var err error
	if _, out.root, err = c.link(p); err != nil {
		return nil, []Problem{{Message: "the expression cannot be planned: " + err.Error()}}
	}
	c.env.keep(out)
	return out, nil
}

// rewrite makes the checked expression what is evaluated; it is no longer what was written.
func (c *compilation) rewrite() *planner {
	p := c.env.newPlanner(c.scope, c.checked.NativeRep())
	p.run()
	return p
}

// link has CEL plan what was rewritten. The root is all that evaluation needs: a plan keeps it without the
// program that CEL puts around it.
func (c *compilation) link(p *planner, opts ...cel.ProgramOption) (program cel.Program, root interpreter.InterpretableV2, err error) {
	loops := loopsOf(p.ast.Expr(), c.env.fns)
	if len(opts) == 0 { // else each part is to be told
		loops.structures = c.scope.structures(c.env.provider)
	}
	decorate := func(i interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
		if p.evals[i.ID()] {
			i = handed(i.ID())
		}
		root = loops.decorate(i) // the root is planned last
		return root, nil
	}
	program, err = c.scoping.bare.PlanProgram(p.ast, append(opts, cel.CustomDecoratorV2(decorate))...)
	return program, root, err
}

// A handed is the evaluation, as an argument.
type handed int64

func (h handed) ID() int64 { return int64(h) }

func (h handed) Exec(frame *interpreter.ExecutionFrame) ref.Val { return h.Eval(frame) }

func (h handed) Eval(vars interpreter.Activation) ref.Val {
	if v, ok := vars.ResolveName("@ev"); ok {
		if ev, ok := v.(*Eval); ok {
			return ev
		}
	}
	return types.NewErrWithNodeID(int64(h), "there is no evaluation")
}

// units reports the calls of constants that came to an error, at their places in what was written.
func (c *compilation) units(errs []error) {
	if len(errs) == 0 {
		return
	}
	written, issues := c.env.base.Parse(c.source)
	if issues.Err() != nil {
		return
	}
	for _, err := range errs {
		if f, ok := err.(*foldError); ok {
			p := ProblemOf(f.err)
			c.reportAt(c.placeOf(written.NativeRep(), f.id)+p.Offset, p.Message, p.Suggest)
		}
	}
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

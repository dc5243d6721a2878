package expr

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"

	"github.com/primum-cds/primum/cds/internal/kleene"
)

// A Program is a compiled expression. It is immutable and concurrent.
type Program struct {
	program     cel.Program
	tracked     func() (cel.Program, error) // planned when first needed
	exhaustive  func() (cel.Program, error)
	typ         *types.Type
	reads       []string
	source      string
	original    *ast.AST
	fallible    bool
	outlook     *outlook
	compilation *compilation
}

// TypeName returns what a message calls the value: "a Quantity", "text".
func (p *Program) TypeName() string { return a(p.typ) }

// Reads returns the FHIR types that the expression reads through the patient, sorted.
func (p *Program) Reads() []string { return p.reads }

// Source returns the expression as it was written.
func (p *Program) Source() string { return p.source }

// Vars give a Program the values of its scope's variables.
type Vars struct {
	Eval  *Eval
	scope *Scope
	env   *Env
	focus *node
	row   rowVal
	lets  map[string]ref.Val
	// pending are the lets that nothing has asked for yet.
	pending map[string]*Program
}

// NewVars binds a scope's focus, row and lets. A let is evaluated when it is first asked for, at most once.
func (e *Env) NewVars(ev *Eval, s *Scope, lets map[string]*Program, row Row) *Vars {
	v := &Vars{}
	e.Bind(v, ev, s, lets, row)
	return v
}

// Bind makes v what NewVars returns.
func (e *Env) Bind(v *Vars, ev *Eval, s *Scope, lets map[string]*Program, row Row) {
	clear(v.lets)
	*v = Vars{Eval: ev, scope: s, env: e, pending: lets, lets: v.lets, row: rowVal{table: s.Table, row: row}}
	if s.Focus != "" && ev.focus != nil {
		v.focus = ev.focusAs(s.Of, e.provider)
	}
}

// ResolveName implements interpreter.Activation.
func (v *Vars) ResolveName(name string) (any, bool) {
	switch name {
	case "@ev":
		return v.Eval, true
	case "patient":
		return v.Eval.patient(v.env.provider), true
	case "now":
		return dateVal{d: v.Eval.now()}, true
	case "context":
		return contextVal{ev: v.Eval}, true
	case "params":
		return paramsVal{typ: v.scope.Names.paramsStruct()}, true
	}
	if name == v.scope.Focus && v.focus != nil {
		return v.focus, true
	}
	if name == v.scope.Row && v.row.table != nil {
		return &v.row, true
	}
	return v.let(name)
}

// Tell turns to the writing of a card: what is read is no evidence, and a list of which not all is known
// reads as what is.
func (v *Vars) Tell() {
	v.Eval.muted, v.Eval.telling = true, true
	clear(v.lets)
}

func (v *Vars) let(name string) (any, bool) {
	if val, ok := v.lets[name]; ok {
		return val, true
	}
	p, ok := v.pending[name]
	if !ok {
		return nil, false
	}
	if v.lets == nil {
		v.lets = map[string]ref.Val{}
	}
	val := p.eval(v)
	v.lets[name] = val
	return val, true
}

// Parent implements interpreter.Activation.
func (v *Vars) Parent() interpreter.Activation { return nil }

// patient is the record's Patient; a node without JSON if there is none.
func (ev *Eval) patient(p *provider) *node {
	if ev.person == nil {
		ev.person = &node{ev: ev, typ: p.structure("Patient"), index: -1}
		if res := ev.Chart.Record.Patient; res != nil {
			ev.person.json, ev.person.entry = res.JSON, ev.Chart.Entry(res)
		}
	}
	return ev.person
}

// An Outcome is what a condition came to: true or false; unknown, with what was missing; or an error,
// a panic and a limit among them.
type Outcome struct {
	Truth   kleene.Truth
	Missing []Missing
	Err     error
}

// Decide evaluates a condition.
func (p *Program) Decide(v *Vars) Outcome {
	switch val := p.eval(v).(type) {
	case types.Bool:
		return Outcome{Truth: kleene.Of(bool(val))}
	case *types.Unknown:
		return Outcome{Missing: v.Eval.missingOf(val)}
	case *types.Err:
		return Outcome{Err: val.Unwrap()}
	default:
		return Outcome{Err: fmt.Errorf("a condition came to %s", Display(val))}
	}
}

// Text is the value as a person reads it, "not known" if it is not.
func (p *Program) Text(v *Vars) (string, error) {
	val := p.eval(v)
	if err, ok := val.(*types.Err); ok {
		return "", err.Unwrap()
	}
	return Display(val), nil
}

func (p *Program) eval(v *Vars) ref.Val { return p.run(p.program, v) }

func (p *Program) run(program cel.Program, v *Vars) ref.Val {
	out, _, err := program.Eval(v)
	if v.Eval.exceeded != "" {
		return types.WrapErr(&Fault{Program: p, Err: &LimitError{v.Eval.exceeded}})
	}
	if err != nil {
		return types.WrapErr(p.fault(out, err))
	}
	return out
}

// A Fault is an error with its place: a character of the program it arose in.
type Fault struct {
	Program *Program
	Offset  int
	Err     error
}

// Error says what went wrong, without the place.
func (f *Fault) Error() string { return f.Err.Error() }

// fault places an error; one of a let that the program asked for keeps its own place.
func (p *Program) fault(out ref.Val, err error) error {
	plain := plainError(err)
	if f, ok := plain.(*Fault); ok {
		return f
	}
	f := &Fault{Program: p, Err: plain}
	if e, ok := out.(*types.Err); ok && e.NodeID() > 0 {
		ast.PreOrderVisit(p.original.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
			if x.ID() == e.NodeID() {
				f.Offset = p.compilation.start(x)
			}
		}))
	}
	return f
}

// A LimitError is returned when an expression took more work than a rule may.
type LimitError struct{ Limit string }

// Error says which limit.
func (e *LimitError) Error() string { return "stopped: " + e.Limit }

var panicked = "internal error: "

// plainError takes CEL's wrapping off an error.
func plainError(err error) error {
	if text, ok := strings.CutPrefix(err.Error(), panicked); ok {
		return fmt.Errorf("a function panicked: %s", text)
	}
	for wrapped := (*types.Err)(nil); errors.As(err, &wrapped) && wrapped.Unwrap() != nil; {
		err = wrapped.Unwrap()
	}
	return err
}

// Hidden returns the errors that the logic of the condition p, and of the lets it asked for, went past.
func (v *Vars) Hidden(p *Program) []error {
	out := p.hidden(v)
	for _, name := range slices.Sorted(maps.Keys(v.lets)) {
		out = append(out, v.pending[name].hidden(v)...)
	}
	return out
}

// hidden returns errors that the logic went past: CEL drops an error where the rest decides. The
// program is run once more, with every value kept; that takes nothing from the question's limits.
func (p *Program) hidden(v *Vars) []error {
	if !p.fallible {
		return nil
	}
	program, err := p.tracked()
	if err != nil {
		return nil
	}
	muted, ticks, exceeded := v.Eval.muted, v.Eval.ticks, v.Eval.exceeded
	v.Eval.Mute(true)
	defer func() { v.Eval.muted, v.Eval.ticks, v.Eval.exceeded = muted, ticks, exceeded }()
	_, details, _ := program.Eval(v)
	if details == nil || details.State() == nil {
		return nil
	}
	var out []error
	ids := details.State().IDs()
	slices.Sort(ids)
	for _, id := range ids {
		if val, ok := details.State().Value(id); ok && types.IsError(val) {
			out = append(out, plainError(val.(*types.Err)))
		}
	}
	return out
}

// total are CEL's functions that cannot fail, or only where ours have failed before.
var total = []string{operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional, operators.Equals,
	operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
	operators.NotStrictlyFalse, operators.In, "size", "contains", "startsWith", "endsWith", "matches"}

func fallible(e ast.Expr, env *Env) bool {
	found := false
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.CallKind && !slices.Contains(total, e.AsCall().FunctionName()) && !env.ours(e.AsCall().FunctionName()) {
			found = true
		}
	}))
	return found
}

// ours reports whether a function is the vocabulary's: it records its failures itself. Operators are
// also CEL's.
func (e *Env) ours(name string) bool {
	for _, f := range e.fns {
		if f.name == name && operatorText(name) == "" {
			return true
		}
	}
	return false
}

// loops are the comprehensions of an expression, by the ids of their conditions and of their steps.
type loops struct {
	conditions map[int64]bool
	steps      map[int64]ast.ComprehensionExpr
	fns        map[string]*function
}

func loopsOf(e ast.Expr, fns map[string]*function) loops {
	out := loops{map[int64]bool{}, map[int64]ast.ComprehensionExpr{}, fns}
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.ComprehensionKind {
			loop := e.AsComprehension()
			out.conditions[loop.LoopCondition().ID()] = true
			out.steps[loop.LoopStep().ID()] = loop
		}
	}))
	return out
}

// decorate makes each iteration count, ends loops when a limit is reached, and lets the element that stands
// for what is missing from an open list decide nothing. Calls of the vocabulary take no memory.
func (l loops) decorate() interpreter.InterpretableDecoratorV2 {
	return func(i interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
		switch i.(type) {
		case *counted, *step, *called:
			return i, nil
		}
		i = l.called(i)
		if loop, ok := l.steps[i.ID()]; ok {
			return &step{i, loop}, nil
		}
		if l.conditions[i.ID()] {
			return &counted{i}, nil
		}
		return i, nil
	}
}

// A step is what a loop does with one element.
type step struct {
	interpreter.InterpretableV2
	loop ast.ComprehensionExpr
}

func (s *step) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	for _, name := range []string{s.loop.IterVar(), s.loop.IterVar2()} {
		if name == "" {
			continue
		}
		v, _ := frame.ResolveName(name)
		missing, ok := v.(*types.Unknown)
		if !ok {
			continue
		}
		ev, _ := frame.ResolveName("@ev")
		if ev, ok := ev.(*Eval); !ok || !ev.missingPart[missing] {
			continue
		}
		if accu, _ := frame.ResolveName(s.loop.AccuVar()); accu != nil {
			if u, ok := accu.(*types.Unknown); ok {
				return types.MergeUnknowns(u, missing)
			}
		}
		return missing
	}
	return s.InterpretableV2.Exec(frame)
}

func (s *step) Eval(vars interpreter.Activation) ref.Val {
	return s.Exec(interpreter.AsFrame(vars))
}

type counted struct{ interpreter.InterpretableV2 }

func (c *counted) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	if ev, ok := frame.ResolveName("@ev"); ok {
		if ev, ok := ev.(*Eval); ok && !ev.tick() {
			return types.False
		}
	}
	return c.InterpretableV2.Exec(frame)
}

func (c *counted) Eval(vars interpreter.Activation) ref.Val {
	return c.Exec(interpreter.AsFrame(vars))
}

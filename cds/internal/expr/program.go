package expr

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

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
	plan   *plan
	scope  *Scope
	source string
	codes  []ref.Val // those that the plan leaves open
}

// A plan is what is evaluated. Programs whose expressions differ in the names of codes alone share one.
type plan struct {
	env        *Env
	root       interpreter.InterpretableV2
	typ        *types.Type
	reads      []string
	asks       []Ask
	columns    []int // of the row, that it reads
	wholeRow   bool  // it does more with the row
	fallible   bool
	loose      bool // codes that it leaves open are more than what functions are given
	tracked    atomic.Pointer[cel.Program]
	exhaustive atomic.Pointer[cel.Program]
	outlook    atomic.Pointer[outlook] // until all rules are compiled
}

func (p *plan) isCondition() bool { return p.typ.IsExactType(types.BoolType) }

// TypeName returns what a message calls the value: "a Quantity", "text".
func (p *Program) TypeName() string { return a(p.plan.typ) }

// Reads returns the FHIR types that the expression reads through the patient, sorted.
func (p *Program) Reads() []string { return p.plan.reads }

// Source returns the expression as it was written.
func (p *Program) Source() string { return p.source }

// observed is the Program planned so that its parts can be told, which few are ever asked for: it is made
// when it is first needed.
func (p *Program) observed(made *atomic.Pointer[cel.Program], option cel.EvalOption) cel.Program {
	if program := made.Load(); program != nil {
		return *program
	}
	c, ok := p.again()
	if !ok {
		return nil
	}
	program, _, err := c.link(c.rewrite(), cel.EvalOptions(option))
	if err != nil {
		return nil
	}
	made.Store(&program)
	return program
}

// again is the compilation that the Program came from.
func (p *Program) again() (*compilation, bool) {
	e := p.plan.env
	if p.codes != nil {
		sh, _ := p.scope.shape(p.source)
		return e.openCompilation(p.source, p.scope, sh)
	}
	c, problems := e.compilation(p.source, p.scope)
	return c, len(problems) == 0 && c.sound()
}

// outlook is found once more when all rules are compiled: few ever ask for it then.
func (p *Program) outlook() *outlook {
	if o := p.plan.outlook.Load(); o != nil {
		return o
	}
	if c, ok := p.again(); ok {
		return c.outlook(c.checked.NativeRep().Expr())
	}
	return &outlook{}
}

// written is the expression as it was written, with the places of its parts.
func (p *Program) written() (*compilation, bool) {
	c := &compilation{env: p.plan.env, scope: p.scope, source: p.source}
	return c, len(c.parse()) == 0
}

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
	*v = Vars{Eval: ev, scope: s, env: e, pending: lets, lets: v.lets, row: rowVal{row: row}}
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
	if name == v.scope.Row && v.row.row.table != nil {
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

// Data is the text that a program comes to; false if it is not known.
func (p *Program) Data(v *Vars) (string, bool) {
	val := p.eval(v)
	if types.IsUnknownOrError(val) {
		return "", false
	}
	return Display(val), true
}

func (p *Program) eval(v *Vars) ref.Val {
	out, err := p.exec(v)
	if v.Eval.exceeded != "" {
		return types.WrapErr(&Fault{Program: p, Err: &LimitError{v.Eval.exceeded}})
	}
	if err != nil {
		return types.WrapErr(p.fault(out, err))
	}
	return out
}

// exec is what a cel.Program's Eval does. A panic becomes an error.
func (p *Program) exec(v *Vars) (out ref.Val, err error) {
	before := v.Eval.codes
	defer func() {
		v.Eval.codes = before
		if r := recover(); r != nil {
			out, err = nil, fmt.Errorf("%s%v", panicked, r)
		}
	}()
	v.Eval.codes = p.codes
	frame, err := interpreter.NewExecutionFrame(v)
	if err != nil {
		return nil, err
	}
	defer frame.Close()
	if out = p.plan.root.Exec(frame); types.IsError(out) {
		err = out.(*types.Err)
	}
	return out, err
}

// observe evaluates a program of which the parts can be told.
func (p *Program) observe(program cel.Program, v *Vars) *cel.EvalDetails {
	before := v.Eval.codes
	v.Eval.codes = p.codes
	_, details, _ := program.Eval(v)
	v.Eval.codes = before
	return details
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
	e, ok := out.(*types.Err)
	if !ok || e.NodeID() <= 0 {
		return f
	}
	if c, ok := p.written(); ok {
		ast.PreOrderVisit(c.parsed.NativeRep().Expr(), ast.NewExprVisitor(func(x ast.Expr) {
			if x.ID() == e.NodeID() {
				f.Offset = c.start(x)
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
	if len(v.lets) == 0 {
		return out
	}
	for _, name := range slices.Sorted(maps.Keys(v.lets)) {
		out = append(out, v.pending[name].hidden(v)...)
	}
	return out
}

// hidden returns errors that the logic went past: CEL drops an error where the rest decides. The
// program is run once more, with every value kept; that takes nothing from the question's limits.
func (p *Program) hidden(v *Vars) []error {
	if !p.plan.fallible {
		return nil
	}
	program := p.observed(&p.plan.tracked, cel.OptTrackState)
	if program == nil {
		return nil
	}
	muted, ticks, exceeded := v.Eval.muted, v.Eval.ticks, v.Eval.exceeded
	v.Eval.Mute(true)
	defer func() { v.Eval.muted, v.Eval.ticks, v.Eval.exceeded = muted, ticks, exceeded }()
	details := p.observe(program, v)
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
func (e *Env) ours(name string) bool { return e.own[name] }

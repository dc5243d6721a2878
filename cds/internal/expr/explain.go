package expr

import (
	"fmt"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
)

// A Clause is a part of a condition with its value.
type Clause struct {
	Depth  int
	Text   string
	Offset int    // of its first character
	Value  string // "true", "unknown: …", "error: …", or the value as a person reads it
}

// Clauses evaluates every part of the condition and returns them: the whole, what && and || join, and
// below a comparison the values it compares.
func (p *Program) Clauses(v *Vars) []Clause {
	program := p.observed(&p.plan.exhaustive, cel.OptExhaustiveEval)
	written, ok := p.written()
	if program == nil || !ok {
		return nil
	}
	details := p.observe(program, v)
	w := &clauseWalk{written: written, eval: v.Eval}
	if details != nil {
		w.state = details.State()
	}
	w.walk(written.parsed.NativeRep().Expr(), 0)
	return w.clauses
}

type clauseWalk struct {
	written *compilation
	eval    *Eval
	state   interpreter.EvalState
	clauses []Clause
}

func (w *clauseWalk) walk(e ast.Expr, depth int) {
	w.add(e, depth)
	for _, part := range parts(e) {
		w.walk(part, depth+1)
	}
}

func (w *clauseWalk) add(e ast.Expr, depth int) {
	c := Clause{Depth: depth, Offset: w.written.start(e)}
	text, err := cel.ExprToString(e, w.written.info())
	if err != nil {
		text = w.written.source
	}
	c.Text = strings.Join(strings.Fields(text), " ")
	c.Value = "not reached"
	if w.state != nil {
		if v, ok := w.state.Value(e.ID()); ok {
			c.Value = w.eval.explain(v)
		}
	}
	w.clauses = append(w.clauses, c)
}

// parts are what an expression is explained by.
func parts(e ast.Expr) []ast.Expr {
	if e.Kind() != ast.CallKind {
		return nil
	}
	call := e.AsCall()
	switch name := call.FunctionName(); name {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional:
		return call.Args()
	case operators.In, operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		var out []ast.Expr
		for _, arg := range call.Args() {
			if arg.Kind() != ast.LiteralKind && arg.Kind() != ast.IdentKind {
				out = append(out, arg)
			}
		}
		return out
	}
	return nil
}

// Explain says what a let came to.
func (v *Vars) Explain(name string) string {
	val, ok := v.let(name)
	if !ok {
		return "not reached"
	}
	return v.Eval.explain(val.(ref.Val))
}

// explain writes a value of a clause.
func (ev *Eval) explain(val ref.Val) string {
	switch val := val.(type) {
	case types.Bool:
		return fmt.Sprint(bool(val))
	case *types.Unknown:
		var texts []string
		for _, m := range ev.missingOf(val) {
			texts = append(texts, strings.TrimSpace(strings.TrimSpace(m.Resource+" "+m.Path)+": "+m.Reason))
		}
		return "unknown: " + strings.Join(texts, "; ")
	case *types.Err:
		return "error: " + val.String()
	case scoreVal:
		return explainScore(val)
	}
	return clip(Display(val))
}

// explainScore writes a score with what has points, or may have.
func explainScore(v scoreVal) string {
	text := v.String()
	if v.items != nil {
		text += " (" + v.told() + ")"
	}
	return text
}

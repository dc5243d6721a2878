package expr

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// ofLoop derives the need of a comprehension: cel.bind and the macros that are one.
func (d *derivation) ofLoop(t term, w way) *Need {
	loop := t.expr.AsComprehension()
	if isBinding(loop) {
		inner := &local{name: loop.AccuVar(), term: t.part(loop.AccuInit()), outer: t.local}
		return d.of(term{loop.Result(), inner}, w)
	}
	macro, condition := macroOf(loop)
	list := t.part(loop.IterRange())
	element := d.elementOf(t, loop)
	if macro == other || element == nil {
		return t.always()
	}
	open, have := t.whole(list.expr, d.of(list, mayBeOpen)), d.of(list, mayHave)
	p := func(w way) *Need { return d.of(term{condition, element}, w) }
	switch {
	case macro == filter && w == mayBeOpen:
		return some(open, t.every(have, p(mayBeOpen), p(mayHold)))
	case macro == filter && w == mayHave, (macro == exists || macro == existsOne) && w == mayHold:
		return some(open, t.every(have, p(mayHold)))
	case macro == all && w == mayFail:
		return some(open, t.every(have, p(mayFail)))
	case w == mayBeOpen:
		return some(open, t.every(have, p(mayBeOpen)))
	}
	return t.always()
}

// isBinding reports whether a comprehension is cel.bind, which loops over nothing.
func isBinding(loop ast.ComprehensionExpr) bool {
	return loop.IterRange().Kind() == ast.ListKind && loop.IterRange().AsList().Size() == 0 && isLiteral(loop.LoopCondition(), types.False)
}

// elementOf is the name of the elements of a loop over a list, with what they are.
func (d *derivation) elementOf(t term, loop ast.ComprehensionExpr) *local {
	list := d.typeOf(loop.IterRange())
	if list.Kind() != types.ListKind || len(list.Parameters()) != 1 {
		return nil
	}
	element := &local{name: loop.IterVar(), of: list.Parameters()[0].TypeName(), outer: t.local}
	if loop.HasIterVar2() {
		index := &local{name: loop.IterVar(), of: "int", outer: t.local}
		element.name, element.outer = loop.IterVar2(), index
	}
	return element
}

// A macro is one of CEL's loops over a list.
type macro int

const (
	other macro = iota
	exists
	existsOne
	all
	filter
)

// macroOf tells which macro a comprehension is, and its condition.
func macroOf(loop ast.ComprehensionExpr) (macro, ast.Expr) {
	step := loop.LoopStep()
	if step.Kind() != ast.CallKind {
		return other, nil
	}
	accu, args := loop.AccuVar(), step.AsCall().Args()
	result := loop.Result()
	switch step.AsCall().FunctionName() {
	case operators.LogicalOr:
		if isLiteral(loop.AccuInit(), types.False) && isIdent(args[0], accu) && isIdent(result, accu) {
			return exists, args[1]
		}
	case operators.LogicalAnd:
		if isLiteral(loop.AccuInit(), types.True) && isIdent(args[0], accu) && isIdent(result, accu) {
			return all, args[1]
		}
	case operators.Conditional:
		if !isIdent(args[2], accu) {
			return other, nil
		}
		if isLiteral(loop.AccuInit(), types.Int(0)) && isCall(args[1], operators.Add) && isCall(result, operators.Equals) &&
			isLiteral(result.AsCall().Args()[1], types.Int(1)) {
			return existsOne, args[0]
		}
		if added := addedTo(args[1], accu); loop.AccuInit().Kind() == ast.ListKind && added != nil && isIdent(added, loop.IterVar()) && isIdent(result, accu) {
			return filter, args[0]
		}
	}
	return other, nil
}

// addedTo is the element that an expression `accu + [element]` adds; nil for anything else.
func addedTo(e ast.Expr, accu string) ast.Expr {
	if !isCall(e, operators.Add) || !isIdent(e.AsCall().Args()[0], accu) {
		return nil
	}
	list := e.AsCall().Args()[1]
	if list.Kind() != ast.ListKind || list.AsList().Size() != 1 {
		return nil
	}
	return list.AsList().Elements()[0]
}

func isCall(e ast.Expr, name string) bool {
	return e.Kind() == ast.CallKind && e.AsCall().FunctionName() == name
}

func isLiteral(e ast.Expr, v any) bool { return e.Kind() == ast.LiteralKind && e.AsLiteral() == v }

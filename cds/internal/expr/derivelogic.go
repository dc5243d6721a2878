package expr

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

func literalNeed(t term, v ref.Val, w way) *Need {
	b, isBool := v.(types.Bool)
	switch {
	case w == mayBeOpen, isBool && bool(b) == (w == mayFail):
		return never
	}
	return t.always()
}

// every joins what the parts of a clause need: if no part needs anything, it is the clause as a whole.
func (t term) every(parts ...*Need) *Need {
	n, free := every(parts...), 0
	for _, part := range parts {
		if part.Op == Always {
			free++
		}
	}
	if n.Op == Always && free > 1 {
		return t.always()
	}
	return n
}

// whole is what a clause needs of one of its parts: if that part needs nothing, it is told of the clause.
func (t term) whole(part ast.Expr, n *Need) *Need {
	if n.Op == Always && n.Because != nil && n.Because.clause == part {
		return t.always()
	}
	return n
}

// ofCall derives the need of a call. `false && x` is false whatever x is, unknown and error included.
func (d *derivation) ofCall(t term, w way) *Need {
	args := operands(t.expr)
	switch name := t.expr.AsCall().FunctionName(); name {
	case operators.LogicalAnd, operators.LogicalOr:
		a, b := d.of(t.part(args[0]), w), d.of(t.part(args[1]), w)
		if w != mayBeOpen && (name == operators.LogicalAnd) == (w == mayHold) {
			return t.every(a, b)
		}
		return some(a, b)
	case operators.LogicalNot:
		return t.whole(args[0], d.of(t.part(args[0]), w.opposite()))
	case operators.Conditional:
		return d.ofChoice(t, args, w)
	case operators.In:
		if w == mayHold {
			return d.ofMembership(t, args)
		}
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return d.ofComparison(t, name, args, w)
	case operators.Add:
		if d.typeOf(t.expr).Kind() == types.ListKind {
			return some(d.of(t.part(args[0]), w), d.of(t.part(args[1]), w))
		}
	default:
		return d.ofFunction(t, name, args, w)
	}
	return t.always()
}

func (w way) opposite() way {
	switch w {
	case mayHold:
		return mayFail
	case mayFail:
		return mayHold
	}
	return w
}

// ofChoice derives the need of `c ? a : b`. It comes out one way where c decides for a branch that does, and
// where both branches do and c is known.
func (d *derivation) ofChoice(t term, args []ast.Expr, w way) *Need {
	c, a, b := t.part(args[0]), d.of(t.part(args[1]), w), d.of(t.part(args[2]), w)
	open := d.of(c, mayBeOpen)
	if w != mayHold && w != mayFail {
		return some(open, a, b)
	}
	return t.every(some(d.of(c, mayHold), b), some(d.of(c, mayFail), a), some(open, a, b))
}

// ofComparison derives the need of a condition compared with true or false, and of the size of a list
// compared with a number.
func (d *derivation) ofComparison(t term, op string, args []ast.Expr, w way) *Need {
	for i, arg := range args {
		other := t.part(args[1-i]).meant()
		constant, ok := d.constant(t.part(arg))
		if !ok {
			continue
		}
		switch v := constant.(type) {
		case types.Bool:
			if op == operators.Equals && bool(v) || op == operators.NotEquals && !bool(v) {
				return d.of(other, w)
			}
			if op == operators.Equals || op == operators.NotEquals {
				return d.of(other, w.opposite())
			}
		case types.Int:
			if list, ok := sized(other); ok {
				return d.ofSize(t, op, list, int64(v), i == 0, w)
			}
		}
	}
	return t.always()
}

// sized is the list whose size a term is.
func sized(t term) (term, bool) {
	if t.expr.Kind() != ast.CallKind || t.expr.AsCall().FunctionName() != "size" {
		return term{}, false
	}
	return t.part(operands(t.expr)[0]), true
}

// ofSize derives the need of a size compared with a number, which stands before it or behind. An empty list
// makes the comparison false, or true.
func (d *derivation) ofSize(t term, op string, list term, n int64, before bool, w way) *Need {
	if d.typeOf(list.expr).Kind() != types.ListKind {
		return t.always()
	}
	left, right := int64(0), n
	if before {
		left, right = n, 0
	}
	holds := map[string]bool{
		operators.Equals: left == right, operators.NotEquals: left != right, operators.Less: left < right,
		operators.LessEquals: left <= right, operators.Greater: left > right, operators.GreaterEquals: left >= right,
	}[op]
	switch {
	case w == mayBeOpen:
		return d.of(list, mayBeOpen)
	case w == mayHold && !holds, w == mayFail && holds:
		return d.of(list, mayHave)
	}
	return t.always()
}

// constant is the value of a term that is the same for every patient and row.
func (d *derivation) constant(t term) (ref.Val, bool) {
	t = t.meant()
	switch t.expr.Kind() {
	case ast.LiteralKind:
		return t.expr.AsLiteral(), true
	case ast.SelectKind:
		sel := t.expr.AsSelect()
		if v, ok := d.scope.Names.Params[sel.FieldName()]; ok && !sel.IsTestOnly() && t.part(sel.Operand()).is("params") {
			return v.val, v.val != nil
		}
	}
	return nil, false
}

package expr

import (
	"slices"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"

	"github.com/primum-cds/primum/cds/terminology"
)

// A Need is a set of codes: the drug of the focus must be in one of a condition's needs, or not be known
// to be outside of it, for the condition to be anything but false.
type Need struct {
	set    *terminology.Set
	column int // of the row, where set is nil
	param  int // the number of the Program's codes, from 1; 0 for none
}

// Set returns the codes for a row.
func (n Need) Set(row Row) *terminology.Set {
	if n.set != nil {
		return n.set
	}
	return row.value(n.column).(codesVal).set
}

// Needs returns the sets of which one must hold the focus's drug; none if the condition can come out
// otherwise without that.
func (p *Program) Needs() []Need {
	needs := slices.Clone(p.plan.needs)
	for i := range needs {
		if n := needs[i].param; n > 0 {
			needs[i] = Need{set: p.codes[n-1].(codesVal).set}
		}
	}
	return needs
}

// needs derives them. `false && x` is false whatever x is, unknown and error included, so that either side
// of && will do; || needs both.
func (c *compilation) needs(e ast.Expr) []Need {
	if e.Kind() != ast.CallKind {
		return nil
	}
	call := e.AsCall()
	args := call.Args()
	switch call.FunctionName() {
	case operators.LogicalAnd:
		a, b := c.needs(args[0]), c.needs(args[1])
		if a == nil || b != nil && len(b) < len(a) {
			return b
		}
		return a
	case operators.LogicalOr:
		a, b := c.needs(args[0]), c.needs(args[1])
		if a == nil || b == nil {
			return nil
		}
		return append(a, b...)
	case operators.In:
		if need, ok := c.need(args[0], args[1]); ok {
			return []Need{need}
		}
	}
	return nil
}

// need reads `focus.drug in codes` and `focus.drug in row.column`.
func (c *compilation) need(element, codes ast.Expr) (Need, bool) {
	if element.Kind() != ast.SelectKind || element.AsSelect().FieldName() != "drug" || element.AsSelect().IsTestOnly() ||
		!isIdent(element.AsSelect().Operand(), c.scope.Focus) || !isMedication(c.scope.Of) {
		return Need{}, false
	}
	switch codes.Kind() {
	case ast.IdentKind:
		named, ok := c.scope.Names.Codes[codes.AsIdent()]
		if param, alike := named.val.(codesParam); alike {
			return Need{param: param.n + 1}, true
		}
		return Need{set: named.Set}, ok && named.Set != nil
	case ast.SelectKind:
		sel := codes.AsSelect()
		if c.scope.Table == nil || sel.IsTestOnly() || !isIdent(sel.Operand(), c.scope.Row) {
			return Need{}, false
		}
		column := c.scope.Table.Column(sel.FieldName())
		return Need{column: column}, column >= 0 && c.scope.Table.Types[column] == "codes"
	}
	return Need{}, false
}

func isIdent(e ast.Expr, name string) bool {
	return e.Kind() == ast.IdentKind && name != "" && e.AsIdent() == name
}

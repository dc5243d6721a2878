package expr

import (
	"slices"

	"github.com/google/cel-go/common/ast"
)

// Columns returns which columns of the row the expression reads; false if it does more with the row.
func (p *Program) Columns() ([]int, bool) { return p.plan.columns, !p.plan.wholeRow }

// columns finds them, and whether the row is named other than to read a column.
func (c *compilation) columns(e ast.Expr) (columns []int, wholeRow bool) {
	if c.scope.Table == nil {
		return nil, false
	}
	named, read := 0, 0
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		switch {
		case isIdent(e, c.scope.Row):
			named++
		case e.Kind() == ast.SelectKind && isIdent(e.AsSelect().Operand(), c.scope.Row):
			if i := c.scope.Table.Column(e.AsSelect().FieldName()); i >= 0 {
				read++
				columns = append(columns, i)
			}
		}
	}))
	slices.Sort(columns)
	return slices.Compact(columns), named > read
}

package expr

import (
	"fmt"
	"slices"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"

	"github.com/primum-cds/primum/cds/ucum"
)

// unitsOf are the calculations whose result always has one unit, or one that compares with it.
var unitsOf = map[string]string{
	"weight": "kg", "height": "cm", "bmi": "kg/m2", "bsa": "m2",
	"creatinineClearance": "mL/min", "egfr": "mL/min/{1.73_m2}", "idealWeight": "kg", "adjustedWeight": "kg", "dosingWeight": "kg", "qtc": "ms", "anionGap": "mmol/L",
	"dailyDosePerKg": "mg/kg/d", "dailyDosePerM2": "mg/m2/d", "weightedDailyDose": "mg/d",
}

var unitOperators = []string{operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
	operators.Equals, operators.NotEquals, operators.Add, operators.Subtract}

// checkUnits finds quantities that can never be compared, where the units stand in the rule.
func (c *compilation) checkUnits(e ast.Expr, name string, args []ast.Expr) {
	if !slices.Contains(unitOperators, name) || len(args) != 2 {
		return
	}
	a, b := c.unit(args[0]), c.unit(args[1])
	if a == nil || b == nil || a.Comparable(b) {
		return
	}
	verb := map[string]string{operators.Add: "added", operators.Subtract: "subtracted"}[name]
	if verb == "" {
		verb = "compared"
	}
	c.report(e, fmt.Sprintf("%s and %s cannot be %s: these units do not convert into each other", a.Display(), b.Display(), verb))
}

// unit is the unit of a quantity that stands in the rule; nil if it is read from data.
func (c *compilation) unit(e ast.Expr) *ucum.Unit {
	switch e.Kind() {
	case ast.SelectKind:
		sel := e.AsSelect()
		if sel.Operand().Kind() == ast.IdentKind && sel.Operand().AsIdent() == "params" {
			if q, ok := c.scope.Names.Params[sel.FieldName()].val.(quantityVal); ok {
				return q.q.Unit
			}
		}
	case ast.CallKind:
		call := e.AsCall()
		if (call.FunctionName() == "quantity" || call.FunctionName() == "to") && len(call.Args()) > 0 {
			return literalUnit(call.Args()[len(call.Args())-1])
		}
		if code, ok := unitsOf[call.FunctionName()]; ok && call.IsMemberFunction() {
			u, err := ucum.Parse(code)
			if err == nil {
				return u
			}
		}
	}
	return nil
}

func literalUnit(e ast.Expr) *ucum.Unit {
	if e.Kind() != ast.LiteralKind {
		return nil
	}
	text, _ := e.AsLiteral().Value().(string)
	u, err := ucum.Parse(text)
	if err != nil {
		return nil
	}
	return u
}

package expr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"

	"github.com/primum-cds/primum/cds/internal/calc"
	"github.com/primum-cds/primum/cds/internal/dose"
)

// The words that functions take, of which there are few.
var (
	routeClasses = dose.RouteClasses()
	weights      = []string{calc.Actual, calc.Ideal, calc.Adjusted, calc.Auto}
)

// checkWords holds the words that a function is given against those that it knows, and the table of a
// weighted dose against what it reads.
func (c *compilation) checkWords(name string, args []ast.Expr) {
	if len(args) < 2 {
		return
	}
	last := args[len(args)-1]
	switch owner := c.typeOf(args[0]).TypeName(); {
	case owner == "Patient" && name == "creatinineClearance":
		c.checkWord(last, weights)
	case isMedication(owner) && name == "onRoute":
		c.checkRoutes(last)
	case owner == "Patient" && (name == "takes" || name == "dailyDose") && len(args) == 3:
		if last.Kind() != ast.ListKind {
			c.checkWord(last, routeClasses)
			return
		}
		for _, elem := range last.AsList().Elements() {
			c.checkWord(elem, routeClasses)
		}
	case owner == "Patient" && name == "weightedDailyDose" && last.Kind() == ast.IdentKind:
		if t := c.scope.Names.Tables[last.AsIdent()]; t != nil {
			c.checkWeights(last, t)
		}
	}
}

// checkRoutes holds routes separated by ";" against those that there are.
func (c *compilation) checkRoutes(e ast.Expr) {
	if e.Kind() != ast.LiteralKind {
		return
	}
	if text, ok := e.AsLiteral().Value().(string); ok && text != "" {
		for name := range strings.SplitSeq(text, ";") {
			c.checkText(e, strings.TrimSpace(name), append([]string{systemicRoute}, routeClasses...))
		}
	}
}

func (c *compilation) checkWord(e ast.Expr, known []string) {
	if e.Kind() != ast.LiteralKind {
		return
	}
	if text, ok := e.AsLiteral().Value().(string); ok {
		c.checkText(e, text, known)
	}
}

// checkText holds a word, which stands in a literal, against those that are known.
func (c *compilation) checkText(e ast.Expr, text string, known []string) {
	if slices.Contains(known, text) {
		return
	}
	p := Problem{Message: fmt.Sprintf("%q is none of the words that are known here", text), Suggest: Nearest(text, known)}
	if p.Suggest == "" {
		p.Message += ": expected " + strings.Join(known, ", ")
	}
	c.reportAt(c.start(e), p.Message, p.Suggest)
}

// checkWeights finds what is missing in the table of a weighted daily dose.
func (c *compilation) checkWeights(e ast.Expr, t *Table) {
	for _, want := range [][2]string{{"drug", "codes"}, {"route", "string"}, {"unit", "string"}, {"factor", "double"}} {
		if i := t.Column(want[0]); i < 0 || t.Types[i] != want[1] {
			c.report(e, fmt.Sprintf("table %q has no column %q of type %s, which a weighted dose needs", t.Name, want[0], want[1]))
			return
		}
	}
}

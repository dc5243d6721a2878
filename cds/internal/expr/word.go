package expr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

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
	case owner == "Patient" && variantsOf(name) != nil:
		c.checkWord(last, variantsOf(name))
	case owner == "Score" && name == "with":
		c.checkItem(args)
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
	case owner == "Patient" && (name == "weightedDailyDose" || name == "weightedDoses") && last.Kind() == ast.IdentKind:
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

// checkItem holds the item that a rule says something of against those of the score, as far as that stands in
// the rule.
func (c *compilation) checkItem(args []ast.Expr) {
	score := args[0]
	for score.Kind() == ast.CallKind && score.AsCall().FunctionName() == "with" {
		score = operands(score)[0]
	}
	if score.Kind() != ast.CallKind {
		return
	}
	items := itemsOf(score.AsCall().FunctionName())
	var names []string
	for i := range items {
		if !slices.Contains(names, items[i].name) {
			names = append(names, items[i].name)
		}
	}
	if len(names) == 0 {
		return
	}
	c.checkWord(args[1], names)
	for i := range items {
		if name, ok := textOf(args[1]); !ok || name != items[i].name {
			continue
		}
		it := scored{item: &items[i]}
		if c.typeOf(args[2]).IsExactType(types.BoolType) {
			if items[i].graded {
				c.reportAt(c.start(args[2]), it.set(nil, types.True).Error(), "")
			}
			return
		}
		v := ref.Val(types.Int(items[i].least))
		if args[2].Kind() == ast.LiteralKind {
			v = args[2].AsLiteral()
		}
		if err := it.set(nil, v); err != nil {
			c.reportAt(c.start(args[2]), err.Error(), "")
		}
		return
	}
}

func textOf(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	text, ok := e.AsLiteral().Value().(string)
	return text, ok
}

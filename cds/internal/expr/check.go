package expr

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"github.com/primum-cds/primum/cds/internal/fhir"
	"github.com/primum-cds/primum/cds/ucum"
)

// forbidden functions, with what is wrong with each: no limit holds inside one call of them, or they
// take an expression out of the types.
var forbidden = map[string]string{
	"replace":       "replace is not available: its result has no bound",
	"join":          "join is not available: its result has no bound",
	"format":        "format is not available: its result has no bound; write text in a template",
	"dyn":           "dyn is not available: every value has a type",
	"type":          "type is not available: types are known when a rule is read",
	"flatten":       "flatten is not available: its result has no bound; write exists in exists",
	"strings.quote": "strings.quote is not available: its result has no bound",
	"lists.range":   "lists.range is not available: its result has no bound",
	"duration":      `duration is not available: write days(3) or hours(12)`,
	"timestamp":     `timestamp is not available: write date("2020-05-03")`,
}

// maxRegex is the size of a regular expression's program, in instructions.
const maxRegex = 1_000

// twoValued are the functions that compare elements by CEL's own equality, which knows no unknown.
var twoValued = []string{"sets.contains", "sets.equivalent", "sets.intersects", "distinct", "sort", "lists.distinct"}

var threeValued = []string{"Quantity", "Date", "PatientAge", "Span", "Score", "Concept", "Coding"}

// check finds what CEL's type checker lets pass and the vocabulary does not.
func (c *compilation) check() []Problem {
	if found := c.forbidden(); len(found) > 0 {
		return found
	}
	unsound := !c.sound()
	c.depth(c.checked.NativeRep().Expr(), 0)
	ast.PreOrderVisit(c.checked.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		c.nodes++
		if !unsound {
			c.checkDyn(e)
		}
		switch e.Kind() {
		case ast.StructKind:
			c.report(e, "a rule cannot make structures")
		case ast.IdentKind:
			c.checkIdent(e)
		case ast.CallKind:
			c.checkCall(e)
		case ast.LiteralKind:
			if e.AsLiteral().Type() == types.NullType {
				c.report(e, "null is not used in rules: what is absent is unknown, and has(order.encounter) asks for it")
			}
		}
	}))
	if c.nodes > maxNodes {
		c.reportAt(c.start(c.checked.NativeRep().Expr()), fmt.Sprintf("the expression is too large: %d parts, at most %d", c.nodes, maxNodes), "")
	}
	sortProblems(c.found)
	return c.found
}

// forbidden finds calls of functions that CEL has and rules do without.
func (c *compilation) forbidden() []Problem {
	var out []Problem
	ast.PreOrderVisit(c.parsed.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind {
			return
		}
		name := e.AsCall().FunctionName()
		if forbidden[name] != "" && !(e.AsCall().IsMemberFunction() && c.env.ours(name)) {
			out = append(out, Problem{Offset: c.place(e), Message: forbidden[name]})
		}
	}))
	sortProblems(out)
	return out
}

func (c *compilation) report(e ast.Expr, message string) {
	c.reportAt(c.place(e), message, "")
}

func (c *compilation) reportAt(offset int, message, suggest string) {
	c.found = append(c.found, Problem{Offset: offset, Message: message, Suggest: suggest})
}

// typeOf is the type of an expression: an error for what could not be checked.
func (c *compilation) typeOf(e ast.Expr) *types.Type {
	known := c.types
	if c.checked != nil {
		known = c.checked.NativeRep().TypeMap()
	}
	if t, ok := known[e.ID()]; ok {
		return t
	}
	return types.ErrorType
}

// structure is a type with fields; nil if there is none of that name.
func (c *compilation) structure(name string) *structType {
	return c.scope.types(c.env.provider).structure(name)
}

func (c *compilation) checkDyn(e ast.Expr) {
	if t := c.typeOf(e); t.Kind() == types.DynKind || hasDyn(t) && e.Kind() != ast.ListKind {
		if e.Kind() == ast.ComprehensionKind || e.Kind() == ast.IdentKind && strings.HasPrefix(e.AsIdent(), "@") {
			return
		}
		c.report(e, "the type of this is not known: all values of a list or a choice must have one type")
	}
}

func hasDyn(t *types.Type) bool {
	for _, p := range t.Parameters() {
		if p.Kind() == types.DynKind || hasDyn(p) {
			return true
		}
	}
	return false
}

func (c *compilation) checkIdent(e ast.Expr) {
	if !c.scope.NoRecord {
		return
	}
	name := e.AsIdent()
	isLet := slices.ContainsFunc(c.scope.Lets, func(l variable) bool { return l.name == name })
	if isLet || slices.Contains([]string{"patient", "now", "context", c.scope.Focus}, name) {
		c.report(e, "the indicator may depend on row and params alone, not on "+quote(name))
	}
}

func (c *compilation) checkCall(e ast.Expr) {
	name, args := e.AsCall().FunctionName(), operands(e)
	switch {
	case name == "matches":
		c.checkRegex(args[len(args)-1])
	case name == operators.Equals || name == operators.NotEquals:
		c.checkEquality(e, args)
	case name == operators.In && c.typeOf(args[1]).Kind() == types.ListKind, slices.Contains(twoValued, name):
		c.checkTwoValued(e, name, args)
	}
	c.checkUnits(e, name, args)
	c.checkUnitText(name, args)
	c.checkWords(name, args)
}

func (c *compilation) checkRegex(pattern ast.Expr) {
	if pattern.Kind() != ast.LiteralKind {
		c.reportAt(c.start(pattern), "matches takes a pattern that stands in the rule, in quotes", "")
		return
	}
	text, _ := pattern.AsLiteral().Value().(string)
	re, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		c.report(pattern, "not a regular expression: "+strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		return
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil || len(prog.Inst) > maxRegex {
		c.report(pattern, fmt.Sprintf("the regular expression is too large: it has more than %d steps", maxRegex))
	}
}

// checkUnitText holds the unit of a conversion, which stands in the rule, against UCUM.
func (c *compilation) checkUnitText(name string, args []ast.Expr) {
	if name != "to" && name != "value" || len(args) != 2 || args[1].Kind() != ast.LiteralKind || c.typeOf(args[0]).TypeName() != "Quantity" {
		return
	}
	text, _ := args[1].AsLiteral().Value().(string)
	to, err := ucum.Parse(text)
	if err != nil {
		p := ProblemOf(err)
		c.reportAt(c.start(args[1])+1+p.Offset, p.Message, p.Suggest)
		return
	}
	if from := c.unit(args[0]); from != nil && !from.Comparable(to) {
		c.reportAt(c.start(args[1])+1, fmt.Sprintf("%s cannot be converted into %s", from.Display(), to.Display()), "")
	}
}

func (c *compilation) checkEquality(e ast.Expr, args []ast.Expr) {
	if c.typeOf(args[0]) == types.NullType || c.typeOf(args[1]) == types.NullType {
		return // null itself is refused
	}
	for i, arg := range args {
		t := c.typeOf(arg)
		if elem := listElem(t); elem != "" {
			c.report(e, "lists of "+plural(noun(elementOf(t)))+" cannot be compared as a whole: compare their elements")
			return
		}
		opaque := slices.Contains([]string{"Codes", "Table", "PatientAge", "Score"}, t.TypeName())
		if opaque || t.Kind() == types.StructKind && t.TypeName() != "Quantity" {
			c.report(e, a(t)+" cannot be compared by "+operatorText(e.AsCall().FunctionName())+": "+equalityHint(t.TypeName()))
			return
		}
		c.checkCode(arg, args[1-i])
	}
}

func equalityHint(name string) string {
	switch name {
	case "Concept", "Coding", "Codes":
		return "ask whether it is in codes, as in order.drug in metformin"
	case "PatientAge":
		return "compare it with years(65), months(6) or days(28)"
	case "Score":
		return "compare it with a number by < <= > >="
	}
	return "compare its fields"
}

// listElem is the element type of a list that CEL cannot compare, "" for others.
func listElem(t *types.Type) string {
	if t.Kind() != types.ListKind || len(t.Parameters()) == 0 {
		return ""
	}
	if name := t.Parameters()[0].TypeName(); slices.Contains(threeValued, name) || t.Parameters()[0].Kind() == types.StructKind {
		return name
	}
	if t.Parameters()[0].Kind() == types.ListKind {
		return "list" // comparing lists of lists has no bound
	}
	return ""
}

func (c *compilation) checkTwoValued(e ast.Expr, name string, args []ast.Expr) {
	for _, arg := range args {
		elem := listElem(c.typeOf(arg))
		if elem == "" && slices.Contains(threeValued, c.typeOf(arg).TypeName()) {
			elem = c.typeOf(arg).TypeName()
		}
		if elem != "" {
			if name == operators.In {
				name = "in"
			}
			c.report(e, fmt.Sprintf("%s cannot look for %s in a list, since it would take an unknown one for different: write list.exists(x, …)", name, plural(noun(types.NewObjectType(elem)))))
			return
		}
	}
	if name == operators.In && args[1].Kind() == ast.ListKind {
		for _, elem := range args[1].AsList().Elements() {
			c.checkCode(args[0], elem)
			c.checkCode(elem, args[0])
		}
	}
}

// checkCode holds a literal against the required value set of the element it is compared with.
func (c *compilation) checkCode(element, literal ast.Expr) {
	if element.Kind() == ast.CallKind && element.AsCall().FunctionName() == "routeClass" {
		c.checkWord(literal, routeClasses)
	}
	if element.Kind() != ast.SelectKind || literal.Kind() != ast.LiteralKind {
		return
	}
	text, ok := literal.AsLiteral().Value().(string)
	f := c.element(element)
	if !ok || f == nil || f.ValueSet == nil || f.ValueSet.Has(text) {
		return
	}
	message := fmt.Sprintf("%q is no code of %s", text, c.elementName(element))
	suggest := Nearest(text, f.ValueSet.Codes)
	if suggest == "" && len(f.ValueSet.Codes) <= 20 {
		message += ": expected " + strings.Join(f.ValueSet.Codes, " | ")
	}
	c.reportAt(c.start(literal), message, suggest)
}

func (c *compilation) element(e ast.Expr) *fhir.Field {
	sel := e.AsSelect()
	name := c.typeOf(sel.Operand()).TypeName()
	t := c.env.provider.structure(name)
	if t == nil || t.fhir == nil {
		if name == "MedicationUse" && sel.FieldName() == "status" {
			return c.medicationStatus()
		}
		return nil
	}
	f, ok := t.fhir.Field(sel.FieldName())
	if !ok {
		return nil
	}
	return f
}

// medicationStatus is the status of any medication resource.
func (c *compilation) medicationStatus() *fhir.Field {
	union := &fhir.ValueSet{}
	for _, name := range medicationTypes {
		t, ok := c.env.provider.schema.Type(name)
		if !ok {
			continue
		}
		f, ok := t.Field("status")
		if !ok || f.ValueSet == nil {
			continue
		}
		for _, code := range f.ValueSet.Codes {
			if !union.Has(code) {
				union.Codes = append(union.Codes, code)
			}
		}
	}
	return &fhir.Field{Name: "status", ValueSet: union}
}

func (c *compilation) elementName(e ast.Expr) string {
	sel := e.AsSelect()
	return c.typeOf(sel.Operand()).TypeName() + "." + sel.FieldName()
}

// depth finds comprehensions nested deeper than a record can bear.
func (c *compilation) depth(e ast.Expr, level int) {
	if e.Kind() == ast.ComprehensionKind {
		comp := e.AsComprehension()
		if comp.IterRange().Kind() != ast.ListKind || comp.IterRange().AsList().Size() > 0 { // cel.bind iterates nothing
			level++
		}
		if level > maxNesting {
			c.reportAt(c.start(e), fmt.Sprintf("loops are nested too deep: at most %d within one another", maxNesting), "")
			return
		}
		c.depth(comp.IterRange(), level-1)
		for _, part := range []ast.Expr{comp.AccuInit(), comp.LoopCondition(), comp.LoopStep(), comp.Result()} {
			c.depth(part, level)
		}
		return
	}
	for _, child := range children(e) {
		c.depth(child, level)
	}
}

func children(e ast.Expr) []ast.Expr {
	switch e.Kind() {
	case ast.CallKind:
		if call := e.AsCall(); call.IsMemberFunction() {
			return append([]ast.Expr{call.Target()}, call.Args()...)
		}
		return e.AsCall().Args()
	case ast.SelectKind:
		return []ast.Expr{e.AsSelect().Operand()}
	case ast.ListKind:
		return e.AsList().Elements()
	case ast.MapKind:
		var out []ast.Expr
		for _, entry := range e.AsMap().Entries() {
			out = append(out, entry.AsMapEntry().Key(), entry.AsMapEntry().Value())
		}
		return out
	}
	return nil
}

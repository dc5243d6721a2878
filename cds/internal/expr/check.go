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
)

// forbidden functions, with what is wrong with each: no limit holds inside one call of them, or they
// take an expression out of the types.
var forbidden = map[string]string{
	"replace":     "replace is not available: its result has no bound",
	"join":        "join is not available: its result has no bound",
	"format":      "format is not available: its result has no bound; write text in a template",
	"dyn":         "dyn is not available: every value has a type",
	"type":        "type is not available: types are known when a rule is read",
	"lists.range": "lists.range is not available: its result has no bound",
	"duration":    `duration is not available: write days(3) or hours(12)`,
	"timestamp":   `timestamp is not available: write date("2020-05-03")`,
}

// maxRegex is the size of a regular expression's program, in instructions.
const maxRegex = 1_000

// twoValued are the functions that compare elements by CEL's own equality, which knows no unknown.
var twoValued = []string{"sets.contains", "sets.equivalent", "sets.intersects", "distinct", "sort", "lists.distinct"}

var threeValued = []string{"Quantity", "Date", "PatientAge", "Span", "Concept", "Coding"}

// check finds what CEL's type checker lets pass and the vocabulary does not.
func (c *compilation) check() []Problem {
	c.depth(c.checked.NativeRep().Expr(), 0)
	ast.PreOrderVisit(c.checked.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		c.nodes++
		c.checkDyn(e)
		switch e.Kind() {
		case ast.StructKind:
			c.report(e, "a rule cannot make structures")
		case ast.IdentKind:
			c.checkIdent(e)
		case ast.CallKind:
			c.checkCall(e)
		}
	}))
	if c.nodes > maxNodes {
		c.report(c.checked.NativeRep().Expr(), fmt.Sprintf("the expression is too large: %d parts, at most %d", c.nodes, maxNodes))
	}
	slices.SortStableFunc(c.found, func(a, b Problem) int { return a.Offset - b.Offset })
	return c.found
}

func (c *compilation) report(e ast.Expr, message string) {
	c.reportAt(c.start(e), message, "")
}

func (c *compilation) reportAt(offset int, message, suggest string) {
	c.found = append(c.found, Problem{Offset: offset, Message: message, Suggest: suggest})
}

// start is the first character of an expression: CEL places calls at their operator.
func (c *compilation) start(e ast.Expr) int {
	info := c.checked.NativeRep().SourceInfo()
	switch e.Kind() {
	case ast.SelectKind:
		return c.start(e.AsSelect().Operand())
	case ast.CallKind:
		call := e.AsCall()
		if call.IsMemberFunction() {
			return c.start(call.Target())
		}
		if operatorText(call.FunctionName()) != "" && len(call.Args()) == 2 {
			return c.start(call.Args()[0])
		}
	}
	return c.offset(info.GetStartLocation(e.ID()))
}

func (c *compilation) typeName(e ast.Expr) string {
	if t, ok := c.parsedTypes()[e.ID()]; ok {
		return t.TypeName()
	}
	return ""
}

func (c *compilation) parsedTypes() map[int64]*types.Type {
	if c.checked != nil {
		return c.checked.NativeRep().TypeMap()
	}
	return c.types
}

func (c *compilation) typeOf(e ast.Expr) *types.Type {
	if t, ok := c.checked.NativeRep().TypeMap()[e.ID()]; ok {
		return t
	}
	return types.ErrorType
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
	switch e.AsIdent() {
	case "patient", "now", "context", c.scope.Focus:
		c.report(e, "the indicator may depend on row and params alone, not on "+quote(e.AsIdent()))
	}
}

func (c *compilation) checkCall(e ast.Expr) {
	call := e.AsCall()
	name := call.FunctionName()
	if why, ok := forbidden[name]; ok {
		c.reportAt(c.offset(c.checked.NativeRep().SourceInfo().GetStartLocation(e.ID()))-nameShift(call), why, "")
		return
	}
	args := call.Args()
	if call.IsMemberFunction() {
		args = append([]ast.Expr{call.Target()}, args...)
	}
	switch {
	case name == "matches":
		c.checkRegex(e, args)
	case name == operators.Equals || name == operators.NotEquals:
		c.checkEquality(e, args)
	case name == operators.In && c.typeOf(args[1]).Kind() == types.ListKind, slices.Contains(twoValued, name):
		c.checkTwoValued(e, name, args)
	}
	c.checkUnits(e, name, args)
}

// nameShift is what lies between a member call's place, its parenthesis, and its name.
func nameShift(call ast.CallExpr) int {
	if call.IsMemberFunction() {
		return len(call.FunctionName())
	}
	return 0
}

func (c *compilation) checkRegex(e ast.Expr, args []ast.Expr) {
	pattern := args[len(args)-1]
	if pattern.Kind() != ast.LiteralKind {
		c.report(pattern, "matches takes a literal pattern")
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
		c.report(pattern, fmt.Sprintf("the regular expression is too large: at most %d instructions", maxRegex))
	}
	_ = e
}

func (c *compilation) checkEquality(e ast.Expr, args []ast.Expr) {
	for i, arg := range args {
		t := c.typeOf(arg)
		if elem := listElem(t); elem != "" {
			c.report(e, "lists of "+elem+" cannot be compared as a whole: compare their elements")
			return
		}
		if t.Kind() == types.StructKind && t != quantityType && !slices.Contains([]string{"Quantity"}, t.TypeName()) {
			c.report(e, displayType(t.TypeName())+" cannot be compared with ==: "+equalityHint(t.TypeName()))
			return
		}
		c.checkCode(arg, args[1-i])
	}
}

func equalityHint(name string) string {
	if name == "Concept" || name == "Coding" {
		return "ask `in` codes"
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
			c.report(e, fmt.Sprintf("%s over a list of %s is not available, since it cannot tell unknown from different: write list.exists(x, …)", name, elem))
			return
		}
	}
	if name == operators.In && args[1].Kind() == ast.ListKind {
		for _, elem := range args[1].AsList().Elements() {
			c.checkCode(args[0], elem)
		}
	}
}

// checkCode holds a literal against the required value set of the element it is compared with.
func (c *compilation) checkCode(element, literal ast.Expr) {
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
			c.report(e, fmt.Sprintf("loops are nested too deep: at most %d within one another", maxNesting))
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

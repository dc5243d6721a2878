package expr

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"

	"github.com/primum-cds/primum/cds/ucum"
)

// A Problem is a mistake in an expression, at a character of it. A wrong name, field or function stands
// where it is written, two values that do not fit together at the operator between them.
type Problem struct {
	Offset  int // in characters
	Message string
	Suggest string // what may have been meant
}

// syntaxProblems says why a text cannot be read: one reason, since the rest follows from it.
func (c *compilation) syntaxProblems(issues *cel.Issues) []Problem {
	if n := len([]rune(c.source)); n > maxSource {
		return []Problem{{Message: fmt.Sprintf("the expression is too long: %d characters, at most %d", n, maxSource)}}
	}
	if p, ok := diagnose(c.source); ok {
		return []Problem{p}
	}
	var out []Problem
	for _, issue := range issues.Errors() {
		out = append(out, c.unreadable(issue))
	}
	sortProblems(out)
	return out[:min(1, len(out))]
}

func sortProblems(list []Problem) {
	slices.SortStableFunc(list, func(a, b Problem) int { return a.Offset - b.Offset })
}

// macroProblems are what CEL says of its macros, and what we do.
var macroProblems = map[string]string{
	"argument must be a simple name":                       "expected a name for each element, as in exists(m, m.current)",
	"argument is not an identifier":                        "expected a name for each element, as in exists(m, m.current)",
	"invalid argument to has() macro":                      "has asks for a field, as in has(order.encounter)",
	"invalid int literal":                                  "this number is too large",
	"invalid uint literal":                                 "this number is too large",
	"invalid double literal":                               "this number is too large",
	"cel.bind() variable names must be simple identifiers": "expected a name, as in cel.bind(name, value, expression)",
}

// unreadable is what CEL's parser says of an expression whose syntax is right.
func (c *compilation) unreadable(issue *common.Error) Problem {
	p := Problem{Offset: c.offset(issue.Location), Message: issue.Message}
	switch plain := macroProblems[issue.Message]; {
	case plain != "":
		p.Message = plain
		p.Offset = c.wordStart(p.Offset)
	case strings.HasPrefix(issue.Message, "expression recursion limit"), strings.Contains(issue.Message, "max recursion depth"):
		p.Message = fmt.Sprintf("the expression is nested too deep: at most %d levels", maxDepth)
	case strings.HasPrefix(issue.Message, "expression count exceeds"):
		p.Message = "the expression is too large"
	case strings.HasPrefix(issue.Message, "Syntax error"), strings.HasPrefix(issue.Message, "unsupported syntax"):
		p.Message = "the expression cannot be read from here on"
	}
	return p
}

var (
	undefinedField = regexp.MustCompile(`^undefined field '(.*)'$`)
	undeclared     = regexp.MustCompile(`^undeclared reference to '(.*)' \(in container '.*'\)$`)
	noFields       = regexp.MustCompile(`^type '.*' does not support field selection$`)
	noOverload     = regexp.MustCompile(`^found no matching overload for '.*' applied to '.*'$`)
	mismatch       = regexp.MustCompile(`^expected type '.*' but found '.*'$`)
	notRange       = regexp.MustCompile(`^expression of type '.*' cannot be range of a comprehension`)
)

// problems says in the author's words what CEL's checker found. What is only a consequence of another
// mistake is left out.
func (c *compilation) problems(issues *cel.Issues) []Problem {
	out := c.forbidden()
	if len(out) > 0 {
		return out
	}
	for _, issue := range issues.Errors() {
		if p := c.problem(issue); p != nil {
			out = append(out, *p)
		}
	}
	if len(out) == 0 && !c.scope.broken() { // otherwise they follow from what was told of a let
		for _, issue := range issues.Errors() {
			out = append(out, Problem{Offset: c.offset(issue.Location), Message: "this cannot stand here: the types do not fit together"})
		}
	}
	sortProblems(out)
	return out
}

func (c *compilation) problem(issue *common.Error) *Problem {
	e := c.expr(issue.ExprID)
	switch m := issue.Message; {
	case e == nil:
		return &Problem{Offset: c.offset(issue.Location), Message: "the types in this expression do not fit together"}
	case undefinedField.MatchString(m) && (e.Kind() == ast.SelectKind || isOptionalSelect(e)):
		return c.fieldProblem(e)
	case undeclared.MatchString(m):
		return c.nameProblem(e, undeclared.FindStringSubmatch(m)[1])
	case noFields.MatchString(m):
		return c.noFieldsProblem(e)
	case noOverload.MatchString(m) && e.Kind() == ast.CallKind:
		return c.callProblem(e)
	case mismatch.MatchString(m):
		return &Problem{Offset: c.start(e), Message: "expected a condition that is true or false, found " + a(c.typeOf(e))}
	case notRange.MatchString(m):
		return &Problem{Offset: c.start(e), Message: "expected a list, found " + a(c.typeOf(e))}
	}
	return &Problem{Offset: c.place(e), Message: "this cannot stand here: the types do not fit together"}
}

func (c *compilation) fieldProblem(e ast.Expr) *Problem {
	operand, field := selectedBy(e)
	owner := inner(c.typeOf(operand))
	p := &Problem{Offset: c.fieldAt(e), Message: displayType(owner.TypeName()) + " has no field " + quote(field)}
	t := c.structure(owner.TypeName())
	if t == nil {
		return p
	}
	if owner.IsExactType(contextType) && c.scope.Context != nil {
		c.scope.Context.problem(p, field)
		return p
	}
	choices := choicesOf(t, field)
	switch {
	case c.isFunctionOf(field, owner):
		p.Message = field + " is a function"
		p.Suggest = field + "()"
	case field == "medication" && t.fields["drug"] != nil:
		p.Suggest = "drug"
	case len(choices) > 0:
		p.Message += ": it has one for each type of value"
		if p.Suggest = c.choice(e, field, choices); p.Suggest == "" {
			p.Message += ": " + strings.Join(choices, ", ")
		}
	default:
		p.Suggest = Nearest(field, t.names)
		if p.Suggest == "" && len(t.names) <= 12 {
			p.Message += ": it has " + strings.Join(t.names, ", ")
		}
	}
	return p
}

// choice is the one of a choice type's fields that fits what it is compared with; "" if none does.
func (c *compilation) choice(e ast.Expr, field string, choices []string) string {
	parent := c.parents[e.ID()]
	if parent == nil || parent.Kind() != ast.CallKind {
		return ""
	}
	for _, other := range operands(parent) {
		if other.ID() == e.ID() {
			continue
		}
		kind := map[string]string{"Codes": "CodeableConcept", "string": "String", "int": "Integer", "bool": "Boolean", "Date": "DateTime"}[c.typeOf(other).TypeName()]
		if kind == "" {
			kind = c.typeOf(other).TypeName()
		}
		if slices.Contains(choices, field+kind) {
			return field + kind
		}
	}
	return ""
}

// operands are the arguments of a call, the one before the dot first.
func operands(e ast.Expr) []ast.Expr {
	call := e.AsCall()
	if call.IsMemberFunction() {
		return append([]ast.Expr{call.Target()}, call.Args()...)
	}
	return call.Args()
}

// choicesOf are the fields of a choice type, which FHIR's documentation names without its type.
func choicesOf(t *structType, name string) []string {
	if t.fhir == nil {
		return nil
	}
	var out []string
	for _, f := range t.fhir.Fields {
		if f.Choice == name {
			out = append(out, f.Name)
		}
	}
	return out
}

func (c *compilation) noFieldsProblem(e ast.Expr) *Problem {
	owner := c.typeOf(e.AsSelect().Operand())
	p := &Problem{Offset: c.fieldAt(e), Message: fmt.Sprintf("%s has no fields, so no %q", a(owner), e.AsSelect().FieldName())}
	switch owner.Kind() {
	case types.ListKind:
		p.Message += ": ask its elements, as in exists(m, m." + e.AsSelect().FieldName() + " …), or one of them, as in [0]"
	case types.ErrorKind:
		return nil
	}
	return p
}

// nameProblem is a name, or the name of a function, that nothing has.
func (c *compilation) nameProblem(e ast.Expr, name string) *Problem {
	if e.Kind() == ast.CallKind {
		return c.functionProblem(e)
	}
	p := &Problem{Offset: c.start(e), Message: "unknown name " + quote(name)}
	switch {
	case slices.Contains(c.scope.Later, name):
		p.Message = fmt.Sprintf("%q stands further down: a let sees only those above it", name)
	case c.scope.Row == "" && name == "row":
		p.Message = "there is no row here: the rule has no each"
	case c.scope.Focus == "" && name == "order":
		p.Message = "there is no order here: the rule has no for, as in {order: MedicationRequest}"
	case c.global(name):
		p.Message = name + " is a function"
		p.Suggest = name + "(…)"
	default:
		p.Suggest = c.nearestName(e, name)
	}
	return p
}

// nearestName is what a name that nothing has may have been meant for: a name like it, a param, a column
// or a field, or a code without its quotes.
func (c *compilation) nearestName(e ast.Expr, name string) string {
	for prefix, t := range c.owners() {
		if t != nil && t.fields[name] != nil {
			return prefix + "." + name
		}
	}
	if parent := c.parents[e.ID()]; parent != nil && parent.Kind() == ast.CallKind {
		for _, other := range operands(parent) {
			if other.Kind() == ast.SelectKind && other.ID() != e.ID() {
				if f := c.element(other); f != nil && f.ValueSet != nil && f.ValueSet.Has(name) {
					return "'" + name + "'"
				}
			}
		}
	}
	return Nearest(name, c.names())
}

// owners are what has fields that an author may name without saying whose.
func (c *compilation) owners() map[string]*structType {
	out := map[string]*structType{"params": c.scope.Names.paramsStruct(), "patient": c.structure("Patient")}
	if c.scope.Table != nil {
		out = map[string]*structType{"params": out["params"], c.scope.Row: c.scope.Table.row}
	}
	return out
}

// names are all that an expression of this scope can name.
func (c *compilation) names() []string {
	out := []string{"patient", "now", "context", "params", "true", "false", c.scope.Focus, c.scope.Row}
	for codes := range c.scope.Names.Codes {
		out = append(out, codes)
	}
	for table := range c.scope.Names.Tables {
		out = append(out, table)
	}
	for _, l := range c.scope.Lets {
		out = append(out, l.name)
	}
	return out
}

// ProblemOf is what an error about a constant means to its author; the Offset is in the constant.
func ProblemOf(err error) Problem {
	var unit *ucum.SyntaxError
	if errors.As(err, &unit) {
		p := Problem{Offset: unit.Offset, Message: quote(unit.Unit) + " is no UCUM unit", Suggest: unit.Suggest}
		if !strings.Contains(unit.Message, quote(unit.Unit)) {
			p.Message += ": " + unit.Message
		}
		return p
	}
	return Problem{Message: err.Error()}
}

func quote(s string) string { return `"` + s + `"` }

package expr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// spoken are names of other languages for functions of this one.
var spoken = map[string]string{
	"any": "exists", "some": "exists", "every": "all", "length": "size", "len": "size", "count": "size", "where": "filter",
	"select": "map", "lower": "lowerAscii", "upper": "upperAscii", "toLower": "lowerAscii", "toUpper": "upperAscii", "includes": "contains",
}

// functionProblem is a call of a function that does not exist.
func (c *compilation) functionProblem(e ast.Expr) *Problem {
	call := e.AsCall()
	name := call.FunctionName()
	p := &Problem{Offset: c.place(e), Message: "there is no function " + quote(name)}
	if !call.IsMemberFunction() {
		p.Suggest = c.nearestFunction(name, nil)
		if slices.Contains(c.names(), name) {
			p.Message, p.Suggest = name+" is no function", name
		}
		return p
	}
	target := c.typeOf(call.Target())
	if use := macroUsage[name]; use != "" {
		p.Message = name + " is written " + use
		return p
	}
	if target.Kind() == types.ErrorKind {
		return p
	}
	p.Message = noun(target) + " has no function " + quote(name)
	if t := c.structure(target.TypeName()); t != nil && t.fields[name] != nil {
		p.Message, p.Suggest = fmt.Sprintf("%s is a field of %s, not a function", name, noun(target)), name
		return p
	}
	p.Suggest = c.nearestFunction(name, target)
	return p
}

// macroUsage are the macros by which a list is asked.
var macroUsage = map[string]string{
	"exists": "exists(m, condition on m)", "all": "all(m, condition on m)", "filter": "filter(m, condition on m)",
	"exists_one": "exists_one(m, condition on m)", "map": "map(m, value of m)", "resources": `resources("Type")`,
}

// nearestFunction is the function that a name may have been meant for: of a type, or of none.
func (c *compilation) nearestFunction(name string, target *types.Type) string {
	candidates := []string{}
	if target != nil && target.Kind() == types.ListKind {
		for macro := range macroUsage {
			candidates = append(candidates, macro)
		}
	}
	for fn, decl := range c.env.base.Functions() {
		for _, o := range decl.OverloadDecls() {
			if strings.ContainsAny(fn, "@_") || o.IsMemberFunction() != (target != nil) || forbidden[fn] != "" {
				continue
			}
			if target == nil || o.ArgTypes()[0].IsAssignableType(target) {
				candidates = append(candidates, fn)
			}
		}
	}
	if target != nil {
		if t := c.structure(target.TypeName()); t != nil {
			candidates = append(candidates, t.names...)
		}
	}
	if meant := spoken[name]; slices.Contains(candidates, meant) {
		return meant
	}
	return Nearest(name, candidates)
}

// global reports whether a name is that of a function that is called without a receiver.
func (c *compilation) global(name string) bool { return c.env.globals[name] }

// isFunctionOf reports whether a type has a function of that name.
func (c *compilation) isFunctionOf(name string, t *types.Type) bool {
	decl, ok := c.env.base.Functions()[name]
	if !ok {
		return false
	}
	for _, o := range decl.OverloadDecls() {
		if o.IsMemberFunction() && o.ArgTypes()[0].IsExactType(t) {
			return true
		}
	}
	return false
}

// callProblem is a call, or an operator, whose arguments do not fit; nil where one of them is a mistake of
// its own.
func (c *compilation) callProblem(e ast.Expr) *Problem {
	args := operands(e)
	list := make([]*types.Type, len(args))
	for i, arg := range args {
		if list[i] = c.typeOf(arg); hasError(list[i]) {
			return nil
		}
	}
	name := e.AsCall().FunctionName()
	p := &Problem{Offset: c.place(e)}
	switch op := operatorText(name); {
	case c.ofMacro(e):
		p.Offset, p.Message = c.wanted(args, list)
	case name == operators.LogicalNot:
		p.Offset, p.Message = c.start(args[0]), "expected a condition that is true or false after !, found "+a(list[0])
	case name == operators.Negate:
		p.Message = "a minus cannot stand before " + a(list[0])
	case name == operators.Conditional:
		c.conditionalProblem(p, args, list)
	case name == operators.Index:
		p.Message = "expected a list and the number of an element in [ ], found " + a(list[0]) + " and " + a(list[1])
	case op == "&&" || op == "||":
		p.Offset, p.Message = c.wanted(args, list)
		p.Message += ", which " + op + " cannot join"
	case op != "" && len(list) == 2:
		p.Message = operatorProblem(op, list)
		c.operatorHint(p, op, args, list)
	default:
		c.argumentProblem(p, e, list)
	}
	return p
}

func hasError(t *types.Type) bool {
	return t.Kind() == types.ErrorKind || slices.ContainsFunc(t.Parameters(), hasError)
}

// ofMacro reports whether CEL made a call to expand a macro.
func (c *compilation) ofMacro(e ast.Expr) bool {
	for _, arg := range operands(e) {
		if arg.Kind() == ast.IdentKind && strings.HasPrefix(arg.AsIdent(), "@") {
			return true
		}
	}
	return false
}

// wanted finds the argument that should be a condition.
func (c *compilation) wanted(args []ast.Expr, list []*types.Type) (int, string) {
	for i, t := range list {
		if !t.IsExactType(types.BoolType) && !(args[i].Kind() == ast.IdentKind && strings.HasPrefix(args[i].AsIdent(), "@")) {
			return c.start(args[i]), "expected a condition that is true or false, found " + a(t)
		}
	}
	return c.start(args[0]), "expected a condition that is true or false"
}

func (c *compilation) conditionalProblem(p *Problem, args []ast.Expr, list []*types.Type) {
	if !list[0].IsExactType(types.BoolType) {
		p.Offset, p.Message = c.start(args[0]), "expected a condition that is true or false before ?, found "+a(list[0])
		return
	}
	p.Message = fmt.Sprintf("what stands before and after : must be of one kind, found %s and %s", a(list[1]), a(list[2]))
}

func operatorProblem(op string, list []*types.Type) string {
	left, right := a(list[0]), a(list[1])
	switch op {
	case "in":
		return left + " cannot be in " + right
	case "+":
		return right + " cannot be added to " + left
	case "-":
		return right + " cannot be subtracted from " + left
	case "*":
		return left + " cannot be multiplied by " + right
	case "/":
		return left + " cannot be divided by " + right
	case "%":
		return left + " has no remainder by " + right
	}
	if noun(list[0]) == noun(list[1]) {
		return plural(noun(list[0])) + " cannot be compared by " + op
	}
	return left + " cannot be compared with " + right
}

// operatorHint says how what two values were meant for is written.
func (c *compilation) operatorHint(p *Problem, op string, args []ast.Expr, list []*types.Type) {
	if op == "in" {
		c.inHint(p, args, list)
		return
	}
	for i, t := range list {
		other, literal := list[1-i], c.literal(args[1-i])
		switch name, otherName := t.TypeName(), other.TypeName(); {
		case name == "Quantity" && slices.Contains([]string{"int", "double", "string"}, otherName):
			p.Message += `: a Quantity has a unit, as in quantity(30, 'mg/dL')`
		case (name == "PatientAge" || name == "Span") && (otherName == "int" || otherName == "double"):
			p.Message += `: a span of time is written years(65), months(6) or days(28)`
			if otherName == "int" && literal != "" && name == "PatientAge" {
				p.Suggest = "years(" + literal + ")"
			}
		case name == "Score" && otherName == "Quantity":
			p.Message += ": a score has no unit, as in patient.fib4() > 2.67"
		case name == "Score" && (op == "==" || op == "!="):
			p.Message += ": a score compares by < <= > >=, as it may be known in part"
		case name == "Score" && (otherName == "int" || otherName == "double") && i == 1:
			p.Message += ": the score comes first"
		case name == "PatientAge" && otherName == "PatientAge", name == "PatientAge" && op != "+" && op != "-":
			p.Message += `: an age compares with years(65), months(6) or days(28)`
		case name == "PatientAge":
			p.Message += `: an age can only be compared`
		case name == "Date" && (otherName == "int" || otherName == "double") && (op == "+" || op == "-"):
			p.Message += ": a date moves by a span of time"
			if literal != "" {
				p.Suggest = "days(" + literal + ")"
			}
		case name == "Date" && slices.Contains([]string{"int", "double", "string"}, otherName):
			p.Message += `: a date is written date('2026-03-01')`
			if literal != "" {
				p.Suggest = "date('" + strings.Trim(literal, `'"`) + "')"
			}
		case name == "double" && otherName == "int":
			p.Message += ": a number with decimals is compared with one"
			if literal != "" {
				p.Suggest = literal + ".0"
			}
		case (name == "Concept" || name == "Coding" || name == "Codes") && op != "+":
			p.Message += ": ask whether it is in codes, as in order.drug in metformin"
		case name == "Observation":
			p.Message += ": its value is valueQuantity, or patient.value(…) for the newest"
		default:
			continue
		}
		return
	}
}

func (c *compilation) inHint(p *Problem, args []ast.Expr, list []*types.Type) {
	switch text := strings.Trim(c.literal(args[1]), `'"`); {
	case list[1].TypeName() == "Codes":
		p.Message += ": a Concept, a Coding or a code can"
		if t := c.structure(list[0].TypeName()); t != nil && t.fields["drug"] != nil {
			p.Message += ", such as its field drug"
		} else if t != nil && t.fields["code"] != nil {
			p.Message += ", such as its field code"
		}
	case list[0].TypeName() == "Concept" || list[0].TypeName() == "Coding":
		p.Message += ": name its codes under codes, and write that name"
		if _, ok := c.scope.Names.Codes[text]; ok {
			p.Suggest = text
		}
	}
}

// literal is a number or text as it is written in the rule; "" for anything else.
func (c *compilation) literal(e ast.Expr) string {
	if e.Kind() != ast.LiteralKind {
		return ""
	}
	switch v := e.AsLiteral().Value().(type) {
	case int64, float64:
		return fmt.Sprint(v)
	case string:
		return "'" + v + "'"
	}
	return ""
}

// examples are functions whose arguments their types do not explain.
var examples = map[string]string{"quantity": "quantity(5, 'mg')", "date": "date('2026-03-01')"}

// argumentProblem is a function that does not take what it was given.
func (c *compilation) argumentProblem(p *Problem, e ast.Expr, list []*types.Type) {
	call := e.AsCall()
	name := call.FunctionName()
	ways := c.usage(name, call.IsMemberFunction(), list)
	if len(ways) == 0 {
		c.wrongReceiver(p, e, list)
		return
	}
	given := list
	if call.IsMemberFunction() {
		given = list[1:]
	}
	found := "nothing"
	if len(given) > 0 {
		found = arguments(given)
	}
	p.Message = fmt.Sprintf("%s needs %s; found %s", name, strings.Join(ways, ", or "), found)
	if example := examples[name]; example != "" {
		p.Message = fmt.Sprintf("%s is written %s; found %s", name, example, found)
	}
	if words := variantsOf(name); words != nil && call.IsMemberFunction() {
		p.Message += ": one of " + strings.Join(words, ", ")
	}
	for i, arg := range call.Args() {
		if text := strings.Trim(c.literal(arg), `'"`); text != "" && strings.HasPrefix(ways[0], "codes") && i == 0 {
			if _, ok := c.scope.Names.Codes[text]; ok {
				p.Suggest = text
			}
		}
	}
	if strings.Contains(strings.Join(ways, " "), "span of time") && slices.ContainsFunc(given, func(t *types.Type) bool { return t.IsExactType(types.IntType) }) {
		p.Message += ": a span of time is written months(12)"
	}
}

// wrongReceiver is a function that is asked of what has none of that name.
func (c *compilation) wrongReceiver(p *Problem, e ast.Expr, list []*types.Type) {
	call := e.AsCall()
	name := call.FunctionName()
	var owners []string
	asGlobal := false
	for _, o := range c.env.base.Functions()[name].OverloadDecls() {
		if !o.IsMemberFunction() {
			asGlobal = true
		} else if owner := a(o.ArgTypes()[0]); !slices.Contains(owners, owner) {
			owners = append(owners, owner)
		}
	}
	slices.Sort(owners)
	switch {
	case asGlobal && call.IsMemberFunction():
		p.Message = name + " is not asked of a value"
		p.Suggest = name + "(…)"
	case slices.Contains(owners, "a Patient"):
		p.Message = name + " is asked of the patient"
		p.Suggest = "patient." + name + "(…)"
	case call.IsMemberFunction():
		p.Message = fmt.Sprintf("%s has no function %q: %s has", a(list[0]), name, strings.Join(owners, " or "))
	default:
		p.Message = fmt.Sprintf("%s is asked of %s, as in value.%s(…)", name, strings.Join(owners, " or "), name)
	}
}

// usage lists what a function takes, of the receiver that it is asked of.
func (c *compilation) usage(name string, member bool, list []*types.Type) []string {
	decl, ok := c.env.base.Functions()[name]
	if !ok {
		return nil
	}
	var ways []string
	for _, o := range decl.OverloadDecls() {
		args := o.ArgTypes()
		if o.IsMemberFunction() != member {
			continue
		}
		if member {
			if !args[0].IsAssignableType(list[0]) {
				continue
			}
			args = args[1:]
		}
		way := "nothing"
		if len(args) > 0 {
			way = arguments(args)
		}
		if !slices.Contains(ways, way) {
			ways = append(ways, way)
		}
	}
	slices.SortStableFunc(ways, func(a, b string) int { return len(a) - len(b) })
	return ways
}

// arguments names the types of a call's arguments: "codes and a span of time".
func arguments(list []*types.Type) string {
	words := make([]string, len(list))
	for i, t := range list {
		words[i] = a(t)
	}
	return strings.Join(words, " and ")
}

func operatorText(name string) string {
	switch name {
	case operators.In:
		return "in"
	case operators.Index:
		return ""
	}
	if strings.HasPrefix(name, "_") && strings.HasSuffix(name, "_") && len(name) > 2 {
		return strings.Trim(name, "_")
	}
	return ""
}

package expr

import (
	"regexp"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
)

// A Problem is a mistake in an expression, at a character of it.
type Problem struct {
	Offset  int
	Message string
	Suggest string // what may have been meant
}

var (
	undefinedField = regexp.MustCompile(`^undefined field '(.*)'$`)
	undeclared     = regexp.MustCompile(`^undeclared reference to '(.*)' \(in container '.*'\)$`)
	noOverload     = regexp.MustCompile(`^found no matching overload for '(.*)' applied to '(.*)'$`)
	syntaxError    = regexp.MustCompile(`^Syntax error: (.*)$`)
	expecting      = regexp.MustCompile(`expecting \{(.*)\}`)
)

// problems makes CEL's issues readable: in the author's words, with what may have been meant.
func (c *compilation) problems(issues *cel.Issues) []Problem {
	var out []Problem
	for _, issue := range issues.Errors() {
		out = append(out, c.problem(issue))
	}
	slices.SortStableFunc(out, func(a, b Problem) int { return a.Offset - b.Offset })
	return out
}

func (c *compilation) problem(issue *common.Error) Problem {
	p := Problem{Offset: c.offset(issue.Location), Message: issue.Message}
	switch m := issue.Message; {
	case undefinedField.MatchString(m):
		c.fieldProblem(&p, issue.ExprID, undefinedField.FindStringSubmatch(m)[1])
	case undeclared.MatchString(m):
		c.nameProblem(&p, undeclared.FindStringSubmatch(m)[1])
	case noOverload.MatchString(m):
		parts := noOverload.FindStringSubmatch(m)
		c.callProblem(&p, parts[1], parts[2])
	case syntaxError.MatchString(m):
		p.Message = "not an expression: " + plainSyntax(syntaxError.FindStringSubmatch(m)[1])
	default:
		p.Message = plainTypes(m)
	}
	return p
}

// plainSyntax says what a parser found in place of what it expected.
func plainSyntax(m string) string {
	m = expecting.ReplaceAllString(m, "expected something else")
	m = strings.ReplaceAll(m, "'<EOF>'", "the end")
	m = strings.ReplaceAll(m, "<EOF>", "the end")
	m = strings.ReplaceAll(m, "no viable alternative at input", "cannot be read at")
	m = strings.ReplaceAll(m, "mismatched input", "unexpected")
	m = strings.ReplaceAll(m, "extraneous input", "unexpected")
	return m
}

// offset is the character of the source at a location.
func (c *compilation) offset(loc common.Location) int {
	line, column := loc.Line(), loc.Column()
	offset := 0
	for i, text := range strings.SplitAfter(c.source, "\n") {
		if i+1 >= line {
			break
		}
		offset += len([]rune(text))
	}
	return max(0, offset+max(0, column))
}

func (c *compilation) fieldProblem(p *Problem, id int64, field string) {
	p.Message = "there is no field " + quote(field)
	if at := strings.Index(string([]rune(c.source)[min(p.Offset, len([]rune(c.source))):]), field); at >= 0 {
		rest := string([]rune(c.source)[p.Offset:])
		p.Offset += len([]rune(rest[:at]))
	}
	owner := c.ownerOf(id)
	if owner == "" {
		return
	}
	t := c.env.provider.with(c.structs()...).structure(owner)
	p.Message = displayType(owner) + " has no field " + quote(field)
	if t == nil {
		return
	}
	p.Suggest = Nearest(field, t.names)
	if p.Suggest == "" {
		if choices := choicesOf(t, field); len(choices) > 0 {
			p.Message += ": its values are " + strings.Join(choices, ", ")
		}
	}
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

func (c *compilation) structs() []*structType {
	out := []*structType{c.scope.Names.paramsStruct()}
	if c.scope.Table != nil {
		out = append(out, c.scope.Table.row)
	}
	return out
}

// ownerOf is the type whose field a select names.
func (c *compilation) ownerOf(id int64) string {
	owner := ""
	ast.PreOrderVisit(c.parsed.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.ID() == id && e.Kind() == ast.SelectKind {
			owner = c.typeName(e.AsSelect().Operand())
		}
	}))
	return owner
}

func (c *compilation) nameProblem(p *Problem, name string) {
	p.Message = "unknown name " + quote(name)
	names := []string{"patient", "now", "context", "params", "true", "false"}
	for codes := range c.scope.Names.Codes {
		names = append(names, codes)
	}
	for table := range c.scope.Names.Tables {
		names = append(names, table)
	}
	for _, l := range c.scope.Lets {
		names = append(names, l.name)
	}
	names = append(names, c.scope.Focus, c.scope.Row)
	for fn, decl := range c.env.base.Functions() {
		if !strings.ContainsAny(fn, "@_[") && decl != nil {
			names = append(names, fn)
		}
	}
	p.Suggest = Nearest(name, names)
}

func (c *compilation) callProblem(p *Problem, name, args string) {
	args = plainTypes(args)
	method := ""
	if owner, rest, ok := strings.Cut(args, ".("); ok {
		method, args = displayType(strings.TrimSpace(owner)), "("+rest
	}
	list := strings.Split(strings.Trim(args, "()"), ", ")
	switch op := operatorText(name); {
	case op != "" && len(list) == 2:
		p.Message = list[0] + " " + op + " " + list[1] + " is not possible" + hint(op, list)
	case method != "":
		p.Message = method + "." + name + args + " is not possible"
		if use := c.usage(name); use != "" {
			p.Message += ": expected " + use
		}
	default:
		p.Message = name + args + " is not possible"
		if use := c.usage(name); use != "" {
			p.Message += ": expected " + use
		}
	}
}

func hint(op string, types []string) string {
	for i, t := range types {
		if t == "Quantity" && (types[1-i] == "double" || types[1-i] == "int") {
			return `: a Quantity needs a unit, as in quantity(5, "mg/dL")`
		}
		if t == "PatientAge" && types[1-i] != "PatientAge" {
			return ": compare an age with years(65), months(6) or days(28), by < <= > >="
		}
		if op == "in" && types[1] == "Codes" {
			return ": only a Concept, a Coding or a code can be in codes"
		}
	}
	return ""
}

func operatorText(name string) string {
	switch name {
	case "@in":
		return "in"
	case "_[_]":
		return ""
	}
	if strings.HasPrefix(name, "_") && strings.HasSuffix(name, "_") && len(name) > 2 {
		return strings.Trim(name, "_")
	}
	return ""
}

// usage lists how a function of the vocabulary is called.
func (c *compilation) usage(name string) string {
	var ways []string
	for _, f := range c.env.fns {
		if f.name != name {
			continue
		}
		args := f.args
		prefix := ""
		if f.member {
			prefix, args = f.args[0].String()+".", f.args[1:]
		}
		var texts []string
		for _, a := range args {
			texts = append(texts, plainTypes(a.String()))
		}
		ways = append(ways, prefix+name+"("+strings.Join(texts, ", ")+")")
	}
	slices.Sort(ways)
	return strings.Join(ways, " or ")
}

var quotedType = regexp.MustCompile(`(row|params) of [\w.-]+`)

// plainTypes takes out of a message what only CEL's authors would understand.
func plainTypes(m string) string {
	m = quotedType.ReplaceAllStringFunc(m, displayType)
	return strings.ReplaceAll(m, "wrapper(", "(")
}

func displayType(name string) string {
	if kind, _, ok := strings.Cut(name, " of "); ok {
		return kind
	}
	return name
}

func quote(s string) string { return `"` + s + `"` }

// Nearest returns the candidate that a misspelt word most likely meant, "" if none is near.
func Nearest(word string, candidates []string) string {
	best, bestDistance := "", max(1, len(word)/3)+1
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		if c == "" || c == word {
			continue
		}
		d := distance(strings.ToLower(word), strings.ToLower(c))
		if d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete, replace or swap between two words.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 64 || len(y) > 64 {
		return 64
	}
	rows := [3][]int{make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(x); i++ {
		rows[2][0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[2][j] = min(rows[1][j]+1, rows[2][j-1]+1, rows[1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[2][j] = min(rows[2][j], rows[0][j-2]+1)
			}
		}
		rows[0], rows[1], rows[2] = rows[1], rows[2], rows[0]
	}
	return rows[1][len(y)]
}

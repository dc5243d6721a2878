package expr

import (
	"strings"

	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
)

func (c *compilation) info() *ast.SourceInfo { return c.parsed.NativeRep().SourceInfo() }

// place is where an author looks for an expression that is wrong: at the operator, at the name of a
// function or field, at the start of anything else.
func (c *compilation) place(e ast.Expr) int {
	switch e.Kind() {
	case ast.SelectKind:
		return c.fieldAt(e)
	case ast.CallKind:
		return c.nameAt(e)
	}
	return c.start(e)
}

// nameAt is where the name of a function, or an operator, is written. CEL places calls at their
// parenthesis.
func (c *compilation) nameAt(e ast.Expr) int {
	at := c.offset(c.info().GetStartLocation(e.ID()))
	name := e.AsCall().FunctionName()
	if strings.HasPrefix(name, "resources_") {
		name = "resources"
	}
	return c.before(at, name)
}

// before is where name begins if it stands before offset at, else at.
func (c *compilation) before(at int, word string) int {
	name, runes := []rune(word), []rune(c.source)
	end := at
	for end > 0 && strings.ContainsRune(" \t\r\n", runes[end-1]) {
		end--
	}
	if begin := end - len(name); begin >= 0 && string(runes[begin:end]) == string(name) {
		return begin
	}
	return at
}

// start is the first character of an expression.
func (c *compilation) start(e ast.Expr) int {
	switch e.Kind() {
	case ast.SelectKind:
		if !e.AsSelect().IsTestOnly() {
			return c.start(e.AsSelect().Operand())
		}
	case ast.CallKind:
		call := e.AsCall()
		if call.IsMemberFunction() {
			return c.start(call.Target())
		}
		if name := call.FunctionName(); len(call.Args()) > 1 && (operatorText(name) != "" || name == operators.Index) {
			return c.start(call.Args()[0])
		}
		return c.nameAt(e)
	case ast.StructKind:
		return c.before(c.offset(c.info().GetStartLocation(e.ID())), e.AsStruct().TypeName())
	case ast.ComprehensionKind:
		if macro, ok := c.info().GetMacroCall(e.ID()); ok && macro.Kind() == ast.CallKind && macro.AsCall().IsMemberFunction() {
			return c.start(e.AsComprehension().IterRange())
		}
	}
	return c.offset(c.info().GetStartLocation(e.ID()))
}

// fieldAt is where the name of a selected field is written.
func (c *compilation) fieldAt(e ast.Expr) int {
	runes := []rune(c.source)
	at := c.offset(c.info().GetStartLocation(e.ID())) // the dot, or has
	_, field := selectedBy(e)
	if i := strings.Index(string(runes[at:]), field); i >= 0 {
		return at + len([]rune(string(runes[at:])[:i]))
	}
	return at
}

// wordStart is where the word begins that a dot at offset follows; offset where it is no dot.
func (c *compilation) wordStart(offset int) int {
	runes := []rune(c.source)
	if offset >= len(runes) || runes[offset] != '.' {
		return offset
	}
	for offset > 0 && isName(runes[offset-1]) {
		offset--
	}
	return offset
}

// offset is the character of the source at a location.
func (c *compilation) offset(loc common.Location) int {
	offset := 0
	for i, text := range strings.SplitAfter(c.source, "\n") {
		if i+1 >= loc.Line() {
			break
		}
		offset += len([]rune(text))
	}
	return min(max(0, offset+max(0, loc.Column())), len([]rune(c.source)))
}

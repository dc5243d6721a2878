package expr

import (
	"strconv"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types/ref"
)

// Rules that are written one by one are mostly alike: `order.drug in warfarin && patient.takes(nsaids)`
// differs from the next one in the names of codes alone. What such expressions have in common is a shape,
// and is compiled once; each Program brings the codes.

// maxAlike is how many codes an expression may name that shares its program with others.
const maxAlike = 8

// alikeName is the name under which a shape knows the codes with a number: no author can write it.
func alikeName(i int) string { return "@codes" + strconv.Itoa(i) }

// A shape is an expression whose names of codes are numbered in the order in which they come.
type shape struct {
	text  string         // its tokens, one space between them
	codes map[string]int // the number of each
	names []string       // by number
}

// shape returns the shape of an expression; false if it cannot share its program.
func (s *Scope) shape(source string) (shape, bool) {
	tokens, problem := scan([]rune(source))
	if problem != nil {
		return shape{}, false
	}
	out := shape{codes: map[string]int{}}
	var text strings.Builder
	for i, t := range tokens {
		text.WriteByte(' ')
		if !s.namesCodes(tokens, i) {
			text.WriteString(t.text)
			continue
		}
		n, known := out.codes[t.text]
		if !known {
			n = len(out.names)
			out.codes[t.text], out.names = n, append(out.names, t.text)
		}
		text.WriteString(alikeName(n))
	}
	out.text = text.String()
	return out, len(out.names) <= maxAlike
}

// namesCodes reports whether a token is a name of codes and not, say, of a field or a function.
func (s *Scope) namesCodes(tokens []token, i int) bool {
	if tokens[i].kind != wordToken || i > 0 && tokens[i-1].text == "." {
		return false
	}
	if i+1 < len(tokens) && (tokens[i+1].text == "." || tokens[i+1].text == "(") {
		return false
	}
	codes, known := s.Names.Codes[tokens[i].text]
	return known && codes.Set.Len() > 0
}

// rename gives the codes in a parsed expression their numbers; false if a loop has a variable of that name.
func (sh shape) rename(parsed *ast.AST) bool {
	ok := true
	fac := ast.NewExprFactory()
	ast.PostOrderVisit(parsed.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.IdentKind:
			if n, found := sh.codes[e.AsIdent()]; found {
				e.SetKindCase(fac.NewIdent(e.ID(), alikeName(n)))
			}
		case ast.ComprehensionKind:
			loop := e.AsComprehension()
			for _, name := range []string{loop.IterVar(), loop.IterVar2(), loop.AccuVar()} {
				if _, taken := sh.codes[name]; taken {
					ok = false
				}
			}
		}
	}))
	return ok
}

// alike returns the Program of an expression that shares its plan with those of its shape; nil if it must
// be compiled alone, or is wrong.
func (e *Env) alike(source string, s *Scope) *Program {
	sh, ok := s.shape(source)
	if !ok {
		return nil
	}
	sc, err := e.scopeOf(s)
	if err != nil {
		return nil
	}
	key := planKey{sh.text, s.NoRecord}
	sc.mu.Lock()
	found, known := sc.plans[key]
	sc.mu.Unlock()
	if !known {
		found = e.planAlike(source, s, sh)
		sc.mu.Lock()
		if other := sc.plans[key]; other != nil {
			found = other
		}
		sc.plans[key] = found
		sc.mu.Unlock()
	}
	if found == nil {
		return nil
	}
	codes := make([]ref.Val, len(sh.names))
	for i, name := range sh.names {
		codes[i] = s.Names.Codes[name].val
	}
	return &Program{plan: found, scope: sc.scope, source: source, codes: codes}
}

// planAlike compiles an expression with its codes left open; nil if that cannot be done.
func (e *Env) planAlike(source string, s *Scope, sh shape) (out *plan) {
	defer func() { // compiled alone, it says what is wrong
		if recover() != nil {
			out = nil
		}
	}()
	c, ok := e.openCompilation(source, s, sh)
	if !ok {
		return nil
	}
	if out, _ = c.plan(); out != nil && out.loose {
		return nil
	}
	return out
}

// openCompilation reads an expression with its codes left open; false if that cannot be done.
func (e *Env) openCompilation(source string, s *Scope, sh shape) (*compilation, bool) {
	sc, err := e.scopeOf(s)
	if err != nil {
		return nil, false
	}
	env, err := sc.alike()
	if err != nil {
		return nil, false
	}
	scope := *s
	scope.Names = s.Names.open(len(sh.names))
	c := &compilation{env: e, scope: &scope, scoping: sc, source: source, open: sh.names}
	if len(c.parse()) > 0 || !sh.rename(c.parsed.NativeRep()) || len(c.typeCheck(env)) > 0 {
		return nil, false
	}
	return c, c.sound()
}

// named puts the names of the codes that were left open back into a text.
func (c *compilation) named(text string) string {
	for i, name := range c.open {
		text = strings.ReplaceAll(text, alikeName(i), name)
	}
	return text
}

// open returns the names with n codes left open in place of all others.
func (n *Names) open(codes int) *Names {
	out := &Names{Pack: n.Pack, Codes: map[string]Codes{}, Params: n.Params, Tables: n.Tables, params: n.paramsStruct()}
	out.once.Do(func() {})
	for i := range codes {
		out.Codes[alikeName(i)] = Codes{val: codesParam{n: i}}
	}
	return out
}

// countParams is 1 for codes that are left open.
func countParams(v ref.Val) int {
	if _, ok := v.(codesParam); ok {
		return 1
	}
	return 0
}

// A codesParam stands in a plan for the codes with that number of the Program that is run. It is only ever
// handed to functions of the vocabulary, which are given the codes themselves.
type codesParam struct {
	opaque
	n int
}

func (codesParam) Type() ref.Type { return codesType }
func (v codesParam) Value() any   { return v }

// given returns an argument; of codes that the plan leaves open, those of the Program that is run.
func (ev *Eval) given(arg ref.Val) ref.Val {
	if p, ok := arg.(codesParam); ok {
		return ev.codes[p.n]
	}
	return arg
}

package expr

import (
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
)

// A derivation finds the needs of an expression and of its parts.
type derivation struct {
	*compilation
	root ast.Expr
	memo map[derived]*Need
}

type derived struct {
	id  int64
	way way
}

// A term is an expression with what the names in it mean.
type term struct {
	expr  ast.Expr
	local *local
}

// A local is a name that a loop or cel.bind gives: to an element, or to a term.
type local struct {
	name  string
	of    string // the type of the element; "" for a term
	term  term
	outer *local
}

func (t term) part(e ast.Expr) term { return term{e, t.local} }

// named is the local that an expression names; nil for anything else.
func (t term) named() *local {
	if t.expr.Kind() != ast.IdentKind {
		return nil
	}
	for l := t.local; l != nil; l = l.outer {
		if l.name == t.expr.AsIdent() {
			return l
		}
	}
	return nil
}

// is reports whether a term is a name that no loop has taken.
func (t term) is(name string) bool {
	return isIdent(t.expr, name) && t.named() == nil
}

// meant is what a term stands for where it names another.
func (t term) meant() term {
	for l := t.named(); l != nil && l.of == ""; l = t.named() {
		t = l.term
	}
	return t
}

func isIdent(e ast.Expr, name string) bool {
	return e.Kind() == ast.IdentKind && name != "" && e.AsIdent() == name
}

// always is the need of a term for which no code is needed.
func (t term) always() *Need { return &Need{Op: Always, Because: &Obstacle{clause: t.expr}} }

// of derives what a term needs to come out in a way: once for each term, however often it is named.
func (d *derivation) of(t term, w way) *Need {
	t = t.meant()
	key := derived{t.expr.ID(), w}
	if n, ok := d.memo[key]; ok {
		return n
	}
	n := d.derive(t, w)
	d.memo[key] = n
	return n
}

func (d *derivation) derive(t term, w way) *Need {
	switch t.expr.Kind() {
	case ast.LiteralKind:
		return literalNeed(t, t.expr.AsLiteral(), w)
	case ast.IdentKind:
		if t.named() == nil && d.isLet(t.expr.AsIdent()) {
			return &Need{Op: unresolved, let: t.expr.AsIdent(), way: w}
		}
	case ast.SelectKind:
		return d.ofField(t, w)
	case ast.CallKind:
		return d.ofCall(t, w)
	case ast.ComprehensionKind:
		return d.ofLoop(t, w)
	}
	return t.always()
}

func (d *derivation) isLet(name string) bool {
	for _, l := range d.scope.Lets {
		if l.name == name {
			return true
		}
	}
	return false
}

// finished tells of a condition that may always hold which clause makes it so, and lets go of the expression;
// nil if that is the whole.
func (d *derivation) finished(n *Need, w way) *Need {
	if n.Op != Always {
		return n
	}
	if w != mayHold || n.Because == nil || n.Because.clause == nil || n.Because.clause.ID() == d.root.ID() {
		return nil
	}
	text, err := cel.ExprToString(n.Because.clause, d.info())
	if err != nil {
		return nil
	}
	return &Need{Op: Always, Because: &Obstacle{Offset: d.start(n.Because.clause), Text: clause(d.named(text))}}
}

// maxShown is how much of a clause is shown, in characters.
const maxShown = 80

func clause(text string) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > maxShown {
		runes = append(runes[:maxShown], '…')
	}
	return string(runes)
}

package expr

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
)

// An outlook is what can be said of an expression before any data is seen: what it needs to come out in each
// way, and what it stands for. A let's counts in the conditions that name it.
type outlook struct {
	needs [ways]*Need // nil: Always, because of the expression as a whole
	focus bool        // it is the concept by which the focus is indexed
	codes *CodesRef   // it names these codes
}

// A way is how a value may come out.
type way uint8

const (
	mayHold   way = iota // a condition: other than false
	mayFail              // a condition: other than true
	mayBeOpen            // anything: unknown, an error, or a list of which not all is known
	mayHave              // a list: other than known to be empty
	ways
)

// outlook is that of an expression that was checked, and not yet rewritten.
func (c *compilation) outlook(root ast.Expr) *outlook {
	d := &derivation{compilation: c, root: root, memo: map[derived]*Need{}}
	whole, out := term{expr: root}, &outlook{}
	switch t := c.typeOf(root); {
	case t.IsExactType(types.BoolType):
		for _, w := range []way{mayHold, mayFail, mayBeOpen} {
			out.needs[w] = d.finished(d.of(whole, w), w)
		}
	case t.Kind() == types.ListKind:
		for _, w := range []way{mayBeOpen, mayHave} {
			out.needs[w] = d.finished(d.of(whole, w), w)
		}
	case t.IsExactType(conceptType):
		out.focus = d.ofConcept(whole, CodesRef{}).Op == Focus
	case t.IsExactType(codesType):
		if ref, ok := d.codesOf(whole); ok {
			out.codes = &ref
		}
	}
	return out
}

// need is what the expression of p needs to come out in a way.
func (o *outlook) need(w way, p *Program) *Need {
	if n := o.needs[w]; n != nil {
		return n
	}
	return &Need{Op: Always, Because: &Obstacle{Text: clause(p.source)}}
}

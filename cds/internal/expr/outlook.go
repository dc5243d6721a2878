package expr

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
)

// An outlook is what can be said of an expression before any data is seen: what it needs to come out in each
// way, and what it stands for. A let's counts in the conditions that name it.
type outlook struct {
	needs [ways]*Need // nil: Always
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

// outlook is that of the whole expression.
func (c *compilation) outlook(root ast.Expr) *outlook {
	d := &derivation{compilation: c, memo: map[derived]*Need{}}
	whole, out := term{expr: root}, &outlook{}
	switch t := c.typeOf(root); {
	case t.IsExactType(types.BoolType):
		out.needs[mayHold] = d.finished(d.of(whole, mayHold))
		out.needs[mayFail] = d.finished(d.of(whole, mayFail))
		out.needs[mayBeOpen] = d.finished(d.of(whole, mayBeOpen))
	case t.Kind() == types.ListKind:
		out.needs[mayBeOpen] = d.finished(d.of(whole, mayBeOpen))
		out.needs[mayHave] = d.finished(d.of(whole, mayHave))
	case t.IsExactType(conceptType):
		out.focus = d.ofConcept(whole, CodesRef{}).Op == Focus
	case t.IsExactType(codesType):
		if ref, ok := d.codesOf(whole); ok {
			out.codes = &ref
		}
	}
	return out
}

func (o *outlook) need(w way, p *Program) *Need {
	if n := o.needs[w]; n != nil {
		return n
	}
	return &Need{Op: Always, Because: &Obstacle{Text: p.source}}
}

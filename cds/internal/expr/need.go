package expr

import (
	"slices"

	"github.com/google/cel-go/common/ast"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/terminology"
)

// A Need is what must be so of a patient's data for a condition to be anything but false: to hold, to be
// undecided or to fail. What does not meet a rule's Need needs not be asked: the answer is false. It is made
// of questions that take a look-up each, and asks for more than the condition rather than for less.
type Need struct {
	Op    Op
	Parts []*Need    // of Every and Some
	Codes CodesRef   // of Focus and Entry
	View  chart.View // of Entry
	List  List       // of Open
	Kind  chart.Kind // of Unsure
	// Because is the clause that makes this Need Always.
	Because *Obstacle

	// of unresolved: the let, and what of it is needed: for its concept to be in Codes, or that it comes out so
	let     string
	concept bool
	way     way
}

// An Op is what a Need asks.
type Op uint8

// The questions that Needs are made of.
const (
	Always     Op = iota // nothing: whatever the data, the condition may be other than false
	Never                // what cannot be
	Every                // every part
	Some                 // one of the parts
	Focus                // the code of the focus is in Codes, or not known to be outside of them
	Entry                // that of an entry of View is
	Open                 // not all of List was supplied
	Unsure               // of an entry of Kind it is not known whether it is current
	unresolved           // what a let needs
)

// A List is all resources of a type that a record should hold: the current ones, or all that ever were.
type List struct {
	Of      string // "MedicationUse" for medications of any type
	Current bool
}

// A CodesRef names codes: a set, or the cell of a row.
type CodesRef struct {
	set    *terminology.Set
	column int    // of the row, where set is nil
	let    string // until it is resolved: the let that names them
	param  int    // until it is resolved: the number of the Program's codes, from 1
}

// CodesIn returns the codes in a column of the row.
func CodesIn(column int) CodesRef { return CodesRef{column: column} }

// OfFocus returns codes of which the focus has one, or is not known to have none, wherever the Need is met; false
// if its code can be any.
func (n *Need) OfFocus() ([]CodesRef, bool) {
	var out []CodesRef
	for _, part := range n.Parts {
		codes, ok := part.OfFocus()
		switch {
		case ok && n.Op == Every:
			return codes, true
		case !ok && n.Op == Some:
			return nil, false
		}
		out = append(out, codes...)
	}
	if n.Op == Focus {
		out = []CodesRef{n.Codes}
	}
	return out, n.Op == Focus || n.Op == Some || n.Op == Never
}

// Column returns the column of the row that holds the codes; -1 if they are the same for every row.
func (c CodesRef) Column() int {
	if c.set != nil {
		return -1
	}
	return c.column
}

// Set returns the codes for a row.
func (c CodesRef) Set(row Row) *terminology.Set {
	if c.set != nil {
		return c.set
	}
	return row.value(c.column).(codesVal).set
}

// An Obstacle is a clause of a rule for which no code is needed: it may hold, be undecided or fail whatever
// the data.
type Obstacle struct {
	Let    string // the let that it stands in; "" for the condition
	Offset int    // of its first character
	Text   string

	clause ast.Expr // until the whole expression is known
}

// maxNeed is the size of a Need, in parts, beyond which it is reduced to what wakes it.
const maxNeed = 64

var (
	always = &Need{Op: Always}
	never  = &Need{Op: Never}
)

// every is met if all of the parts are.
func every(parts ...*Need) *Need { return combine(Every, Always, Never, parts) }

// some is met if one of the parts is.
func some(parts ...*Need) *Need { return combine(Some, Never, Always, parts) }

// combine joins parts, without those that are neutral; one that is final decides.
func combine(op, neutral, final Op, parts []*Need) *Need {
	out := &Need{Op: op}
	var blank *Need
	for _, part := range parts {
		switch {
		case part.Op == final:
			return part
		case part.Op == neutral:
			blank = part
		case part.Op == op:
			out.add(part.Parts...)
		default:
			out.add(part)
		}
	}
	if op == Some {
		out.Parts = slices.DeleteFunc(slices.Clone(out.Parts), out.absorbs)
	}
	switch {
	case len(out.Parts) == 0:
		return blank
	case len(out.Parts) == 1:
		return out.Parts[0]
	case out.size() > maxNeed:
		return out.reduced()
	}
	return out
}

// add adds parts that are not there yet.
func (n *Need) add(parts ...*Need) {
	for _, part := range parts {
		if !slices.ContainsFunc(n.Parts, part.same) {
			n.Parts = append(n.Parts, part)
		}
	}
}

// absorbs reports whether a part of Some asks for another part, and for more.
func (n *Need) absorbs(part *Need) bool {
	has := func(one *Need) bool { return slices.ContainsFunc(n.Parts, one.same) }
	return part.Op == Every && slices.ContainsFunc(part.Parts, func(c *Need) bool {
		return has(c) || c.Op == Some && !slices.ContainsFunc(c.Parts, func(p *Need) bool { return !has(p) })
	})
}

// same reports whether two needs ask the same.
func (n *Need) same(other *Need) bool {
	return n == other || n.Op == other.Op && n.Codes == other.Codes && n.View == other.View && n.List == other.List && n.Kind == other.Kind &&
		n.let == other.let && n.concept == other.concept && n.way == other.way && slices.EqualFunc(n.Parts, other.Parts, (*Need).same)
}

func (n *Need) size() int {
	size := 1
	for _, part := range n.Parts {
		size += part.size()
	}
	return size
}

// reduced is met by more than n is, and small: one of the questions that wake it.
func (n *Need) reduced() *Need {
	wakers, ok := n.Wakers(true)
	if !ok {
		return always
	}
	out := &Need{Op: Some}
	for _, w := range wakers {
		out.add(w.Need)
	}
	return out
}

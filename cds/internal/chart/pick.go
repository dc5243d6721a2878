package chart

import (
	"slices"

	"github.com/primum-cds/primum/cds/terminology"
)

// A Pick yields what Find returns one by one, for who needs but the first: no more is put in order than is
// asked for.
type Pick struct {
	rest   []*Entry
	last   *Entry
	picked int
}

// Pick begins one in the memory of a slice without elements.
func (c *Chart) Pick(empty []*Entry, k Kind, set *terminology.Set) Pick {
	return Pick{rest: c.lists[k].carrying(empty, set)}
}

// Memory is the slice that the Pick was begun in, to begin the next.
func (p *Pick) Memory() []*Entry { return p.rest[:0] }

// few is how many are picked before all that is left is put in order.
const few = 4

// Next returns the next entry in canonical order, nil if there is none.
func (p *Pick) Next() *Entry {
	for len(p.rest) > 0 {
		e := p.first()
		if e != p.last {
			p.last = e
			p.picked++
			return e
		}
	}
	return nil
}

// first takes the first of the rest.
func (p *Pick) first() *Entry {
	if p.picked >= few {
		if p.picked == few {
			slices.SortFunc(p.rest, func(a, b *Entry) int { return canonical(b, a) })
			p.picked++
		}
		n := len(p.rest) - 1
		e := p.rest[n]
		p.rest = p.rest[:n]
		return e
	}
	at := 0
	for i, e := range p.rest {
		if canonical(e, p.rest[at]) < 0 {
			at = i
		}
	}
	e, n := p.rest[at], len(p.rest)-1
	p.rest[at] = p.rest[n]
	p.rest = p.rest[:n]
	return e
}

// Last returns the last entry in canonical order of the last one that was picked and those after it.
func (p *Pick) Last() *Entry {
	last := p.last
	for _, e := range p.rest {
		if canonical(e, last) > 0 {
			last = e
		}
	}
	return last
}

// AppendThose appends the entries of one type that are something, in canonical order.
func (c *Chart) AppendThose(out []*Entry, name string, are func(*Entry) bool) []*Entry {
	kind, begin := kindOf(name), len(out)
	from := c.entries
	if kind != Other {
		from = c.lists[kind].entries
	}
	for _, e := range from {
		if e != nil && e.part == 0 && e.Type == name && are(e) {
			out = append(out, e)
		}
	}
	slices.SortFunc(out[begin:], canonical)
	return out
}

package cds

import (
	"cmp"
	"slices"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/expr"
	"github.com/primum-cds/primum/cds/terminology"
)

// An indexer makes an index.
type indexer struct {
	index *index
	sets  *setNumbers
	types map[string]*typePosts
}

// typePosts are what is posted for one type of focus.
type typePosts struct {
	of             string
	always         []int32
	alone, joined  posts
	lists, instead listPosts
}

type listPosts struct {
	views  [chart.Views]posts
	others []instances
}

// A waker is an expr.Waker with its sets and lists numbered.
type waker struct {
	ask
	beside []ask
}

func (b *indexer) rule(number int32, r *rule) {
	need := r.when.Need(r.lets)
	r.about(need)
	columns := &[]int{}
	c := condition{need: b.ask(need, columns), first: int32(len(b.index.ruleOf))}
	c.width = int32(len(*columns))
	wakers, known := b.wakers(need, true, columns)
	instead, joined := b.wakers(need, false, columns)
	joined = joined && slices.ContainsFunc(wakers, func(w waker) bool { return w.op == expr.Focus })
	t := b.of(r.scope.Of)
	for i := range r.rows {
		n := c.first + int32(i)
		b.index.ruleOf = append(b.index.ruleOf, number)
		filled := b.cells(&c, r.row(&r.rows[i]), *columns)
		switch {
		case r.rows[i].off:
		case !known || !filled:
			t.always = append(t.always, n)
		default:
			b.post(t, wakers, joined, &c, n)
			if joined {
				b.postAt(&t.instead, instead, &c, n)
			}
		}
	}
	b.index.conditions = append(b.index.conditions, c)
}

func (b *indexer) of(name string) *typePosts {
	t := b.types[name]
	if t == nil {
		t = &typePosts{of: name}
		b.types[name] = t
	}
	return t
}

// ask numbers what a need names; columns are those of the row that any part of the condition needs.
func (b *indexer) ask(need *expr.Need, columns *[]int) ask {
	a := ask{op: need.Op, view: need.View, kind: need.Kind}
	switch need.Op {
	case expr.Every, expr.Some:
		a.parts = b.asks(need.Parts, columns)
	case expr.Open:
		a.list = numberOf(&b.index.lists, need.List)
	case expr.Focus, expr.Entry:
		if column := need.Codes.Column(); column >= 0 {
			a.set, a.cell = -1, numberOf(columns, column)
		} else {
			a.set = b.sets.number(need.Codes.Set(expr.Row{}))
		}
	}
	return a
}

func (b *indexer) asks(needs []*expr.Need, columns *[]int) []ask {
	out := make([]ask, len(needs))
	for i, need := range needs {
		out[i] = b.ask(need, columns)
	}
	return out
}

func (b *indexer) wakers(need *expr.Need, focus bool, columns *[]int) (out []waker, ok bool) {
	all, ok := need.Wakers(focus)
	for _, w := range all {
		out = append(out, waker{b.ask(w.Need, columns), b.asks(w.Beside, columns)})
	}
	return out, ok
}

// numberOf is the place of a value in a list, to which it is added if it is new.
func numberOf[T comparable](list *[]T, v T) int32 {
	i := slices.Index(*list, v)
	if i < 0 {
		i = len(*list)
		*list = append(*list, v)
	}
	return int32(i)
}

// cells notes the sets of a row; false if one of them is empty, of which nothing can be told.
func (b *indexer) cells(c *condition, row expr.Row, columns []int) bool {
	filled := true
	for _, column := range columns {
		set := expr.CodesIn(column).Set(row)
		filled = filled && set.Len() > 0
		c.cells = append(c.cells, b.sets.number(set))
	}
	return filled
}

// post posts an instance under its wakers.
func (b *indexer) post(t *typePosts, wakers []waker, joined bool, c *condition, n int32) {
	for i := range wakers {
		w := &wakers[i]
		switch {
		case w.op != expr.Focus:
			b.postAt(&t.lists, wakers[i:i+1], c, n)
		case joined:
			t.joined.add(c.setOf(&w.ask, n), n, b.guardBeside(w.beside, c, n))
		default:
			t.alone.add(c.setOf(&w.ask, n), n, b.guardBeside(w.beside, c, n))
		}
	}
}

// postAt posts an instance under wakers that are not about the focus.
func (b *indexer) postAt(l *listPosts, wakers []waker, c *condition, n int32) {
	for i := range wakers {
		w := &wakers[i]
		if w.op == expr.Entry {
			l.views[w.view].add(c.setOf(&w.ask, n), n, unguarded)
			continue
		}
		at := slices.IndexFunc(l.others, func(p instances) bool {
			return p.need.op == w.op && p.need.list == w.list && p.need.kind == w.kind
		})
		if at < 0 {
			at = len(l.others)
			l.others = append(l.others, instances{need: w.ask})
		}
		l.others[at].add(n)
	}
}

func (b *indexer) finish(codes *terminology.Interner) *index {
	x := b.index
	x.sets = b.sets.indexed(codes)
	for _, t := range b.types {
		x.types = append(x.types, typeIndex{
			of: t.of, always: t.always, alone: t.alone.posting(x.sets.group), joined: t.joined.posting(x.sets.group),
			lists: t.lists.byLists(x.sets.group), instead: t.instead.byLists(x.sets.group),
		})
	}
	slices.SortFunc(x.types, func(a, b typeIndex) int { return cmp.Compare(a.of, b.of) })
	return x
}

func (l *listPosts) byLists(group []int32) byLists {
	out := byLists{others: l.others}
	for v := range l.views {
		if len(l.views[v].sets) > 0 {
			out.views[v] = l.views[v].posting(group)
		}
	}
	return out
}

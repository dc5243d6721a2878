package cds

import (
	"cmp"
	"slices"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/expr"
	"github.com/primum-cds/primum/cds/terminology"
)

// An index finds the instances of rules that a patient may wake: all but those whose condition is known to be
// false for lack of a code. It never changes an answer.
//
// Instances are numbered over all rules, row by row. Each is posted under what it needs at least: codes of the
// focus, codes of a list of the patient's, or that a list is not known to be all. What wakes it is looked at
// once more, as far as codes tell, before its condition is asked.
type index struct {
	rules      []*rule
	ruleOf     []int32 // by instance
	conditions []condition
	sets       codeSets
	lists      []expr.List // that are asked for
	types      []typeIndex // sorted by the type that rules are for
}

// A condition is what a rule needs, ready to be looked up.
type condition struct {
	need  ask
	first int32   // the instance of the rule's first row
	width int32   // how many columns are needed
	cells []int32 // the sets in these columns, row by row
}

// An ask is an expr.Need with its sets and lists numbered.
type ask struct {
	op    expr.Op
	view  chart.View
	kind  chart.Kind
	list  int32
	set   int32 // where column is -1
	cell  int32 // of those of the row
	parts []ask
}

// A typeIndex finds the instances that are for one type of focus, "" for none.
type typeIndex struct {
	of     string
	always []int32 // asked about every focus
	focus  posting // by sets of codes of the focus
	views  [chart.Views]posting
	lists  []instances
	unsure []instances
}

// instances are posted under one question that takes no codes.
type instances struct {
	need ask
	all  []int32
}

// at returns an instance by its number.
func (x *index) at(n int32) (*rule, *instance) {
	i := x.ruleOf[n]
	return x.rules[i], &x.rules[i].rows[n-x.conditions[i].first]
}

// post fills the index.
func (e *Engine) post() {
	b := &indexer{sets: newSetNumbers(), types: map[string]*typePosts{}, index: &index{rules: e.rules}}
	for i, r := range e.rules {
		b.rule(int32(i), r)
	}
	e.index = b.finish(e.coder.Codes)
}

// An indexer makes an index.
type indexer struct {
	index *index
	sets  *setNumbers
	types map[string]*typePosts
}

// typePosts are what is posted for one type of focus.
type typePosts struct {
	typeIndex
	focus pairs
	views [chart.Views]pairs
}

func (b *indexer) rule(number int32, r *rule) {
	x := b.index
	first := int32(len(x.ruleOf))
	for range r.rows {
		x.ruleOf = append(x.ruleOf, number)
	}
	t := b.types[r.scope.Of]
	if t == nil {
		t = &typePosts{}
		t.of = r.scope.Of
		b.types[r.scope.Of] = t
	}
	need := r.when.Need(r.lets)
	var columns []int
	c := condition{need: b.ask(need, &columns), first: first}
	c.width = int32(len(columns))
	waking, ok := need.Waking()
	asks := make([]ask, len(waking))
	for i, w := range waking {
		asks[i] = b.ask(w, &columns)
	}
	for i := range r.rows {
		n := first + int32(i)
		known := ok && b.cells(&c, r.row(&r.rows[i]), columns)
		switch {
		case r.rows[i].off:
		case !known:
			t.always = append(t.always, n)
		default:
			for _, a := range asks {
				b.postAt(t, a, &c, n)
			}
		}
	}
	x.conditions = append(x.conditions, c)
}

// ask numbers what a need names; columns are those of the row that any part of the condition needs.
func (b *indexer) ask(need *expr.Need, columns *[]int) ask {
	a := ask{op: need.Op, view: need.View, kind: need.Kind}
	switch need.Op {
	case expr.Every, expr.Some:
		for _, part := range need.Parts {
			a.parts = append(a.parts, b.ask(part, columns))
		}
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

func (b *indexer) postAt(t *typePosts, a ask, c *condition, n int32) {
	set := a.set
	if set < 0 {
		set = c.cell(n, a.cell)
	}
	switch a.op {
	case expr.Focus:
		t.focus.add(set, n)
	case expr.Entry:
		t.views[a.view].add(set, n)
	case expr.Open:
		t.lists = addTo(t.lists, a, n)
	default:
		t.unsure = addTo(t.unsure, a, n)
	}
}

// cell is the set in a column of an instance's row.
func (c *condition) cell(n, column int32) int32 { return c.cells[(n-c.first)*c.width+column] }

func addTo(posts []instances, a ask, n int32) []instances {
	i := slices.IndexFunc(posts, func(p instances) bool { return p.need.list == a.list && p.need.kind == a.kind })
	if i < 0 {
		i = len(posts)
		posts = append(posts, instances{need: a})
	}
	posts[i].all = append(posts[i].all, n)
	return posts
}

func (b *indexer) finish(codes *terminology.Interner) *index {
	x := b.index
	x.sets = b.sets.indexed(codes)
	for _, t := range b.types {
		t.typeIndex.focus = t.focus.posting()
		for v := range t.views {
			t.typeIndex.views[v] = t.views[v].posting()
		}
		x.types = append(x.types, t.typeIndex)
	}
	slices.SortFunc(x.types, func(a, b typeIndex) int { return cmp.Compare(a.of, b.of) })
	return x
}

package cds

import (
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/terminology"
)

// An asked is an instance of a rule.
type asked struct {
	rule     *rule
	instance *instance
}

// An index finds the instances that a focus may wake: all but those whose condition is false because the
// focus's drug is known to be outside the codes that they need. It never changes an answer.
type index struct {
	always []int32
	posts  []*post
}

// A post is the instances whose needed codes cover the same systems.
type post struct {
	set    *terminology.Set // one of them, to ask what they cover
	all    []int32
	byCode map[terminology.ID][]int32
}

// post fills the index of each focus type.
func (e *Engine) post() {
	e.index = map[string]*index{}
	bySystems := map[string]*post{}
	for _, r := range e.rules {
		for i := range r.rows {
			n := int32(len(e.asked))
			e.asked = append(e.asked, asked{r, &r.rows[i]})
			x := e.index[r.scope.Of]
			if x == nil {
				x = &index{}
				e.index[r.scope.Of] = x
			}
			needs := r.when.Needs()
			if len(needs) == 0 {
				x.always = append(x.always, n)
			}
			for _, need := range needs {
				x.add(n, need.Set(r.row(&r.rows[i])), r.scope.Of, bySystems)
			}
		}
	}
}

func (x *index) add(n int32, set *terminology.Set, of string, bySystems map[string]*post) {
	key := of + "|" + strings.Join(set.Systems(), "|")
	p := bySystems[key]
	if p == nil {
		p = &post{set: set, byCode: map[terminology.ID][]int32{}}
		bySystems[key] = p
		x.posts = append(x.posts, p)
	}
	p.all = append(p.all, n)
	for _, id := range set.IDs() {
		p.byCode[id] = append(p.byCode[id], n)
	}
}

// wake returns the instances to ask about a focus, in order.
func (x *index) wake(focus *chart.Entry) []int32 {
	if focus == nil || len(x.posts) == 0 {
		return x.always
	}
	out := slices.Clone(x.always)
	for _, p := range x.posts {
		if !slices.ContainsFunc(focus.Concept.Systems, p.set.Covers) {
			out = append(out, p.all...) // whether it is in any of them is not known
			continue
		}
		for _, id := range focus.Concept.IDs {
			out = append(out, p.byCode[id]...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

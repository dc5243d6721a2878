package cds

import (
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/expr"
	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/terminology"
)

// foci returns what rules for a type are asked about, one after the other: nil for once, without a focus.
//
// What an order hook brings is orders: a rule for another type is not asked. Other hooks review what
// they bring, or each current resource of the rule's type.
func (e *evaluation) foci(of string) []*chart.Entry {
	if of == "" {
		return []*chart.Entry{nil}
	}
	if found, ok := e.byType[of]; ok {
		return found
	}
	var found []*chart.Entry
	add := func(is func(*chart.Entry) bool) {
		for _, kind := range expr.ResourceTypes(of) {
			found = e.record.chart.AppendThose(found, kind, is)
		}
	}
	if e.review.Focus != nil || e.hook != nil && e.hook.Focus != "" {
		add(e.brought)
	}
	if !e.orders() && len(found) == 0 {
		add(func(entry *chart.Entry) bool { return entry.Current().Truth != kleene.False })
	}
	e.byType[of] = found
	return found
}

// orders reports whether the hook brings orders.
func (e *evaluation) orders() bool { return e.hook != nil && e.hook.Orders }

// unreviewed tells that rules for a type could not be asked: what was named for review is not in the data,
// or the list that would be reviewed was not supplied. Without it, silence would look like safety.
func (e *evaluation) unreviewed(of string) {
	if of == "" {
		return
	}
	var missing []Missing
	for _, name := range e.review.Focus {
		if kind, _, _ := strings.Cut(name, "/"); slices.Contains(expr.ResourceTypes(of), kind) && !e.inChart(kind, name) {
			missing = append(missing, Missing{Resource: name, Reason: "under review, but not in the data"})
		}
	}
	_, open := e.eval.Lacks(of, nil)
	open = open && !e.orders() && !slices.ContainsFunc(e.byType[of], e.brought)
	if len(missing) == 0 && !open {
		return
	}
	for _, r := range e.engine.rules {
		if r.scope.Of != of || !r.askedAt(e.review.Hook) || !slices.ContainsFunc(r.rows, func(in instance) bool { return !in.off }) {
			continue
		}
		all := missing
		if lacks, open := e.lacks(r, open); open {
			all = append(slices.Clip(missing), Missing{Resource: lacks.Resource, Path: lacks.Path, Reason: lacks.Reason})
		}
		if len(all) > 0 {
			e.undecided = append(e.undecided, notAsked(r, all))
		}
	}
}

// lacks says what a rule lacks of the resources that it would be asked about, if not all of its type are there: a
// search by the codes of its observations is enough.
func (e *evaluation) lacks(r *rule, open bool) (expr.Missing, bool) {
	if !open || r.results == nil {
		lacks, _ := e.eval.Lacks(r.scope.Of, nil)
		return lacks, open
	}
	for _, codes := range r.results {
		if lacks, open := e.eval.Lacks(r.scope.Of, codes); open {
			return lacks, true
		}
	}
	return expr.Missing{}, false
}

// about keeps the codes of the observations that a rule can be about.
func (r *rule) about(need *expr.Need) {
	refs, ok := need.OfFocus()
	if r.scope.Of != "Observation" || !ok {
		return
	}
	r.results = []*terminology.Set{}
	for _, ref := range refs {
		for i := range r.rows {
			if set := ref.Set(r.row(&r.rows[i])); !r.rows[i].off && !slices.Contains(r.results, set) {
				r.results = append(r.results, set)
			}
		}
	}
}

func (e *evaluation) inChart(kind, name string) bool {
	return slices.ContainsFunc(e.record.chart.OfType(kind), func(entry *chart.Entry) bool { return entry.Ref() == name })
}

// brought reports whether an entry is what the hook brings for review. An order not to do something, or a
// draft that was cancelled, proposes nothing.
func (e *evaluation) brought(entry *chart.Entry) bool {
	if e.review.Focus != nil {
		return slices.Contains(e.review.Focus, entry.Ref()) && proposes(entry)
	}
	return e.hook != nil && e.hook.Focus != "" && entry.Draft && proposes(entry)
}

func proposes(entry *chart.Entry) bool {
	return !entry.JSON.Bool("doNotPerform") && (!entry.Draft || entry.Current().Truth != kleene.False)
}

package expr

import (
	"fmt"

	"github.com/cockroachdb/apd/v3"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/terminology"
)

// weightedDailyDose sums the daily doses of the drugs in a table, each multiplied by the factor of its
// row: morphine milligram equivalents, for one. The table has the columns drug (codes), route (string,
// a route class), unit (string: of the daily dose that the factor is for) and factor (double). A current
// drug of the table on a route without a row makes the sum at least what the others are.
func weightedDailyDose(ev *Eval, args []ref.Val) ref.Val {
	t := args[1].(tableVal).table
	columns := map[string]int{}
	for _, name := range []string{"drug", "route", "unit", "factor"} {
		if columns[name] = t.Column(name); columns[name] < 0 {
			return ev.fail(fmt.Errorf("table %q has no column %q, which a weighted dose needs", t.Name, name))
		}
	}
	w := &weighing{ev: ev, table: t, columns: columns, sum: apd.New(0, 0)}
	for _, set := range w.drugs() {
		for _, s := range ev.shares(set, underReview) {
			w.add(s, set)
		}
		w.missing = append(w.missing, ev.missingShares(set)...)
	}
	q, err := measure.New(w.sum.Text('f'), "", "mg/d")
	if err != nil {
		return ev.fail(err)
	}
	if len(w.missing) > 0 {
		return quantityVal{q: q.AtLeast(), parts: w.missing}
	}
	return quantityVal{q: q}
}

// A weighing is one weighted sum under way.
type weighing struct {
	ev      *Eval
	table   *Table
	columns map[string]int
	sum     *apd.Decimal
	missing []Missing
	seen    map[*chart.Entry]bool
}

// drugs are the sets of the table's drug column, each once: a drug has a row for each route.
func (w *weighing) drugs() []codesVal {
	var out []codesVal
	seen := map[*terminology.Set]bool{}
	for n := range w.table.Len() {
		if set, ok := w.table.Row(n).value(w.columns["drug"]).(codesVal); ok && !seen[set.set] {
			seen[set.set] = true
			out = append(out, set)
		}
	}
	return out
}

func (w *weighing) add(s share, set codesVal) {
	if w.seen == nil {
		w.seen = map[*chart.Entry]bool{}
	}
	if w.seen[s.entry] {
		return
	}
	w.seen[s.entry] = true
	if s.missing != nil {
		w.missing = append(w.missing, *s.missing)
		return
	}
	class, _ := routeClass(s.entry)
	for n := range w.table.Len() {
		row := w.table.Row(n)
		rowSet, _ := row.value(w.columns["drug"]).(codesVal)
		if rowSet.set != set.set || row.Text("route") != class {
			continue
		}
		daily, err := s.quantity.In(row.Text("unit"))
		factor, ok := row.value(w.columns["factor"]).(types.Double)
		if err != nil || !ok {
			break
		}
		f, _, err := apd.NewFromString(Display(factor))
		if err != nil {
			break
		}
		product := new(apd.Decimal)
		ctx := apd.BaseContext.WithPrecision(34)
		if _, err := ctx.Mul(product, daily, f); err == nil {
			_, _ = ctx.Add(w.sum, w.sum, product)
			return
		}
	}
	w.missing = append(w.missing, Missing{Resource: s.entry.Ref(), Path: "dosageInstruction", Reason: "there is no factor for this drug on this route"})
}

package expr

import (
	"fmt"
	"strings"

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
func (p *provider) weightedDailyDose(ev *Eval, args []ref.Val) ref.Val {
	w, err := p.weigh(ev, args[1].(tableVal).table)
	if err != nil {
		return ev.fail(err)
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

// weightedDoses says what weightedDailyDose is the sum of: each drug with its daily dose, factor and product,
// or why it is left out.
func (p *provider) weightedDoses(ev *Eval, args []ref.Val) ref.Val {
	w, err := p.weigh(ev, args[1].(tableVal).table)
	if err != nil {
		return ev.fail(err)
	}
	return types.String(strings.Join(w.parts, "; "))
}

// A weighing is one weighted sum under way.
type weighing struct {
	ev      *Eval
	table   *Table
	columns map[string]int
	sum     *apd.Decimal
	parts   []string
	missing []Missing
	seen    map[*chart.Entry]bool
}

func (p *provider) weigh(ev *Eval, t *Table) (*weighing, error) {
	columns := map[string]int{}
	for _, name := range []string{"drug", "route", "unit", "factor"} {
		if columns[name] = t.Column(name); columns[name] < 0 {
			return nil, fmt.Errorf("table %q has no column %q, which a weighted dose needs", t.Name, name)
		}
	}
	w := &weighing{ev: ev, table: t, columns: columns, sum: apd.New(0, 0)}
	for _, set := range w.drugs() {
		for _, s := range p.shares(ev, set, 0, underReview) {
			w.add(s, set)
		}
		w.missing = append(w.missing, ev.missingShares(set)...)
	}
	return w, nil
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
		w.leaveOut(s.entry, s.missing...)
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
			w.note(s, row.Text("unit"), f, product)
			return
		}
	}
	w.leaveOut(s.entry, Missing{Resource: s.entry.Ref(), Path: "dosageInstruction", Reason: "there is no factor for this drug on this route"})
}

// note tells a part of the sum: "oxycodone 40 mg/day × 1.5 = 60".
func (w *weighing) note(s share, unit string, factor, product *apd.Decimal) {
	daily, err := s.quantity.To(unit)
	if err != nil {
		return
	}
	w.parts = append(w.parts, strings.TrimSpace(fmt.Sprintf("%s %s × %s = %s", s.entry.Concept.Display, daily, written(factor), written(product))))
}

func (w *weighing) leaveOut(e *chart.Entry, missing ...Missing) {
	w.missing = append(w.missing, missing...)
	w.parts = append(w.parts, strings.TrimSpace(fmt.Sprintf("%s not counted (%s)", e.Concept.Display, missing[0].Reason)))
}

// written is a number without an exponent or zeros at its end.
func written(d *apd.Decimal) string {
	out, _ := new(apd.Decimal).Reduce(d)
	return out.Text('f')
}

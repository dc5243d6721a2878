package expr

import (
	"fmt"
	"strings"

	"github.com/cockroachdb/apd/v3"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/valyala/fastjson"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/dose"
	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/terminology"
	"github.com/primum-cds/primum/cds/ucum"
)

// doseFunctions are what rules ask of a medication's dosage.
func (p *provider) doseFunctions() []*function {
	var out []*function
	for _, name := range append([]string{"MedicationUse"}, medicationTypes...) {
		of := types.NewObjectType(name)
		member := func(fn string, result *types.Type, f impl, args ...*types.Type) {
			out = append(out, &function{name: fn, member: true, args: append(types_(of), args...), result: result, impl: f})
		}
		for fn, f := range map[string]impl{"singleDose": singleDose, "dailyDose": dailyDose} {
			member(fn, quantityType, f)
			member(fn, quantityType, f, codesType)
		}
		member("dailyDosePerKg", quantityType, p.dailyDosePerKg)
		member("dailyDosePerKg", quantityType, p.dailyDosePerKg, codesType)
		member("routeClass", types.StringType, routeClassOf)
		member("duration", spanType, duration)
		member("renews", types.BoolType, renews)
	}
	reads := append([]string{"Medication"}, medicationTypes...)
	patient := func(name string, f impl, args ...*types.Type) {
		out = append(out, &function{name: name, member: true, args: append(types_(patientType), args...), result: quantityType, impl: f, reads: reads})
	}
	patient("dailyDose", patientDailyDose, codesType)
	patient("dailyDose", patientDailyDose, codesType, types.StringType)
	patient("weightedDailyDose", weightedDailyDose, tableType)
	return out
}

// dosage is the dosage instructions of a medication, as an array.
func dosage(e *chart.Entry) *fastjson.Value {
	if e.Type == "MedicationStatement" {
		return e.JSON.Get("dosage")
	}
	return e.JSON.Get("dosageInstruction")
}

// strength is that of one ingredient of the drug; nil if the drug does not tell.
func strength(i terminology.Ingredient) *dose.Strength {
	code, ok := i.UCUM()
	if !ok || i.Strength == "" {
		return nil
	}
	amount, _, err := apd.NewFromString(i.Strength)
	unit, unitErr := ucum.Parse(code)
	if err != nil || unitErr != nil {
		return nil
	}
	return &dose.Strength{Amount: amount, Unit: unit}
}

// ingredients are those of the drug that are in codes, or its only one if set is nil.
func ingredients(ev *Eval, e *chart.Entry, set *terminology.Set) (found []terminology.Ingredient, only bool, reason string) {
	drug := e.Concept.Drug
	switch {
	case drug == nil:
		return nil, false, "the drug is not known: " + e.Concept.Reason
	case drug.Partial:
		return nil, false, "an ingredient of the drug is not known"
	case set == nil && len(drug.Ingredients) != 1:
		return nil, false, "the drug has several ingredients: name the one that is meant"
	case set == nil:
		return drug.Ingredients, true, ""
	}
	for _, i := range drug.Ingredients {
		if set.Has(ev.Chart.Coder.Codes.Lookup(terminology.Code{System: terminology.RxNorm, Code: i.RxCUI})) {
			found = append(found, i)
		}
	}
	return found, len(drug.Ingredients) == 1, ""
}

// A dosing computes a dose of one ingredient from a dosage: dose.Single or dose.Daily.
type dosing func(dosage *fastjson.Value, strength *dose.Strength) dose.Result

// doseOf is the dose of the ingredients in codes that a medication gives. With a reason why it is not
// known, it is what is known of it: at least that much, or the zero Quantity.
func (ev *Eval) doseOf(e *chart.Entry, set *terminology.Set, of dosing) (measure.Quantity, string) {
	found, only, reason := ingredients(ev, e, set)
	if reason != "" {
		return measure.Quantity{}, reason
	}
	if len(found) == 0 {
		return measure.Quantity{}, "the drug has no such ingredient"
	}
	var sum measure.Quantity
	for n, ingredient := range found {
		s := strength(ingredient)
		r := of(dosage(e), s)
		if r.Known && !only && s == nil {
			r = dose.Result{Reason: "no strength known for " + ingredient.Name}
		}
		if r.Known && !only && massGiven(dosage(e)) {
			r = dose.Result{Reason: "the dose is given as a mass of a drug with several ingredients"}
		}
		if !r.Known {
			return r.Quantity, r.Reason
		}
		if n == 0 {
			sum = r.Quantity
			continue
		}
		total, err := measure.Add(sum, r.Quantity)
		if err != nil {
			return measure.Quantity{}, err.Error()
		}
		sum = total
	}
	return sum, ""
}

// massGiven reports whether a dosage states a mass: of which ingredient, it does not say.
func massGiven(dosage *fastjson.Value) bool {
	gram, err := ucum.Parse("g")
	if err != nil {
		return false
	}
	for _, instruction := range dosage.GetArray() {
		for _, rate := range instruction.GetArray("doseAndRate") {
			for _, q := range []*fastjson.Value{rate.Get("doseQuantity"), rate.Get("doseRange", "high")} {
				unit := text(q, "code")
				if unit == "" {
					unit = text(q, "unit")
				}
				if u, _, err := ucum.ParseLenient(unit); err == nil && unit != "" && u.Comparable(gram) {
					return true
				}
			}
		}
	}
	return false
}

func setOf(args []ref.Val) *terminology.Set {
	if len(args) < 2 {
		return nil
	}
	return args[1].(codesVal).set
}

func (ev *Eval) entryDose(args []ref.Val, of dosing) ref.Val {
	e := args[0].(*node).entry
	q, reason := ev.doseOf(e, setOf(args), of)
	missing := Missing{Resource: e.Ref(), Path: "dosageInstruction", Reason: reason}
	switch {
	case reason != "" && q.IsZero():
		return ev.unknown(missing)
	case reason != "":
		return quantityVal{q: q, parts: []Missing{missing}}
	}
	ev.readEntry(e, "dosageInstruction", q.String())
	return quantityVal{q: q}
}

func singleDose(ev *Eval, args []ref.Val) ref.Val { return ev.entryDose(args, dose.Single) }
func dailyDose(ev *Eval, args []ref.Val) ref.Val  { return ev.entryDose(args, dose.Daily) }

func (p *provider) dailyDosePerKg(ev *Eval, args []ref.Val) ref.Val {
	daily := ev.entryDose(args, dose.Daily)
	patient := &node{ev: ev, typ: p.structure("Patient"), index: -1}
	if res := ev.Chart.Record.Patient; res != nil {
		patient.json, patient.entry = res.JSON, ev.Chart.Entry(res)
	}
	c := &calculation{p: p, ev: ev, patient: patient}
	kg, missing := c.weight()
	switch {
	case types.IsUnknownOrError(daily):
		return daily
	case missing != nil:
		return missing
	}
	return arithmetic("_/_")(ev, []ref.Val{daily, kg})
}

func routeClass(e *chart.Entry) (string, bool) {
	form := ""
	if e.Concept.Drug != nil {
		form = e.Concept.Drug.Form
	}
	class := dose.RouteClass(routeOf(e), form)
	return class, class != ""
}

func routeOf(e *chart.Entry) *fastjson.Value {
	v := dosage(e)
	if items := v.GetArray(); len(items) > 0 {
		v = items[0]
	}
	return v.Get("route")
}

func routeClassOf(ev *Eval, args []ref.Val) ref.Val {
	e := args[0].(*node).entry
	class, known := routeClass(e)
	if !known {
		return ev.unknownAt(e, "dosageInstruction.route", "not in the record")
	}
	ev.readEntry(e, "dosageInstruction.route", class)
	return types.String(class)
}

func duration(ev *Eval, args []ref.Val) ref.Val {
	e := args[0].(*node).entry
	span, known := dose.Duration(dosage(e))
	if !known {
		return ev.unknownAt(e, "dosageInstruction.timing.repeat.boundsDuration", "not in the record")
	}
	ev.readEntry(e, "dosageInstruction.timing.repeat.boundsDuration", span.String())
	return spanVal{s: span}
}

// renews reports whether a medication continues another that is in the record.
func renews(ev *Eval, args []ref.Val) ref.Val {
	e := args[0].(*node).entry
	for _, other := range ev.Chart.Lists[chart.Medication] {
		if other.Resource != e.Resource && ev.Chart.SameTherapy(e, other) {
			ev.readEntry(e, "priorPrescription", other.Ref())
			return types.True
		}
	}
	for _, link := range []string{"priorPrescription", "basedOn"} {
		if e.JSON.Get(link) != nil {
			return ev.unknownAt(e, link, "what it refers to is not in the record")
		}
	}
	return types.False
}

// A share is what one therapy adds to a daily dose.
type share struct {
	entry    *chart.Entry
	quantity measure.Quantity
	missing  *Missing
}

// shares are the doses of all current therapies with an ingredient in codes, each therapy once: by the
// focus, else by its newest order, else by what else tells of it. What only says that a drug is taken, of
// which there is an order, is not counted again.
func (ev *Eval) shares(set codesVal, counts func(*chart.Entry) (kleene.Truth, Missing), of dosing) []share {
	entries := ev.Chart.Find(chart.Medication, set.set)
	var out []share
	var chosen []*chart.Entry
	for _, rank := range [][]string{{"focus"}, {"MedicationRequest"}, medicationTypes} {
		for _, e := range entries {
			if rank[0] == "focus" && e != ev.focus || rank[0] != "focus" && !containsType(rank, e.Type) || ev.counted(e, chosen) {
				continue
			}
			truth, m := counts(e)
			if e == ev.focus {
				truth = kleene.True
			}
			switch truth {
			case kleene.False:
				continue
			case kleene.Unknown:
				out = append(out, share{entry: e, missing: &m})
			default:
				out = append(out, ev.share(e, set, of))
			}
			chosen = append(chosen, e)
		}
	}
	return out
}

func containsType(list []string, name string) bool {
	for _, item := range list {
		if item == name {
			return true
		}
	}
	return false
}

// counted reports whether an entry is of a therapy that was counted, or only tells of one.
func (ev *Eval) counted(e *chart.Entry, chosen []*chart.Entry) bool {
	for _, c := range chosen {
		if ev.Chart.SameTherapy(c, e) || e.Type != "MedicationRequest" && sameIngredients(c, e) {
			return true
		}
	}
	return false
}

func sameIngredients(a, b *chart.Entry) bool {
	if a.Concept.Drug == nil || b.Concept.Drug == nil {
		return false
	}
	for _, i := range a.Concept.Drug.Ingredients {
		for _, j := range b.Concept.Drug.Ingredients {
			if i.RxCUI == j.RxCUI {
				return true
			}
		}
	}
	return false
}

func (ev *Eval) share(e *chart.Entry, set codesVal, of dosing) share {
	q, reason := ev.doseOf(e, set.set, of)
	if reason != "" {
		return share{entry: e, quantity: q, missing: &Missing{Resource: e.Ref(), Path: "dosageInstruction", Reason: reason}}
	}
	ev.readEntry(e, "dosageInstruction", strings.TrimSpace(e.Concept.Display+" "+q.String()))
	return share{entry: e, quantity: q}
}

func patientDailyDose(ev *Eval, args []ref.Val) ref.Val {
	set := args[1].(codesVal)
	counts := isCurrent
	if len(args) == 3 {
		counts = onRoute(string(args[2].(types.String)))
	}
	shares := ev.shares(set, counts, dose.Daily)
	missing := ev.missingShares(set)
	zero, err := measure.New("0", "", "mg/d")
	if err != nil {
		return ev.fail(err)
	}
	return ev.sumShares(zero, shares, missing)
}

func onRoute(route string) func(*chart.Entry) (kleene.Truth, Missing) {
	return func(e *chart.Entry) (kleene.Truth, Missing) {
		truth, m := isCurrent(e)
		if truth == kleene.False {
			return truth, m
		}
		class, known := routeClass(e)
		if !known {
			return kleene.Unknown, Missing{Resource: e.Ref(), Path: "dosageInstruction.route", Reason: "not in the record"}
		}
		if class != route {
			return kleene.False, m
		}
		return truth, m
	}
}

// missingShares is what of the medication list may add to a dose without anybody knowing.
func (ev *Eval) missingShares(set codesVal) []Missing {
	var out []Missing
	if m, open := ev.incomplete(medicationLists, "", true, nil); open {
		out = append(out, m)
	}
	for _, e := range ev.Chart.Uncovered(chart.Medication, set.set) {
		if truth, _ := isCurrent(e); truth != kleene.False {
			out = append(out, ev.uncovered(e)...)
		}
	}
	return out
}

// sumShares adds up shares. With a part that is not known the sum is at least what is: it decides where that
// already passes a limit.
func (ev *Eval) sumShares(sum measure.Quantity, shares []share, missing []Missing) ref.Val {
	for _, s := range shares {
		if s.missing != nil {
			missing = append(missing, *s.missing)
		}
		if s.quantity.IsZero() {
			continue
		}
		next, err := measure.Add(sum, s.quantity)
		if err != nil && isZero(sum) {
			next, err = s.quantity, nil
		}
		if err != nil {
			return ev.fail(err)
		}
		sum = next
	}
	if len(missing) > 0 {
		return quantityVal{q: sum.AtLeast(), parts: missing}
	}
	return quantityVal{q: sum}
}

func isZero(q measure.Quantity) bool {
	f, ok := q.Float64()
	return ok && f == 0
}

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
		for _, s := range ev.shares(set, isCurrent, dose.Daily) {
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
	for _, row := range w.table.Rows {
		if set, ok := row[w.columns["drug"]].val.(codesVal); ok && !seen[set.set] {
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
	for _, row := range w.table.Rows {
		rowSet, _ := row[w.columns["drug"]].val.(codesVal)
		if rowSet.set != set.set || w.table.Text(row, "route") != class {
			continue
		}
		daily, err := s.quantity.In(w.table.Text(row, "unit"))
		factor, ok := row[w.columns["factor"]].val.(types.Double)
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

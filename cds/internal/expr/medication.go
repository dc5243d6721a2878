package expr

import (
	"strings"
	"time"

	"github.com/cockroachdb/apd/v3"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/dose"
	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/temporal"
	"github.com/primum-cds/primum/cds/internal/tree"
	"github.com/primum-cds/primum/cds/terminology"
	"github.com/primum-cds/primum/cds/ucum"
)

// doseFunctions are what rules ask of a medication's dosage.
func (p *provider) doseFunctions() []*function {
	var out []*function
	for _, name := range append([]string{"MedicationUse"}, medicationTypes...) {
		of := types.NewObjectType(name)
		member := func(fn string, result *types.Type, f impl, args ...*types.Type) {
			out = append(out, &function{name: fn, member: true, args: append(types_(of), args...), result: result, impl: f, sources: doseSources[fn]})
		}
		for fn, f := range map[string]impl{"singleDose": singleDose, "dailyDose": dailyDose} {
			member(fn, quantityType, f)
			member(fn, quantityType, f, codesType)
		}
		for fn, f := range map[string]impl{
			"dailyDosePerKg": p.perBody((*calculation).weight, "mg/kg/d"), "dailyDosePerM2": p.perBody((*calculation).bsa, "mg/m2/d"),
		} {
			member(fn, quantityType, f)
			member(fn, quantityType, f, codesType)
		}
		member("routeClass", types.StringType, routeClassOf)
		member("onRoute", types.BoolType, givenOn, types.StringType)
		member("lastDay", dateType, lastDay)
		member("duration", spanType, duration)
		member("form", types.StringType, formOf)
		member("setting", types.StringType, setting)
		member("ratePerKg", quantityType, p.ratePerKg)
		member("renews", types.BoolType, renews)
	}
	reads := medicationSources(source{current: true})
	patient := func(name string, f impl, args ...*types.Type) {
		out = append(out, &function{name: name, member: true, args: append(types_(patientType), args...), result: quantityType, impl: f, sources: reads})
	}
	patient("dailyDose", patientDailyDose, codesType)
	patient("dailyDose", patientDailyDose, codesType, types.StringType)
	patient("weightedDailyDose", weightedDailyDose, tableType)
	out = append(out, &function{name: "weightedDoses", member: true, args: []*types.Type{patientType, tableType}, result: types.StringType, impl: weightedDoses, sources: reads})
	return out
}

// doseSources are what the functions of a medication read.
var doseSources = map[string][]source{
	"singleDose": {drugs}, "dailyDose": {drugs}, "routeClass": {drugs}, "onRoute": {drugs}, "duration": nothing, "lastDay": nothing, "renews": {prescriptions},
	"form": {drugs}, "setting": encounters, "ratePerKg": {drugs, patientItself, bodyWeights},
	"dailyDosePerKg": {drugs, patientItself, bodyWeights}, "dailyDosePerM2": {drugs, patientItself, bodyWeights, bodyHeights},
}

// dosage is the dosage instructions of a medication: an array, of an administration one object.
func dosage(e *chart.Entry) tree.Value {
	if e.Type == "MedicationStatement" || e.Type == "MedicationAdministration" {
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
	amount, err := strengthAmount(i.Strength)
	unit, unitErr := ucum.Parse(code)
	if err != nil || unitErr != nil {
		return nil
	}
	return &dose.Strength{Amount: amount, Unit: unit}
}

func strengthAmount(text string) (*apd.Decimal, error) {
	if digits, behind, ok := measure.Digits(text); ok {
		return apd.New(digits, int32(-behind)), nil
	}
	amount, _, err := apd.NewFromString(text)
	return amount, err
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
	for n, i := range drug.Ingredients {
		if !set.Has(ev.Chart.Coder.Codes.Lookup(terminology.Code{System: terminology.RxNorm, Code: i.RxCUI})) {
			continue
		}
		if len(found) == n { // all so far
			found = drug.Ingredients[: n+1 : n+1]
		} else {
			found = append(found, i)
		}
	}
	return found, len(drug.Ingredients) == 1, ""
}

// A doseKey names a dose that was worked out: the same for every focus.
type doseKey struct {
	entry  *chart.Entry
	set    *terminology.Set
	single bool
}

type doseValue struct {
	quantity measure.Quantity
	reason   string
	value    ref.Val // of the quantity; nil until it is asked for
}

// doseOf is workOut, once for each medication and set of codes.
func (ev *Eval) doseOf(e *chart.Entry, set *terminology.Set, single bool) *doseValue {
	key := doseKey{e, set, single}
	v := ev.doses[key]
	if v == nil {
		v = &doseValue{}
		v.quantity, v.reason = ev.workOut(e, set, single)
		ev.doses[key] = v
	}
	return v
}

// workOut is the dose of the ingredients in codes that a medication gives. With a reason why it is not
// known, it is what is known of it: at least that much, or the zero Quantity.
func (ev *Eval) workOut(e *chart.Entry, set *terminology.Set, single bool) (measure.Quantity, string) {
	found, only, reason := ingredients(ev, e, set)
	if reason != "" {
		return measure.Quantity{}, reason
	}
	if len(found) == 0 {
		return measure.Quantity{}, "the drug has no such ingredient"
	}
	var sum measure.Quantity
	for n, ingredient := range found {
		r := ev.dosages.dose(dosage(e), ingredient, single)
		if r.Known && !only && strength(ingredient) == nil {
			r = dose.Result{Reason: "no strength known for " + ingredient.Name}
		}
		if !only && !inPieces(dosage(e)) {
			r = dose.Result{Reason: "the dose of a drug with several ingredients is not given in pieces or by volume"}
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

// inPieces reports whether a dosage says how much of the product is given, in tablets or by volume, and
// nothing else: a mass, a rate or a limit does not say of which ingredient it is.
func inPieces(dosage tree.Value) bool {
	instructions := dosage.Items()
	if dosage.Kind() == tree.Object {
		instructions = []tree.Value{dosage}
	}
	for _, instruction := range instructions {
		for _, name := range []string{"maxDosePerPeriod", "maxDosePerAdministration", "maxDosePerLifetime"} {
			if instruction.Get(name).Exists() {
				return false
			}
		}
		for _, way := range append(instruction.Items("doseAndRate"), instruction) {
			for _, name := range []string{"rateQuantity", "rateRatio", "rateRange"} {
				if way.Get(name).Exists() {
					return false
				}
			}
			for _, q := range []tree.Value{way.Get("dose"), way.Get("doseQuantity"), way.Get("doseRange", "low"), way.Get("doseRange", "high")} {
				if q.Exists() && !ofProduct(q) {
					return false
				}
			}
		}
	}
	return true
}

// ofProduct reports whether a quantity counts pieces of a product, or is a volume of it.
func ofProduct(q tree.Value) bool {
	u, _, _ := measure.Unit(q.Text("unit"), q.Text("system"), q.Text("code"))
	if u == nil {
		return false
	}
	code := u.String()
	if code == "1" || strings.HasPrefix(code, "{") && strings.HasSuffix(code, "}") {
		return true
	}
	volume, err := ucum.Parse("mL")
	return err == nil && u.Comparable(volume)
}

func setOf(args []ref.Val) *terminology.Set {
	if len(args) < 2 {
		return nil
	}
	return args[1].(codesVal).set
}

func (ev *Eval) entryDose(args []ref.Val, single bool) ref.Val {
	e := args[0].(*node).entry
	found := ev.doseOf(e, setOf(args), single)
	if found.reason != "" {
		missing := Missing{Resource: e.Ref(), Path: "dosageInstruction", Reason: found.reason}
		if found.quantity.IsZero() {
			return ev.unknown(missing)
		}
		return quantityVal{q: found.quantity, parts: []Missing{missing}}
	}
	if found.value == nil {
		found.value = quantityVal{q: found.quantity}
	}
	ev.readValue(e, "dosageInstruction", found.value)
	return found.value
}

func singleDose(ev *Eval, args []ref.Val) ref.Val { return ev.entryDose(args, true) }
func dailyDose(ev *Eval, args []ref.Val) ref.Val  { return ev.entryDose(args, false) }

// perBody is the daily dose divided by the patient's weight or body surface, in a unit if it converts to it.
func (p *provider) perBody(size func(*calculation) (ref.Val, ref.Val), unit string) impl {
	return func(ev *Eval, args []ref.Val) ref.Val {
		daily := ev.entryDose(args, false)
		if types.IsUnknownOrError(daily) {
			return daily
		}
		body, missing := size(&calculation{p: p, ev: ev, patient: ev.patient(p)})
		if missing != nil {
			return missing
		}
		out := arithmetic(operators.Divide)(ev, []ref.Val{daily, body})
		if q, ok := out.(quantityVal); ok {
			if converted, err := q.q.To(unit); err == nil {
				q.q = converted
			}
			q.parts = daily.(quantityVal).parts
			return q
		}
		return out
	}
}

// ratePerKg is the highest rate of an infusion of a drug with one ingredient: as it is stated, or divided by the
// patient's weight; in mg/kg/h if it converts to that.
func (p *provider) ratePerKg(ev *Eval, args []ref.Val) ref.Val {
	e := args[0].(*node).entry
	found, _, reason := ingredients(ev, e, nil)
	if reason != "" {
		return ev.unknownAt(e, "dosageInstruction", reason)
	}
	r := dose.Rate(dosage(e), strength(found[0]))
	if !r.Known {
		return ev.unknownAt(e, "dosageInstruction", r.Reason)
	}
	ev.readEntry(e, "dosageInstruction", r.Quantity.String())
	rate := r.Quantity
	if !strings.Contains(rate.UnitCode(), "/kg") {
		body, missing := (&calculation{p: p, ev: ev, patient: ev.patient(p)}).weight()
		if missing != nil {
			return missing
		}
		divided, err := measure.Div(rate, body.(quantityVal).q)
		if err != nil {
			return ev.fail(err)
		}
		rate = divided
	}
	for _, unit := range []string{"mg/kg/h", "[iU]/kg/h"} {
		if converted, err := rate.To(unit); err == nil {
			rate = converted
		}
	}
	return quantityVal{q: rate}
}

// formOf is the dose form of a drug, as RxNorm names it.
func formOf(ev *Eval, args []ref.Val) ref.Val {
	e := args[0].(*node).entry
	if e.Concept.Drug == nil || e.Concept.Drug.Form == "" {
		return ev.unknownAt(e, e.CodePath(), "its code does not tell the dose form")
	}
	ev.readEntry(e, e.CodePath(), e.Concept.Display)
	return types.String(e.Concept.Drug.Form)
}

// lastDay is the day on which the course of a medication ended or will end, at the latest.
func lastDay(ev *Eval, args []ref.Val) ref.Val {
	e := args[0].(*node).entry
	_, last, known := ev.Chart.End(e)
	if !known {
		return ev.unknownAt(e, "end", "not in the record")
	}
	day, err := temporal.Parse(last.Format(time.DateOnly))
	if err != nil {
		return ev.unknownAt(e, "end", err.Error())
	}
	ev.readEntry(e, "end", day.String())
	return dateVal{d: day, origin: origin{e, "end"}}
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

// renews reports whether a medication says that it continues another.
func renews(ev *Eval, args []ref.Val) ref.Val {
	e := args[0].(*node).entry
	for _, link := range []string{"priorPrescription", "basedOn", "replaces"} {
		targets, given := ev.Chart.Linked(e, link)
		for _, target := range targets {
			ev.readEntry(e, link, target.Ref())
			return types.True
		}
		if given {
			return ev.unknownAt(e, link, "what it refers to is not in the record")
		}
	}
	return types.False
}

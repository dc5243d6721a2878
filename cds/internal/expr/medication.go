package expr

import (
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/dose"
	"github.com/primum-cds/primum/cds/internal/temporal"
)

// doseFunctions are what rules ask of a medication's dosage.
func (p *provider) doseFunctions() []*function {
	var out []*function
	for _, name := range append([]string{"MedicationUse"}, medicationTypes...) {
		of := types.NewObjectType(name)
		member := func(fn string, result *types.Type, f impl, args ...*types.Type) {
			out = append(out, &function{name: fn, member: true, args: append(types_(of), args...), result: result, impl: f, sources: doseSources[fn]})
		}
		for fn, f := range map[string]impl{
			"singleDose": p.doseIn(atOnce), "singleDosePerKg": p.dosePer(atOnce, dose.ByWeight, "mg/kg"), "singleDosePerM2": p.dosePer(atOnce, dose.BySurface, "mg/m2"),
			"dailyDose": p.doseIn(aDay), "dailyDosePerKg": p.dosePer(aDay, dose.ByWeight, "mg/kg/d"), "dailyDosePerM2": p.dosePer(aDay, dose.BySurface, "mg/m2/d"),
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
		member("ratePerKg", quantityType, p.dosePer(atRate, dose.ByWeight, "mg/kg/h", "[iU]/kg/h"))
		member("renews", types.BoolType, renews)
	}
	reads := append(medicationSources(source{current: true}), bodySources...)
	patient := func(name string, f impl, args ...*types.Type) {
		out = append(out, &function{name: name, member: true, args: append(types_(patientType), args...), result: quantityType, impl: f, sources: reads})
	}
	for fn, f := range map[string]impl{
		"dailyDose": p.patientDose(0, "mg/d"), "dailyDosePerKg": p.patientDose(dose.ByWeight, "mg/kg/d"), "dailyDosePerM2": p.patientDose(dose.BySurface, "mg/m2/d"),
	} {
		patient(fn, f, codesType)
		patient(fn, f, codesType, types.StringType)
	}
	patient("weightedDailyDose", p.weightedDailyDose, tableType)
	out = append(out, &function{name: "weightedDoses", member: true, args: []*types.Type{patientType, tableType}, result: types.StringType, impl: p.weightedDoses, sources: reads})
	return out
}

// bodySources are what a dose that goes by the size of the body is multiplied by. Any may.
var bodySources = []source{patientItself, bodyWeights, bodyHeights}

// doseSources are what the functions of a medication read.
var doseSources = func() map[string][]source {
	out := map[string][]source{
		"routeClass": {drugs}, "onRoute": {drugs}, "duration": nothing, "lastDay": nothing, "renews": {prescriptions}, "form": {drugs}, "setting": encounters,
	}
	for _, name := range []string{"singleDose", "singleDosePerKg", "singleDosePerM2", "dailyDose", "dailyDosePerKg", "dailyDosePerM2", "ratePerKg"} {
		out[name] = append([]source{drugs}, bodySources...)
	}
	return out
}()

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

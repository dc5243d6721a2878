package expr

import (
	"slices"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/temporal"
)

var stringList = types.NewListType(types.StringType)

// patientFunctions are what rules ask of a patient's lists by code.
func (p *provider) patientFunctions() []*function {
	member := func(name string, result *types.Type, reads []source, f impl, args ...*types.Type) *function {
		return &function{name: name, member: true, args: append(types_(patientType), args...), result: result, impl: f, sources: reads}
	}
	medication := medicationSources(source{current: true})
	history := []source{{of: "Condition", sinceIn: 2}, {of: "Procedure", sinceIn: 2}}
	return []*function{
		member("age", ageType, []source{patientItself}, age),
		member("takes", types.BoolType, medication, takes, codesType),
		member("takes", types.BoolType, medication, takes, codesType, stringList),
		member("taking", types.NewListType(useType), medication, p.taking, codesType),
		member("took", types.BoolType, medicationSources(source{sinceIn: 2}), took, codesType, spanType),
		member("tookSince", types.BoolType, medicationSources(source{}), took, codesType, dateType),
		member("taken", types.NewListType(useType), medicationSources(source{}), p.taken, codesType),
		member("startedWithin", types.BoolType, medication, startedWithin, codesType, spanType),
		member("held", types.BoolType, medicationSources(source{}), held, codesType),
		member("allergicTo", types.BoolType, []source{{of: "AllergyIntolerance", current: true}}, allergicTo, codesType),
		member("allergiesTo", types.NewListType(allergyType), []source{{of: "AllergyIntolerance", current: true}}, p.allergiesTo, codesType),
		member("has", types.BoolType, []source{{of: "Condition", current: true}}, hasCondition, codesType),
		member("had", types.BoolType, history, had, codesType),
		member("had", types.BoolType, history, had, codesType, spanType),
	}
}

func age(ev *Eval, args []ref.Val) ref.Val {
	v := args[0].(*node)
	birth, missing := v.date("birthDate")
	if missing != nil {
		return missing
	}
	return ageVal{a: temporal.AgeAt(birth.d, ev.Chart.Now), origin: birth.origin}
}

// date reads a date element of a node; the second value is the unknown if there is none.
func (n *node) date(name string) (dateVal, ref.Val) {
	f, ok := n.typ.fhir.Field(name)
	if !ok {
		return dateVal{}, n.absent(name)
	}
	if d, ok := n.field(f, nil).(dateVal); ok {
		return d, nil
	}
	return dateVal{}, n.field(f, nil)
}

// answer is the value of "is there one": true with the entries as evidence, else what find left open.
func (ev *Eval) answer(s search) ref.Val {
	found, missing := ev.find(s)
	switch { // one that counts decides, whatever else is unknown
	case len(found) > 0:
		ev.readFound(found)
		return types.True
	case len(missing) > 0:
		return ev.unknowns(missing)
	}
	ev.absence(s)
	return types.False
}

func (ev *Eval) unknowns(missing []Missing) ref.Val {
	out := ev.unknown(missing[0]).(*types.Unknown)
	for _, m := range missing[1:] {
		out = types.MergeUnknowns(out, ev.unknown(m).(*types.Unknown))
	}
	return out
}

// isCurrent reports whether an entry counts at now, and what is missing if that is unknown.
func isCurrent(_ *Eval, e *chart.Entry) (kleene.Truth, Missing) {
	s := e.Current()
	if s.Truth != kleene.Unknown {
		return s.Truth, Missing{}
	}
	return s.Truth, Missing{Resource: e.Ref(), Path: s.Path, Reason: s.Reason}
}

// anotherCurrent is isCurrent for what is not of the focus's own therapy.
func anotherCurrent(ev *Eval, e *chart.Entry) (kleene.Truth, Missing) {
	if ev.own(e) {
		return kleene.False, Missing{}
	}
	return isCurrent(ev, e)
}

// own reports whether an entry is of the focus's own therapy: linked to it, or a statement that what it orders
// is taken.
func (ev *Eval) own(e *chart.Entry) bool {
	return ev.focus != nil && (ev.ownTherapy(e) || states(e, ev.focus))
}

// ownTherapy reports whether an entry is of the focus's therapy. A link to another drug, as from a plan that
// brought both, makes that no part of it.
func (ev *Eval) ownTherapy(e *chart.Entry) bool {
	return e == ev.focus || ev.Chart.SameTherapy(ev.focus, e) && ev.focus.Concept.SharesIngredient(e.Concept) != kleene.False
}

// states reports whether one entry says that what another orders is taken.
func states(e, order *chart.Entry) bool {
	return e.Type == "MedicationStatement" && order.Type == "MedicationRequest" && e.Concept.Holds != "" && e.Concept.Holds == order.Concept.Holds
}

func (ev *Eval) medicationSearch(set ref.Val) search {
	return search{
		kind: chart.Medication, lists: medicationLists, plural: "medications", current: true,
		set: set.(codesVal), counts: anotherCurrent,
	}
}

func takes(ev *Eval, args []ref.Val) ref.Val {
	s := ev.medicationSearch(args[1])
	if len(args) == 3 {
		routes := stringsOf(args[2])
		s.counts = func(ev *Eval, e *chart.Entry) (kleene.Truth, Missing) {
			truth, m := anotherCurrent(ev, e)
			if truth == kleene.False {
				return truth, m
			}
			class, known := routeClass(e)
			if !known {
				return kleene.Unknown, Missing{Resource: e.Ref(), Path: "route", Reason: "not in the record"}
			}
			if !routes[class] {
				return kleene.False, Missing{}
			}
			return truth, m
		}
	}
	return ev.answer(s)
}

func stringsOf(v ref.Val) map[string]bool {
	out := map[string]bool{}
	l := v.(interface {
		Size() ref.Val
		Get(ref.Val) ref.Val
	})
	n, _ := l.Size().(types.Int)
	for i := types.Int(0); i < n; i++ {
		if s, ok := l.Get(i).(types.String); ok {
			out[string(s)] = true
		}
	}
	return out
}

func (p *provider) taking(ev *Eval, args []ref.Val) ref.Val {
	return ev.list(ev.medicationSearch(args[1]), p.structure("MedicationUse"))
}

// list is what a search found, and is open where it left something open.
func (ev *Eval) list(s search, typ *structType) ref.Val {
	found, missing := ev.find(s)
	out := &listVal{}
	for _, e := range found {
		out.items = append(out.items, ev.node(e, typ))
	}
	ev.leaveOpen(out, missing...)
	ev.readFound(found)
	return out
}

// ever is before all history.
const ever = "0001-01-01"

// taken is all that was given, now or before: of the focus's own therapy, too, but for drafts.
func (p *provider) taken(ev *Eval, args []ref.Val) ref.Val {
	s := search{kind: chart.Medication, lists: medicationLists, plural: "medications", set: args[1].(codesVal), since: ever}
	s.counts = func(_ *Eval, e *chart.Entry) (kleene.Truth, Missing) {
		if given(e) && e.JSON.Text("status") == "unknown" {
			return kleene.Unknown, Missing{Resource: e.Ref(), Path: "status", Reason: "unknown"}
		}
		return kleene.Of(given(e)), Missing{}
	}
	return ev.list(s, p.structure("MedicationUse"))
}

// given reports whether a medication resource says that the drug was really taken or meant to be.
func given(e *chart.Entry) bool {
	status := e.JSON.Text("status")
	switch status {
	case "draft", "cancelled", "not-done", "not-taken", "declined":
		return false
	}
	return !e.Draft && !e.JSON.Bool("doNotPerform") && e.JSON.Text("intent") != "proposal"
}

// since is the first day of a window as FHIR writes it.
func (ev *Eval) since(v ref.Val) (temporal.Date, bool) {
	switch v := v.(type) {
	case spanVal:
		return ev.now().Sub(v.s), true
	case dateVal:
		return v.d, true
	}
	return temporal.Date{}, false
}

// window is the span that ends at now; the last one is kept, as the same few are asked for.
func (ev *Eval) window(s temporal.Span) temporal.Window {
	if w := &ev.lastWindow; w.span != s || w.Window == (temporal.Window{}) {
		*w = spanWindow{temporal.WindowOf(ev.Chart.Now, s), s}
	}
	return ev.lastWindow.Window
}

type spanWindow struct {
	temporal.Window
	span temporal.Span
}

// within reports whether an entry's date is in a window that ends at now.
func (ev *Eval) within(e *chart.Entry, from ref.Val) (kleene.Truth, Missing) {
	truth, reason := kleene.Unknown, "its date does not tell whether it is in the window"
	if !e.HasDate() {
		return truth, Missing{Resource: e.Ref(), Path: "effective", Reason: "not in the record"}
	}
	switch v := from.(type) {
	case spanVal:
		truth = ev.window(v.s).Holds(e.Date())
	case dateVal:
		truth = kleene.And(temporal.LessEqual(v.d, e.Date(), ev.zone()), ev.past(e.Date()))
	}
	if truth != kleene.Unknown {
		return truth, Missing{}
	}
	return truth, Missing{Resource: e.Ref(), Path: "effective", Reason: reason}
}

// reaches reports whether a course that is over reached into a window: begun in it, or ended in it. When
// one that was stopped ended is not told by when it was to end.
func (ev *Eval) reaches(e *chart.Entry, from ref.Val) (kleene.Truth, Missing) {
	begun, m := ev.within(e, from)
	if begun == kleene.True || e.HasDate() && temporal.Less(ev.now(), e.Date(), ev.zone()) == kleene.True {
		return begun, m
	}
	m = Missing{Resource: e.Ref(), Path: "end", Reason: "it is not known when it ended"}
	window, ok := ev.since(from)
	first, last, known := ev.Chart.End(e)
	if !ok || !known {
		return kleene.Unknown, m
	}
	earliest, latest := window.Bounds(ev.zone())
	switch {
	case last.Before(earliest):
		return kleene.False, Missing{}
	case first.Before(latest) || e.JSON.Text("status") == "stopped" && !ev.Chart.Ended(e):
		return kleene.Unknown, m
	}
	return kleene.True, Missing{}
}

func (ev *Eval) day(v ref.Val) string {
	d, ok := ev.since(v)
	if !ok {
		return ""
	}
	first, _ := d.Bounds(ev.zone())
	return first.Format("2006-01-02")
}

func took(ev *Eval, args []ref.Val) ref.Val {
	s := search{kind: chart.Medication, lists: medicationLists, plural: "medications", set: args[1].(codesVal), since: ev.day(args[2])}
	s.counts = func(ev *Eval, e *chart.Entry) (kleene.Truth, Missing) {
		switch {
		case ev.own(e), !given(e):
			return kleene.False, Missing{}
		case e.JSON.Text("status") == "unknown":
			return kleene.Unknown, Missing{Resource: e.Ref(), Path: "status", Reason: "unknown"}
		case e.Current().Truth == kleene.True: // what is current now is within any window that ends now
			return kleene.True, Missing{}
		}
		return ev.reaches(e, args[2])
	}
	return ev.answer(s)
}

func startedWithin(ev *Eval, args []ref.Val) ref.Val {
	s := ev.medicationSearch(args[1])
	s.counts = func(ev *Eval, e *chart.Entry) (kleene.Truth, Missing) {
		truth, m := anotherCurrent(ev, e)
		if truth != kleene.True || e.Draft {
			return truth, m
		}
		return ev.within(e, args[2])
	}
	return ev.answer(s)
}

func held(ev *Eval, args []ref.Val) ref.Val {
	s := ev.medicationSearch(args[1])
	s.counts = func(ev *Eval, e *chart.Entry) (kleene.Truth, Missing) {
		return kleene.Of(!ev.own(e) && e.JSON.Text("status") == "on-hold"), Missing{}
	}
	s.current = false
	return ev.answer(s)
}

// What supplies the lists.
var (
	allergyLists   = []string{"AllergyIntolerance"}
	conditionLists = []string{"Condition"}
	procedureLists = []string{"Procedure"}
)

func (ev *Eval) allergySearch(set ref.Val) search {
	s := search{
		kind: chart.Allergy, lists: allergyLists, plural: "allergies", current: true,
		set: set.(codesVal), counts: isCurrent, maybe: (*chart.Entry).DrugAllergy,
	}
	for _, e := range ev.Chart.List(chart.Allergy) {
		s.complete = s.complete || e.NoDrug && e.Current().Truth == kleene.True
	}
	return s
}

func allergicTo(ev *Eval, args []ref.Val) ref.Val { return ev.answer(ev.allergySearch(args[1])) }

func (p *provider) allergiesTo(ev *Eval, args []ref.Val) ref.Val {
	return ev.list(ev.allergySearch(args[1]), p.structure("AllergyIntolerance"))
}

func hasCondition(ev *Eval, args []ref.Val) ref.Val {
	return ev.answer(search{
		kind: chart.Condition, lists: conditionLists, plural: "conditions", current: true,
		set: args[1].(codesVal), counts: isCurrent,
	})
}

func had(ev *Eval, args []ref.Val) ref.Val {
	conditions := search{kind: chart.Condition, lists: conditionLists, plural: "conditions", set: args[1].(codesVal)}
	procedures := search{kind: chart.Procedure, lists: procedureLists, plural: "procedures", set: args[1].(codesVal)}
	conditions.counts = func(ev *Eval, e *chart.Entry) (kleene.Truth, Missing) {
		if e.Refuted() {
			return kleene.False, Missing{}
		}
		if len(args) == 2 || e.Current().Truth == kleene.True {
			return kleene.True, Missing{}
		}
		return ev.within(e, args[2])
	}
	procedures.counts = func(ev *Eval, e *chart.Entry) (kleene.Truth, Missing) {
		truth, m := isCurrent(ev, e)
		if len(args) == 2 || truth != kleene.True {
			return truth, m
		}
		return ev.within(e, args[2])
	}
	if len(args) == 3 {
		conditions.since, procedures.since = ev.day(args[2]), ev.day(args[2])
	}
	found, missing := ev.find(conditions)
	found = slices.Clone(found)
	more, open := ev.find(procedures)
	switch {
	case len(found)+len(more) > 0:
		ev.readFound(append(found, more...))
		return types.True
	case len(missing)+len(open) > 0:
		return ev.unknowns(append(missing, open...))
	}
	ev.absence(conditions)
	ev.absence(procedures)
	return types.False
}

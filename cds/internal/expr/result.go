package expr

import (
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/temporal"
)

var observationType = types.NewObjectType("Observation")

// resultFunctions are what rules ask of observations by code.
func (p *provider) resultFunctions() []*function {
	member := func(name string, result *types.Type, f impl, args ...*types.Type) *function {
		sources := []source{{of: "Observation", codesIn: 1, sinceIn: 2}}
		return &function{name: name, member: true, args: append(types_(patientType), args...), result: result, impl: f, sources: sources}
	}
	latest := func(ev *Eval, args []ref.Val) ref.Val { return p.latest(ev, args) }
	value := func(ev *Eval, args []ref.Val) ref.Val { return p.latestValue(ev, args) }
	results := func(ev *Eval, args []ref.Val) ref.Val { return p.results(ev, args) }
	return []*function{
		member("latest", observationType, latest, codesType),
		member("latest", observationType, latest, codesType, spanType),
		member("value", quantityType, value, codesType),
		member("value", quantityType, value, codesType, spanType),
		member("hasResult", types.BoolType, hasResult, codesType, spanType),
		member("sinceResult", spanType, sinceResult, codesType),
		member("results", types.NewListType(observationType), results, codesType),
		member("results", types.NewListType(observationType), results, codesType, spanType),
	}
}

// usable reports whether an observation is a result at now: final, dated, not in the future, and with a
// value or a reason why that is not to be expected (a panel whose components hold the values).
func (ev *Eval) usable(e *chart.Entry, window ref.Val) (kleene.Truth, Missing) {
	truth, m := isCurrent(ev, e)
	if truth == kleene.False || dataAbsent(e) {
		return kleene.False, m
	}
	if !e.HasDate() {
		return kleene.Unknown, Missing{Resource: e.Ref(), Path: "effective", Reason: "not in the record"}
	}
	if window == nil {
		past := ev.past(e.Date())
		if past == kleene.Unknown {
			m = Missing{Resource: e.Ref(), Path: "effective", Reason: e.Date().String() + " does not tell whether it is in the future"}
		}
		return kleene.And(truth, past), m
	}
	in, why := ev.within(e, window)
	if in != kleene.True {
		m = why
	}
	return kleene.And(truth, in), m
}

// past reports whether a date is not after now: the day that holds now is not.
func (ev *Eval) past(d temporal.Date) kleene.Truth {
	return ev.window(temporal.Years(1000)).Holds(d)
}

func dataAbsent(e *chart.Entry) bool {
	v := e.JSON
	if e.Component.Exists() {
		v = e.Component
	}
	for member := range v.All() {
		switch member.Name() {
		case "dataAbsentReason":
			return true
		case "valueQuantity", "_valueQuantity":
			if reasonIn(member) != "" {
				return true
			}
		}
	}
	return false
}

// A newest is what the newest usable result is, which is the same throughout an evaluation.
type newest struct {
	entry   *chart.Entry
	missing Missing // if there is no entry
	value   ref.Val // its quantityVal, once it was read; nil if it has none

	result, quantity node // that the value is read from
}

// A newestKey names a question for the newest result, in a span or of all time.
type newestKey struct {
	codes  codesVal
	window spanVal
	within bool
}

// newest finds the newest usable result. One that is newer and may or may not count makes it unknown.
func (ev *Eval) newest(args []ref.Val) *newest {
	set := args[1].(codesVal)
	if len(args) == 2 {
		return ev.newestOnce(newestKey{codes: set}, nil)
	}
	if window, ok := args[2].(spanVal); ok {
		return ev.newestOnce(newestKey{set, window, true}, window)
	}
	found := ev.findNewest(set, args[2])
	return &found
}

func (ev *Eval) newestOnce(key newestKey, window ref.Val) *newest {
	if found := ev.results[key]; found != nil {
		return found
	}
	found := ev.findNewest(key.codes, window)
	ev.results[key] = &found
	return &found
}

func (ev *Eval) findNewest(set codesVal, window ref.Val) newest {
	found := ev.Chart.Pick(ev.found[:0], chart.Observation, set.set)
	ev.found = found.Memory()
	for e := found.Next(); e != nil; e = found.Next() {
		switch truth, m := ev.usable(e, window); truth {
		case kleene.True:
			if m, open := undated(found.Last()); open {
				return newest{missing: m}
			}
			return newest{entry: e}
		case kleene.Unknown:
			return newest{missing: m}
		}
	}
	return newest{missing: ev.noResult(set, window)}
}

// undated reports whether the last of the results has no date: it may be the newest. Such stand last.
func undated(last *chart.Entry) (Missing, bool) {
	if last.HasDate() || last.Current().Truth == kleene.False || dataAbsent(last) {
		return Missing{}, false
	}
	return Missing{Resource: last.Ref(), Path: "effective", Reason: "not in the record"}, true
}

func (ev *Eval) noResult(set codesVal, window ref.Val) Missing {
	m := Missing{Resource: "Observation", Path: set.name, Reason: "none in the record"}
	if window, ok := window.(spanVal); ok {
		m.Reason = "none in the last " + window.s.String()
	}
	if missing, open := ev.incomplete([]string{"Observation"}, ev.dayOf(window), false, set.set); open {
		m.Reason = missing.Reason
	}
	return m
}

func (ev *Eval) dayOf(window ref.Val) string {
	if window == nil {
		return ""
	}
	return ev.day(window)
}

func (p *provider) latest(ev *Eval, args []ref.Val) ref.Val {
	found := ev.newest(args)
	if found.entry == nil {
		return ev.unknown(found.missing)
	}
	ev.readCode(found.entry)
	return ev.node(found.entry, p.observation())
}

func (p *provider) latestValue(ev *Eval, args []ref.Val) ref.Val {
	found := ev.newest(args)
	switch {
	case found.entry == nil:
		return ev.unknown(found.missing)
	case found.value == nil:
		val := p.quantityOf(ev, found, args[1].(codesVal))
		if _, ok := val.(quantityVal); ok {
			found.value = val
		}
		return val
	}
	found.value.(quantityVal).node.readAs(found.value)
	return found.value
}

// quantityOf reads the value of a result, or of the component that was found.
func (p *provider) quantityOf(ev *Eval, found *newest, set codesVal) ref.Val {
	e := found.entry
	found.result = node{ev: ev, typ: p.observation(), json: e.JSON, entry: e, index: -1}
	holder, path := e.JSON, &found.result
	if e.Component.Exists() {
		holder = e.Component
		path = &node{ev: ev, typ: p.structure("Observation.component"), json: holder, entry: e, up: path, name: "component", index: componentIndex(e)}
	}
	v := holder.Member("valueQuantity")
	if !v.Exists() {
		return path.absent("valueQuantity")
	}
	found.quantity = node{ev: ev, typ: p.quantity(), json: v, entry: e, up: path, name: "valueQuantity", index: -1}
	val := found.quantity.quantity()
	if q, ok := val.(quantityVal); ok && set.molar != nil {
		q.q = q.q.WithMolar(set.molar)
		return q
	}
	return val
}

// quantityIn is quantityOf, for a result that need not be the newest.
func (p *provider) quantityIn(ev *Eval, e *chart.Entry, set codesVal) ref.Val {
	return p.quantityOf(ev, &newest{entry: e}, set)
}

func componentIndex(e *chart.Entry) int {
	i := 0
	for c := range e.JSON.EachItem("component") {
		if c == e.Component {
			return i
		}
		i++
	}
	return 0
}

func (ev *Eval) readCode(e *chart.Entry) {
	if !ev.muted {
		ev.readEntry(e, e.CodePath(), e.Concept.Display)
	}
}

func hasResult(ev *Eval, args []ref.Val) ref.Val {
	set := args[1].(codesVal)
	var unsure []Missing
	for _, e := range ev.Chart.Find(chart.Observation, set.set) {
		switch truth, m := ev.usable(e, args[2]); truth {
		case kleene.True:
			ev.readCode(e)
			return types.True
		case kleene.Unknown:
			unsure = append(unsure, m)
		}
	}
	if m, open := ev.incomplete([]string{"Observation"}, ev.day(args[2]), false, set.set); open {
		m.Path = set.name
		unsure = append(unsure, m)
	}
	if len(unsure) > 0 {
		return ev.unknowns(unsure)
	}
	ev.absence(search{kind: chart.Observation, plural: "observations", set: set})
	return types.False
}

func sinceResult(ev *Eval, args []ref.Val) ref.Val {
	found := ev.newest(args)
	if found.entry == nil {
		return ev.unknown(found.missing)
	}
	e := found.entry
	if !ev.muted {
		ev.readValue(e, "effective", dateVal{d: e.Date()})
	}
	return elapsedVal{e: temporal.Between(e.Date(), ev.now(), ev.zone()), origin: origin{e, "effective"}}
}

// results are all usable results whose own code is asked for, not those in components, newest first; without a
// look-back those without a date, too. No result is unknown: the list is always open.
func (p *provider) results(ev *Eval, args []ref.Val) ref.Val {
	set := args[1].(codesVal)
	var window ref.Val
	if len(args) == 3 {
		window = args[2]
	}
	out := &listVal{name: "Observation"}
	var missing []Missing
	for _, e := range ev.Chart.Find(chart.Observation, set.set) {
		if e.Component.Exists() {
			continue
		}
		truth, m := ev.usable(e, window)
		if window == nil && !e.HasDate() && !dataAbsent(e) {
			truth, m = isCurrent(ev, e)
		}
		switch truth {
		case kleene.True:
			out.items = append(out.items, ev.node(e, p.observation()))
		case kleene.Unknown:
			missing = append(missing, m)
		}
	}
	more := ev.noResult(set, window)
	if where, none := strings.CutPrefix(more.Reason, "none in "); none && len(out.items) > 0 {
		more.Reason = "no other in " + where
	}
	ev.leaveOpen(out, append(missing, more)...)
	return out
}

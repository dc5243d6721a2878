package expr

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/calc"
	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/temporal"
)

// How old a measurement may be to calculate with. Children grow.
var (
	labWindow         = temporal.Months(12)
	adultWeightWindow = temporal.Months(12)
	childWeightWindow = temporal.Months(3)
	childHeightWindow = temporal.Months(6)
	adultHeightWindow = temporal.Years(10)
	dialysisWindow    = temporal.Months(1)
	dialysisWeek      = temporal.Days(7)
	unstableWindow    = temporal.Days(7)
	pregnancyWindow   = temporal.Months(9)
	gestationWindow   = temporal.Months(10)
)

// adultAge is the age from which body measures keep, and the kidney formulas hold.
var adultAge = temporal.Years(18)

// calculations are the clinical calculations over a patient: unknown where an input is.
func (p *provider) calculations() []*function {
	member := func(name string, result *types.Type, f func(*calculation) (ref.Val, ref.Val), args ...*types.Type) *function {
		return &function{
			name: name, member: true, args: append(types_(patientType), args...), result: result, sources: calculationSources[name],
			impl: func(ev *Eval, args []ref.Val) ref.Val {
				c := &calculation{p: p, ev: ev, patient: args[0].(*node), args: args[1:]}
				v, missing := f(c)
				if missing != nil {
					return missing
				}
				return v
			},
		}
	}
	return []*function{
		member("weight", quantityType, (*calculation).weight),
		member("height", quantityType, (*calculation).height),
		member("bmi", quantityType, (*calculation).bmi),
		member("bsa", quantityType, (*calculation).bsa),
		member("creatinineClearance", quantityType, (*calculation).creatinineClearance, types.StringType),
		member("egfr", quantityType, (*calculation).egfr),
		member("dialysis", types.BoolType, (*calculation).dialysis),
		member("pregnant", types.BoolType, (*calculation).pregnant),
		member("gestationalAge", spanType, (*calculation).gestationalAge),
		member("trimester", types.IntType, (*calculation).trimester),
		member("lactating", types.BoolType, (*calculation).lactating),
		{name: "encounterClass", member: true, args: types_(patientType), result: types.StringType, sources: []source{{of: "Encounter", via: InContext}}, impl: encounterClass},
	}
}

// onceDone are the sources of dialysis, which all kidney estimates read.
var onceDone = []source{
	{of: "Condition", current: true}, {of: "Condition", since: dialysisWindow}, {of: "Procedure", since: dialysisWindow},
}

var (
	creatinines = source{of: "Observation", codes: "creatinine", since: labWindow.Plus(unstableWindow)}
	gestations  = []source{
		{of: "Observation", codes: "gestationalAge", since: gestationWindow},
		{of: "Observation", codes: "deliveryDate", since: gestationWindow},
		{of: "Observation", codes: "lastPeriod", since: gestationWindow},
	}
)

// calculationSources are what the calculations read.
var calculationSources = map[string][]source{
	"weight":              {patientItself, bodyWeights},
	"height":              {patientItself, bodyHeights},
	"bmi":                 {patientItself, bodyWeights, bodyHeights},
	"bsa":                 {patientItself, bodyWeights, bodyHeights},
	"creatinineClearance": append([]source{patientItself, bodyWeights, bodyHeights, creatinines}, onceDone...),
	"egfr":                append([]source{patientItself, {of: "Observation", codes: "egfr", since: labWindow}, creatinines}, onceDone...),
	"dialysis":            onceDone,
	"pregnant":            {patientItself, {of: "Condition", current: true}, {of: "Observation", codes: "pregnancyStatus", since: pregnancyWindow}},
	"lactating":           {patientItself, {of: "Condition", current: true}},
	"gestationalAge":      gestations,
	"trimester":           gestations,
}

// A calculation is one call. Its methods return the value, or the unknown that stood in the way.
type calculation struct {
	p       *provider
	ev      *Eval
	patient *node
	args    []ref.Val
}

func (c *calculation) codes(name string) codesVal { return c.p.codes[name] }

func (c *calculation) latest(name string, window temporal.Span) (quantityVal, ref.Val) {
	v := c.p.latestValue(c.ev, []ref.Val{c.patient, c.codes(name), spanVal{s: window}})
	q, ok := v.(quantityVal)
	if !ok {
		return quantityVal{}, v
	}
	return q, nil
}

// number is the newest result in a unit; a result such as ">60" is not one number.
func (c *calculation) number(name, unit string, window temporal.Span) (float64, ref.Val) {
	q, missing := c.latest(name, window)
	if missing != nil {
		return 0, missing
	}
	if _, err := q.q.To(unit); err != nil {
		return 0, c.unusable(q, err)
	}
	v := inUnit(c.ev, []ref.Val{q, types.String(unit)})
	f, ok := v.(types.Double)
	if !ok {
		return 0, v
	}
	return float64(f), nil
}

// unusable is a result that cannot be given in the unit of a formula, as one without a unit: no input, and so
// unknown. What a rule itself compares is its author's, and fails.
func (c *calculation) unusable(v quantityVal, err error) ref.Val {
	m := Missing{Reason: err.Error()}
	if o := originOf(v); o.entry != nil {
		m.Resource, m.Path = o.entry.Ref(), o.path
	}
	return c.ev.unknown(m)
}

func (c *calculation) age() (temporal.Age, ref.Val) {
	v, ok := age(c.ev, []ref.Val{c.patient}).(ageVal)
	if !ok {
		return temporal.Age{}, age(c.ev, []ref.Val{c.patient})
	}
	return v.a, nil
}

// years is the age in completed years, where the birth date tells.
func (c *calculation) years() (float64, ref.Val) {
	a, missing := c.age()
	if missing != nil {
		return 0, missing
	}
	least, most := a.Years()
	if !a.Known() || least != most {
		return 0, c.ev.unknown(Missing{Resource: c.patient.resource(), Path: "birthDate", Reason: "does not tell the age in years"})
	}
	return float64(least), nil
}

func (c *calculation) adult() (bool, ref.Val) {
	a, missing := c.age()
	if missing != nil {
		return false, missing
	}
	return a.Less(adultAge) == kleene.False, nil
}

// female is the administrative gender, the only sex that formulas can be given.
func (c *calculation) female() (bool, ref.Val) {
	f, ok := c.patient.typ.fhir.Field("gender")
	if !ok {
		return false, c.patient.absent("gender")
	}
	v := c.patient.field(f, nil)
	switch v {
	case types.String("female"):
		return true, nil
	case types.String("male"):
		return false, nil
	}
	if types.IsUnknown(v) {
		return false, v
	}
	return false, c.ev.unknown(Missing{Resource: c.patient.resource(), Path: "gender", Reason: fmt.Sprintf("%s: the formula is for female or male", Display(v))})
}

func (c *calculation) body(name, unit string, child, adult temporal.Span) (quantityVal, ref.Val) {
	window := child
	grown, missing := c.adult()
	if missing == nil && grown {
		window = adult
	}
	q, missing := c.latest(name, window)
	if missing != nil {
		return quantityVal{}, missing
	}
	converted, err := q.q.To(unit)
	if err != nil {
		return quantityVal{}, c.unusable(q, err)
	}
	return quantityVal{q: converted, node: q.node}, nil
}

func (c *calculation) weight() (ref.Val, ref.Val) {
	q, missing := c.body("weight", "kg", childWeightWindow, adultWeightWindow)
	return q, missing
}

func (c *calculation) height() (ref.Val, ref.Val) {
	q, missing := c.body("height", "cm", childHeightWindow, adultHeightWindow)
	return q, missing
}

func (c *calculation) float(v, missing ref.Val) (float64, ref.Val) {
	if missing != nil {
		return 0, missing
	}
	f, ok := v.(quantityVal).q.Float64()
	if !ok {
		m := Missing{Reason: Display(v) + " is not one value"}
		if o := originOf(v); o.entry != nil {
			m.Resource, m.Path = o.entry.Ref(), o.path
		}
		return 0, c.ev.unknown(m)
	}
	return f, nil
}

// computed makes a result, rounded to four digits, which is more than its inputs can bear: what is compared
// is what is shown. An input that a formula is not made for makes it unknown.
func (c *calculation) computed(value float64, err error, unit string) (ref.Val, ref.Val) {
	var input *calc.InputError
	if errors.As(err, &input) {
		return nil, c.ev.unknown(Missing{Resource: c.patient.resource(), Reason: err.Error()})
	}
	if err != nil {
		return nil, c.ev.fail(err)
	}
	q, err := measure.New(strconv.FormatFloat(value, 'g', 4, 64), "", unit)
	if err != nil {
		return nil, c.ev.fail(err)
	}
	return quantityVal{q: q}, nil
}

func (c *calculation) bmi() (ref.Val, ref.Val) { return c.bodySize(calc.BMI, "kg/m2") }
func (c *calculation) bsa() (ref.Val, ref.Val) { return c.bodySize(calc.BSA, "m2") }

func (c *calculation) bodySize(formula func(kg, cm float64) (float64, error), unit string) (ref.Val, ref.Val) {
	kg, noWeight := c.float(c.weight())
	cm, noHeight := c.float(c.height())
	if missing := anyMissing(noWeight, noHeight); missing != nil {
		return nil, missing
	}
	value, err := formula(kg, cm)
	return c.computed(value, err, unit)
}

// kidney makes sure that an estimate from creatinine means something: not on dialysis, and stable.
func (c *calculation) kidney() (creatinine float64, missing ref.Val) {
	if c.onDialysis() {
		return 0, c.ev.unknown(Missing{Resource: c.patient.resource(), Reason: "kidney function cannot be estimated on dialysis"})
	}
	creatinine, missing = c.number("creatinine", "mg/dL", labWindow)
	if missing != nil {
		return 0, missing
	}
	if c.unstable(creatinine) {
		return 0, c.ev.unknown(Missing{Resource: c.patient.resource(), Reason: "kidney function cannot be estimated: creatinine changed by half or more within 7 days"})
	}
	return creatinine, nil
}

// onDialysis reports whether the record says so. That it says nothing is no evidence of its own.
func (c *calculation) onDialysis() bool {
	muted := c.ev.muted
	c.ev.Mute(true)
	defer c.ev.Mute(muted)
	on, _ := c.dialysis()
	return on == types.True
}

// unstable reports whether creatinine changed by half or more in the 7 days up to the newest result.
func (c *calculation) unstable(newest float64) bool {
	set := c.codes("creatinine")
	var last *chart.Entry
	for _, e := range c.ev.Chart.Find(chart.Observation, set.set) {
		if truth, _ := c.ev.usable(e, nil); truth != kleene.True {
			continue
		}
		if last == nil {
			last = e
			continue
		}
		if temporal.Between(e.Date(), last.Date(), c.ev.zone()).LessEqual(unstableWindow) != kleene.True {
			return false
		}
		q, ok := c.p.quantityIn(c.ev, e, set).(quantityVal)
		if !ok {
			continue
		}
		v, ok := inUnit(c.ev, []ref.Val{q, types.String("mg/dL")}).(types.Double)
		if ok && (newest >= 1.5*float64(v) || float64(v) >= 1.5*newest) {
			return true
		}
	}
	return false
}

// anyMissing is what stands in the way of a calculation that needs several inputs: all that is missing of
// them, or the first error; nil if nothing does.
func anyMissing(inputs ...ref.Val) ref.Val {
	var all *types.Unknown
	for _, v := range inputs {
		switch v := v.(type) {
		case *types.Err:
			return v
		case *types.Unknown:
			all = types.MergeUnknowns(all, v)
		}
	}
	if all == nil {
		return nil
	}
	return all
}

// A renal estimate is made from these.
type renal struct {
	creatinine, years float64
	female            bool
}

func (c *calculation) renal() (in renal, missing ref.Val) {
	var first, second, third ref.Val
	in.creatinine, first = c.kidney()
	in.years, second = c.years()
	in.female, third = c.female()
	return in, anyMissing(first, second, third)
}

func (c *calculation) creatinineClearance() (ref.Val, ref.Val) {
	in, missing := c.renal()
	kg, noWeight := c.float(c.weight())
	cm, noHeight := 0.0, ref.Val(nil)
	choice := string(c.args[0].(types.String))
	if choice != calc.Actual {
		cm, noHeight = c.float(c.height())
	}
	if missing := anyMissing(missing, noWeight, noHeight); missing != nil {
		return nil, missing
	}
	kg, err := calc.Weight(choice, kg, cm, in.female)
	if err != nil {
		return c.computed(0, err, "mL/min")
	}
	value, err := calc.CockcroftGault(in.years, kg, in.creatinine, in.female)
	return c.computed(value, err, "mL/min")
}

// egfr is the reported result if there is one, else CKD-EPI 2021 from creatinine.
func (c *calculation) egfr() (ref.Val, ref.Val) {
	if c.onDialysis() {
		_, missing := c.kidney()
		return nil, missing
	}
	reported, unreported := c.latest("egfr", labWindow)
	if unreported == nil {
		return reported, nil
	}
	in, missing := c.renal()
	if missing != nil {
		return nil, anyMissing(unreported, missing)
	}
	value, err := calc.CKDEPI2021(in.years, in.creatinine, in.female)
	return c.computed(value, err, "mL/min/{1.73_m2}")
}

func (c *calculation) has(name string) ref.Val {
	return hasCondition(c.ev, []ref.Val{c.patient, c.codes(name)})
}

// dialysis is a current condition that says so, or a dialysis in the last month.
func (c *calculation) dialysis() (ref.Val, ref.Val) { return c.dialysedWithin(dialysisWindow) }

func (c *calculation) dialysedWithin(window temporal.Span) (ref.Val, ref.Val) {
	depends := c.has("dialysis")
	if depends == types.True {
		return depends, nil
	}
	done := had(c.ev, []ref.Val{c.patient, c.codes("dialysis"), spanVal{s: window}})
	if done == types.True || depends == types.False {
		return done, nil
	}
	return depends, nil
}

// encounterClass is the class code of the encounter in the context, else of the newest one in progress.
func encounterClass(ev *Eval, _ []ref.Val) ref.Val {
	wanted, _ := ev.Context["encounterId"].(string)
	for _, e := range ev.Chart.OfType("Encounter") {
		if wanted == "" && e.JSON.Text("status") != "in-progress" || wanted != "" && e.ID != wanted && e.Ref() != wanted {
			continue
		}
		if class := e.JSON.Text("class", "code"); class != "" {
			ev.readEntry(e, "class", class)
			return types.String(class)
		}
		return ev.unknownAt(e, "class", "not in the record")
	}
	m := Missing{Resource: "Encounter", Reason: "none in progress in the record"}
	if missing, open := ev.incomplete([]string{"Encounter"}, "", wanted == "", nil); open {
		m = missing
	}
	return ev.unknown(m)
}

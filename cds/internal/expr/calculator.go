package expr

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/calc"
	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/temporal"
)

// A formula is a calculator that comes to one number from others. Its source stands with its function in
// package calc.
type formula struct {
	name string
	word string // the variant that the argument names; "" for the one without
	unit string // of the Quantity that it comes to; "" where that is a Score

	age, sex bool
	reads    []measurement
	apart    temporal.Span // how far apart what it reads may have been taken; zero: as far as each is read
	dialysis float64       // what the first of the results counts as on dialysis; 0: nothing
	of       func(in inputs) (float64, error)
}

// inputs are what a formula is calculated from: n are the results that it reads, in order.
type inputs struct {
	age    float64
	female bool
	n      []float64
}

var (
	oneDay   = temporal.Days(1)
	oneMonth = temporal.Months(1)

	creatinine = lab("creatinine", "mg/dL")
	bilirubin  = lab("bilirubin", "mg/dL")
	inr        = lab("inr", "1")
	sodium     = lab("sodium", "mmol/L")
	albumin    = lab("albumin", "g/dL")
	ofMELD     = []measurement{creatinine, bilirubin, inr}
	ofGap      = []measurement{sodium, lab("chloride", "mmol/L"), lab("bicarbonate", "mmol/L")}
)

func liver(in inputs) calc.Liver {
	l := calc.Liver{Age: in.age, Female: in.female, Creatinine: in.n[0], Bilirubin: in.n[1], INR: in.n[2]}
	if len(in.n) > 3 {
		l.Sodium = in.n[3]
	}
	if len(in.n) > 4 {
		l.Albumin = in.n[4]
	}
	return l
}

// formulas are the calculators that come to a number.
var formulas = []formula{
	{
		name: "fib4", age: true, apart: oneMonth,
		reads: []measurement{lab("aspartateAminotransferase", enzymeUnit), lab("alanineAminotransferase", enzymeUnit), lab("platelets", "10*9/L")},
		of:    func(in inputs) (float64, error) { return calc.FIB4(in.age, in.n[0], in.n[1], in.n[2]) },
	},
	{
		name: "meld", word: "i", age: true, apart: oneMonth, dialysis: 4, reads: ofMELD,
		of: func(in inputs) (float64, error) { return calc.MELD(liver(in)) },
	},
	{
		name: "meld", word: "na-2016", age: true, apart: oneMonth, dialysis: 4, reads: slices.Concat(ofMELD, []measurement{sodium}),
		of: func(in inputs) (float64, error) { return calc.MELDNa2016(liver(in)) },
	},
	{
		name: "meld", word: "na-2008", age: true, apart: oneMonth, dialysis: 4, reads: slices.Concat(ofMELD, []measurement{sodium}),
		of: func(in inputs) (float64, error) { return calc.MELDNa2008(liver(in)) },
	},
	{
		name: "meld", word: "3.0", age: true, sex: true, apart: oneMonth, dialysis: 3, reads: slices.Concat(ofMELD, []measurement{sodium, albumin}),
		of: func(in inputs) (float64, error) { return calc.MELD3(liver(in)) },
	},
	{
		name: "correctedCalcium", unit: "mg/dL", apart: oneDay, reads: []measurement{lab("calcium", "mg/dL"), albumin},
		of: func(in inputs) (float64, error) { return calc.CorrectedCalcium(in.n[0], in.n[1]) },
	},
	{
		name: "anionGap", unit: "mmol/L", apart: oneDay, reads: ofGap,
		of: func(in inputs) (float64, error) { return calc.AnionGap(in.n[0], in.n[1], in.n[2]) },
	},
	{
		name: "anionGap", word: "albumin-corrected", unit: "mmol/L", apart: oneDay, reads: slices.Concat(ofGap, []measurement{albumin}),
		of: func(in inputs) (float64, error) { return calc.CorrectedAnionGap(in.n[0], in.n[1], in.n[2], in.n[3]) },
	},
}

// sources are what a formula reads.
func (f *formula) sources() []source {
	var out []source
	if f.age || f.sex {
		out = append(out, patientItself)
	}
	for _, m := range f.reads {
		out = append(out, m.source())
	}
	if f.dialysis > 0 {
		out = append(out, onceDone...)
	}
	for i := range out {
		out[i].word = f.word
	}
	return out
}

func (f *formula) result() *types.Type {
	if f.unit == "" {
		return scoreType
	}
	return quantityType
}

// A variant is one way of a calculator: the one without an argument for "".
type variant struct {
	name, word string
	result     *types.Type
	sources    []source
	run        func(*calculation) (ref.Val, ref.Val)
}

// calculators are the functions of the formulas, and those of their kind that read in a way of their own.
func (p *provider) calculators() []*function {
	var out []variant
	for i := range formulas {
		f := &formulas[i]
		out = append(out, variant{f.name, f.word, f.result(), f.sources(), f.calculate})
	}
	for _, word := range qtcWords {
		run := func(c *calculation) (ref.Val, ref.Val) { return c.qtc(word) }
		out = append(out, variant{"qtc", word, quantityType, qtcSources(word), run})
	}
	body := calculationSources["bmi"]
	for _, word := range weights {
		run := func(c *calculation) (ref.Val, ref.Val) { return c.dosingWeight(word) }
		out = append(out, variant{"dosingWeight", word, quantityType, body, run})
	}
	out = append(out,
		variant{"idealWeight", "", quantityType, calculationSources["height"], func(c *calculation) (ref.Val, ref.Val) { return c.dosingWeight(calc.Ideal) }},
		variant{"adjustedWeight", "", quantityType, body, func(c *calculation) (ref.Val, ref.Val) { return c.dosingWeight(calc.Adjusted) }},
		variant{"weightChoice", "", types.StringType, body, (*calculation).weightChoice})
	return p.functions(out)
}

// functions makes a function of the variants of each name: one with an argument, if they have words.
func (p *provider) functions(variants []variant) []*function {
	byID := map[string]*function{}
	ways := map[string]map[string]func(*calculation) (ref.Val, ref.Val){}
	for _, v := range variants {
		f := &function{name: v.name, member: true, args: types_(patientType), result: v.result}
		if v.word != "" {
			f.args = append(f.args, types.StringType)
		}
		f.id = overloadID(f)
		if byID[f.id] == nil {
			byID[f.id], ways[f.id] = f, map[string]func(*calculation) (ref.Val, ref.Val){}
		}
		byID[f.id].sources = append(byID[f.id].sources, v.sources...)
		ways[f.id][v.word] = v.run
	}
	for id, f := range byID {
		f.impl = p.choice(f.name, ways[id])
	}
	return slices.SortedFunc(maps.Values(byID), func(a, b *function) int { return cmp.Compare(a.id, b.id) })
}

func (p *provider) choice(name string, ways map[string]func(*calculation) (ref.Val, ref.Val)) impl {
	return func(ev *Eval, args []ref.Val) ref.Val {
		c := &calculation{p: p, ev: ev, patient: args[0].(*node), args: args[1:]}
		word := ""
		if len(c.args) > 0 {
			word = string(c.args[0].(types.String))
		}
		run := ways[word]
		if run == nil {
			return ev.fail(fmt.Errorf("%q is no variant of %s", word, name))
		}
		v, missing := run(c)
		if missing != nil {
			return missing
		}
		return v
	}
}

func (f *formula) calculate(c *calculation) (ref.Val, ref.Val) {
	var in inputs
	var unknown []ref.Val
	note := func(missing ref.Val) {
		if missing != nil {
			unknown = append(unknown, missing)
		}
	}
	var missing ref.Val
	if f.age {
		in.age, missing = c.years()
		note(missing)
	}
	if f.sex {
		in.female, missing = c.female()
		note(missing)
	}
	numerals := make([]numeral, len(f.reads))
	for i, m := range f.reads {
		if i == 0 && f.dialysis > 0 {
			numerals[i], missing = c.orDialysed(m, f.dialysis)
		} else {
			numerals[i], missing = c.measure(m)
		}
		note(missing)
	}
	if missing := anyMissing(unknown...); missing != nil {
		return nil, missing
	}
	if missing := c.together(f.apart, numerals); missing != nil {
		return nil, missing
	}
	low, high, err := extremes(numerals, func(n []float64) (float64, error) {
		in.n = n
		return f.of(in)
	})
	return c.between(low, high, err, f.unit, because(numerals))
}

// orDialysed is a result, or what it counts as on dialysis: one of them where that is not known.
func (c *calculation) orDialysed(m measurement, dialysed float64) (numeral, ref.Val) {
	on, _ := c.dialysedWithin(dialysisWeek)
	if on == types.True {
		return numeral{low: dialysed, high: dialysed}, nil
	}
	n, missing := c.measure(m)
	if missing != nil {
		return n, missing
	}
	if lacking := c.lacks(on); lacking != nil {
		n.low, n.high = min(n.low, dialysed), max(n.high, dialysed)
		n.missing = append(n.missing, lacking...)
	}
	return n, nil
}

// between makes the result of a formula, rounded as computed does: a Quantity if it is one value, else unknown;
// a Score in either case.
func (c *calculation) between(low, high float64, err error, unit string, why []Missing) (ref.Val, ref.Val) {
	var input *calc.InputError
	switch {
	case errors.As(err, &input):
		return nil, c.ev.unknown(Missing{Resource: c.patient.resource(), Reason: err.Error()})
	case err != nil:
		return nil, c.ev.fail(err)
	case unit == "":
		low, high = fourDigits(low), fourDigits(high)
		if low == high {
			why = nil
		}
		return scoreVal{low: low, high: high, missing: why}, nil
	case low != high:
		return nil, c.ev.unknowns(why)
	}
	v, missing := c.computed(low, nil, unit)
	return v, missing
}

// fourDigits rounds as computed does.
func fourDigits(f float64) float64 {
	if math.IsInf(f, 0) {
		return f
	}
	out, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 4, 64), 64)
	if err != nil {
		return f
	}
	return out
}

// dosingWeight is a weight to dose by: see calc.Weight.
func (c *calculation) dosingWeight(choice string) (ref.Val, ref.Val) {
	kg, cm, female, missing := c.sized(choice)
	if missing != nil {
		return nil, missing
	}
	value, err := calc.Weight(choice, kg, cm, female)
	return c.computed(value, err, "kg")
}

// weightChoice is the weight that 'auto' stands for: 'actual', 'ideal' or 'adjusted'.
func (c *calculation) weightChoice() (ref.Val, ref.Val) {
	kg, cm, female, missing := c.sized(calc.Auto)
	if missing != nil {
		return nil, missing
	}
	choice, err := calc.Choose(kg, cm, female)
	if err != nil {
		return c.computed(0, err, "kg")
	}
	return types.String(choice), nil
}

// sized reads what a choice of weight goes by. Those other than the actual one are for adults.
func (c *calculation) sized(choice string) (kg, cm float64, female bool, missing ref.Val) {
	var noWeight, noHeight, noSex, young ref.Val
	if choice != calc.Ideal {
		kg, noWeight = c.float(c.weight())
	}
	if choice != calc.Actual {
		cm, noHeight = c.float(c.height())
		female, noSex = c.female()
		young = c.under(adultAge, "ideal body weight is for adults")
	}
	return kg, cm, female, anyMissing(noWeight, noHeight, noSex, young)
}

// under is the unknown that a patient below an age, or of no known age, is too young; nil for all others.
func (c *calculation) under(limit temporal.Span, reason string) ref.Val {
	a, missing := c.age()
	if missing != nil {
		return missing
	}
	if a.Less(limit) == kleene.False {
		return nil
	}
	return c.ev.unknown(Missing{Resource: c.patient.resource(), Path: "birthDate", Reason: reason})
}

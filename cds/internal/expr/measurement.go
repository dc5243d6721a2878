package expr

import (
	"fmt"
	"math"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/temporal"
)

// A measurement is a result that calculators read: the newest one by the vocabulary's own codes.
type measurement struct {
	codes string
	unit  string
	since temporal.Span
}

// Vital signs, and laboratory values beside them, are those of one day.
var acuteWindow = temporal.Hours(24)

func lab(codes, unit string) measurement   { return measurement{codes, unit, labWindow} }
func acute(codes, unit string) measurement { return measurement{codes, unit, acuteWindow} }

func (m measurement) source() source {
	return source{of: "Observation", codes: m.codes, since: m.since}
}

// A numeral is one number, or the ends between which it lies: of ">60" the upper one is infinite.
type numeral struct {
	low, high float64
	entry     *chart.Entry
	missing   []Missing // why it is not one number
}

// Enzymes are measurement in U/L, and written in international units as well, which of them are the same.
const enzymeUnit, internationalUnit = "U/L", "[iU]/L"

// measure reads a result as a number.
func (c *calculation) measure(m measurement) (numeral, ref.Val) {
	v, missing := c.latest(m.codes, m.since)
	if missing != nil {
		return numeral{}, missing
	}
	return c.numeralOf(v, m.unit)
}

func (c *calculation) numeralOf(v quantityVal, unit string) (numeral, ref.Val) {
	q, err := v.q.To(unit)
	if err != nil && unit == enzymeUnit {
		if same, failed := v.q.To(internationalUnit); failed == nil {
			q, err = same, nil
		}
	}
	if err != nil {
		return numeral{}, c.unusable(v, err)
	}
	n := numeral{entry: v.node.entry}
	if n.low, n.high = q.Ends(); n.low == n.high {
		return n, nil
	}
	o := originOf(v)
	n.low = max(n.low, 0) // nothing that is measurement is less
	n.missing = []Missing{{Resource: o.entry.Ref(), Path: o.path, Reason: v.q.String() + " is not one value"}}
	return n, nil
}

// together makes sure that results go with one another: none was taken much later than another.
func (c *calculation) together(apart temporal.Span, of []numeral) ref.Val {
	if apart == (temporal.Span{}) {
		return nil
	}
	var first, last *chart.Entry
	for _, n := range of {
		switch {
		case n.entry == nil:
			continue
		case first == nil:
			first, last = n.entry, n.entry
			continue
		}
		if temporal.Less(n.entry.Date(), first.Date(), c.ev.zone()) == kleene.True {
			first = n.entry
		}
		if temporal.Less(last.Date(), n.entry.Date(), c.ev.zone()) == kleene.True {
			last = n.entry
		}
	}
	if first == last || first.Date() == last.Date() {
		return nil
	}
	if temporal.Between(first.Date(), last.Date(), c.ev.zone()).LessEqual(apart) == kleene.True {
		return nil
	}
	return c.ev.unknown(Missing{Resource: first.Ref(), Path: "effective", Reason: fmt.Sprintf(
		"%s of %s and %s of %s are not known to be within %s of each other",
		first.Concept.Display, first.Written(), last.Concept.Display, last.Written(), apart)})
}

// extremes are the least and the greatest value of a formula over the ends of its numbers, in each of which it
// only rises or only falls.
func extremes(of []numeral, formula func(n []float64) (float64, error)) (low, high float64, err error) {
	low, high = math.Inf(1), math.Inf(-1)
	n := make([]float64, len(of))
	var over func(i int) error
	over = func(i int) error {
		if i == len(of) {
			v, err := formula(n)
			low, high = min(low, v), max(high, v)
			return err
		}
		n[i] = of[i].low
		if err := over(i + 1); err != nil || of[i].low == of[i].high {
			return err
		}
		n[i] = of[i].high
		return over(i + 1)
	}
	err = over(0)
	return low, high, err
}

// because is why numbers are not known as such.
func because(of []numeral) (out []Missing) {
	for _, n := range of {
		out = append(out, n.missing...)
	}
	return out
}

// lacks are what an unknown is missing; nil for anything else.
func (c *calculation) lacks(v ref.Val) []Missing {
	u, ok := v.(*types.Unknown)
	if !ok {
		return nil
	}
	return c.ev.missingOf(u)
}

package expr

import (
	"fmt"

	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/temporal"
)

// comparable types of the vocabulary. Their comparisons are three-valued, and so cannot be CEL's own.
type comparison struct {
	op   string
	eval func(less, lessEqual, equal func() (kleene.Truth, error)) (kleene.Truth, error)
}

func negate(t kleene.Truth, err error) (kleene.Truth, error) { return kleene.Not(t), err }

var comparisons = []comparison{
	{operators.Less, func(lt, _, _ func() (kleene.Truth, error)) (kleene.Truth, error) { return lt() }},
	{operators.LessEquals, func(_, le, _ func() (kleene.Truth, error)) (kleene.Truth, error) { return le() }},
	{operators.Greater, func(_, le, _ func() (kleene.Truth, error)) (kleene.Truth, error) { return negate(le()) }},
	{operators.GreaterEquals, func(lt, _, _ func() (kleene.Truth, error)) (kleene.Truth, error) { return negate(lt()) }},
	{operators.Equals, func(_, _, eq func() (kleene.Truth, error)) (kleene.Truth, error) { return eq() }},
}

// compareFunctions are the comparison operators over the vocabulary's own types.
func compareFunctions() []*function {
	var out []*function
	for _, pair := range [][2]*types.Type{{quantityType, quantityType}, {dateType, dateType}, {ageType, spanType}, {spanType, spanType}} {
		for _, c := range comparisons {
			out = append(out, &function{
				name: c.op, id: fmt.Sprintf("%s(%s,%s)", c.op, pair[0], pair[1]), args: types_(pair[0], pair[1]), result: types.BoolType,
				pure: pair[0] == quantityType, impl: compareWith(c),
			})
		}
	}
	return out
}

func compareWith(c comparison) impl {
	return func(ev *Eval, args []ref.Val) ref.Val {
		o := order(ev, args[0], args[1])
		if o == nil {
			return types.NewErr("%s cannot be compared with %s", args[0].Type().TypeName(), args[1].Type().TypeName())
		}
		truth, err := c.eval(o.less, o.lessEqual, o.equal)
		if err != nil {
			if ev == nil {
				return types.WrapErr(err)
			}
			return ev.fail(err)
		}
		if truth != kleene.Unknown || ev == nil {
			return ev.truth(truth, Missing{})
		}
		var parts []Missing
		for _, arg := range args {
			if q, ok := arg.(quantityVal); ok {
				parts = append(parts, q.parts...)
			}
		}
		if len(parts) > 0 {
			return ev.unknowns(parts)
		}
		return ev.unknown(undecided(args[0], args[1]))
	}
}

// undecided says why two values that are there could not be compared.
func undecided(a, b ref.Val) Missing {
	m := Missing{Reason: fmt.Sprintf("%s compared with %s does not decide", Display(a), Display(b))}
	for _, v := range []ref.Val{b, a} {
		if o := originOf(v); o.entry != nil {
			m.Resource, m.Path = o.entry.Ref(), o.path
		}
	}
	return m
}

func originOf(v ref.Val) origin {
	switch v := v.(type) {
	case quantityVal:
		if v.node != nil {
			return origin{v.node.entry, v.node.path()}
		}
	case dateVal:
		return v.origin
	case ageVal:
		return v.origin
	case elapsedVal:
		return v.origin
	case conceptVal:
		return v.origin
	}
	return origin{}
}

// An ordering answers the three questions that the comparison operators are made of.
type ordering struct{ less, lessEqual, equal func() (kleene.Truth, error) }

func order(ev *Eval, a, b ref.Val) *ordering {
	sure := func(f func() kleene.Truth) func() (kleene.Truth, error) {
		return func() (kleene.Truth, error) { return f(), nil }
	}
	switch a := a.(type) {
	case quantityVal:
		b, ok := b.(quantityVal)
		if !ok {
			return nil
		}
		return &ordering{
			func() (kleene.Truth, error) { return measure.Less(a.q, b.q) },
			func() (kleene.Truth, error) { return measure.LessEqual(a.q, b.q) },
			func() (kleene.Truth, error) { return measure.Equal(a.q, b.q) },
		}
	case dateVal:
		b, ok := b.(dateVal)
		if !ok {
			return nil
		}
		ev.readDate(a)
		ev.readDate(b)
		zone := ev.zone()
		return &ordering{
			sure(func() kleene.Truth { return temporal.Less(a.d, b.d, zone) }),
			sure(func() kleene.Truth { return temporal.LessEqual(a.d, b.d, zone) }),
			sure(func() kleene.Truth { return temporal.Equal(a.d, b.d, zone) }),
		}
	case ageVal:
		if b, ok := b.(spanVal); ok {
			return &ordering{
				sure(func() kleene.Truth { return a.a.Less(b.s) }),
				sure(func() kleene.Truth { return a.a.LessEqual(b.s) }),
				sure(func() kleene.Truth { return a.a.Equal(b.s) }),
			}
		}
	case elapsedVal:
		if b, ok := b.(spanVal); ok {
			return &ordering{
				sure(func() kleene.Truth { return a.e.Less(b.s) }),
				sure(func() kleene.Truth { return a.e.LessEqual(b.s) }),
				sure(func() kleene.Truth { return a.e.Equal(b.s) }),
			}
		}
	case spanVal:
		switch b := b.(type) {
		case spanVal:
			return &ordering{
				sure(func() kleene.Truth { return a.s.Less(b.s) }),
				sure(func() kleene.Truth { return a.s.LessEqual(b.s) }),
				sure(func() kleene.Truth { return a.s.Equal(b.s) }),
			}
		case elapsedVal: // a < b is !(b <= a)
			return &ordering{
				sure(func() kleene.Truth { return kleene.Not(b.e.LessEqual(a.s)) }),
				sure(func() kleene.Truth { return kleene.Not(b.e.Less(a.s)) }),
				sure(func() kleene.Truth { return b.e.Equal(a.s) }),
			}
		}
	}
	return nil
}

// readDate makes a date that is compared evidence: reading it to look further is none.
func (ev *Eval) readDate(v dateVal) {
	if ev != nil && !ev.muted && v.origin.entry != nil && !v.moved {
		ev.readEntry(v.origin.entry, v.origin.path, v.d.String())
	}
}

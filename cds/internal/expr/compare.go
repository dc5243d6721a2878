package expr

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/temporal"
)

// comparisons of the vocabulary's own types are three-valued, and so cannot be CEL's own.
var comparisons = []string{operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals, operators.Equals}

// compareFunctions are the comparison operators over the vocabulary's own types.
func compareFunctions() []*function {
	var out []*function
	for _, pair := range [][2]*types.Type{{quantityType, quantityType}, {dateType, dateType}, {ageType, spanType}, {spanType, spanType}} {
		for _, op := range comparisons {
			out = append(out, &function{
				name: op, id: fmt.Sprintf("%s(%s,%s)", op, pair[0], pair[1]), args: types_(pair[0], pair[1]), result: types.BoolType,
				pure: pair[0] == quantityType, impl: compareWith(op),
			})
		}
	}
	return out
}

func compareWith(op string) impl {
	return func(ev *Eval, args []ref.Val) ref.Val {
		truth, err := compare(ev, op, args[0], args[1])
		if err == errIncomparable {
			return types.NewErr("%s cannot be compared with %s", args[0].Type().TypeName(), args[1].Type().TypeName())
		}
		if err != nil {
			if ev == nil {
				return types.WrapErr(err)
			}
			if parts := nothingKnown(args); len(parts) > 0 {
				return ev.unknowns(parts)
			}
			return ev.fail(err)
		}
		if truth != kleene.Unknown || ev == nil {
			return ev.truth(truth, Missing{})
		}
		if parts := partsOf(args); len(parts) > 0 {
			return ev.unknowns(parts)
		}
		return ev.unknown(undecided(args[0], args[1]))
	}
}

// nothingKnown is what was missing of a sum of which no part is known: its unit means nothing, and is no mistake.
func nothingKnown(args []ref.Val) []Missing {
	for _, arg := range args {
		if v, ok := arg.(quantityVal); ok && len(v.parts) > 0 {
			if low, _ := v.q.Ends(); low == 0 {
				return v.parts
			}
		}
	}
	return nil
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

var errIncomparable = errors.New("values of these types are never compared")

// compare answers a comparison. a > b is !(a <= b), and a >= b is !(a < b).
func compare(ev *Eval, op string, a, b ref.Val) (kleene.Truth, error) {
	switch op {
	case operators.Greater:
		truth, err := compare(ev, operators.LessEquals, a, b)
		return kleene.Not(truth), err
	case operators.GreaterEquals:
		truth, err := compare(ev, operators.Less, a, b)
		return kleene.Not(truth), err
	}
	switch a := a.(type) {
	case quantityVal:
		if b, ok := b.(quantityVal); ok {
			return compareQuantities(op, a.q, b.q)
		}
	case dateVal:
		if b, ok := b.(dateVal); ok {
			ev.readDate(a)
			ev.readDate(b)
			return compareDates(op, a.d, b.d, ev.zone()), nil
		}
	case scoreVal:
		if limit, ok := plainNumber(b); ok {
			return compareScore(op, a, limit), nil
		}
	case ageVal:
		if b, ok := b.(spanVal); ok {
			return compareSpans(op, a.a, b.s), nil
		}
	case elapsedVal:
		if b, ok := b.(spanVal); ok {
			return compareSpans(op, a.e, b.s), nil
		}
	case spanVal:
		switch b := b.(type) {
		case spanVal:
			return compareSpans(op, a.s, b.s), nil
		case elapsedVal: // a < b is !(b <= a)
			switch op {
			case operators.Less:
				return kleene.Not(b.e.LessEqual(a.s)), nil
			case operators.LessEquals:
				return kleene.Not(b.e.Less(a.s)), nil
			}
			return b.e.Equal(a.s), nil
		}
	}
	return kleene.Unknown, errIncomparable
}

func compareQuantities(op string, a, b measure.Quantity) (kleene.Truth, error) {
	switch op {
	case operators.Less:
		return measure.Less(a, b)
	case operators.LessEquals:
		return measure.LessEqual(a, b)
	}
	return measure.Equal(a, b)
}

func compareDates(op string, a, b temporal.Date, zone *time.Location) kleene.Truth {
	switch op {
	case operators.Less:
		return temporal.Less(a, b, zone)
	case operators.LessEquals:
		return temporal.LessEqual(a, b, zone)
	}
	return temporal.Equal(a, b, zone)
}

// A length is compared with a span: an age, the time between two dates, a span.
type length interface {
	Less(temporal.Span) kleene.Truth
	LessEqual(temporal.Span) kleene.Truth
	Equal(temporal.Span) kleene.Truth
}

func compareSpans[L length](op string, a L, b temporal.Span) kleene.Truth {
	switch op {
	case operators.Less:
		return a.Less(b)
	case operators.LessEquals:
		return a.LessEqual(b)
	}
	return a.Equal(b)
}

// readDate makes a date that is compared evidence: reading it to look further is none.
func (ev *Eval) readDate(v dateVal) {
	if ev != nil && !ev.muted && v.origin.entry != nil && !v.moved {
		ev.readValue(v.origin.entry, v.origin.path, v)
	}
}

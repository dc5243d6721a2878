package expr

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/kleene"
)

var scoreType = types.NewOpaqueType("Score")

// A scoreVal is a number without a unit: points, or an index. Of what it is made from and not known, it lies
// between two ends, so that it decides where what is known already passes a limit.
type scoreVal struct {
	opaque
	low, high float64
	items     []scored  // what points are given for; nil of an index
	missing   []Missing // why it is not one number
}

func (scoreVal) Type() ref.Type { return scoreType }
func (v scoreVal) Value() any   { return v }

// A scored is an item of a score with its points.
type scored struct {
	*item
	low, high float64
	missing   []Missing
}

// summed is the score of items.
func summed(items []scored) scoreVal {
	out := scoreVal{items: items}
	for _, it := range items {
		out.low += it.low
		out.high += it.high
		if it.low != it.high {
			out.missing = append(out.missing, it.missing...)
		}
	}
	return out
}

func (v scoreVal) known() bool { return v.low == v.high }

// String is the score as a person reads it: "4", "1.5", "4 to 6".
func (v scoreVal) String() string { return extent(v.low, v.high) }

func extent(low, high float64) string {
	text := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	if low == high {
		return text(low)
	}
	return text(low) + " to " + text(high)
}

// told are the items that have points, or may have: "hypertension 1, diabetes 0 to 1".
func (v scoreVal) told() string {
	var out []string
	for _, it := range v.items {
		if it.low != 0 || it.high != 0 {
			out = append(out, it.name+" "+extent(it.low, it.high))
		}
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ", ")
}

// scoreFunctions are what a score can be asked, and how one is made of conditions.
func scoreFunctions() []*function {
	out := []*function{
		{name: "with", member: true, args: types_(scoreType, types.StringType, types.BoolType), result: scoreType, nonStrict: true, impl: withItem},
		{name: "with", member: true, args: types_(scoreType, types.StringType, types.IntType), result: scoreType, nonStrict: true, impl: withItem},
		{name: "items", member: true, args: types_(scoreType), result: types.StringType, impl: scoreItems},
		{name: "points", args: types_(types.BoolType, types.IntType), result: scoreType, nonStrict: true, impl: points},
		{name: "points", args: types_(types.BoolType, types.DoubleType), result: scoreType, nonStrict: true, impl: points},
		{name: "string", args: types_(scoreType), result: types.StringType, impl: display},
		{name: operators.Add, args: types_(scoreType, scoreType), result: scoreType, impl: addScores},
	}
	for _, other := range []*types.Type{types.IntType, types.DoubleType} {
		for _, op := range comparisons {
			if op != operators.Equals {
				out = append(out, &function{name: op, args: types_(scoreType, other), result: types.BoolType, impl: compareWith(op)})
			}
		}
	}
	for _, f := range out {
		f.id = overloadID(f)
	}
	return readNothing(out)
}

// compareScore answers < and <= of a score and a number.
func compareScore(op string, v scoreVal, limit float64) kleene.Truth {
	below := func(f float64) bool { return f < limit || op == operators.LessEquals && f == limit }
	switch {
	case below(v.high):
		return kleene.True
	case below(v.low):
		return kleene.Unknown
	}
	return kleene.False
}

// plainNumber is a number of CEL's.
func plainNumber(v ref.Val) (float64, bool) {
	switch v := v.(type) {
	case types.Int:
		return float64(v), true
	case types.Double:
		return float64(v), true
	}
	return 0, false
}

// points gives a number of points for a condition: perhaps, where it is not known.
func points(ev *Eval, args []ref.Val) ref.Val {
	n, ok := plainNumber(args[1])
	if !ok {
		return args[1]
	}
	switch v := args[0].(type) {
	case types.Bool:
		if !v {
			n = 0
		}
		return scoreVal{low: n, high: n}
	case *types.Unknown:
		return scoreVal{low: min(0, n), high: max(0, n), missing: ev.missingOf(v)}
	}
	return args[0]
}

func addScores(_ *Eval, args []ref.Val) ref.Val {
	return summed(slices.Concat(args[0].(scoreVal).parts(), args[1].(scoreVal).parts()))
}

// parts are the items, or the whole as one without a name.
func (v scoreVal) parts() []scored {
	if v.items != nil {
		return v.items
	}
	return []scored{{&item{name: "other points", least: v.low, most: v.high}, v.low, v.high, v.missing}}
}

func scoreItems(ev *Eval, args []ref.Val) ref.Val {
	v := args[0].(scoreVal)
	if len(v.items) == 0 {
		return ev.fail(fmt.Errorf("this score has no items"))
	}
	return types.String(v.told())
}

// withItem says how an item stands, in place of what the record tells. What is not known is left as it may be.
func withItem(ev *Eval, args []ref.Val) ref.Val {
	v, isScore := args[0].(scoreVal)
	name, isText := args[1].(types.String)
	switch {
	case !isScore:
		return args[0]
	case !isText:
		return args[1]
	case types.IsError(args[2]):
		return args[2]
	}
	at := slices.IndexFunc(v.items, func(it scored) bool { return it.name == string(name) })
	if at < 0 {
		return ev.fail(fmt.Errorf("the score has no item %q: it has %s", string(name), strings.Join(itemNames(v.items), ", ")))
	}
	it := scored{item: v.items[at].item}
	if err := it.set(ev, args[2]); err != nil {
		return ev.fail(err)
	}
	items := slices.Clone(v.items)
	items[at] = it
	return summed(items)
}

func itemNames(items []scored) (out []string) {
	for _, it := range items {
		out = append(out, it.name)
	}
	return out
}

// set gives an item what a rule says of it.
func (it *scored) set(ev *Eval, v ref.Val) error {
	switch v := v.(type) {
	case *types.Unknown:
		it.low, it.high, it.missing = it.least, it.most, ev.missingOf(v)
	case types.Bool:
		if it.graded {
			return fmt.Errorf("%q has %s points: give their number", it.name, extent(it.least, it.most))
		}
		if v {
			it.low = it.least + it.most // one of them is 0
		}
		it.high = it.low
	case types.Int:
		n := float64(v)
		if !it.graded {
			return fmt.Errorf("%q is so or not: give true or false", it.name)
		}
		if n < it.least || n > it.most {
			return fmt.Errorf("%q has %s points, not %d", it.name, extent(it.least, it.most), int64(v))
		}
		it.low, it.high = n, n
	}
	return nil
}

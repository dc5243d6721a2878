package expr

import (
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/kleene"
)

// membershipFunctions are `x in codes` and `a.subsumes(b)`.
func membershipFunctions() []*function {
	out := []*function{
		{name: operators.In, args: types_(conceptType, codesType), result: types.BoolType, impl: in},
		{name: operators.In, args: types_(codingType, codesType), result: types.BoolType, impl: in},
		{name: operators.In, args: types_(types.StringType, codesType), result: types.BoolType, impl: codeIn},
		{name: "subsumes", member: true, args: types_(conceptType, conceptType), result: types.BoolType, impl: subsumes},
	}
	for _, f := range out {
		f.id = overloadID(f)
	}
	return out
}

func in(ev *Eval, args []ref.Val) ref.Val {
	c, set := args[0].(conceptVal), args[1].(codesVal)
	truth := c.concept.In(set.set)
	if c.origin.entry != nil {
		value := c.concept.Display
		if c.concept.ByName {
			value += " (by name)"
		}
		ev.readEntry(c.origin.entry, c.origin.path, value)
	}
	if truth != kleene.Unknown {
		return ev.truth(truth, Missing{})
	}
	if c.origin.entry == nil {
		if ev.AssumeNotIn {
			return types.False
		}
		return ev.unknown(Missing{Reason: "the code of " + c.concept.Display + " cannot be mapped"})
	}
	if missing := ev.uncovered(c.origin.entry); len(missing) > 0 {
		missing[0].Path = c.origin.path
		return ev.unknowns(missing)
	}
	return types.False
}

// codeIn asks for a bare code, whose system its element's binding fixes.
func codeIn(_ *Eval, args []ref.Val) ref.Val {
	return types.Bool(args[1].(codesVal).set.HasString(string(args[0].(types.String))))
}

// subsumes is true where a has a code that b is or, by its ingredients or prefix, falls under. Without
// a loaded hierarchy, which the rules' codes do not bring, nothing else can be told.
func subsumes(ev *Eval, args []ref.Val) ref.Val {
	a, b := args[0].(conceptVal), args[1].(conceptVal)
	for _, c := range []conceptVal{a, b} {
		if c.origin.entry != nil {
			ev.readEntry(c.origin.entry, c.origin.path, c.concept.Display)
		}
	}
	if a.concept.First.Code != "" && a.concept.First == b.concept.First {
		return types.True
	}
	for _, id := range a.concept.IDs {
		if ev.Chart.Coder.Codes.Code(id) != a.concept.First {
			continue
		}
		for _, other := range b.concept.IDs {
			if id == other {
				return types.True
			}
		}
	}
	return ev.unknown(Missing{Reason: "no hierarchy is loaded that relates " + a.concept.Display + " and " + b.concept.Display})
}

package expr

import (
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/kleene"
)

// membershipFunctions are `x in codes`, `a.subsumes(b)` and `a.sharesIngredient(b)`.
func membershipFunctions() []*function {
	out := []*function{
		{name: operators.In, args: types_(conceptType, codesType), result: types.BoolType, impl: in},
		{name: operators.In, args: types_(codingType, codesType), result: types.BoolType, impl: in},
		{name: operators.In, args: types_(types.StringType, codesType), result: types.BoolType, impl: codeIn},
		{name: "subsumes", member: true, args: types_(conceptType, conceptType), result: types.BoolType, impl: subsumes},
		{name: "sharesIngredient", member: true, args: types_(conceptType, conceptType), result: types.BoolType, impl: sharesIngredient},
	}
	for _, f := range out {
		f.id = overloadID(f)
	}
	return out
}

func in(ev *Eval, args []ref.Val) ref.Val {
	c, set := args[0].(conceptVal), args[1].(codesVal)
	truth := c.concept.In(set.set)
	if !ev.muted && c.origin.entry != nil {
		value := c.concept.Display
		if c.concept.ByName {
			value += " (by name)"
		}
		ev.readEntry(c.origin.entry, c.origin.path, value)
	}
	if truth != kleene.Unknown {
		return types.Bool(truth == kleene.True)
	}
	if c.origin.entry == nil {
		if ev.AssumeNotIn {
			return types.False
		}
		return ev.unknown(Missing{Reason: "the code of " + c.concept.Display + " cannot be mapped"})
	}
	if missing := ev.uncovered(c.origin.entry, set); len(missing) > 0 {
		missing[0].Path = c.origin.path
		return ev.unknowns(missing)
	}
	return types.False
}

// codeIn asks for a bare code, whose system its element's binding fixes.
func codeIn(_ *Eval, args []ref.Val) ref.Val {
	return types.Bool(args[1].(codesVal).set.HasString(string(args[0].(types.String))))
}

// subsumes is FHIR's: whether b's code is a's or below it in the hierarchy that is loaded. An ingredient
// subsumes the drugs that hold it. Only those that do are evidence: lists are gone through for them.
func subsumes(ev *Eval, args []ref.Val) ref.Val {
	a, b := args[0].(conceptVal), args[1].(conceptVal)
	truth := ev.above(a.concept, b.concept)
	if truth == kleene.True {
		ev.readConcepts(a, b)
	}
	return ev.truth(truth, Missing{Reason: "no hierarchy is loaded that relates " + a.concept.Display + " and " + b.concept.Display})
}

func (ev *Eval) readConcepts(all ...conceptVal) {
	for _, c := range all {
		if c.origin.entry != nil {
			ev.readEntry(c.origin.entry, c.origin.path, c.concept.Display)
		}
	}
}

// sharesIngredient reports whether two drugs have an ingredient in common. Only those that have are evidence:
// lists are gone through for them.
func sharesIngredient(ev *Eval, args []ref.Val) ref.Val {
	a, b := args[0].(conceptVal), args[1].(conceptVal)
	truth := a.concept.SharesIngredient(b.concept)
	if truth == kleene.True {
		ev.readConcepts(a, b)
	}
	if truth != kleene.Unknown {
		return types.Bool(truth == kleene.True)
	}
	c := a
	if a.concept.Holds != "" {
		c = b
	}
	m := Missing{Reason: "not all ingredients of " + c.concept.Display + " are known"}
	if c.origin.entry != nil {
		m.Resource, m.Path = c.origin.entry.Ref(), c.origin.path
	}
	return ev.unknown(m)
}

func (ev *Eval) above(a, b *chart.Concept) kleene.Truth {
	if a.First.Code != "" && a.First == b.First {
		return kleene.True
	}
	if subsumes := ev.Chart.Coder.Subsumes; subsumes != nil {
		if is, known := subsumes(a.First, b.First); known {
			return kleene.Of(is)
		}
	}
	if a.Drug == nil || a.Drug.Kind != "IN" || b.Drug == nil || len(a.Drug.Ingredients) != 1 {
		return kleene.Unknown
	}
	for _, i := range b.Drug.Ingredients {
		if i.RxCUI == a.Drug.Ingredients[0].RxCUI {
			return kleene.True
		}
	}
	if b.Drug.Partial {
		return kleene.Unknown
	}
	return kleene.False
}

package expr

import (
	"fmt"
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// A Kind is a type that a program's own function can take or give.
type Kind int

// The kinds of arguments and results.
const (
	Bool Kind = iota
	Int
	Double
	String
	Quantity
	Concept
	Date
)

var kindTypes = map[Kind]*types.Type{
	Bool: types.BoolType, Int: types.IntType, Double: types.DoubleType, String: types.StringType,
	Quantity: quantityType, Concept: conceptType, Date: dateType,
}

// A Param is the type of an argument or a result.
type Param struct {
	Kind Kind
	List bool
}

func (p Param) cel() *types.Type {
	if p.List {
		return types.NewListType(kindTypes[p.Kind])
	}
	return kindTypes[p.Kind]
}

// Custom is a program's own function. Call gets and gives the values of values.go's Value.
type Custom struct {
	Name   string
	Args   []Param
	Result Param
	Call   func(args []Value) (Value, error)
}

// An UnknownError says that a custom function does not know, and why.
type UnknownError interface {
	error
	Unknown() string
}

// customFunctions are those of a program. None can have a name of the vocabulary, or a signature twice.
func customFunctions(custom []Custom, vocabulary []*function, libraries *cel.Env) ([]*function, error) {
	known := libraries.Functions()
	taken := func(name string) bool {
		return reservedWord(name) || known[name] != nil && global(known[name]) ||
			slices.ContainsFunc(vocabulary, func(f *function) bool { return f.name == name && !f.member })
	}
	var out []*function
	for _, c := range custom {
		f := c.function()
		f.id = overloadID(f)
		if taken(c.Name) {
			return nil, fmt.Errorf("function %q: the name belongs to the vocabulary", c.Name)
		}
		if slices.ContainsFunc(out, func(other *function) bool { return other.id == f.id }) {
			return nil, fmt.Errorf("function %q: it is given twice with the same arguments", c.Name)
		}
		out = append(out, f)
	}
	return out, nil
}

func (c Custom) function() *function {
	f := &function{name: c.Name, result: c.Result.cel(), sources: nothing}
	for _, a := range c.Args {
		f.args = append(f.args, a.cel())
	}
	f.impl = func(ev *Eval, args []ref.Val) (out ref.Val) {
		defer func() {
			if r := recover(); r != nil {
				out = ev.err(fmt.Errorf("%s panicked: %v", c.Name, r))
			}
		}()
		values := make([]Value, len(args))
		for i, a := range args {
			if l, ok := a.(*listVal); ok && l.open != nil {
				return l.open
			}
			values[i] = Value{a}
		}
		result, err := c.Call(values)
		if u, ok := err.(UnknownError); ok {
			return ev.unknown(Missing{Resource: c.Name, Reason: u.Unknown()})
		}
		if err != nil {
			return ev.err(fmt.Errorf("%s: %w", c.Name, err))
		}
		return result.val
	}
	return f
}

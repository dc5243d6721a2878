package expr

import (
	"slices"
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
)

// A called is a call of a function of the vocabulary, with its arguments in memory of the evaluation that is
// used again. It does what CEL's own node does; where an argument is of another type than the function takes,
// that is asked, for its error.
type called struct {
	interpreter.InterpretableCall
	f    *function
	args []interpreter.InterpretableV2 // without the evaluation
}

// called replaces a call of a hidden twin; anything else stays.
func (l loops) called(i interpreter.InterpretableV2) interpreter.InterpretableV2 {
	call, ok := i.(interpreter.InterpretableCall)
	if !ok {
		return i
	}
	id, isHidden := strings.CutPrefix(call.Function(), hidden(""))
	f := l.fns[id]
	if !isHidden || f == nil || len(call.Args()) != len(f.args)+1 {
		return i
	}
	args := call.Args()[1:]
	if len(l.structures) > 0 {
		args = slices.Clone(args)
		for n := range args {
			args[n] = l.field(args[n])
		}
	}
	return &called{call, f, args}
}

// Exec implements interpreter.InterpretableV2.
func (c *called) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	found, _ := frame.ResolveName("@ev")
	ev, ok := found.(*Eval)
	if !ok {
		return c.InterpretableCall.Exec(frame)
	}
	base := len(ev.args)
	out := c.call(ev, frame, base)
	ev.args = ev.args[:base] // after a panic, whoever goes on has kept its own place
	return out
}

// call evaluates the arguments into the evaluation's memory from base on, and calls the function.
func (c *called) call(ev *Eval, frame *interpreter.ExecutionFrame, base int) ref.Val {
	var unknown *types.Unknown
	for i, arg := range c.args {
		v := ev.given(arg.Exec(frame))
		ev.args = append(ev.args[:base+i], v)
		switch {
		case !types.IsUnknownOrError(v):
			if t := c.f.args[i]; !isOf(t, v) && !t.IsAssignableRuntimeType(v) {
				return c.InterpretableCall.Exec(frame)
			}
		case c.f.nonStrict:
		case types.IsError(v):
			return v
		default:
			unknown, _ = types.MaybeMergeUnknowns(v, unknown)
		}
	}
	if unknown != nil {
		return unknown
	}
	end := base + len(c.args)
	return types.LabelErrNode(c.ID(), c.f.impl(ev, ev.args[base:end:end]))
}

// isOf reports whether a value is surely of a type of the vocabulary, without a copy of it being made.
func isOf(t *types.Type, v ref.Val) bool {
	switch v.(type) {
	case quantityVal:
		return t == quantityType
	case codesVal:
		return t == codesType
	case spanVal:
		return t == spanType
	}
	return false
}

// Eval implements interpreter.InterpretableV2.
func (c *called) Eval(vars interpreter.Activation) ref.Val { return c.Exec(interpreter.AsFrame(vars)) }

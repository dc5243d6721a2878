package expr

import (
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// A function of the vocabulary. It is declared to CEL without a binding; the planner replaces each call
// by one that is handed the evaluation as well.
type function struct {
	name      string
	id        string // unique; "name(types)" by default
	member    bool
	args      []*types.Type
	result    *types.Type
	nonStrict bool // is called with unknowns and errors, too
	pure      bool // depends on its arguments alone: folded at load where they are constant
	impl      func(ev *Eval, args []ref.Val) ref.Val
	sources   []source // what it reads of the record
}

type impl = func(ev *Eval, args []ref.Val) ref.Val

func types_(ts ...*types.Type) []*types.Type { return ts }

// declare makes the CEL declarations of functions: the ones that authors write, and their hidden twins
// that take the evaluation.
func declare(fns []*function) []cel.EnvOption {
	var opts []cel.EnvOption
	for _, f := range fns {
		switch {
		case f.name == operators.Equals || strings.HasPrefix(f.name, "@") && f.name != operators.In: // CEL has it, or no author may
		case f.member:
			opts = append(opts, cel.Function(f.name, cel.MemberOverload(f.id, f.args, f.result)))
		default:
			opts = append(opts, cel.Function(f.name, cel.Overload(f.id, f.args, f.result)))
		}
		bound := []cel.OverloadOpt{cel.FunctionBinding(func(args ...ref.Val) ref.Val {
			ev, ok := args[0].(*Eval)
			if !ok {
				return args[0]
			}
			for i := range args {
				args[i] = ev.given(args[i])
			}
			return f.impl(ev, args[1:])
		})}
		if f.nonStrict {
			bound = append(bound, cel.OverloadIsNonStrict())
		}
		args := append([]*types.Type{evalType}, f.args...)
		opts = append(opts, cel.Function(hidden(f.id), cel.Overload(hidden(f.id), args, f.result, bound...)))
	}
	return opts
}

// hidden is the name of a function's twin: no author can write it.
func hidden(id string) string { return "@" + id }

// twin is the hidden name of a function of the Env: plans keep it.
func (e *Env) twin(id string) string {
	if name, ok := e.twins[id]; ok {
		return name
	}
	return hidden(id)
}

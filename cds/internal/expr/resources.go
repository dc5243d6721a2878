package expr

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/chart"
)

// resourcesMacro makes patient.resources("Type") a call with a type of its own for each literal: CEL
// would take a function over all types for dyn.
func resourcesMacro(p *provider) cel.Macro {
	return cel.ReceiverMacro("resources", 1, func(f cel.MacroExprFactory, target ast.Expr, args []ast.Expr) (ast.Expr, *common.Error) {
		if args[0].Kind() != ast.LiteralKind {
			return nil, f.NewError(args[0].ID(), `resources takes the name of a type, as in patient.resources("ServiceRequest")`)
		}
		name, ok := args[0].AsLiteral().Value().(string)
		t, known := p.schema.Type(name)
		if !ok || !known || !t.Resource {
			message := `there is no resource type "` + name + `"`
			if near := Nearest(name, p.schema.Resources()); near != "" {
				message += ` (did you mean "` + near + `"?)`
			}
			return nil, f.NewError(args[0].ID(), message)
		}
		return f.NewMemberCall("resources_"+name, target), nil
	})
}

// resourceFunctions are what the macro expands to.
func (p *provider) resourceFunctions() []*function {
	var out []*function
	for _, name := range p.schema.Resources() {
		out = append(out, &function{
			name: "resources_" + name, member: true, args: types_(patientType), result: types.NewListType(types.NewObjectType(name)), sources: []source{{of: name}},
			impl: func(ev *Eval, _ []ref.Val) ref.Val { return ev.resources(p, name, chart.Other, []string{name}) },
		})
	}
	return out
}

package expr

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// CEL finds an optional field through its own structures alone, for which every field of ours is absent,
// and an optional index through a size, which an open list does not have.
const (
	optionalFieldID = "optional field"
	optionalIndexID = "optional index"
	hasOptionalID   = "has optional field"
	hasID           = "has field"
)

func optionalFunctions() []*function {
	param, result := types.NewTypeParamType("T"), types.NewTypeParamType("R")
	return []*function{
		{name: "@optionalField", id: optionalFieldID, args: types_(param, fieldRefType), result: result, impl: optionalField},
		{name: "@has", id: hasID, args: types_(param, fieldRefType), result: types.BoolType, impl: hasField, nonStrict: true},
		{name: "@hasOptional", id: hasOptionalID, args: types_(param, fieldRefType), result: types.BoolType, impl: hasOptional},
		{name: "@optionalIndex", id: optionalIndexID, args: types_(param, types.IntType), result: result, impl: optionalIndex},
	}
}

// optionalCall plans `x.?f`, `list[?i]` and an index into an optional list; false if it is none of them.
func (p *planner) optionalCall(e ast.Expr, name string, args []ast.Expr) bool {
	switch {
	case name == operators.OptSelect:
		field, ok := p.constantOf(args[1])
		if !ok {
			return false
		}
		text, _ := field.Value().(string)
		p.readField(e, args[0], text)
		return p.field(e, optionalFieldID, args[0], text)
	case name == operators.OptIndex, name == operators.Index && isOptional(p.typeOf(args[0])):
		if inner(p.typeOf(args[0])).Kind() != types.ListKind || inner(p.typeOf(args[1])).Kind() != types.IntKind || isOptional(p.typeOf(args[1])) {
			return false
		}
		p.hand(e, p.env.fns[optionalIndexID], args)
		return true
	}
	return false
}

// optionalSelect plans a field of an optional structure, which is optional itself.
func (p *planner) optionalSelect(e ast.Expr, sel ast.SelectExpr) bool {
	if !isOptional(p.typeOf(sel.Operand())) {
		return false
	}
	id := optionalFieldID
	if sel.IsTestOnly() {
		id = hasOptionalID
	}
	return p.field(e, id, sel.Operand(), sel.FieldName())
}

// has plans has(x.f) of the vocabulary's structures: what is absent has no fields, but of a resource that was
// not supplied nobody knows.
func (p *planner) has(e ast.Expr, sel ast.SelectExpr) bool {
	return sel.IsTestOnly() && p.field(e, hasID, sel.Operand(), sel.FieldName())
}

func hasField(ev *Eval, args []ref.Val) ref.Val {
	ref, ok := args[1].(fieldRef)
	if !ok {
		return args[1]
	}
	switch v := args[0].(type) {
	case *types.Err:
		return v
	case *types.Unknown:
		for _, m := range ev.missingOf(v) {
			if !m.Element {
				return v
			}
		}
		return types.False
	case *node:
		if !v.json.Exists() {
			return v.absent("")
		}
	}
	return types.Bool(ref.field.IsSet(args[0].Value()))
}

func (p *planner) field(e ast.Expr, id string, operand ast.Expr, name string) bool {
	t := inner(p.typeOf(operand))
	if t.Kind() != types.StructKind {
		return false
	}
	f, ok := p.scope.types(p.env.provider).FindStructFieldType(t.TypeName(), name)
	if !ok {
		return false
	}
	field := p.fac.NewIdent(p.id(), "@const")
	p.constant(field, fieldRef{field: f})
	p.hand(e, p.env.fns[id], []ast.Expr{operand, field})
	return true
}

func isOptionalSelect(e ast.Expr) bool {
	return e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.OptSelect
}

// selectedBy returns what a field is of, and its name, in `x.f` and in `x.?f`.
func selectedBy(e ast.Expr) (operand ast.Expr, field string) {
	if isOptionalSelect(e) {
		field, _ = e.AsCall().Args()[1].AsLiteral().Value().(string)
		return e.AsCall().Args()[0], field
	}
	return e.AsSelect().Operand(), e.AsSelect().FieldName()
}

func isOptional(t *types.Type) bool { return t.TypeName() == "optional_type" }

func inner(t *types.Type) *types.Type {
	if isOptional(t) && len(t.Parameters()) == 1 {
		return t.Parameters()[0]
	}
	return t
}

// A fieldRef is a field that an expression names, known when it is planned.
type fieldRef struct {
	opaque
	field *types.FieldType
}

var fieldRefType = types.NewOpaqueType("@field")

func (fieldRef) Type() ref.Type { return fieldRefType }
func (v fieldRef) Value() any   { return v }

// present is what an optional holds; a value that is none is itself.
func present(v ref.Val) (ref.Val, bool) {
	o, ok := v.(*types.Optional)
	if !ok {
		return v, true
	}
	if !o.HasValue() {
		return nil, false
	}
	return o.GetValue(), true
}

func optional(v ref.Val) ref.Val {
	if types.IsUnknownOrError(v) {
		return v
	}
	return types.OptionalOf(v)
}

func optionalField(ev *Eval, args []ref.Val) ref.Val {
	field := args[1].(fieldRef).field
	v, ok := present(args[0])
	if n, is := v.(*node); is && !n.json.Exists() {
		return n.absent("")
	}
	if !ok || !field.IsSet(v.Value()) {
		return types.OptionalNone
	}
	out, err := field.GetFrom(v.Value())
	if err != nil {
		return ev.fail(err)
	}
	return optional(adapter{}.NativeToValue(out))
}

func hasOptional(_ *Eval, args []ref.Val) ref.Val {
	v, ok := present(args[0])
	if n, is := v.(*node); is && !n.json.Exists() {
		return n.absent("")
	}
	return types.Bool(ok && args[1].(fieldRef).field.IsSet(v.Value()))
}

// optionalIndex is none past the end of a list, and unknown past the end of an open one.
func optionalIndex(_ *Eval, args []ref.Val) ref.Val {
	v, ok := present(args[0])
	list, isList := v.(traits.Lister)
	i, isInt := args[1].(types.Int)
	switch {
	case !ok:
		return types.OptionalNone
	case !isList || !isInt:
		return types.MaybeNoSuchOverloadErr(args[0])
	}
	size, open := list.Size(), ref.Val(types.OptionalNone)
	if l, ours := v.(*listVal); ours {
		size = types.Int(len(l.items))
		if l.open != nil {
			open = l.open
		}
	}
	switch n, ok := size.(types.Int); {
	case i < 0 || !ok:
		return types.OptionalNone
	case i < n:
		return optional(list.Get(i))
	}
	return open
}

package expr

import (
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
)

// A field is an element of the focus, or a cell of the row, as an argument of a call: what most conditions are
// about. It does what CEL's own node does for a variable of a type that is known, and asks that for all else.
type field struct {
	interpreter.InterpretableV2
	variable string
	of       *structType
	get      func(target any) (any, error)
}

// structures are the types of the variables whose fields are read so.
func (s *Scope) structures(p *provider) map[string]*structType {
	out := map[string]*structType{}
	if s.Focus != "" {
		out[s.Focus] = p.structure(s.Of)
	}
	if s.Row != "" && s.Table != nil {
		out[s.Row] = s.Table.row
	}
	return out
}

// field replaces an argument that is one field of one of the structures; anything else stays.
func (l loops) field(arg interpreter.InterpretableV2) interpreter.InterpretableV2 {
	read, ok := arg.(interpreter.InterpretableAttribute)
	if !ok {
		return arg
	}
	attr, ok := read.Attr().(interpreter.NamespacedAttribute)
	if !ok || len(attr.CandidateVariableNames()) != 1 || len(attr.Qualifiers()) != 1 || attr.Qualifiers()[0].IsOptional() {
		return arg
	}
	variable := attr.CandidateVariableNames()[0]
	qualifier, ok := attr.Qualifiers()[0].(interpreter.ConstantQualifier)
	of := l.structures[variable]
	if !ok || of == nil {
		return arg
	}
	name, _ := qualifier.Value().(types.String)
	if f := of.fields[string(name)]; f != nil {
		return &field{arg, variable, of, f.GetFrom}
	}
	return arg
}

// Exec implements interpreter.InterpretableV2.
func (f *field) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	target, _ := frame.ResolveName(f.variable)
	if v, ok := target.(ref.Val); ok && f.isOf(v) {
		if found, err := f.get(target); err == nil {
			if val, ok := found.(ref.Val); ok && !types.IsUnknownOrError(val) {
				return val
			}
		}
	}
	return f.InterpretableV2.Exec(frame)
}

// isOf reports whether a value is of the structure.
func (f *field) isOf(v ref.Val) bool {
	switch v := v.(type) {
	case *node:
		return v.typ == f.of
	case *rowVal:
		return v.row.table.row == f.of
	}
	return false
}

// Eval implements interpreter.InterpretableV2.
func (f *field) Eval(vars interpreter.Activation) ref.Val { return f.Exec(interpreter.AsFrame(vars)) }

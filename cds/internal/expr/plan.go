package expr

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// A planner rewrites a checked expression into what is evaluated, where CEL's own meaning is not three-
// valued or not bounded:
//
//   - calls of the vocabulary are handed the evaluation, constant ones are folded;
//   - `a != b` becomes `!(a == b)`: CEL's turns unknown into true;
//   - `list[i]` past the end is unknown, not an error;
//   - `+` of lists and texts is bounded;
//   - `x.?f` and `x[?i]` know the vocabulary's types and open lists;
//   - an open list given to a function that knows nothing of them makes it unknown;
//   - codes, params and tables become constants.
type planner struct {
	env    *Env
	scope  *Scope
	ast    *ast.AST
	fac    ast.ExprFactory
	nextID int64
	accus  map[string]bool
	reads  map[string]bool // the FHIR types that are read
	asks   []Ask           // what is read of them
	tested map[string]bool // the fields of the context that are tested for
	locals map[string]bool // the names that loops give
	evals  map[int64]bool  // where the evaluation is handed
	units  []error
	// params are the places at which codes of a Program are named, handed those where a function takes them.
	params, handed int
}

func (e *Env) newPlanner(s *Scope, a *ast.AST) *planner {
	return &planner{env: e, scope: s, ast: a, fac: ast.NewExprFactory(), nextID: ast.MaxID(a) + 1, accus: map[string]bool{}, reads: map[string]bool{}, tested: map[string]bool{}, locals: map[string]bool{}, evals: map[int64]bool{}}
}

func (p *planner) run() {
	ast.PreOrderVisit(p.ast.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.ComprehensionKind {
			loop := e.AsComprehension()
			for _, name := range []string{loop.IterVar(), loop.IterVar2(), loop.AccuVar()} {
				p.locals[name] = true
			}
			if accu := loop.AccuVar(); strings.HasPrefix(accu, "@") { // not of cel.bind, which an author names
				p.accus[accu] = true
			}
		}
	}))
	ast.PostOrderVisit(p.ast.Expr(), ast.NewExprVisitor(p.visit))
}

func (p *planner) visit(e ast.Expr) {
	switch e.Kind() {
	case ast.IdentKind:
		p.ident(e)
	case ast.SelectKind:
		p.selected(e)
	case ast.CallKind:
		p.call(e)
	}
}

func (p *planner) typeOf(e ast.Expr) *types.Type {
	if t, ok := p.ast.TypeMap()[e.ID()]; ok {
		return t
	}
	return types.DynType
}

func (p *planner) ident(e ast.Expr) {
	name := e.AsIdent()
	if r := p.ast.ReferenceMap()[e.ID()]; r == nil || r.Value != nil {
		return
	}
	if codes, ok := p.scope.Names.Codes[name]; ok && p.typeOf(e).IsExactType(codesType) {
		p.constant(e, codes.val)
		p.params += countParams(codes.val)
	}
	if t, ok := p.scope.Names.Tables[name]; ok && p.typeOf(e).IsExactType(tableType) {
		p.constant(e, tableVal{table: t})
	}
}

// constant replaces an expression by a value. The planner of CEL takes the value of a reference.
func (p *planner) constant(e ast.Expr, v ref.Val) {
	e.SetKindCase(p.fac.NewIdent(e.ID(), "@const"))
	p.ast.ReferenceMap()[e.ID()] = &ast.ReferenceInfo{Name: "@const", Value: v}
}

func (p *planner) constantOf(e ast.Expr) (ref.Val, bool) {
	if e.Kind() == ast.LiteralKind {
		return e.AsLiteral(), true
	}
	if e.Kind() == ast.IdentKind {
		if r := p.ast.ReferenceMap()[e.ID()]; r != nil && r.Value != nil {
			return r.Value, true
		}
	}
	return nil, false
}

func (p *planner) selected(e ast.Expr) {
	sel := e.AsSelect()
	p.readField(e, sel.Operand(), sel.FieldName())
	if p.optionalSelect(e, sel) || p.has(e, sel) {
		return
	}
	if sel.IsTestOnly() || sel.Operand().Kind() != ast.IdentKind || sel.Operand().AsIdent() != "params" {
		return
	}
	if v, ok := p.scope.Names.Params[sel.FieldName()]; ok {
		p.constant(e, v.val)
	}
}

// readField notes what a field of the patient or of the context reads.
func (p *planner) readField(e, operand ast.Expr, name string) {
	switch of := inner(p.typeOf(operand)).TypeName(); {
	case isMedication(of) && name == "drug":
		p.ask(e, []source{drugs}, nil)
	case of == "Patient":
		for _, list := range patientLists {
			if list.name == name {
				p.readTypes(list.of)
				p.ask(e, list.sources, nil)
				return
			}
		}
		p.ask(e, []source{patientItself}, nil)
	case of == contextType.TypeName():
		field := "context." + name
		if e.Kind() == ast.SelectKind && e.AsSelect().IsTestOnly() || e.Kind() == ast.CallKind {
			p.tested[field] = true
			return
		}
		p.ask(e, []source{{via: field}}, nil)
	}
}

func (p *planner) readTypes(names ...string) {
	for _, name := range names {
		p.reads[name] = true
	}
}

func (p *planner) call(e ast.Expr) {
	call := e.AsCall()
	info := p.ast.ReferenceMap()[e.ID()]
	if info == nil {
		return
	}
	args := call.Args()
	if call.IsMemberFunction() {
		args = append([]ast.Expr{call.Target()}, args...)
	}
	name := call.FunctionName()
	if name == operators.NotEquals {
		p.notEquals(e, args)
		return
	}
	if p.optionalCall(e, name, args) {
		return
	}
	id := p.overload(name, info, args)
	if f := p.env.fns[id]; f != nil {
		p.ask(e, f.sources, args)
		if !p.fold(e, f, args) {
			p.hand(e, f, args)
		}
		return
	}
	p.closeLists(name, call, args)
}

// overload is the id of the overload that a call means. Operators of CEL that must be bounded or three-
// valued have twins of ours.
func (p *planner) overload(name string, info *ast.ReferenceInfo, args []ast.Expr) string {
	if name == operators.Equals && len(args) == 2 {
		return fmt.Sprintf("%s(%s,%s)", name, p.typeOf(args[0]), p.typeOf(args[1]))
	}
	if len(info.OverloadIDs) != 1 {
		return ""
	}
	id := info.OverloadIDs[0]
	switch id {
	case overloads.AddString, overloads.AddList, overloads.AddBytes:
		if args[0].Kind() == ast.IdentKind && p.accus[args[0].AsIdent()] {
			return "" // of a macro: an element more for each iteration
		}
	}
	return id
}

// hand makes a call of the vocabulary one of its hidden twin, with the evaluation as first argument.
func (p *planner) hand(e ast.Expr, f *function, args []ast.Expr) {
	for _, arg := range args {
		if v, ok := p.constantOf(arg); ok {
			p.handed += countParams(v)
		}
	}
	e.SetKindCase(p.fac.NewCall(e.ID(), p.env.twin(f.id), append([]ast.Expr{p.evalIdent()}, args...)...))
	p.ast.ReferenceMap()[e.ID()] = &ast.ReferenceInfo{OverloadIDs: []string{p.env.twin(f.id)}}
}

// fold evaluates a call that depends on nothing but constants.
func (p *planner) fold(e ast.Expr, f *function, args []ast.Expr) bool {
	if !f.pure {
		return false
	}
	values := make([]ref.Val, len(args))
	for i, arg := range args {
		v, ok := p.constantOf(arg)
		if !ok || countParams(v) > 0 {
			return false
		}
		values[i] = v
	}
	v := f.impl(nil, values)
	if err, ok := v.(*types.Err); ok {
		p.units = append(p.units, &foldError{id: e.ID(), err: err.Unwrap()})
		return false
	}
	if types.IsUnknown(v) {
		return false
	}
	p.constant(e, v)
	return true
}

type foldError struct {
	id  int64
	err error
}

func (f *foldError) Error() string { return f.err.Error() }

func (p *planner) notEquals(e ast.Expr, args []ast.Expr) {
	equal := p.fac.NewCall(p.id(), operators.Equals, args...)
	p.ast.TypeMap()[equal.ID()] = types.BoolType
	p.ast.ReferenceMap()[equal.ID()] = &ast.ReferenceInfo{OverloadIDs: []string{overloads.Equals}}
	e.SetKindCase(p.fac.NewCall(e.ID(), operators.LogicalNot, equal))
	p.ast.ReferenceMap()[e.ID()] = &ast.ReferenceInfo{OverloadIDs: []string{overloads.LogicalNot}}
	p.call(equal)
}

// unaware are CEL's functions that take open lists as they are.
var unaware = []string{operators.In, operators.Index, overloads.Size, operators.Conditional, operators.LogicalAnd, operators.LogicalOr,
	operators.LogicalNot, operators.NotStrictlyFalse, operators.Equals, operators.Add}

// closeLists guards the arguments of functions that know nothing of open lists, nor of limits: what they do
// with a list or a text counts as iterations.
func (p *planner) closeLists(name string, call ast.CallExpr, args []ast.Expr) {
	if slices.Contains(unaware, name) {
		return
	}
	for _, arg := range args {
		guard := ""
		switch {
		case p.typeOf(arg).Kind() == types.ListKind && arg.Kind() != ast.ListKind:
			guard = closedID
		case p.typeOf(arg).Kind() == types.StringKind && arg.Kind() != ast.LiteralKind:
			guard = chargedID
		default:
			continue
		}
		inner := p.fac.CopyExpr(arg)
		p.copyInfo(arg, inner)
		arg.SetKindCase(p.fac.NewCall(arg.ID(), hidden(guard), p.evalIdent(), inner))
		p.ast.ReferenceMap()[arg.ID()] = &ast.ReferenceInfo{OverloadIDs: []string{hidden(guard)}}
	}
}

func (p *planner) evalIdent() ast.Expr {
	ev := p.fac.NewIdent(p.id(), "@ev")
	p.evals[ev.ID()] = true
	p.ast.ReferenceMap()[ev.ID()] = &ast.ReferenceInfo{Name: "@ev"}
	p.ast.TypeMap()[ev.ID()] = evalType
	return ev
}

// copyInfo gives a copied expression ids of its own, with the types and references of the original.
func (p *planner) copyInfo(from, to ast.Expr) {
	to.RenumberIDs(func(old int64) int64 {
		id := p.id()
		if t, ok := p.ast.TypeMap()[old]; ok {
			p.ast.TypeMap()[id] = t
		}
		if r, ok := p.ast.ReferenceMap()[old]; ok {
			p.ast.ReferenceMap()[id] = r
		}
		return id
	})
}

func (p *planner) id() int64 {
	p.nextID++
	return p.nextID
}

// Texts and lists that `+` makes are no longer than this.
const maxList = 100_000

const (
	closedID  = "closed(list)"
	chargedID = "charged(string)"
)

// planned are the functions that only the planner calls.
func planned() []*function {
	anyList := types.NewListType(types.NewTypeParamType("T"))
	param := types.NewTypeParamType("T")
	return append(optionalFunctions(), []*function{
		{name: "@charged", id: chargedID, args: types_(types.StringType), result: types.StringType, impl: charged},
		{name: "@closed", id: closedID, args: types_(anyList), result: anyList, impl: closed},
		{name: "@index", id: overloads.IndexList, args: types_(anyList, types.IntType), result: param, impl: index},
		{name: "@add", id: overloads.AddString, args: types_(types.StringType, types.StringType), result: types.StringType, impl: addStrings},
		{name: "@add", id: overloads.AddBytes, args: types_(types.BytesType, types.BytesType), result: types.BytesType, impl: addBytes},
		{name: "@add", id: overloads.AddList, args: types_(anyList, anyList), result: anyList, impl: addLists},
	}...)
}

// maxGiven is the longest list that a function which compares each element with each other is given.
const maxGiven = 2_000

func closed(ev *Eval, args []ref.Val) ref.Val {
	if l, ok := args[0].(*listVal); ok {
		if missing := l.missing(); missing != nil {
			return missing
		}
	}
	if l, ok := args[0].(traits.Sizer); ok {
		n, _ := l.Size().(types.Int)
		if n > maxGiven {
			return ev.fail(fmt.Errorf("a list of %d elements is too long here: at most %d", n, maxGiven))
		}
		ev.charge(int(n * n / 64))
	}
	return args[0]
}

// charged counts the work on a text by its length.
func charged(ev *Eval, args []ref.Val) ref.Val {
	if s, ok := args[0].(types.String); ok {
		ev.charge(len(s) / 64)
	}
	return args[0]
}

func index(ev *Eval, args []ref.Val) ref.Val {
	l, ok := args[0].(traits.Lister)
	i, isInt := args[1].(types.Int)
	if !ok || !isInt {
		return types.MaybeNoSuchOverloadErr(args[0])
	}
	if i < 0 {
		return ev.fail(fmt.Errorf("a list has no element %d", i))
	}
	if ours, ok := l.(*listVal); ok {
		switch {
		case int(i) < len(ours.items):
			return ours.items[i]
		case ours.open != nil:
			return ours.open
		}
	} else if n, ok := l.Size().(types.Int); ok && i < n {
		return l.Get(i)
	}
	if ours, ok := l.(*listVal); ok && ours.owner != nil {
		return ours.owner.absent(fmt.Sprintf("%s[%d]", ours.name, i))
	}
	m := Missing{Reason: fmt.Sprintf("the list has no element %d", i)}
	if ours, ok := l.(*listVal); ok {
		m.Resource = ours.name
	}
	return ev.unknown(m)
}

func addStrings(ev *Eval, args []ref.Val) ref.Val {
	a, b := args[0].(types.String), args[1].(types.String)
	if len(a)+len(b) > MaxString {
		return ev.fail(fmt.Errorf("a text grew longer than %d bytes", MaxString))
	}
	return a + b
}

func addBytes(ev *Eval, args []ref.Val) ref.Val {
	a, b := args[0].(types.Bytes), args[1].(types.Bytes)
	if len(a)+len(b) > MaxString {
		return ev.fail(fmt.Errorf("bytes grew longer than %d", MaxString))
	}
	return a.Add(b)
}

func addLists(ev *Eval, args []ref.Val) ref.Val {
	out := &listVal{}
	for _, arg := range args {
		for it := arg.(traits.Lister).Iterator(); it.HasNext() == types.True; {
			item := it.Next()
			if l, ok := arg.(*listVal); ok && types.IsUnknown(item) && item == l.open {
				out.open = item
				break
			}
			out.items = append(out.items, item)
			if len(out.items) > maxList {
				return ev.fail(fmt.Errorf("a list grew longer than %d elements", maxList))
			}
		}
	}
	return out
}

// readsOf returns the FHIR types that an expression reads, sorted.
func (p *planner) readsOf() []string { return slices.Sorted(maps.Keys(p.reads)) }

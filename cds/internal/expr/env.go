package expr

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/decls"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/ext"

	"github.com/primum-cds/primum/cds/internal/fhir"
	"github.com/primum-cds/primum/cds/terminology"
)

// Limits on what an author may write: beyond them an expression is refused at load.
const (
	maxSource  = 16 << 10 // characters
	maxNodes   = 2_000
	maxNesting = 3 // comprehensions within one another
	maxDepth   = 60
)

// An Env compiles expressions. It is immutable and concurrent.
type Env struct {
	base     *cel.Env
	provider *provider
	fns      map[string]*function // by the id of their overload

	mu     sync.Mutex
	scopes map[string]*cel.Env
}

// NewEnv returns an Env with the vocabulary, whose codes it interns, and a program's own functions.
func NewEnv(schema *fhir.Schema, in *terminology.Interner, custom []Custom) (*Env, error) {
	p := newProvider(schema)
	codes, err := vocabularyCodes(in)
	if err != nil {
		return nil, err
	}
	p.codes = codes
	e := &Env{provider: p, fns: map[string]*function{}, scopes: map[string]*cel.Env{}}
	all := slices.Concat(p.patientFunctions(), p.resultFunctions(), p.calculations(), p.doseFunctions(), p.resourceFunctions(),
		literalFunctions(), membershipFunctions(), compareFunctions(), planned())
	for _, f := range all {
		if f.id == "" {
			f.id = overloadID(f)
		}
		e.fns[f.id] = f
	}
	libraries, err := cel.NewCustomEnv(cel.StdLib(), cel.OptionalTypes(), ext.Strings(), ext.Math(), ext.Lists(), ext.Sets(),
		ext.Bindings(), ext.TwoVarComprehensions())
	if err != nil {
		return nil, fmt.Errorf("the vocabulary cannot be built: %w", err)
	}
	p.cel = libraries.CELTypeProvider()
	more, err := customFunctions(custom, all, libraries)
	if err != nil {
		return nil, err
	}
	for _, f := range more {
		e.fns[f.id] = f
	}
	all = append(all, more...)
	opts := []cel.EnvOption{
		cel.CustomTypeProvider(p), cel.CustomTypeAdapter(adapter{}),
		cel.Macros(resourcesMacro(p)), cel.EnableMacroCallTracking(),
		cel.ParserExpressionSizeLimit(maxSource), cel.ParserRecursionLimit(maxDepth),
		cel.DefaultUTCTimeZone(true), cel.CrossTypeNumericComparisons(false),
		cel.Variable("patient", patientType), cel.Variable("now", dateType), cel.Variable("context", contextType),
	}
	opts = append(opts, declare(all)...)
	p.types["Context"] = contextStruct()
	base, err := libraries.Extend(opts...)
	if err != nil {
		return nil, fmt.Errorf("the vocabulary cannot be built: %w", err)
	}
	e.base = base
	return e, nil
}

// Names are what a pack's expressions can name: its codes, params and tables.
type Names struct {
	Pack   string
	Codes  map[string]Codes
	Params map[string]Value
	Tables map[string]*Table
	params *structType
}

// A Scope is what one expression can name beyond the pack's names. Its variables are resolved in the
// order of Lets, so that a `let` sees those before it.
type Scope struct {
	Names *Names
	Focus string // the name of the focus, "" for none
	Of    string // its FHIR type
	Row   string // the name of the row, "" for none
	Table *Table
	Lets  []variable
	Later []string // lets that stand further down, which cannot be named yet
	// NoRecord leaves out everything that is read from a patient: an indicator may depend on row and
	// params alone.
	NoRecord bool
}

// A variable is a name with the type of the expression behind it.
type variable struct {
	name string
	typ  *types.Type
}

// With returns the scope with one more variable: what p comes to. A nil p is one that could not be
// compiled: what names it is not told that there is no such name.
func (s *Scope) With(name string, p *Program) *Scope {
	t := types.ErrorType
	if p != nil {
		t = p.typ
	}
	out := *s
	out.Lets = append(slices.Clone(s.Lets), variable{name, t})
	return &out
}

// broken reports whether a let of the scope could not be compiled.
func (s *Scope) broken() bool {
	return slices.ContainsFunc(s.Lets, func(v variable) bool { return v.typ == types.ErrorType })
}

func (s *Scope) key() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s|%s:%s|%s", s.Names.Pack, s.Focus, s.Of, s.Row)
	if s.Table != nil {
		b.WriteString(":" + s.Table.Name)
	}
	for _, l := range s.Lets {
		b.WriteString("|" + l.name + ":" + l.typ.String())
	}
	return b.String()
}

// scope returns the CEL environment of a scope, which rules of one shape share.
func (e *Env) scope(s *Scope) (*cel.Env, error) {
	key := s.key()
	e.mu.Lock()
	defer e.mu.Unlock()
	if env := e.scopes[key]; env != nil {
		return env, nil
	}
	more := []*structType{s.Names.paramsStruct()}
	opts := []cel.EnvOption{cel.Variable("params", s.Names.paramsStruct().cel)}
	for name := range s.Names.Codes {
		opts = append(opts, cel.Variable(name, codesType))
	}
	for name := range s.Names.Tables {
		opts = append(opts, cel.Variable(name, tableType))
	}
	if s.Table != nil {
		more = append(more, s.Table.row)
		opts = append(opts, cel.Variable(s.Row, s.Table.row.cel))
	}
	if s.Focus != "" {
		opts = append(opts, cel.Variable(s.Focus, types.NewObjectType(s.Of)))
	}
	for _, l := range s.Lets {
		opts = append(opts, cel.Variable(l.name, l.typ))
	}
	env, err := e.base.Extend(append(opts, cel.CustomTypeProvider(e.provider.with(more...)))...)
	if err != nil {
		return nil, err
	}
	e.scopes[key] = env
	return env, nil
}

// HasType reports whether a rule can be asked about resources of a type.
func (e *Env) HasType(name string) bool {
	if name == "MedicationUse" {
		return true
	}
	t, ok := e.provider.schema.Type(name)
	return ok && t.Resource
}

// FocusTypes returns the types that a rule can be asked about.
func (e *Env) FocusTypes() []string {
	return append(e.provider.schema.Resources(), "MedicationUse")
}

// Reserved reports whether a name belongs to the vocabulary, so that no pack can take it.
func (e *Env) Reserved(name string) bool { return reservedWord(name) || global(e.base, name) }

func reservedWord(name string) bool {
	switch name {
	case "patient", "now", "context", "params", "row", "true", "false", "null", "in":
		return true
	}
	return slices.Contains(celReserved, name)
}

// global reports whether a name is that of a function that is called without a receiver.
func global(env *cel.Env, name string) bool {
	f, ok := env.Functions()[name]
	return ok && slices.ContainsFunc(f.OverloadDecls(), func(o *decls.OverloadDecl) bool { return !o.IsMemberFunction() })
}

var celReserved = []string{"as", "break", "const", "continue", "else", "for", "function", "if", "import",
	"let", "loop", "package", "namespace", "return", "var", "void", "while",
	"int", "uint", "double", "bool", "string", "bytes", "list", "map", "type", "dyn", "null_type"}

// contextType has the fields of the hooks' contexts that are not resources.
var contextType = types.NewObjectType("Context")

func contextStruct() *structType {
	t := &structType{name: "Context", cel: contextType, fields: map[string]*types.FieldType{}}
	for _, name := range []string{"userId", "patientId", "encounterId", "performer"} {
		t.names = append(t.names, name)
		t.fields[name] = &types.FieldType{
			Type: types.StringType,
			IsSet: func(target any) bool {
				_, ok := contextString(target, name)
				return ok
			},
			GetFrom: func(target any) (any, error) {
				if s, ok := contextString(target, name); ok {
					return types.String(s), nil
				}
				if c, ok := target.(contextVal); ok {
					return c.ev.unknown(Missing{Resource: "context", Path: name, Reason: "not in the request"}), nil
				}
				return target, nil
			},
		}
	}
	return t
}

type contextVal struct {
	opaque
	ev *Eval
}

func (contextVal) Type() ref.Type { return contextType }
func (v contextVal) Value() any   { return v }

func contextString(target any, name string) (string, bool) {
	c, ok := target.(contextVal)
	if !ok {
		return "", false
	}
	s, ok := c.ev.Context[name].(string)
	return s, ok && s != ""
}

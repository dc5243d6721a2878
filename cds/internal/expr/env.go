package expr

import (
	"fmt"
	"slices"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/decls"
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
	twins    map[string]string    // their hidden names
	own      map[string]bool      // the names of functions that record their failures themselves
	globals  map[string]bool      // the names of functions that are called without a receiver

	mu     sync.Mutex
	scopes map[scopeKey]*scoping
	bare   map[scopeKey]*cel.Env // of scopes without their names: plans keep them
	plans  []*plan               // that were made since Forget
	// contexts are those of rules, by their hooks, and contextTypes their types, by the fields.
	contexts     map[string]*Context
	contextTypes map[string]*structType

	asked sync.Map // the names of the vocabulary's own codes that lists are asked for
}

// NewEnv returns an Env with the vocabulary, whose codes it interns, and a program's own functions.
func NewEnv(schema *fhir.Schema, in *terminology.Interner, custom []Custom) (*Env, error) {
	p := newProvider(schema)
	var err error
	if p.codes, p.broad, err = vocabularyCodes(in); err != nil {
		return nil, err
	}
	e := &Env{provider: p, fns: map[string]*function{}, twins: map[string]string{}, own: map[string]bool{}, globals: map[string]bool{}, scopes: map[scopeKey]*scoping{}, bare: map[scopeKey]*cel.Env{}, contexts: map[string]*Context{}, contextTypes: map[string]*structType{}}
	all := slices.Concat(p.patientFunctions(), p.resultFunctions(), p.calculations(), p.calculators(), p.scores(), scoreFunctions(), p.doseFunctions(), p.resourceFunctions(),
		readNothing(slices.Concat(literalFunctions(), membershipFunctions(), compareFunctions(), planned())))
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
	for i := range maxAlike {
		opts = append(opts, cel.Variable(alikeName(i), codesType))
	}
	opts = append(opts, declare(all)...)
	base, err := libraries.Extend(opts...)
	if err != nil {
		return nil, fmt.Errorf("the vocabulary cannot be built: %w", err)
	}
	e.base = base
	for _, f := range e.fns {
		e.twins[f.id] = hidden(f.id)
		if operatorText(f.name) == "" { // those are also CEL's
			e.own[f.name] = true
		}
	}
	for name, f := range base.Functions() {
		e.globals[name] = global(f)
	}
	return e, nil
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
func (e *Env) Reserved(name string) bool { return reservedWord(name) || e.globals[name] }

func reservedWord(name string) bool {
	switch name {
	case "patient", "now", "context", "params", "row", "true", "false", "null", "in":
		return true
	}
	return slices.Contains(celReserved, name)
}

// global reports whether a function is called without a receiver.
func global(f *decls.FunctionDecl) bool {
	return slices.ContainsFunc(f.OverloadDecls(), func(o *decls.OverloadDecl) bool { return !o.IsMemberFunction() })
}

var celReserved = []string{"as", "break", "const", "continue", "else", "for", "function", "if", "import",
	"let", "loop", "package", "namespace", "return", "var", "void", "while",
	"int", "uint", "double", "bool", "string", "bytes", "list", "map", "type", "dyn", "null_type"}

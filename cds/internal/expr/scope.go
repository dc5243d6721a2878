package expr

import (
	"slices"
	"strings"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
)

// A Scope is what one expression can name beyond the pack's names. Its variables are resolved in the
// order of Lets, so that a `let` sees those before it.
type Scope struct {
	Names *Names
	Focus string // the name of the focus, "" for none
	Of    string // its FHIR type
	Row   string // the name of the row, "" for none
	Table *Table
	Lets  []variable
	// Context is what can be read of `context`; nil: nothing.
	Context *Context
	Later   []string // lets that stand further down, which cannot be named yet
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
		t = p.plan.typ
	}
	out := *s
	out.Lets = append(slices.Clone(s.Lets), variable{name, t})
	return &out
}

// broken reports whether a let of the scope could not be compiled.
func (s *Scope) broken() bool {
	return slices.ContainsFunc(s.Lets, func(v variable) bool { return v.typ == types.ErrorType })
}

// A scopeKey is what scopes have in common that share their compilers.
type scopeKey struct {
	names          *Names
	table          *Table
	context        *structType
	focus, of, row string
	lets           string
}

func (s *Scope) key() scopeKey {
	var lets strings.Builder
	for _, l := range s.Lets {
		lets.WriteString("|" + l.name + ":" + l.typ.String())
	}
	return scopeKey{s.Names, s.Table, s.contextStruct(), s.Focus, s.Of, s.Row, lets.String()}
}

// A scoping is what compiles expressions of one scope. Each of its environments is made when it is first
// asked for.
type scoping struct {
	alike     func() (*cel.Env, error) // codes have their numbers
	withCodes func() (*cel.Env, error) // codes have their names
	bare      *cel.Env                 // no names: what a plan keeps
	scope     *Scope                   // without what only problems depend on

	mu    sync.Mutex
	plans map[planKey]*plan // those of shapes; nil where expressions of a shape are compiled one by one
}

type planKey struct {
	shape    string
	noRecord bool
}

// scopeOf returns what compiles the expressions of a scope.
func (e *Env) scopeOf(s *Scope) (*scoping, error) {
	key := s.key()
	e.mu.Lock()
	defer e.mu.Unlock()
	if sc := e.scopes[key]; sc != nil {
		return sc, nil
	}
	bare, err := e.bareOf(s)
	if err != nil {
		return nil, err
	}
	sc := &scoping{bare: bare, plans: map[planKey]*plan{}}
	scope := *s
	scope.Later, scope.NoRecord = nil, false
	sc.scope = &scope
	sc.alike = sync.OnceValues(func() (*cel.Env, error) { return bare.Extend(scope.variables()...) })
	sc.withCodes = sync.OnceValues(func() (*cel.Env, error) {
		opts := scope.variables()
		for name := range scope.Names.Codes {
			opts = append(opts, cel.Variable(name, codesType))
		}
		return bare.Extend(opts...)
	})
	e.scopes[key] = sc
	return sc, nil
}

func (s *Scope) contextStruct() *structType {
	if s.Context == nil {
		return nil
	}
	return s.Context.structure
}

// types returns the types of a scope: the vocabulary's, and those of its params, row and context.
func (s *Scope) types(vocabulary *provider) *provider {
	more := []*structType{s.Names.paramsStruct()}
	if s.Table != nil {
		more = append(more, s.Table.row)
	}
	if s.Context != nil {
		more = append(more, s.Context.structure)
	}
	return vocabulary.with(more...)
}

// bareOf returns the environment with the types of a scope and none of its names.
func (e *Env) bareOf(s *Scope) (*cel.Env, error) {
	key := scopeKey{names: s.Names, table: s.Table, context: s.contextStruct()}
	if env := e.bare[key]; env != nil {
		return env, nil
	}
	env, err := e.base.Extend(cel.CustomTypeProvider(s.types(e.provider)))
	if err != nil {
		return nil, err
	}
	e.bare[key] = env
	return env, nil
}

// Share returns the one of all scopes that name the same things, of which a program needs no more.
func (e *Env) Share(s *Scope) *Scope {
	sc, err := e.scopeOf(s)
	if err != nil {
		return s
	}
	return sc.scope
}

// keep notes a plan that has more than evaluation needs.
func (e *Env) keep(p *plan) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.plans = append(e.plans, p)
}

// Forget gives back what is needed to compile many expressions. The next one makes it anew.
func (e *Env) Forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.scopes = map[scopeKey]*scoping{}
	for _, p := range e.plans {
		p.outlook.Store(nil)
	}
	e.plans = nil
}

// variables declares all names of the scope but those of codes.
func (s *Scope) variables() []cel.EnvOption {
	opts := []cel.EnvOption{cel.Variable("params", s.Names.paramsStruct().cel)}
	for name := range s.Names.Tables {
		opts = append(opts, cel.Variable(name, tableType))
	}
	if s.Table != nil {
		opts = append(opts, cel.Variable(s.Row, s.Table.row.cel))
	}
	if s.Focus != "" {
		opts = append(opts, cel.Variable(s.Focus, types.NewObjectType(s.Of)))
	}
	for _, l := range s.Lets {
		opts = append(opts, cel.Variable(l.name, l.typ))
	}
	return opts
}

package expr

import (
	"slices"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/temporal"
)

// A source is what a function reads of a record. Each function of the vocabulary is declared with its
// sources: from them is derived what must be fetched for a rule.
type source struct {
	of      string        // a FHIR type; "" for a field of the context
	via     string        // Listed or one of the others; "" is Listed
	adds    bool          // what is there is read, what is not is not waited for
	codes   string        // the name of the vocabulary's own codes
	word    string        // it is read where the first argument is this word; "": always
	codesIn int           // the argument with the codes, counted from the receiver, 0; 0: any code, or codes
	current bool          // those that are current are enough
	since   temporal.Span // the look-back; zero: all of time
	sinceIn int           // the argument with the look-back; 0: none
}

// nothing are the sources of a function that reads its arguments alone.
var nothing = []source{}

// readNothing declares functions that read their arguments alone.
func readNothing(fns []*function) []*function {
	for _, f := range fns {
		f.sources = nothing
	}
	return fns
}

// How a source is reached, where it is no field of the context.
const (
	Listed     = "patient"             // it is one of the resources of the patient
	Referenced = "reference"           // what is there refers to it
	InContext  = "context.encounterId" // the context names it; those in progress where it names none
)

// An Ask is what an expression reads of a record.
type Ask struct {
	Type    string // a FHIR type; "" for a field of the context, which Via names
	Via     string // Listed, Referenced, InContext, or "context.performer"
	Codes   []CodesRef
	Any     bool // any code, whatever Codes are
	Current bool
	Adds    bool
	Days    int // how long the look-back is at most; 0: all of time

	expr int64 // what asks
}

var (
	patientItself = source{of: "Patient"}
	drugs         = source{of: "Medication", via: Referenced}
	prescriptions = source{of: "MedicationRequest", via: Referenced}
	bodyWeights   = source{of: "Observation", codes: "weight", since: adultWeightWindow}
	bodyHeights   = source{of: "Observation", codes: "height", since: adultHeightWindow}
)

// medicationSources are all types that tell of medications, each as the first of them is read. Orders and
// statements make up the list; dispenses and administrations only add to it.
func medicationSources(like source) []source {
	out := []source{drugs}
	for _, of := range medicationTypes {
		like.of, like.adds = of, !slices.Contains(medicationLists, of)
		out = append(out, like)
	}
	return out
}

// MedicationAsks are what a rule about medications of a type reads when it reviews the record.
func MedicationAsks() []Ask {
	var out []Ask
	for _, s := range medicationSources(source{current: true}) {
		out = append(out, s.ask())
	}
	return out
}

// ask is what a source asks whatever the arguments are.
func (s source) ask() Ask {
	a := Ask{Type: s.of, Via: s.via, Current: s.current, Adds: s.adds, Any: true, Days: days(s.since)}
	if s.via == "" {
		a.Via = Listed
	}
	return a
}

// days is how many days a look-back may take; 0 for none.
func days(s temporal.Span) int {
	if s == (temporal.Span{}) {
		return 0
	}
	return s.MostDays() + 1 // the whole of the day on which it begins
}

// ask notes what a call, or a field, reads.
func (p *planner) ask(e ast.Expr, sources []source, args []ast.Expr) {
	for _, s := range sources {
		if v, ok := p.wordOf(s, args); ok && v != types.String(s.word) {
			continue
		}
		a := s.ask()
		a.expr = e.ID()
		switch {
		case s.codes == "":
		case s.of == "Observation":
			a.Codes, a.Any = []CodesRef{{set: p.env.provider.codes[s.codes].set}}, false
		default: // lists are read as a whole
			p.env.asked.Store(s.codes, true)
		}
		if s.codesIn > 0 && s.codesIn < len(args) {
			refs, ok := p.codesOf(args[s.codesIn])
			a.Codes, a.Any = refs, !ok
		}
		if s.sinceIn > 0 && s.sinceIn < len(args) {
			if v, ok := p.constantOf(args[s.sinceIn]); ok {
				a.Days = lookBack(v)
			}
		}
		p.asks = append(p.asks, a)
		if s.of != "" && s.of != "Patient" {
			p.readTypes(s.of)
		}
	}
}

// wordOf is the word that a call stands with, where one decides what is read and it stands in the rule.
func (p *planner) wordOf(s source, args []ast.Expr) (ref.Val, bool) {
	if s.word == "" || len(args) < 2 {
		return nil, false
	}
	return p.constantOf(args[1])
}

// lookBack is how many days a window takes; 0 where that depends on when it is asked.
func lookBack(v ref.Val) int {
	span, ok := v.(spanVal)
	if !ok {
		return 0
	}
	return max(1, days(span.s))
}

// codesOf tells which codes an argument may be; false if it may be any.
func (p *planner) codesOf(e ast.Expr) ([]CodesRef, bool) {
	if v, ok := p.constantOf(e); ok {
		switch v := v.(type) {
		case codesVal:
			return []CodesRef{{set: v.set}}, true
		case codesParam:
			return []CodesRef{{param: v.n + 1}}, true
		}
		return nil, false
	}
	switch e.Kind() {
	case ast.IdentKind:
		if slices.ContainsFunc(p.scope.Lets, func(l variable) bool { return l.name == e.AsIdent() }) && !p.locals[e.AsIdent()] {
			return []CodesRef{{let: e.AsIdent()}}, true
		}
	case ast.SelectKind:
		t, sel := p.scope.Table, e.AsSelect()
		if t == nil || sel.IsTestOnly() || p.typeOf(sel.Operand()).TypeName() != t.row.name {
			return nil, false
		}
		column := t.Column(sel.FieldName())
		return []CodesRef{{column: column}}, column >= 0 && t.Types[column] == "codes"
	case ast.CallKind:
		call := e.AsCall()
		if call.FunctionName() != operators.Conditional {
			return nil, false
		}
		a, okA := p.codesOf(call.Args()[1])
		b, okB := p.codesOf(call.Args()[2])
		return append(a, b...), okA && okB
	}
	return nil, false
}

// asksOf returns what an expression reads. A field of the context that it also tests for is one that it can
// do without.
func (p *planner) asksOf() []Ask {
	return slices.DeleteFunc(p.asks, func(a Ask) bool { return a.Type == "" && p.tested[a.Via] })
}

// Asks returns what the expression reads of a record; lets are those it may name. What a let reads is not
// among it.
func (p *Program) Asks(lets map[string]*Program) []Ask {
	out := slices.Clone(p.plan.asks)
	for i := range out {
		var codes []CodesRef
		for _, c := range out[i].Codes {
			if c, ok := p.given(c, lets); ok {
				codes = append(codes, c)
			} else {
				out[i].Any = true
			}
		}
		out[i].Codes = codes
	}
	return out
}

// given is what codes are that the plan leaves open, or a let names.
func (p *Program) given(c CodesRef, lets map[string]*Program) (CodesRef, bool) {
	for c.let != "" {
		if p = lets[c.let]; p == nil || p.outlook().codes == nil {
			return c, false
		}
		c = *p.outlook().codes
	}
	if c.param > 0 {
		return CodesRef{set: p.codes[c.param-1].(codesVal).set}, true
	}
	return c, true
}

// AskedAt returns where in the expression an Ask of it arises, in characters.
func (p *Program) AskedAt(a Ask) int {
	offset := 0
	if c, ok := p.written(); ok {
		ast.PreOrderVisit(c.parsed.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
			if e.ID() == a.expr {
				offset = c.start(e)
			}
		}))
	}
	return offset
}

package cds

import (
	"cmp"
	"slices"

	"github.com/primum-cds/primum/cds/internal/expr"
	"github.com/primum-cds/primum/cds/internal/fhir"
	"github.com/primum-cds/primum/cds/terminology"
)

// A Read is what rules read to be decided, and to write their cards: what a search must bring.
type Read struct {
	Type string // a FHIR type; "" for a field of the context, which From names
	// From says how it is reached: "patient", one of the patient's resources of the type; "reference",
	// one to which what is there refers, such as a Medication; "context.encounterId", the one that this
	// field of the context names, and those in progress where it names none; of a field of the context
	// itself, that field.
	From string
	// Codes are those by which it is found, sorted, with those of panels that hold such results; nil: of
	// any code. Only observations are found by code: drugs, problems and allergies are told by codes of
	// other systems, too, so that lists of them are read as a whole.
	Codes   []terminology.Code
	Current bool // those that are current, in the meaning of rules, are enough
	Days    int  // how far it looks back, in days; 0: to the beginning
	// Adds says that what is there is read, and what is not is not waited for: dispenses and
	// administrations add to what orders and statements tell.
	Adds bool
	// Rule is the first rule that reads it, in the order of the engine's, and At the place where it does.
	Rule string
	At   Position
}

// Reads returns what the rules of a hook read, of all rules for "", sorted by type. What another one covers is
// left out. A rule is read as a whole: its lets, its condition and its cards.
//
// What is under review counts only where the hook does not bring it.
func (e *Engine) Reads(hook string) []Read {
	g := &gathering{engine: e, hook: e.hookNamed(hook), found: map[readKey]*gatheredRead{}}
	for _, r := range e.rules {
		if r.askedAt(hook) && slices.ContainsFunc(r.rows, func(in instance) bool { return !in.off }) {
			g.rule(r)
		}
	}
	return g.reads()
}

// IsResource reports whether a name is that of a type of resource in FHIR R4: "Patient", not "Resource".
func IsResource(name string) bool {
	t, ok := fhir.Load().Type(name)
	return ok && t.Resource && name != "Resource" && name != "DomainResource"
}

// A gathering collects what rules read.
type gathering struct {
	engine *Engine
	hook   *Hook // of the library, or declared; nil if it is neither
	found  map[readKey]*gatheredRead
}

// A readKey is what reads have in common that are told as one.
type readKey struct {
	of, from      string
	any           bool
	current, adds bool
	days          int
}

type gatheredRead struct {
	sets map[*terminology.Set]bool
	rule *rule
	at   func() Position
}

func (g *gathering) rule(r *rule) {
	for _, a := range g.focus(r) {
		g.ask(r, a, func() Position { return r.def.Position })
	}
	for _, let := range r.def.Let {
		g.program(r, r.lets[let.Name], let.Expr)
	}
	g.program(r, r.when, r.def.When)
	cards := r.card.programs()
	if r.undecided != nil {
		cards = append(cards, r.undecided.programs()...)
	}
	for _, p := range cards {
		g.program(r, p, Text{})
	}
}

// program collects what an expression reads; text is empty where its place is not kept.
func (g *gathering) program(r *rule, p *expr.Program, text Text) {
	for _, a := range p.Asks(r.lets) {
		g.ask(r, a, func() Position {
			if text.Empty() || len(text.Spans) == 0 {
				return r.def.Position
			}
			return text.At(p.AskedAt(a))
		})
	}
}

// focus is what a rule reads to be asked at all.
func (g *gathering) focus(r *rule) []expr.Ask {
	of := r.scope.Of
	switch {
	case of == "":
		return nil
	case g.brings(of) && of == "MedicationUse" || slices.Contains(expr.ResourceTypes("MedicationUse"), of) && g.brings(of):
		return []expr.Ask{{Type: "Medication", Via: expr.Referenced, Any: true}}
	case g.brings(of):
		return nil
	case of == "MedicationUse":
		return expr.MedicationAsks()
	}
	asks := []expr.Ask{{Type: of, Via: expr.Listed, Any: true, Current: true}}
	if of == "Observation" {
		refs, ok := r.when.Need(r.lets).OfFocus()
		asks[0].Codes, asks[0].Any = refs, !ok
	}
	if slices.Contains(expr.ResourceTypes("MedicationUse"), of) {
		asks = append(asks, expr.Ask{Type: "Medication", Via: expr.Referenced, Any: true})
	}
	return asks
}

// brings reports whether the context of the hook holds what rules for a type are asked about. One that only
// refers to it does not.
func (g *gathering) brings(of string) bool {
	if g.hook == nil || g.hook.Focus == "" {
		return false
	}
	for _, f := range g.hook.Fields {
		if f.Name == g.hook.Focus && f.Form == "references" {
			return false
		}
	}
	return g.hook.Orders || slices.ContainsFunc(expr.ResourceTypes(of), func(of string) bool { return slices.Contains(g.hook.Brings, of) })
}

func (g *gathering) ask(r *rule, a expr.Ask, at func() Position) {
	key := readKey{a.Type, a.Via, a.Any || len(a.Codes) == 0, a.Current, a.Adds, a.Days}
	found := g.found[key]
	if found == nil {
		found = &gatheredRead{sets: map[*terminology.Set]bool{}, rule: r, at: at}
		g.found[key] = found
	}
	if key.any {
		return
	}
	for _, codes := range a.Codes {
		if codes.Column() < 0 {
			found.sets[codes.Set(expr.Row{})] = true
			continue
		}
		for i := range r.rows {
			if !r.rows[i].off {
				found.sets[codes.Set(r.row(&r.rows[i]))] = true
			}
		}
	}
}

// reads returns what was collected, in order.
func (g *gathering) reads() []Read {
	out := make([]Read, 0, len(g.found))
	for key, found := range g.found {
		out = append(out, Read{
			Type: key.of, From: key.from, Codes: g.engine.searched(found.sets), Current: key.current, Days: key.days, Adds: key.adds,
			Rule: found.rule.def.ID, At: found.at(),
		})
	}
	slices.SortFunc(out, func(a, b Read) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.From, b.From), compareBool(a.Adds, b.Adds),
			compareBool(a.Current, b.Current), compareBool(a.Codes != nil, b.Codes != nil), cmp.Compare(a.Days, b.Days))
	})
	all := slices.Clone(out)
	return slices.DeleteFunc(out, func(r Read) bool {
		return slices.ContainsFunc(all, func(other Read) bool { return other.covers(&r) && !r.covers(&other) })
	})
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// searched are the codes of sets, and of the panels that hold results of such codes, sorted; nil for none.
func (e *Engine) searched(sets map[*terminology.Set]bool) []terminology.Code {
	var out []terminology.Code
	for set := range sets {
		for id := range set.All() {
			code := e.coder.Codes.Code(id)
			out = append(append(out, code), e.panels[code]...)
		}
	}
	slices.SortFunc(out, compareCodes)
	return slices.Clip(slices.Compact(out))
}

func compareCodes(a, b terminology.Code) int {
	return cmp.Or(cmp.Compare(a.System, b.System), cmp.Compare(a.Code, b.Code))
}

// covers reports whether what brings r brings the other, too.
func (r *Read) covers(other *Read) bool {
	return r.Type == other.Type && r.From == other.From && (other.Adds || !r.Adds) && (other.Current || !r.Current) &&
		(r.Days == 0 || !other.Current && other.Days > 0 && other.Days <= r.Days) &&
		(r.Codes == nil || other.Codes != nil && !slices.ContainsFunc(other.Codes, func(c terminology.Code) bool {
			_, found := slices.BinarySearchFunc(r.Codes, c, compareCodes)
			return !found
		}))
}

package expr

import (
	"strings"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/record"
	"github.com/primum-cds/primum/cds/terminology"
)

// incomplete says what is missing if none of the lists, any of which would do, was supplied as asked.
func (ev *Eval) incomplete(lists []string, since string, current bool, set *terminology.Set) (Missing, bool) {
	if ev.complete {
		return Missing{}, false
	}
	key := suppliedKey{lists[0], len(lists) > 1, since, current, set}
	if s, ok := ev.lists[key]; ok {
		return s.missing, s.open
	}
	var s supplied
	for i, name := range lists {
		complete, reason := ev.Chart.Record.Supplied(ev.question(name, since, current, set))
		if complete {
			s = supplied{}
			break
		}
		s.open = true
		if i == 0 || s.missing.Reason == notSupplied && reason != notSupplied {
			s.missing = Missing{Resource: name, Reason: reason}
		}
	}
	ev.lists[key] = s
	return s.missing, s.open
}

const notSupplied = "not supplied"

// A supplied is the answer whether a list is complete, which is the same throughout an evaluation.
type supplied struct {
	missing Missing
	open    bool
}

type suppliedKey struct {
	list    string // the first one
	any     bool   // another one would do
	since   string
	current bool
	set     *terminology.Set
}

func (ev *Eval) question(name, since string, current bool, set *terminology.Set) record.Ask {
	ask := record.Ask{Type: name, Current: current, Since: since}
	if set == nil {
		return ask
	}
	for _, id := range set.IDs() {
		code := ev.Chart.Coder.Codes.Code(id)
		ask.Codes = append(ask.Codes, record.Code{System: code.System, Code: code.Code})
	}
	return ask
}

// A search is a question of "is there one in codes" to a list of the chart.
type search struct {
	kind    chart.Kind
	lists   []string // any of which supplies it
	plural  string   // for the evidence of an absence
	since   string   // how far back the list must reach; "" where current is enough
	current bool
	set     codesVal
	counts  func(*Eval, *chart.Entry) (kleene.Truth, Missing) // whether an entry counts
	maybe   func(*chart.Entry) bool                           // whether one with unknown codes might; nil: all
	// complete says that the list is known to hold all there is, however it was supplied.
	complete bool
}

// find answers a search: the entries that count, in canonical order, and what else might. The entries are
// good until the next search.
func (ev *Eval) find(s search) (found []*chart.Entry, missing []Missing) {
	all := ev.Chart.Append(ev.found[:0], s.kind, s.set.set)
	ev.found, found = all, all[:0]
	ev.charge(len(all))
	for _, e := range all {
		switch truth, m := s.counts(ev, e); truth {
		case kleene.True:
			found = append(found, e)
		case kleene.Unknown:
			missing = append(missing, m)
		}
	}
	if !s.complete {
		if m, open := ev.incomplete(s.lists, s.since, s.current, nil); open {
			missing = append(missing, m)
		}
	}
	for _, e := range ev.Chart.Uncovered(s.kind, s.set.set) {
		if s.maybe != nil && !s.maybe(e) {
			continue
		}
		if truth, _ := s.counts(ev, e); truth != kleene.False {
			missing = append(missing, ev.uncovered(e, s.set)...)
		}
	}
	return found, missing
}

// uncovered is what is missing where nobody can map an entry's codes: nothing if they count as "not in", as those
// of an allergy that is none to a drug always do.
func (ev *Eval) uncovered(e *chart.Entry, set codesVal) []Missing {
	if e.Kind == chart.Allergy && !e.DrugAllergy() {
		return nil
	}
	ev.met = append(ev.met, unmapped{e, set.name})
	if ev.AssumeNotIn {
		return nil
	}
	return []Missing{{Resource: e.Ref(), Path: e.CodePath(), Reason: "its code cannot be mapped", Uncovered: e}}
}

func (ev *Eval) readFound(found []*chart.Entry) {
	if ev.muted {
		return
	}
	for _, e := range found {
		value := e.Concept.Display
		if e.Concept.ByName {
			value += " (by name)"
		}
		ev.readEntry(e, e.CodePath(), strings.TrimSpace(value))
	}
}

// Lacks says what is missing if not all resources of a type that are current were supplied; of codes, if they are not
// nil, which only observations are found by.
func (ev *Eval) Lacks(of string, codes *terminology.Set) (Missing, bool) {
	return ev.incomplete(suppliers(of), "", true, codes)
}

// suppliers are the lists any of which supplies the resources of a type.
func suppliers(of string) []string {
	if of == "MedicationUse" {
		return medicationLists
	}
	return []string{of}
}

// Open reports whether a list was not supplied, or not in whole, so that what is not in it is not known.
func (ev *Eval) Open(l List) bool {
	if l == currentAllergies && ev.Chart.NoDrugAllergy() {
		return false
	}
	_, open := ev.incomplete(suppliers(l.Of), "", l.Current, nil)
	return open
}

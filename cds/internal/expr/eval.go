// Package expr is the rules' language: CEL with a vocabulary over FHIR, three-valued, typed throughout.
//
// An Env compiles expressions against the FHIR element table; an Eval answers them from a chart and
// keeps what was read, what was missing and what failed. An Env and its Programs are immutable and
// concurrent; an Eval belongs to one goroutine.
package expr

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/temporal"
)

// Iterations that one question, and one evaluation of all rules, may take. A limit that is reached fails
// the rule; it is counted, not timed, so that the same data gives the same answer on any machine.
const (
	MaxIterations      = 1_000_000
	MaxTotalIterations = 20_000_000
)

// maxMissing is how many things one question lists as missing. What is beyond them is told once a type: CEL
// copies them all at each step of a loop.
const maxMissing = 25

// Missing is a datum that was not there, or a code that nobody could map.
type Missing struct {
	Resource, Path, Reason string
	Element                bool         // an element of a resource that is there
	Uncovered              *chart.Entry // set where a code, not a datum, was missing
}

// An Eval is the evaluation of questions to one chart at one instant.
type Eval struct {
	Chart   *chart.Chart
	Context map[string]any
	// AssumeNotIn makes a code that nobody can map count as "not in", in place of unknown.
	AssumeNotIn bool
	// Interrupted is asked now and then; true ends the evaluation.
	Interrupted func() bool

	focus    *chart.Entry
	subject  focusNode
	muted    bool      // reads are no evidence
	telling  bool      // what is read goes into a card: of a list that is not complete, what is known of it
	args     []ref.Val // of the calls under way
	found    []*chart.Entry
	readings []reading // while it is not known whether they are wanted
	overfull bool      // there were more
	keeping  bool      // all that is read is kept
	reads    []Read
	seen     map[readKey]bool
	missing  []Missing
	ids      map[Missing]int64
	failures []error
	// uncoveredToo stands for the entries with codes that nobody can map, beyond maxMissing.
	uncoveredToo *chart.Entry
	ticks        int
	total        int
	before       int // what total was before the question
	exceeded     string
	met          []unmapped // by the question
	// missingPart are the unknowns that stand for what is missing from an open list.
	missingPart map[*types.Unknown]bool
	doses       map[doseKey]*doseValue
	dosages     doseCache
	quantities  quantityCache
	unmapped    map[*chart.Entry]map[string]bool
	person      *node     // the Patient, once it was asked for
	codes       []ref.Val // of the Program that is run
	lastWindow  spanWindow
	complete    bool // the record is, for any question
	lists       map[suppliedKey]supplied
	results     map[newestKey]*newest
}

// NewEval returns an evaluation of a chart whose At has been called.
func NewEval(c *chart.Chart) *Eval {
	ev := &Eval{
		dosages: newDoseCache(), quantities: newQuantityCache(),
		seen: map[readKey]bool{}, ids: map[Missing]int64{}, unmapped: map[*chart.Entry]map[string]bool{},
		lists: map[suppliedKey]supplied{}, missingPart: map[*types.Unknown]bool{}, doses: map[doseKey]*doseValue{}, results: map[newestKey]*newest{},
	}
	ev.Reset(c)
	return ev
}

// Reset begins another evaluation, of a chart whose At has been called, with the memory of the last one. A
// nil Chart only forgets: nothing of the last one stays reachable.
func (ev *Eval) Reset(c *chart.Chart) {
	ev.Ask(nil)
	clear(ev.doses)
	clear(ev.unmapped)
	clear(ev.lists)
	clear(ev.results)
	*ev = Eval{
		Chart: c, complete: c != nil && c.Record.Complete(), args: emptied(ev.args), found: emptied(ev.found), readings: emptied(ev.readings), reads: emptied(ev.reads), seen: ev.seen, missing: emptied(ev.missing), ids: ev.ids, met: emptied(ev.met),
		missingPart: ev.missingPart, doses: ev.doses, unmapped: ev.unmapped, lists: ev.lists, results: ev.results, dosages: ev.dosages, quantities: ev.quantities,
	}
}

// emptied is the memory of a slice, of one that is not large, with nothing in it.
func emptied[T any](s []T) []T {
	const large = 256
	if cap(s) > large {
		return nil
	}
	clear(s[:cap(s)])
	return s[:0]
}

// Ask begins a new question about a focus (nil for none): what was read, was missing and failed starts empty.
func (ev *Eval) Ask(focus *chart.Entry) {
	ev.focus, ev.muted, ev.telling, ev.ticks, ev.exceeded, ev.before = focus, false, false, 0, "", ev.total
	ev.readings, ev.overfull, ev.keeping = ev.readings[:0], false, false
	ev.reads, ev.missing, ev.failures, ev.uncoveredToo, ev.met = ev.reads[:0], ev.missing[:0], nil, nil, ev.met[:0]
	ev.args = ev.args[:0]
	clear(ev.seen)
	clear(ev.ids)
	clear(ev.missingPart)
}

// AskAgain begins the last question once more, and keeps all that is read. It counts as asked once.
func (ev *Eval) AskAgain() {
	ev.total = ev.before
	ev.Ask(ev.focus)
	ev.keeping = true
}

// Mute stops or resumes the recording of reads: what only a card reads is no evidence.
func (ev *Eval) Mute(on bool) { ev.muted = on }

// Failures returns the errors met since Ask, also those that the logic went past.
func (ev *Eval) Failures() []error { return ev.failures }

// An unmapped is an entry that some codes can neither hold nor rule out.
type unmapped struct {
	entry *chart.Entry
	codes string
}

// KeepUnmapped says that the question was left open by entries whose codes nobody can map.
func (ev *Eval) KeepUnmapped() {
	for _, m := range ev.met {
		if ev.unmapped[m.entry] == nil {
			ev.unmapped[m.entry] = map[string]bool{}
		}
		ev.unmapped[m.entry][m.codes] = true
	}
}

// Unmapped returns the entries that left a question open, with the names of the codes that can neither
// hold them nor rule them out.
func (ev *Eval) Unmapped() map[*chart.Entry]map[string]bool { return ev.unmapped }

// missingOf returns what an unknown value was missing, sorted, each thing once.
func (ev *Eval) missingOf(u *types.Unknown) []Missing {
	var out []Missing
	for _, id := range u.IDs() {
		if id >= 1 && int(id) <= len(ev.missing) {
			out = append(out, ev.missing[id-1])
		}
	}
	slices.SortFunc(out, func(a, b Missing) int {
		return compareStrings(a.Resource, b.Resource, a.Path, b.Path, a.Reason, b.Reason)
	})
	return slices.Compact(out)
}

func compareStrings(pairs ...string) int {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] != pairs[i+1] {
			if pairs[i] < pairs[i+1] {
				return -1
			}
			return 1
		}
	}
	return 0
}

// unknown is the value of what is missing. Its id is its place in the evaluation's table.
func (ev *Eval) unknown(m Missing) ref.Val {
	id, ok := ev.ids[m]
	if !ok && len(ev.missing) >= maxMissing {
		m = Missing{Resource: m.Resource[:max(0, strings.IndexByte(m.Resource+"/", '/'))], Reason: "more is missing than is listed", Uncovered: ev.oneUncovered(m.Uncovered)}
		id, ok = ev.ids[m]
	}
	if !ok {
		ev.missing = append(ev.missing, m)
		id = int64(len(ev.missing))
		ev.ids[m] = id
	}
	return types.NewUnknown(id, nil)
}

// oneUncovered is the same entry for every entry, nil for none.
func (ev *Eval) oneUncovered(e *chart.Entry) *chart.Entry {
	if e != nil && ev.uncoveredToo == nil {
		ev.uncoveredToo = e
	}
	if e == nil {
		return nil
	}
	return ev.uncoveredToo
}

func (ev *Eval) unknownAt(e *chart.Entry, path, reason string) ref.Val {
	return ev.unknown(Missing{Resource: e.Ref(), Path: path, Reason: reason})
}

func (ev *Eval) fail(err error) ref.Val {
	ev.failures = append(ev.failures, err)
	return types.WrapErr(err)
}

// truth makes a CEL value of a three-valued one; m says what was missing if it is unknown.
func (ev *Eval) truth(t kleene.Truth, m Missing) ref.Val {
	switch t {
	case kleene.True:
		return types.True
	case kleene.False:
		return types.False
	}
	return ev.unknown(m)
}

// charge counts work as so many iterations.
func (ev *Eval) charge(n int) {
	ev.ticks += n
	ev.total += n
}

// Exhausted reports whether all rules together took more work than they may.
func (ev *Eval) Exhausted() bool { return ev.total > MaxTotalIterations }

// leaveOpen ends a list in an element that says what is missing from it. A card is told what is known of a
// list, if anything is.
func (ev *Eval) leaveOpen(l *listVal, missing ...Missing) {
	if len(missing) == 0 || ev.telling && len(l.items) > 0 {
		return
	}
	l.open = ev.unknowns(missing)
	ev.missingPart[l.open.(*types.Unknown)] = true
}

// tick counts an iteration and reports whether evaluation may go on.
func (ev *Eval) tick() bool {
	if ev.exceeded != "" {
		return false
	}
	ev.ticks++
	ev.total++
	switch {
	case ev.ticks > MaxIterations:
		ev.exceeded = fmt.Sprintf("more than %d iterations", MaxIterations)
	case ev.total > MaxTotalIterations:
		ev.exceeded = fmt.Sprintf("all rules together took more than %d iterations", MaxTotalIterations)
	case ev.ticks%1024 == 0 && ev.Interrupted != nil && ev.Interrupted():
		ev.exceeded = "the evaluation was cancelled"
	}
	return ev.exceeded == ""
}

func (ev *Eval) zone() *time.Location {
	if ev == nil || ev.Chart == nil {
		return time.UTC
	}
	return ev.Chart.Now.Location()
}

func (ev *Eval) now() temporal.Date { return temporal.Of(ev.Chart.Now) }

// An Eval is a CEL value only so that functions are handed it.

var evalType = types.NewOpaqueType("@eval")

// ConvertToNative implements ref.Val.
func (ev *Eval) ConvertToNative(reflect.Type) (any, error) { return ev, nil }

// ConvertToType implements ref.Val.
func (ev *Eval) ConvertToType(ref.Type) ref.Val { return noConversion }

// Equal implements ref.Val.
func (ev *Eval) Equal(other ref.Val) ref.Val { return types.Bool(other == ref.Val(ev)) }

// Type implements ref.Val.
func (ev *Eval) Type() ref.Type { return evalType }

// Value implements ref.Val.
func (ev *Eval) Value() any { return ev }

var noConversion = types.NewErr("there is no such conversion")

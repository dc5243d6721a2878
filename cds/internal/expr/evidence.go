package expr

import (
	"fmt"
	"slices"

	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/chart"
)

// A Read is a value that was read, or an absence that was found.
type Read struct {
	Entry *chart.Entry // nil for an absence over a whole list, and for a field of the context
	Res   string
	Path  string
	Value string
	Date  string
}

type readKey struct{ resource, path, value string }

func (r *Read) key() readKey { return readKey{r.Res, r.Path, r.Value} }

// A reading is a Read that nobody has asked to see: most questions come to nothing.
type reading struct {
	entry *chart.Entry // nil for an absence, which has an index, and for a field of the context
	up    *node        // what path is below of; nil: the resource
	path  string
	index int     // in the list that path is, -1 if it is none
	text  string  // the value
	value ref.Val // whose display is the value; nil: text is
}

// fewReadings are kept as they are met. A question that reads more than that is asked once more if it holds.
const fewReadings = 16

// note records evidence.
func (ev *Eval) note(r reading) {
	switch {
	case ev.muted:
	case ev.keeping:
		ev.keep(r.read())
	case len(ev.readings) == fewReadings:
		ev.muted, ev.overfull = true, true
	default:
		ev.readings = append(ev.readings, r)
	}
}

func (ev *Eval) readEntry(e *chart.Entry, path, value string) {
	ev.note(reading{entry: e, path: path, index: -1, text: value})
}

// readValue is readEntry of a value that is displayed only if it is shown.
func (ev *Eval) readValue(e *chart.Entry, path string, value ref.Val) {
	ev.note(reading{entry: e, path: path, index: -1, value: value})
}

// absence records that none of a list was in codes.
func (ev *Eval) absence(s search) {
	if !ev.muted {
		ev.note(reading{path: s.plural, index: ev.Chart.Count(s.kind), text: s.set.name})
	}
}

func (r *reading) read() Read {
	switch {
	case r.entry == nil && r.index < 0: // of the context
		return Read{Path: r.path, Value: Display(r.value)}
	case r.entry == nil:
		return Read{Path: r.path, Value: fmt.Sprintf("none of %s in %d supplied", r.text, r.index)}
	}
	out := Read{Entry: r.entry, Res: r.entry.Ref(), Path: element(r.path, r.index), Value: r.text, Date: r.entry.Written()}
	if r.up != nil {
		out.Path = join(r.up.path(), out.Path)
	}
	if r.value != nil {
		out.Value = Display(r.value)
	}
	return out
}

// AllRead reports whether Reads has all that was read since Ask.
func (ev *Eval) AllRead() bool { return !ev.overfull }

// Reads returns what was read since Ask, or AskAgain, in order, each thing once, until the next question. If
// that is more than AllRead can answer for, the question must be asked again.
func (ev *Eval) Reads() []Read {
	for _, r := range ev.readings {
		ev.keep(r.read())
	}
	ev.readings = ev.readings[:0]
	return ev.reads
}

// keep keeps evidence, each thing once.
func (ev *Eval) keep(r Read) {
	if !ev.isKept(r.key()) {
		ev.reads = append(ev.reads, r)
	}
}

// isKept reports whether evidence is there already, and if it is not, that it will be.
func (ev *Eval) isKept(key readKey) bool {
	const few = 16 // are looked through faster than hashed
	if len(ev.reads) < few {
		return slices.ContainsFunc(ev.reads, func(r Read) bool { return r.key() == key })
	}
	if len(ev.reads) == few {
		for _, r := range ev.reads {
			ev.seen[r.key()] = true
		}
	}
	if ev.seen[key] {
		return true
	}
	ev.seen[key] = true
	return false
}

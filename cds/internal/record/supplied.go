package record

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// An Ask is a question to the record: is a list complete enough to say that something is not in it?
type Ask struct {
	Type    string
	Current bool   // the current ones are enough
	Since   string // those from this date (YYYY-MM-DD) on; "": of all time. Ignored if Current
	Codes   []Code // only those of these codes; nil: of any
}

// A Code is a code in its system.
type Code struct{ System, Code string }

// A slice is what one input supplies of one type.
type slice struct {
	kind    string // a FHIR type; "" is every type
	missing string // why it is not complete; "" if it is
	rank    int    // how much missing explains: all reasons of the highest are told
	except  map[string]string
	query   query
}

// How well a reason explains that a list is not complete.
const (
	rankElsewhere = iota
	rankNarrow
	rankLost // it was asked for, and it or a part of it did not come
)

// Complete reports whether what was supplied is all there is to know for any question.
func (r *Record) Complete() bool {
	return slices.ContainsFunc(r.slices, func(s slice) bool {
		return s.kind == "" && s.missing == "" && len(s.except) == 0 && !s.query.ok
	})
}

// Supplied reports whether what was supplied is all there is to know for the question; if not, why. One
// input that answers is enough.
func (r *Record) Supplied(a Ask) (complete bool, reason string) {
	best := rankElsewhere
	reasons := map[string]bool{}
	for i := range r.slices {
		s := &r.slices[i]
		why, rank := s.lacks(a, r.PatientID)
		if why == "" {
			return true, ""
		}
		if rank > best {
			best = rank
			clear(reasons)
		}
		if rank == best && rank > rankElsewhere {
			reasons[why] = true
		}
	}
	if len(reasons) == 0 {
		return false, "not supplied"
	}
	return false, strings.Join(slices.Sorted(maps.Keys(reasons)), "; ")
}

// lacks says why the slice does not answer; "" if it does.
func (s *slice) lacks(a Ask, patientID string) (why string, rank int) {
	if s.kind != "" && s.kind != a.Type {
		return "not supplied", rankElsewhere
	}
	if s.missing != "" {
		return s.missing, s.rank
	}
	if why := s.except[a.Type]; why != "" {
		return why, rankLost
	}
	if why := s.query.lacks(a, patientID); why != "" {
		return why, rankNarrow
	}
	return "", 0
}

// everything says that the input is all there is of the patient, unless the caller knows better.
func (s *source) everything() {
	if s.Input.Query != "" {
		s.asked("")
		return
	}
	s.slices = append(s.slices, slice{})
}

// nothing says that the input is no list at all.
func (s *source) nothing() {
	if s.Input.Query != "" {
		q := parseQuery(s.Input.Query)
		s.slices = append(s.slices, slice{kind: q.kind, missing: "not supplied as a list", rank: rankNarrow})
	}
}

// some says that the input holds all there is of some types.
func (s *source) some(types ...string) {
	for _, t := range types {
		s.slices = append(s.slices, slice{kind: t})
	}
}

// asked says that the input answers a search: the self link's, else the one that the caller made. It
// reports whether there is one.
func (s *source) asked(self string) bool {
	for _, text := range []string{self, s.Input.Query} {
		q := parseQuery(text)
		if q.ok {
			for _, kind := range q.types() {
				s.slices = append(s.slices, slice{kind: kind, query: q})
			}
			return true
		}
	}
	return false
}

// absent says that what the caller asked for could not be had.
func (s *source) absent(reason string) {
	kinds := s.Input.Supplies
	if kinds == nil {
		if q := parseQuery(s.Input.Query); q.ok {
			kinds = q.types()
		}
	}
	for _, kind := range kinds {
		s.slices = append(s.slices, slice{kind: kind, missing: reason, rank: rankLost})
	}
}

// bundle says what a Bundle supplies, and reports whether it is, or holds, the answer of a search.
func (s *source) bundle(shape *bundleShape) (searched bool) {
	switch shape.kind {
	case "searchset":
		s.searchset(shape)
		return true
	case "collection", "document", "transaction", "batch":
		if !shape.searchset {
			s.everything()
		}
		return shape.searchset
	case "batch-response", "transaction-response", "history", "message":
		return true
	default:
		s.searchset(shape)
		return true
	}
}

func (s *source) searchset(shape *bundleShape) {
	from := len(s.slices)
	broken := unresolved(shape.self) && shape.matches == 0
	if !s.asked(shape.self) && !broken {
		slices.Sort(shape.types)
		s.some(slices.Compact(shape.types)...)
	}
	switch {
	case broken:
		s.lacking(from, "its search still held {{ and found nothing", rankLost)
	case shape.next:
		s.lacking(from, "next page not supplied", rankLost)
	case shape.total > shape.matches:
		s.lacking(from, fmt.Sprintf("only %d of %d supplied", shape.matches, shape.total), rankLost)
	}
}

// lacking says why the slices from index from on are not complete.
func (s *source) lacking(from int, reason string, rank int) {
	for i := range s.slices[from:] {
		s.slices[from+i].missing, s.slices[from+i].rank = reason, rank
	}
}

// supplied returns what the input supplies, after all of it was read.
func (s *source) supplied() []slice {
	if s.Input.Draft {
		return nil
	}
	if s.Input.Supplies != nil && s.Input.Absent == "" {
		s.slices = nil
		s.some(s.Input.Supplies...)
	}
	for i := range s.slices {
		if s.problem != "" && s.slices[i].missing == "" {
			s.slices[i].missing, s.slices[i].rank = s.problem, rankLost
		}
		s.slices[i].except = s.problems
	}
	return s.slices
}

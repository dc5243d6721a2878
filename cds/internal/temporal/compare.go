package temporal

import (
	"time"

	"github.com/primum-cds/primum/cds/internal/kleene"
)

// Less says whether a is before b. A Date without an offset is read in zone, nil being UTC. As in
// FHIRPath two partial dates that are written alike are equal; otherwise it is Unknown if the instants
// that a and b may mean leave it open.
func Less(a, b Date, zone *time.Location) kleene.Truth {
	zone = orUTC(zone)
	aFirst, aLast := a.Bounds(zone)
	bFirst, bLast := b.Bounds(zone)
	switch {
	case aLast.Before(bFirst):
		return kleene.True
	case !aFirst.Before(bLast), same(a, b, zone):
		return kleene.False
	}
	return kleene.Unknown
}

// LessEqual says whether a is before b or equal to it, in the way of Less.
func LessEqual(a, b Date, zone *time.Location) kleene.Truth { return kleene.Not(Less(b, a, zone)) }

// Equal says whether a and b mean the same time: True if they have one precision and agree to it, as
// in FHIRPath; False if they share no instant; otherwise Unknown.
func Equal(a, b Date, zone *time.Location) kleene.Truth {
	zone = orUTC(zone)
	if same(a, b, zone) {
		return kleene.True
	}
	aFirst, aLast := a.Bounds(zone)
	bFirst, bLast := b.Bounds(zone)
	if aLast.Before(bFirst) || bLast.Before(aFirst) {
		return kleene.False
	}
	return kleene.Unknown
}

// same reports whether a and b have one precision and agree to it. Nothing equals the zero Date.
func same(a, b Date, zone *time.Location) bool {
	return a.precision == b.precision && !a.IsZero() && a.start(zone).Equal(b.start(zone))
}

// Within says whether d is in the window of length span that ends at now. A day (or minute) that holds
// now is within any window; what is after now is in none; a partial date that overlaps an edge of the
// window is Unknown. A Date without an offset is read at now's.
func Within(d Date, now time.Time, span Span) kleene.Truth { return WindowOf(now, span).Holds(d) }

// A Window is a span that ends at now.
type Window struct{ start, now time.Time }

// WindowOf returns the window of length span that ends at now.
func WindowOf(now time.Time, span Span) Window { return Window{span.before(now), now} }

// Holds is Within the window.
func (w Window) Holds(d Date) kleene.Truth {
	first, last := d.Bounds(w.now.Location())
	switch {
	case first.After(w.now):
		return kleene.False
	case d.precision >= Day && !last.Before(w.now):
		return kleene.True
	case last.Before(w.start):
		return kleene.False
	case !first.Before(w.start) && !last.After(w.now):
		return kleene.True
	}
	return kleene.Unknown
}

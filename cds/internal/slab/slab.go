// Package slab makes many values of one type in memory that is used again.
package slab

const length = 128

// An Of makes Ts, which stay where they are until it is reset. The zero Of is ready for use; it belongs to one
// goroutine.
type Of[T any] struct {
	slabs [][]T
	used  int
}

// New returns a zero T.
func (s *Of[T]) New() *T {
	if s.used == len(s.slabs)*length {
		s.slabs = append(s.slabs, make([]T, length))
	}
	t := &s.slabs[s.used/length][s.used%length]
	s.used++
	var zero T
	*t = zero
	return t
}

// Len returns how many were made since the last Reset.
func (s *Of[T]) Len() int { return s.used }

// Reset takes all back: they are made again, and must not be used any more.
func (s *Of[T]) Reset() { s.used = 0 }

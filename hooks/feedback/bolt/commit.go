package bolt

import (
	"context"
	"fmt"

	"github.com/primum-cds/primum/hooks/feedback"
	"go.etcd.io/bbolt"
)

// A write waits to be part of a transaction.
type write struct {
	do   func(*bbolt.Tx) error
	done chan error // takes one value
}

// update writes to the file and returns when that is on disk. Writes that wait while the disk is busy share the
// next transaction, and so its fsync: the first of them to get its turn writes them all. When ctx is
// done before that, it is not known whether the write will be stored.
func (s *Store) update(ctx context.Context, do func(*bbolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &write{do, make(chan error, 1)}
	s.mu.Lock()
	s.waiting = append(s.waiting, w)
	s.mu.Unlock()
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case s.turn <- struct{}{}:
	}
	s.commit(s.next())
	<-s.turn
	return <-w.done
}

// next takes all writes that wait.
func (s *Store) next() []*write {
	s.mu.Lock()
	defer s.mu.Unlock()
	group := s.waiting
	s.waiting = nil
	return group
}

// commit writes a group in one transaction or, where that fails, each in its own: one that cannot be
// written must not take the others with it.
func (s *Store) commit(group []*write) {
	err := s.transaction(group)
	for i, w := range group {
		if err != nil && len(group) > 1 {
			w.done <- s.transaction(group[i : i+1])
		} else {
			w.done <- err
		}
	}
}

// transaction returns a panic as an error: those who wait have to be told that it is over.
func (s *Store) transaction(group []*write) (err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("the store cannot be written: %v", broken)
		}
	}()
	var refused error
	err = s.db.Update(func(tx *bbolt.Tx) error {
		for _, w := range group {
			if refused = w.do(tx); refused != nil {
				return refused
			}
		}
		return nil
	})
	if err != nil && refused == nil {
		return &feedback.WriteError{Err: err}
	}
	return err
}

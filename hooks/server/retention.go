package server

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// Retention says how long what a Server keeps is kept. What is older is deleted when Run begins, and once a day. 0 is
// for ever. The decision log and the audit log are left to whatever rotates logs.
type Retention struct {
	// Feedback is for cards that were shown, with all feedback about them. It needs a store that can delete, as
	// each feedback.Store can.
	Feedback time.Duration
	// Archive is for requests: a day's are deleted together, when the last of them is too old.
	Archive time.Duration
}

// A deleter is a store of feedback that can delete what is old: a feedback.Store is one.
type deleter interface {
	DeleteBefore(ctx context.Context, t time.Time) (int, error)
}

// An expiry is one kind of what is kept, and how what is older than some time is deleted.
type expiry struct {
	kind   string
	after  time.Duration
	delete func(ctx context.Context, before time.Time) (int, error)
}

// expiries are those that the configuration asks for.
func (s *Server) expiries() ([]expiry, error) {
	var all []expiry
	r := s.config.Retention
	if store := s.config.Hooks.Feedback; store != nil && r.Feedback > 0 {
		d, ok := store.(deleter)
		if !ok {
			return nil, errors.New("server: a retention of feedback is set, but its store cannot delete")
		}
		all = append(all, expiry{"feedback", r.Feedback, d.DeleteBefore})
	}
	if s.config.Archive != "" && r.Archive > 0 {
		all = append(all, expiry{"archive", r.Archive, s.deleteArchived})
	}
	return all, nil
}

// day is how often it is looked for what is too old.
const day = 24 * time.Hour

// expire deletes what is too old, now and each day, until ctx is done.
func (s *Server) expire(ctx context.Context) {
	tick := time.NewTicker(day)
	defer tick.Stop()
	for {
		for _, e := range s.expires {
			s.deleteOld(ctx, e)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Server) deleteOld(ctx context.Context, e expiry) {
	before := s.config.Hooks.Now().Add(-e.after)
	n, err := e.delete(ctx, before)
	s.metrics.deleted.WithLabelValues(e.kind).Add(float64(n))
	switch {
	case ctx.Err() != nil: // the server ends: what is left is deleted the next time
	case err != nil:
		s.log.Error("what is too old could not be deleted", "kind", e.kind, "before", before, "deleted", n, "error", cause(err))
	default:
		s.log.Info("what was too old is deleted", "kind", e.kind, "before", before, "deleted", n)
	}
}

// deleteArchived deletes the days of the archive that ended before a time, and returns how many files these were.
func (s *Server) deleteArchived(ctx context.Context, before time.Time) (int, error) {
	days, err := os.ReadDir(s.config.Archive)
	if err != nil {
		return 0, err
	}
	total := 0
	for _, d := range days {
		begins, err := time.Parse(time.DateOnly, d.Name())
		if err != nil || !d.IsDir() || begins.AddDate(0, 0, 1).After(before) {
			continue // it is none of ours, or not old enough
		}
		if err := ctx.Err(); err != nil {
			return total, err
		}
		folder := filepath.Join(s.config.Archive, d.Name())
		files, err := os.ReadDir(folder)
		if err != nil {
			return total, err
		}
		if err := os.RemoveAll(folder); err != nil {
			return total, err
		}
		total += len(files)
	}
	return total, nil
}

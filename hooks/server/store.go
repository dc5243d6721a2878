package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/feedback"
)

// A store is that of feedback, as calls use it. While it is down no card is withheld: what was shown is not known,
// so nothing is left out, and nobody waits long to learn it. Only feedback itself is refused: it is acknowledged when
// it is kept. What goes wrong is told once a minute.
type store struct {
	hooks.Feedback
	metrics *metrics
	log     *slog.Logger
	writing chan struct{} // holds one value for each call whose cards are being kept
	pending sync.WaitGroup

	lock    sync.Mutex
	ended   bool
	silence time.Time            // until when it is not asked
	told    map[string]time.Time // when somebody was last told of a failure
}

const (
	askedWithin = 100 * time.Millisecond // it holds up a call, and the turn of the next
	silentFor   = time.Second            // after that was not enough
	keptWithin  = 2 * time.Second        // or it is forgotten
	writers     = 256                    // more do not wait: they are forgotten at once
)

func newStore(f hooks.Feedback, m *metrics, log *slog.Logger) *store {
	return &store{Feedback: f, metrics: m, log: log, writing: make(chan struct{}, writers), told: map[string]time.Time{}}
}

// Shown keeps that cards were shown, while the client goes on: it has its answer, and what it asks next on the same
// connection does not wait for a disk. Cards that cannot be kept are counted, and shown again.
func (s *store) Shown(ctx context.Context, cards []feedback.Card) error {
	if !s.begin() {
		s.forget(cards, errBusy)
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keptWithin)
	go func() {
		defer s.pending.Done()
		defer cancel()
		defer func() { <-s.writing }()
		if err := s.Feedback.Shown(ctx, cards); err != nil {
			s.forget(cards, err)
		}
	}()
	return nil
}

// begin reports whether something more can be kept: not much waits for the disk, and the server has not ended.
func (s *store) begin() bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.ended {
		return false
	}
	select {
	case s.writing <- struct{}{}:
		s.pending.Add(1)
		return true
	default:
		return false
	}
}

func (s *store) forget(cards []feedback.Card, err error) {
	s.metrics.forgotten.Add(float64(len(cards)))
	s.fail("what was shown cannot be kept: it may be shown again", err)
}

// end waits until all that was shown is kept.
func (s *store) end() {
	if s == nil {
		return
	}
	s.lock.Lock()
	s.ended = true
	s.lock.Unlock()
	s.pending.Wait()
}

var errBusy = errors.New("too much waits for it")

// Seen returns what was shown, as far as the store says it in time.
func (s *store) Seen(ctx context.Context, since time.Time, keys []string) (map[string]feedback.Outcome, error) {
	if s.silent() {
		return nil, nil
	}
	within, cancel := context.WithTimeout(ctx, askedWithin)
	defer cancel()
	seen, err := s.Feedback.Seen(within, since, keys)
	if err == nil {
		return seen, nil
	}
	if ctx.Err() == nil { // else the call was late before it asked
		s.lock.Lock()
		s.silence = time.Now().Add(silentFor)
		s.lock.Unlock()
	}
	s.fail("what was shown before is not known: nothing is left out", err)
	return nil, nil
}

func (s *store) silent() bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	return time.Now().Before(s.silence)
}

// Record keeps feedback.
func (s *store) Record(ctx context.Context, from feedback.Origin, items []feedback.Feedback) error {
	err := s.Feedback.Record(ctx, from, items)
	if err != nil {
		s.fail("feedback cannot be kept, and is refused", err)
	}
	return err
}

// fail tells a failure, once a minute each kind.
func (s *store) fail(message string, err error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if told := s.told[message]; !told.IsZero() && time.Since(told) < time.Minute {
		return
	}
	s.told[message] = time.Now()
	s.log.Error(message, "error", cause(err))
}

// cause says what is wrong with a store without what was to be stored in it, which databases tell in their errors.
func cause(err error) string {
	var write *feedback.WriteError
	var path *os.PathError
	var coded interface{ SQLState() string }
	switch {
	case errors.As(err, &write):
		return write.Error()
	case errors.As(err, &path):
		return path.Err.Error()
	case errors.As(err, &coded):
		return "SQLSTATE " + coded.SQLState()
	case errors.Is(err, context.DeadlineExceeded):
		return "there was no answer in time"
	case err == errBusy:
		return err.Error()
	}
	return fmt.Sprintf("%T", err)
}

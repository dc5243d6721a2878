package server

import (
	"context"
	"sync/atomic"
	"time"
)

// A queue bounds how many calls are taken on, and how many of them are decided at once. What it does not take on
// it refuses at once, so that those that it has taken on end in time.
type queue struct {
	limits  Limits
	turns   chan struct{} // one for each call that is being decided
	open    atomic.Int64
	waiting atomic.Int64
}

func newQueue(l Limits) *queue {
	return &queue{limits: l, turns: make(chan struct{}, l.Deciding)}
}

// A refusal says why a call is not taken on: fit for the label of a metric.
type refusal string

const (
	tooManyOpen    refusal = "open"    // calls
	tooManyWaiting refusal = "waiting" // for their turn
	waitedTooLong  refusal = "waited"
)

// admit takes a call on; "" if it does, and then leave must be called.
func (q *queue) admit() refusal {
	if q.waiting.Load() >= int64(q.limits.Waiting) {
		return tooManyWaiting
	}
	if q.open.Add(1) > int64(q.limits.Open) {
		q.open.Add(-1)
		return tooManyOpen
	}
	return ""
}

func (q *queue) leave() { q.open.Add(-1) }

// take waits for the turn of a call that was admitted; "" if it has come.
func (q *queue) take(ctx context.Context) refusal {
	select {
	case q.turns <- struct{}{}:
		return ""
	default:
	}
	if q.waiting.Add(1) > int64(q.limits.Waiting) {
		q.waiting.Add(-1)
		return tooManyWaiting
	}
	defer q.waiting.Add(-1)
	if q.within(ctx, q.limits.Wait) {
		return ""
	}
	return waitedTooLong
}

// within waits for a turn for some time.
func (q *queue) within(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case q.turns <- struct{}{}:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

// give ends a turn.
func (q *queue) give() { <-q.turns }

package server

import (
	"context"
	"sync/atomic"
	"time"
)

// A queue bounds how many calls are taken on, and how many of them are decided at once. What it does not take on
// it refuses at once, before the body is read, so that those that it has taken on end in time.
type queue struct {
	limits  Limits
	turns   chan struct{} // one for each call that is being decided
	open    atomic.Int64
	inside  atomic.Int64 // calls that are decided, that wait for it, or will in a moment
	waiting atomic.Int64
	pace    pace
}

func newQueue(l Limits) *queue {
	return &queue{limits: l, turns: make(chan struct{}, l.Deciding)}
}

// A refusal says why a call is not taken on: fit for the label of a metric.
type refusal string

const (
	tooManyOpen    refusal = "open"    // calls
	tooManyWaiting refusal = "waiting" // for their turn
	tooSlow        refusal = "slow"    // are those before it: it would wait too long
	waitedTooLong  refusal = "waited"
)

// admit takes a call on; "" if it does, and then leave must be called, and take or lose.
func (q *queue) admit() refusal {
	if q.open.Add(1) > int64(q.limits.Open) {
		q.leave()
		return tooManyOpen
	}
	why := q.enter()
	if why != "" {
		q.leave()
	}
	return why
}

func (q *queue) leave() { q.open.Add(-1) }

// enter gives a call a place among those that are decided soon; "" if there is one. That it may wait is not to come
// out when it has: half of how long it may is kept for what takes longer than what came before it.
func (q *queue) enter() refusal {
	before := q.inside.Add(1) - int64(q.limits.Deciding)
	why := refusal("")
	switch {
	case before > int64(q.limits.Waiting):
		why = tooManyWaiting
	case time.Duration(before)*q.pace.of() > q.limits.Wait/2:
		why = tooSlow
	}
	if why != "" {
		q.lose()
	}
	return why
}

// lose gives a place back without a turn.
func (q *queue) lose() { q.inside.Add(-1) }

// take waits for the turn of a call that has a place; "" if it has come. Else its place is lost.
func (q *queue) take(ctx context.Context) refusal {
	select {
	case q.turns <- struct{}{}:
		return ""
	default:
	}
	q.waiting.Add(1)
	defer q.waiting.Add(-1)
	if q.within(ctx, q.limits.Wait) {
		return ""
	}
	q.lose()
	return waitedTooLong
}

// again waits for another turn of a call that gave its turn, and its place with it.
func (q *queue) again(wait time.Duration) bool {
	got := q.within(context.Background(), wait)
	if got {
		q.inside.Add(1)
	}
	return got
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
func (q *queue) give() {
	<-q.turns
	q.lose()
	q.pace.step(time.Now(), q.waiting.Load() > 0)
}

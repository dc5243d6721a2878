package server

import (
	"context"
	"errors"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

const (
	fresh    = time.Hour   // how long an answer is remembered
	negative = time.Minute // one that says no, or that is stale

	maxAnswers    = 16384
	maxExpansions = 256
)

// Answers remembers what was answered to questions of one kind, the least recently asked of them least
// long, and has equal questions that are open at the same time asked once.
type answers[V any] struct {
	remembered *lru.Cache[string, answer[V]]
	isNo       func(V) bool
	now        func() time.Time
	budget     time.Duration // for one question

	mu   sync.Mutex
	open map[string]*inquiry[V]
}

// An answer carries when it ends itself: expirable caches of golang-lru have one lifetime for all entries,
// and a goroutine that never ends.
type answer[V any] struct {
	value V
	err   error
	until time.Time
}

// An inquiry is a question under way, for all who wait for it.
type inquiry[V any] struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiting int
	value   V
	err     error
}

func newAnswers[V any](size int, budget time.Duration, now func() time.Time, isNo func(V) bool) *answers[V] {
	remembered, _ := lru.New[string, answer[V]](size) // it fails only for a size below 1
	return &answers[V]{remembered: remembered, isNo: isNo, now: now, budget: budget, open: map[string]*inquiry[V]{}}
}

// get returns the answer to a question, asking if it is not remembered. ask runs until it is done or nobody
// waits for it any more, whoever asked first.
func (a *answers[V]) get(ctx context.Context, question string, ask func(context.Context) (V, error)) (V, error) {
	if known, ok := a.recall(question); ok {
		return known.value, known.err
	}
	in := a.join(ctx, question, ask)
	select {
	case <-in.done:
		return in.value, in.err
	case <-ctx.Done():
		a.leave(question, in)
		var none V
		return none, ctx.Err()
	}
}

func (a *answers[V]) recall(question string) (answer[V], bool) {
	known, ok := a.remembered.Get(question)
	return known, ok && a.now().Before(known.until)
}

// keep remembers an answer; a refusal is one, a failure is not.
func (a *answers[V]) keep(question string, value V, err error) {
	lifetime := fresh
	if err != nil {
		var refusal *Error
		if !errors.As(err, &refusal) || !refusal.refused {
			return
		}
		lifetime = negative
	} else if a.isNo(value) {
		lifetime = negative
	}
	a.keepFor(question, value, err, lifetime)
}

func (a *answers[V]) keepFor(question string, value V, err error, lifetime time.Duration) {
	a.remembered.Add(question, answer[V]{value, err, a.now().Add(lifetime)})
}

func (a *answers[V]) join(ctx context.Context, question string, ask func(context.Context) (V, error)) *inquiry[V] {
	a.mu.Lock()
	defer a.mu.Unlock()
	if in := a.open[question]; in != nil {
		in.waiting++
		return in
	}
	in := &inquiry[V]{done: make(chan struct{}), waiting: 1}
	if known, ok := a.recall(question); ok { // answered since the caller looked
		in.value, in.err, in.cancel = known.value, known.err, func() {}
		close(in.done)
		return in
	}
	ctx, in.cancel = context.WithTimeout(context.WithoutCancel(ctx), a.budget)
	a.open[question] = in
	go func() {
		in.value, in.err = ask(ctx)
		a.keep(question, in.value, in.err)
		a.close(question, in)
		in.cancel()
		close(in.done)
	}()
	return in
}

func (a *answers[V]) leave(question string, in *inquiry[V]) {
	a.mu.Lock()
	in.waiting--
	abandoned := in.waiting == 0
	if abandoned && a.open[question] == in {
		delete(a.open, question)
	}
	a.mu.Unlock()
	if abandoned {
		in.cancel()
	}
}

func (a *answers[V]) close(question string, in *inquiry[V]) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open[question] == in {
		delete(a.open, question)
	}
}

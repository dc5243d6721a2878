package server

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// A visit is one call on its way through the Server. It belongs to the goroutine of the call.
type visit struct {
	server  *Server
	span    trace.Span
	turn    bool          // it is its turn to be decided
	waited  time.Duration // for its turn
	body    []byte        // as it came; nil if nobody keeps it
	fetched []Fetched
}

type visitKey struct{}

// visitOf returns the visit that a context is of.
func visitOf(ctx context.Context) *visit {
	v, _ := ctx.Value(visitKey{}).(*visit)
	return v
}

// rest ends the turn of a call while it waits for somebody else, or when it was answered.
func (v *visit) rest() {
	if v != nil && v.turn {
		v.turn = false
		v.server.queue.give()
	}
}

// again is how long a call that was already decided in part waits for another turn. Then it goes on without one:
// it was taken on, and is not refused any more.
const again = 50 * time.Millisecond

// resume goes on after rest.
func (v *visit) resume() {
	if v != nil && !v.turn {
		v.turn = v.server.queue.again(again)
	}
}

package server

import (
	"log/slog"
	"strings"
	"sync"
	"time"
)

// A ration bounds how many lines strangers can put into the log: a few in each minute are logged one by one, others
// are counted, and told in one line when the minute ends.
type ration struct {
	log *slog.Logger

	lock    sync.Mutex
	logged  int
	counted map[string]int // by reason; of those that were not logged
	minute  *time.Timer    // until it ends; nil: none has begun
}

// rationed is how many lines a minute are logged one by one.
const rationed = 10

// allows reports whether a line may be logged. There are few reasons.
func (r *ration) allows(reason string) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	if r.minute == nil {
		r.minute = time.AfterFunc(time.Minute, r.end)
	}
	if r.logged < rationed {
		r.logged++
		return true
	}
	if r.counted == nil {
		r.counted = map[string]int{}
	}
	r.counted[reason]++
	return false
}

// end tells what was counted.
func (r *ration) end() {
	r.lock.Lock()
	defer r.lock.Unlock()
	if r.minute != nil {
		r.minute.Stop()
	}
	if r.counted != nil {
		r.log.Warn("there were more refusals within a minute than are logged one by one", "more", r.counted)
	}
	r.logged, r.counted, r.minute = 0, nil, nil
}

// Write logs a line of net/http about a connection that came to nothing, such as one whose TLS handshake failed.
func (r *ration) Write(line []byte) (int, error) {
	if r.allows("connection") {
		r.log.Warn(strings.TrimSpace(string(line)))
	}
	return len(line), nil
}

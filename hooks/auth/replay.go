package auth

import (
	"container/heap"
	"crypto/sha256"
	"sync"
	"time"
)

// replays remembers the jti that an issuer used, each until its token has expired by itself. It is no cache:
// nothing is forgotten before its time, and what does not fit is refused. One that is at its limit says that an
// issuer's own, verified calls filled it; other issuers have their own.
type replays struct {
	limit int

	lock   sync.Mutex
	seen   map[jti]struct{}
	expiry expiry
	latest time.Time // up to when the expired ones were forgotten
}

// A jti is kept as 128 bits of its SHA-256, without a pointer, so that a million of them cost the garbage
// collector nothing.
type jti [16]byte

func newReplays(limit int) *replays {
	return &replays{limit: limit, seen: map[jti]struct{}{}}
}

// use takes a jti that may be used until it expires. Of several that use the same one, one is not refused.
func (r *replays) use(id string, expires, now time.Time) *Error {
	expires = expires.Truncate(time.Microsecond)
	sum := sha256.Sum256([]byte(id))
	key := jti(sum[:len(jti{})])
	r.lock.Lock()
	defer r.lock.Unlock()
	r.forget(now)
	if _, used := r.seen[key]; used {
		return refuse(ReasonReplayed, "the jti was used before")
	}
	// A call that waited for keys can come here when its token's jti has already been forgotten.
	if !expires.After(r.latest) {
		return refuse(ReasonExpired, "exp passed while the call was verified")
	}
	if len(r.seen) >= r.limit {
		return refuse(ReasonReplayFull, "the issuer used too many tokens that have not expired")
	}
	r.seen[key] = struct{}{}
	heap.Push(&r.expiry, expiring{expires.UnixMicro(), key})
	return nil
}

func (r *replays) forget(now time.Time) {
	if now.After(r.latest) {
		r.latest = now
	}
	for len(r.expiry) > 0 && r.expiry[0].at <= r.latest.UnixMicro() {
		delete(r.seen, heap.Pop(&r.expiry).(expiring).key)
	}
}

// expiry is a heap, the first to expire on top.
type expiry []expiring

type expiring struct {
	at  int64 // microseconds since 1970
	key jti
}

func (e expiry) Len() int           { return len(e) }
func (e expiry) Less(i, j int) bool { return e[i].at < e[j].at }
func (e expiry) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *expiry) Push(x any)        { *e = append(*e, x.(expiring)) }
func (e *expiry) Pop() any {
	last := len(*e) - 1
	x := (*e)[last]
	*e = (*e)[:last]
	return x
}

package server

import (
	"sync"
	"time"
)

// A pace is how long it takes, of late, from the end of one turn to the end of the next while others wait. Its zero value
// is none: nobody had to wait yet.
type pace struct {
	lock    sync.Mutex
	mean    time.Duration
	last    time.Time
	awaited bool // somebody waited then
}

// pacing is how many turns it takes, about, until the mean is theirs.
const pacing = 16

func (p *pace) of() time.Duration {
	p.lock.Lock()
	defer p.lock.Unlock()
	return p.mean
}

// step ends a turn; awaited says that somebody waits for the next.
func (p *pace) step(now time.Time, awaited bool) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.awaited {
		p.mean += (now.Sub(p.last) - p.mean) / pacing
	}
	p.last, p.awaited = now, awaited
}

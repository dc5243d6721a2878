package server

import (
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// A gate is a listener that can be closed without dropping those who have connected already: net/http drops
// connections that it has accepted, but not yet read from, when it shuts down.
type gate struct {
	net.Listener
	closing atomic.Bool
	last    time.Time // when nobody is accepted any more; it is set before closing
}

// How long it is waited, when a gate closes, for another of those who have connected already, and for all of them.
const (
	forAnother = time.Millisecond
	forAll     = 100 * time.Millisecond
)

// Accept returns the next connection. When the gate closes, those that wait are accepted, and then none.
func (g *gate) Accept() (net.Conn, error) {
	conn, err := g.Listener.Accept()
	if err != nil && g.closing.Load() && errors.Is(err, os.ErrDeadlineExceeded) {
		_ = g.Listener.Close() // no more may come
		return nil, net.ErrClosed
	}
	if err == nil && g.closing.Load() {
		g.soon()
	}
	return conn, err
}

// shut begins to close the gate.
func (g *gate) shut() {
	g.last = time.Now().Add(forAll)
	g.closing.Store(true)
	g.soon()
}

// soon ends the wait for another connection. A listener that cannot is closed at once.
func (g *gate) soon() {
	until := time.Now().Add(forAnother)
	if until.After(g.last) {
		until = g.last
	}
	timed, ok := g.Listener.(interface{ SetDeadline(time.Time) error })
	if !ok || timed.SetDeadline(until) != nil {
		_ = g.Listener.Close()
	}
}

// connections knows which connections are in use.
type connections struct {
	lock   sync.Mutex
	active map[net.Conn]bool
	silent map[net.Conn]time.Time // nothing was sent on them yet; since when
}

func newConnections() *connections {
	return &connections{active: map[net.Conn]bool{}, silent: map[net.Conn]time.Time{}}
}

// track is an http.Server's ConnState.
func (c *connections) track(conn net.Conn, state http.ConnState) {
	c.lock.Lock()
	defer c.lock.Unlock()
	delete(c.silent, conn)
	delete(c.active, conn)
	switch state {
	case http.StateNew:
		c.silent[conn] = time.Now()
	case http.StateActive:
		c.active[conn] = true
	}
}

// quiet reports whether no call is under way, or about to come: browsers and proxies open connections in advance,
// on which nothing comes for a while.
func (c *connections) quiet(while time.Duration) bool {
	c.lock.Lock()
	defer c.lock.Unlock()
	for _, since := range c.silent {
		if time.Since(since) < while {
			return false
		}
	}
	return len(c.active) == 0
}

package main

import (
	"bytes"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Counted is what the process of a service counted in a measurement.
type Counted struct {
	CPU    time.Duration // of the process
	Memory uint64        // bytes at most
	// Of each call that was refused: how long it lay until its first byte was read, since the client began to send it,
	// and how long it took from there until the answer was written.
	Lay, Took []time.Duration
}

// A stopwatch takes the times of what a service refuses, at its connections.
type stopwatch struct {
	lock   sync.Mutex
	now    Counted
	before time.Duration
	memory func() uint64
	on     atomic.Bool
}

func newStopwatch() *stopwatch { return &stopwatch{} }

func (s *stopwatch) begin() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.now, s.before, s.memory = Counted{}, processorTime(), watchMemory()
	s.on.Store(true)
}

func (s *stopwatch) end() Counted {
	s.on.Store(false)
	s.lock.Lock()
	defer s.lock.Unlock()
	s.now.CPU, s.now.Memory = processorTime()-s.before, s.memory()
	return s.now
}

func (s *stopwatch) listener(l net.Listener) net.Listener { return watched{l.(*net.TCPListener), s} }

type watched struct {
	*net.TCPListener
	watch *stopwatch
}

func (w watched) Accept() (net.Conn, error) {
	c, err := w.AcceptTCP()
	if err != nil {
		return nil, err
	}
	return &watchedConn{TCPConn: c, watch: w.watch}, nil
}

// A watchedConn is one on which each call says when it was sent.
type watchedConn struct {
	*net.TCPConn
	watch      *stopwatch
	sent, read time.Time // of the call that is not answered yet
}

// sentHeader holds the time at which a client began to send a call, in nanoseconds: both processes have one clock.
const sentHeader = "X-Sent: "

func (c *watchedConn) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	if len(b) > 1 && c.sent.IsZero() && c.watch.on.Load() { // net/http reads one byte beside the call
		if _, after, found := bytes.Cut(b[:n], []byte(sentHeader)); found {
			digits, _, _ := bytes.Cut(after, []byte("\r"))
			if at, err := strconv.ParseInt(string(digits), 10, 64); err == nil {
				c.sent, c.read = time.Unix(0, at), time.Now()
			}
		}
	}
	return n, err
}

func (c *watchedConn) Write(b []byte) (int, error) {
	n, err := c.TCPConn.Write(b)
	if !c.sent.IsZero() {
		if bytes.HasPrefix(b, []byte("HTTP/1.1 503")) {
			c.watch.refused(c.read.Sub(c.sent), time.Since(c.read))
		}
		c.sent = time.Time{}
	}
	return n, err
}

func (s *stopwatch) refused(lay, took time.Duration) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.now.Lay, s.now.Took = append(s.now.Lay, lay), append(s.now.Took, took)
}

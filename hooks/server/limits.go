package server

import (
	"runtime"
	"time"
)

// Limits bound what a Server takes on. What is 0 has the value that is said beside it.
type Limits struct {
	Deciding int // calls that are decided at once: as many as there are processors
	Waiting  int // calls that wait for that, or whose body is arriving: 32 for each of Deciding
	// Wait is for how long they do: 100 ms. A call that would wait for longer than half of it, going by those before
	// it, is not taken on.
	Wait time.Duration
	// Open is how many calls are taken on at all, those included whose body is arriving and those that wait for
	// a FHIR server: 1024.
	Open int

	Header int           // bytes of a request's header: 64 KiB
	Read   time.Duration // of a request: 15 s
	Write  time.Duration // of an answer, from the end of the request's header: 30 s
	Idle   time.Duration // between two requests of a connection: 2 minutes
	Drain  time.Duration // for calls under way to end: 10 s
}

const (
	defaultMaxBody = 4 << 20
	maxHeader      = 64 << 10
)

func (l *Limits) defaults() {
	l.Deciding = orElse(l.Deciding, runtime.GOMAXPROCS(0))
	l.Waiting = orElse(l.Waiting, 32*l.Deciding)
	l.Wait = orElse(l.Wait, 100*time.Millisecond)
	l.Open = orElse(l.Open, 1024)
	l.Header = orElse(l.Header, maxHeader)
	l.Read = orElse(l.Read, 15*time.Second)
	l.Write = orElse(l.Write, 30*time.Second)
	l.Idle = orElse(l.Idle, 2*time.Minute)
	l.Drain = orElse(l.Drain, 10*time.Second)
}

func orElse[T comparable](value, preset T) T {
	var zero T
	if value == zero {
		return preset
	}
	return value
}

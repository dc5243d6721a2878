package main

import (
	"math/rand/v2"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// closed makes calls one after the other in each of some workers, for some time.
func (s *service) closed(body []byte, tokens []string, workers int, takes time.Duration) figure {
	var next atomic.Int64
	var out figure
	var lock sync.Mutex
	runtime.GC()
	memory := watchMemory()
	begin := time.Now()
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			c := &caller{addr: s.addr}
			defer c.close()
			var took []time.Duration
			failed := 0
			for time.Since(begin) < takes {
				token := ""
				if tokens != nil {
					n := int(next.Add(1)) - 1
					if n >= len(tokens) {
						break
					}
					token = tokens[n]
				}
				began := time.Now()
				if c.call(body, token) == http.StatusOK {
					took = append(took, time.Since(began))
				} else {
					failed++
				}
			}
			lock.Lock()
			defer lock.Unlock()
			out.took, out.failed = append(out.took, took...), out.failed+failed
		})
	}
	all.Wait()
	out.lasted, out.memory = time.Since(begin), memory()
	return out
}

// A sorter takes down what came of calls that may be refused.
type sorter struct {
	lock              sync.Mutex
	accepted, refused figure
}

func (s *sorter) add(status int, took time.Duration) {
	s.lock.Lock()
	defer s.lock.Unlock()
	switch status {
	case http.StatusOK:
		s.accepted.took = append(s.accepted.took, took)
	case http.StatusServiceUnavailable:
		s.refused.took = append(s.refused.took, took)
	default:
		s.accepted.failed++
	}
}

func (s *sorter) done(begin time.Time, memory uint64) (accepted, refused figure) {
	lasted := time.Since(begin)
	s.accepted.lasted, s.refused.lasted = lasted, lasted
	s.accepted.memory, s.refused.memory = memory, memory
	return s.accepted, s.refused
}

// polite makes calls one after the other in each of many workers, which wait about a second when they are refused,
// as Retry-After says.
func (s *service) polite(body []byte, tokens []string, workers int, takes time.Duration) (accepted, refused figure) {
	var next atomic.Int64
	var sorted sorter
	var all sync.WaitGroup
	runtime.GC()
	memory := watchMemory()
	begin := time.Now()
	for range workers {
		all.Go(func() {
			c := &caller{addr: s.addr}
			defer c.close()
			for time.Since(begin) < takes {
				n := int(next.Add(1)) - 1
				if n >= len(tokens) {
					return
				}
				began := time.Now()
				status := c.call(body, tokens[n])
				sorted.add(status, time.Since(began))
				if status == http.StatusServiceUnavailable {
					time.Sleep(min(time.Second/2+rand.N(time.Second), max(0, takes-time.Since(begin)))) // not all at once
				}
			}
		})
	}
	all.Wait()
	return sorted.done(begin, memory())
}

// open makes calls at a rate, whether the earlier ones were answered or not, and returns those that were accepted
// and those that were refused.
func (s *service) open(body []byte, tokens []string, rate float64, takes time.Duration) (accepted, refused figure) {
	const underWay = 400 // at most: what cannot be sent in time is sent late
	due := make(chan int)
	var sorted sorter
	var all sync.WaitGroup
	runtime.GC()
	memory := watchMemory()
	begin := time.Now()
	for range underWay {
		all.Go(func() {
			c := &caller{addr: s.addr}
			defer c.close()
			for n := range due {
				began := time.Now()
				sorted.add(c.call(body, tokens[n]), time.Since(began))
			}
		})
	}
	for n := 0; n < len(tokens) && time.Since(begin) < takes; n++ {
		if wait := time.Until(begin.Add(time.Duration(float64(n) / rate * float64(time.Second)))); wait > time.Millisecond {
			time.Sleep(wait)
		}
		due <- n
	}
	close(due)
	all.Wait()
	return sorted.done(begin, memory())
}

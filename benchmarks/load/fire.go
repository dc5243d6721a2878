package main

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// A fire is what a service is put under.
type fire struct {
	service *service
	body    []byte
	tokens  []string // nil: none is sent
	takes   time.Duration

	lock sync.Mutex
	out  figure
}

// token takes one for a call; more is false if there is none left.
func (f *fire) token() (token string, more bool) {
	if f.tokens == nil {
		return "", true
	}
	f.lock.Lock()
	defer f.lock.Unlock()
	if len(f.tokens) == 0 {
		return "", false
	}
	last := len(f.tokens) - 1
	token, f.tokens = f.tokens[last], f.tokens[:last]
	return token, true
}

// call makes a call and takes down what came of it.
func (f *fire) call(c *caller, token string) (status int) {
	began := time.Now()
	status = c.call(f.body, token)
	took := time.Since(began)
	f.lock.Lock()
	defer f.lock.Unlock()
	switch status {
	case http.StatusOK:
		f.out.accepted = append(f.out.accepted, took)
	case http.StatusServiceUnavailable:
		f.out.refused = append(f.out.refused, took)
		f.tokens = append(f.tokens, token) // it was not used up
	default:
		f.out.failed++
	}
	return status
}

// closed makes calls one after the other in each of some workers. Who is refused waits meanwhile, about, as Retry-After
// says.
func closed(workers int, meanwhile time.Duration) func(*fire) {
	return func(f *fire) {
		var all sync.WaitGroup
		begin := time.Now()
		for range workers {
			all.Go(func() {
				c := &caller{addr: f.service.addr}
				defer c.close()
				for time.Since(begin) < f.takes {
					token, more := f.token()
					if !more {
						return
					}
					if f.call(c, token) == http.StatusServiceUnavailable && meanwhile > 0 {
						time.Sleep(min(meanwhile/2+rand.N(meanwhile), max(0, f.takes-time.Since(begin)))) // not all at once
					}
				}
			})
		}
		all.Wait()
	}
}

// underWay is how many calls of a rate are under way at most: what cannot be sent in time is sent late.
const underWay = 400

// open makes calls at a rate, whether the earlier ones were answered or not.
func open(rate float64) func(*fire) {
	return func(f *fire) {
		due := make(chan string)
		var all sync.WaitGroup
		for range underWay {
			all.Go(func() {
				c := &caller{addr: f.service.addr}
				defer c.close()
				for token := range due {
					f.call(c, token)
				}
			})
		}
		begin := time.Now()
		for n := 0; time.Since(begin) < f.takes; n++ {
			if wait := time.Until(begin.Add(time.Duration(float64(n) / rate * float64(time.Second)))); wait > time.Millisecond {
				time.Sleep(wait)
			}
			token, more := f.token()
			if !more {
				break
			}
			due <- token
		}
		close(due)
		all.Wait()
	}
}

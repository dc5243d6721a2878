package server

import (
	"sync/atomic"
	"time"

	"github.com/primum-cds/primum/hooks"
)

// A serving is a RuleSet in use.
type serving struct {
	rules   *RuleSet
	handler *hooks.Handler
	saved   bool // it is the copy of the last good files
	since   time.Time
	// users are the calls under way, and one more while it is in force. With the last of them the RuleSet
	// is released.
	users atomic.Int64
}

// enter returns what is in force. It is not released before leave is called.
func (s *Server) enter() *serving {
	for {
		in := s.current.Load()
		for n := in.users.Load(); n > 0; n = in.users.Load() {
			if in.users.CompareAndSwap(n, n+1) {
				return in
			}
		}
	}
}

func (in *serving) leave() {
	if in.users.Add(-1) == 0 {
		in.rules.release()
	}
}

// serve puts rules in force. The error is of the configuration: the rules may lack what a service needs.
func (s *Server) serve(rules *RuleSet, saved bool) error {
	config := s.config.Hooks
	if rules.Services != nil {
		config.Services = rules.Services
	}
	config.Observe = s.observer(rules)
	handler, err := hooks.New(rules.Engine, config)
	if err != nil {
		return err
	}
	next := &serving{rules: rules, handler: handler, saved: saved, since: time.Now()}
	next.users.Store(1)
	s.metrics.serving(rules.Digest, saved)
	if before := s.current.Swap(next); before != nil {
		before.leave()
	}
	return nil
}

package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A trouble is why the rules in force are not those that are configured.
type trouble struct {
	err error
	at  time.Time
}

// start puts the first rules in force: those that are configured, else the copy of the last good ones.
func (s *Server) start(ctx context.Context) error {
	s.seen = s.config.Rules.Paths.look()
	err := s.load(ctx)
	if err == nil {
		return nil
	}
	rules, when, copyErr := s.config.Rules.restore(ctx)
	if copyErr == nil {
		copyErr = s.serve(rules, true)
	}
	if errors.Is(copyErr, errNothingSaved) {
		return err
	} else if copyErr != nil {
		return fmt.Errorf("%w\nand the copy of the last good rules cannot be served: %w", err, copyErr)
	}
	s.log.Error("THE CONFIGURED RULES ARE BROKEN: the copy of the last good ones is served",
		"saved", when, "rules", rules.Digest, "error", err.Error())
	return nil
}

// Reload puts the rules in force that are configured now, and reads certificates again. If something is wrong
// with them those stay in force that are: the error says what. Calls are answered meanwhile.
func (s *Server) Reload(ctx context.Context) error {
	s.reload.Lock()
	defer s.reload.Unlock()
	s.seen = s.config.Rules.Paths.look()
	err := s.load(ctx)
	if err != nil {
		in := s.current.Load()
		s.log.Error("the new rules are broken: the last good ones are still served", "rules", in.rules.Digest, "error", err.Error())
	}
	return errors.Join(err, s.certify())
}

// certify reads the certificate again.
func (s *Server) certify() error {
	if s.config.Certificate == nil {
		return nil
	}
	err := s.config.Certificate.load()
	if err != nil {
		s.log.Error("the new certificate is broken: the last good one is still presented", "expires", s.config.Certificate.expires(), "error", err.Error())
		return err
	}
	s.log.Info("a certificate is presented", "expires", s.config.Certificate.expires())
	return nil
}

// load puts the configured rules in force.
func (s *Server) load(ctx context.Context) error {
	began := time.Now()
	rules, err := s.config.Rules.read(ctx, s.config.Rules.Paths)
	if err == nil {
		err = s.replace(rules)
	}
	s.metrics.reloaded(err)
	if err != nil {
		s.trouble.Store(&trouble{err, time.Now()})
		return err
	}
	s.trouble.Store(nil)
	s.log.Info("rules are in force", "rules", rules.Digest, "count", len(rules.names()), "took", time.Since(began).String())
	return nil
}

// replace puts rules in force, unless they are so already, and keeps a copy of them.
func (s *Server) replace(rules *RuleSet) error {
	before := s.current.Load()
	if before != nil && before.rules.Digest == rules.Digest && !before.saved {
		rules.release()
		return nil
	}
	if err := s.serve(rules, false); err != nil {
		rules.release()
		return err
	}
	if before != nil {
		s.missed(before.rules.names(), rules.names())
	}
	if err := s.config.Rules.save(rules); err != nil {
		s.metrics.notSaved.Inc()
		s.log.Error("no copy of the rules could be kept: after a restart there may be none to fall back on", "error", err.Error())
	}
	return nil
}

// missed tells of rules that are no longer there: it may be what somebody wanted, or a file that was lost.
func (s *Server) missed(before, now []string) {
	gone := slices.DeleteFunc(slices.Clone(before), func(name string) bool {
		_, there := slices.BinarySearch(now, name)
		return there
	})
	if len(gone) > 0 {
		s.log.Warn("rules are gone", "count", len(gone), "first", gone[:min(len(gone), 20)])
	}
}

// watch reloads when files have changed, as soon as they no longer change.
func (s *Server) watch(ctx context.Context) {
	tick := time.NewTicker(s.config.Rules.Poll)
	defer tick.Stop()
	before := s.config.Rules.Paths.look()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := s.config.Rules.Paths.look()
		if now.same(before) && !now.same(s.lastSeen()) {
			_ = s.Reload(ctx) // it has told what is wrong
		}
		before = now
		if c := s.config.Certificate; c != nil && c.changed() {
			_ = s.certify() // likewise
		}
	}
}

// lastSeen is how the files looked when they were last loaded, or could not be.
func (s *Server) lastSeen() snapshot {
	s.reload.Lock()
	defer s.reload.Unlock()
	return s.seen
}

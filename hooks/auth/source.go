package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
)

const (
	// maxKeySet is how many bytes a JWKS may have.
	maxKeySet = 256 << 10
	// refreshAfter is how old keys may be before they are brought again, although they are known.
	refreshAfter = time.Hour
)

// A loader brings a JWKS from where it is. It is not called concurrently.
type loader interface {
	load(ctx context.Context) ([]byte, error)
	// changed reports whether what load would bring is known to be another than the last time.
	changed() bool
}

// A source holds the keys that an issuer has in one place. One call at a time brings them, others wait for it:
// for a key that is not known, and as long as their context permits. No call for a known key waits, and no other
// issuer does.
type source struct {
	issuer           string
	loader           loader
	timeout, refetch time.Duration
	now              func() time.Time
	log              *slog.Logger

	lock   sync.Mutex
	set    keySet    // the last good one
	loaded time.Time // when; zero as long as there are no keys to be trusted
	tried  time.Time
	flight *flight // nil if none is under way
}

// A flight is one attempt to bring the keys.
type flight struct {
	done chan struct{}
	err  error // to be read when done is closed
}

func newSource(c Config, i Issuer, l loader) *source {
	return &source{issuer: i.Issuer, loader: l, timeout: c.Timeout, refetch: c.Refetch, now: c.Now, log: c.Logger}
}

// open brings the keys for the first time, where that can be demanded.
func (s *source) open() error {
	if err := s.fetch(context.Background()); err != nil {
		return err
	}
	if s.set.usable() == 0 {
		return fmt.Errorf("there is no key that can be used: %s", strings.Join(s.set.problems, "; "))
	}
	return nil
}

// fetch brings the keys, or waits for them if they are already being brought.
func (s *source) fetch(ctx context.Context) error {
	s.lock.Lock()
	f := s.flight
	if f == nil {
		f = s.start(s.now())
	}
	s.lock.Unlock()
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// find returns the key with a kid. What can be used is decided when it is used.
func (s *source) find(ctx context.Context, kid string) (key, *Error) {
	if f := s.await(kid); f != nil {
		select {
		case <-f.done:
		case <-ctx.Done():
			return key{}, &Error{Reason: ReasonKeys, detail: "the call ended before the issuer's keys came", err: ctx.Err()}
		}
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	k, ok := s.set.keys[kid]
	switch {
	case ok:
		return k, nil
	case s.loaded.IsZero():
		return key{}, refuse(ReasonKeys, "the issuer's keys could not be had")
	default:
		return key{}, refuse(ReasonUnknownKid, "the issuer has no key with this kid")
	}
}

// await decides whether keys have to be brought for a kid, and returns what has to be waited for, nil if nothing.
func (s *source) await(kid string) *flight {
	s.lock.Lock()
	defer s.lock.Unlock()
	now := s.now()
	k, ok := s.set.keys[kid]
	known := ok && k.unusable == ""
	due := now.Sub(s.tried) >= s.refetch
	switch {
	case s.flight != nil && known:
		return nil
	case s.flight != nil:
		return s.flight
	case s.loader.changed(), !known && due:
		return s.start(now)
	case due && now.Sub(s.loaded) >= refreshAfter:
		s.start(now)
	}
	return nil
}

// start begins a flight. It ends by itself, and not with the call that it was begun for: others wait too.
func (s *source) start(now time.Time) *flight {
	f := &flight{done: make(chan struct{})}
	s.flight, s.tried = f, now
	go s.bring(f)
	return f
}

func (s *source) bring(f *flight) {
	defer close(f.done)
	ctx, cancel := context.WithTimeout(context.Background(), s.timeout)
	defer cancel()
	data, err := s.loader.load(ctx)
	var set keySet
	if err == nil {
		set, err = parseKeySet(data)
	}
	f.err = err
	s.take(set, err)
	if err != nil {
		s.log.Error("keys cannot be had", "issuer", s.issuer, "error", err)
		return
	}
	s.log.Info("keys brought", "issuer", s.issuer, "usable", set.usable())
	for _, problem := range set.problems {
		s.log.Warn("key cannot be used", "issuer", s.issuer, "problem", problem)
	}
}

// take keeps what is good. What is not leaves the last good keys as they are, unless it shows that they are no
// longer a secret.
func (s *source) take(set keySet, err error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.flight = nil
	switch {
	case err == nil:
		s.set, s.loaded = set, s.now()
	case errors.Is(err, errPrivateKey):
		s.set, s.loaded = keySet{}, time.Time{}
	}
}

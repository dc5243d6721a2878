// Package server runs a hooks.Handler in production: it reloads rules without a gap, bounds what it takes on,
// tells what it does in logs, metrics, traces and a log of decisions, and ends without dropping a call.
//
//	s, err := server.New(ctx, server.Config{Rules: server.Rules{Load: load}})
//	err = s.Run(ctx, listener, admin)
package server

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/primum-cds/primum/hooks"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// A Config says what a Server serves. Only Rules.Load is required.
type Config struct {
	Rules Rules
	// Hooks configures the Handler. Observe is called after the Server's own. MaxBody is 4 MiB where it is 0, and
	// HashKey is random.
	Hooks hooks.Config

	Limits      Limits
	Certificate *Certificate // nil: no TLS
	Decisions   string       // the file of the decision log; "": there is none
	Audit       string       // the file of AuditEvents, FHIR R4, one a line; "": there is none
	// Archive is a folder in which the bodies of requests are kept, which name patients; "": they are not.
	Archive   string
	Retention Retention
	Traces    Traces
	// Log is told what happens; nil: nothing is logged. No name, no value and no token of a request is in it.
	Log *slog.Logger
}

// A Server answers calls with the rules in force. It is an http.Handler of the service, safe for concurrent use.
type Server struct {
	config  Config
	log     *slog.Logger
	metrics *metrics
	tracer  *tracer
	queue   *queue

	strangers *ration // what is logged of those who are not known
	expires   []expiry
	store     *store // nil: no feedback is kept

	decisions, audits *journal
	archive           *archive

	current atomic.Pointer[serving]
	trouble atomic.Pointer[trouble]
	ending  atomic.Bool
	buffers sync.Pool  // of *[]byte, for what is read and thrown away
	reload  sync.Mutex // held while rules are loaded; it guards seen
	seen    snapshot
}

// New loads the rules and returns a Server that is ready to serve them. The error says why there are none, or what
// is wrong in the configuration.
func New(ctx context.Context, config Config) (*Server, error) {
	if config.Rules.Load == nil {
		return nil, errors.New("server: there is nothing to load rules with")
	}
	config.defaults()
	s := &Server{config: config, log: config.Log, queue: newQueue(config.Limits), strangers: &ration{log: config.Log}}
	s.metrics = newMetrics(s.queue)
	var err error
	if s.expires, err = s.expiries(); err != nil {
		return nil, err
	}
	s.wire()
	if err = s.open(); err == nil {
		err = s.start(ctx)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

const hashKeySize = 32

func (c *Config) defaults() {
	c.Limits.defaults()
	c.Rules.Poll = orElse(c.Rules.Poll, time.Second)
	c.Hooks.MaxBody = orElse(c.Hooks.MaxBody, defaultMaxBody)
	c.Log = orElse(c.Log, slog.New(slog.DiscardHandler))
	c.Hooks.Log = orElse(c.Hooks.Log, c.Log)
	if c.Hooks.Now == nil {
		c.Hooks.Now = time.Now
	}
	if c.Hooks.HashKey == nil { // one for all handlers: a reload forgets nobody
		c.Hooks.HashKey = make([]byte, hashKeySize)
		_, _ = rand.Read(c.Hooks.HashKey) // never fails
	}
}

// wire puts the Server between the Handler and what it asks.
func (s *Server) wire() {
	h := &s.config.Hooks
	if h.Authenticator != nil {
		h.Authenticator = callers{h.Authenticator, s}
	}
	if h.Fetcher != nil {
		h.Fetcher = fetcher{h.Fetcher, s}
	}
	if h.Feedback != nil {
		s.store = newStore(h.Feedback, s.metrics, s.log)
		h.Feedback = s.store
	}
}

// open opens the files that are written to.
func (s *Server) open() (err error) {
	var export sdk.SpanExporter
	if s.config.Traces.Endpoint != "" {
		if export, err = newOTLP(s.config.Traces, s.spansLost); err != nil {
			return err
		}
	}
	s.tracer = newTracer(s.config.Traces, export)
	if s.config.Decisions != "" {
		if s.decisions, err = openJournal("decisions", s.config.Decisions, s.metrics, s.log); err != nil {
			return err
		}
	}
	if s.config.Audit != "" {
		if s.audits, err = openJournal("audit", s.config.Audit, s.metrics, s.log); err != nil {
			return err
		}
	}
	if s.config.Archive != "" {
		s.archive, err = openArchive(s.config.Archive, s.metrics, s.log)
	}
	return err
}

func (s *Server) spansLost(spans int, err error) {
	s.metrics.spansLost.Add(float64(spans))
	s.log.Warn("spans are lost", "spans", spans, "error", err.Error())
}

// keeping reports whether bodies are kept until calls were answered.
func (s *Server) keeping() bool { return s.archive != nil }

// Reopen goes on in new log files, where the old ones were moved away.
func (s *Server) Reopen() error {
	return errors.Join(s.decisions.reopen(), s.audits.reopen())
}

// Services returns what is offered now.
func (s *Server) Services() []hooks.Service {
	in := s.enter()
	defer in.leave()
	return in.handler.Services()
}

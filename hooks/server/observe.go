package server

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/primum-cds/primum/hooks"
)

// observer returns what is told of each call that rules answer.
func (s *Server) observer(rules *RuleSet) func(context.Context, *hooks.Outcome) {
	return func(ctx context.Context, o *hooks.Outcome) {
		v := visitOf(ctx)
		s.metrics.observe(o, v)
		s.tracer.outcome(v, o, rules.Digest)
		s.tell(ctx, o)
		if o.Hook != "" {
			s.record(o, v, rules.Digest)
		}
		if observe := s.config.Hooks.Observe; observe != nil {
			observe(ctx, o)
		}
	}
}

// tell logs a call that was not answered with cards, and at debug level each call.
func (s *Server) tell(ctx context.Context, o *hooks.Outcome) {
	level := slog.LevelDebug
	switch failed := o.Count(hooks.Failed) + o.Count(hooks.Late); {
	case o.Status >= 500:
		level = slog.LevelError
	case failed > 0:
		level = slog.LevelWarn
	case o.Status >= 400:
		level = slog.LevelInfo
	}
	switch {
	case !s.log.Enabled(ctx, level):
		return
	case o.Status == http.StatusUnauthorized: // callers has told it
		return
	case o.Service == "" && o.Status >= 400 && o.Status < 500 && !s.strangers.allows(strconv.Itoa(o.Status)): // nobody was asked who it is
		return
	}
	s.log.Log(ctx, level, "call", "service", o.Service, "hook", o.Hook, "issuer", o.Caller.Issuer, "status", o.Status, "error", o.Error,
		"patient", o.Patient, "cards", o.Cards, "undecided", o.Count(hooks.Undecided), "failed", o.Count(hooks.Failed), "late", o.Count(hooks.Late),
		"bytes", o.Bytes, "took", o.Took.String(), "fetched", o.Fetched.String())
}

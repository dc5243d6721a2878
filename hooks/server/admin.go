package server

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Admin answers what is for operators only: /healthz, /readyz and /metrics. It belongs on an address of its own.
func (s *Server) Admin() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
	return mux
}

// A readiness says whether calls are answered, and with which rules.
type readiness struct {
	Ready  bool       `json:"ready"`
	Detail string     `json:"detail,omitempty"` // what an operator should know
	Rules  string     `json:"rules"`
	Since  time.Time  `json:"since"`
	Error  string     `json:"error,omitempty"` // why the rules are not those that are configured
	Failed *time.Time `json:"failed,omitempty"`
}

func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	in := s.current.Load()
	state := readiness{Ready: !s.ending.Load(), Rules: in.rules.Digest, Since: in.since}
	if t := s.trouble.Load(); t != nil {
		state.Detail, state.Error, state.Failed = "the configured rules are broken: the last good ones are served", t.err.Error(), &t.at
		if in.saved {
			state.Detail = "the configured rules are broken: the copy of the last good ones is served"
		}
	}
	w.Header().Set("Content-Type", "application/json")
	if !state.Ready {
		state.Detail = "the server is ending"
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(state) // whom it could be told has gone
}

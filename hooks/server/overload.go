package server

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// ServeHTTP answers a call of the service. What cannot be answered in time is refused at once, with 503.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.ending.Load() {
		w.Header().Set("Connection", "close")
	}
	if !decides(r) {
		s.answer(w, r, &visit{server: s})
		return
	}
	if why := s.queue.admit(); why != "" {
		s.refuse(w, r, why)
		return
	}
	defer s.queue.leave()
	v := &visit{server: s}
	s.receive(r, v)
	began := time.Now()
	if why := s.queue.take(r.Context()); why != "" {
		s.refuse(w, r, why)
		return
	}
	v.turn, v.waited = true, time.Since(began)
	defer v.rest()
	s.answer(w, r, v)
}

// decides reports whether a request is one that rules are asked about.
func decides(r *http.Request) bool {
	return r.Method == http.MethodPost && !strings.HasSuffix(strings.TrimSuffix(r.URL.Path, "/"), "/feedback")
}

// answer has the rules in force answer.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, v *visit) {
	in := s.enter()
	defer in.leave()
	ctx := context.WithValue(r.Context(), visitKey{}, v)
	ctx, end := s.tracer.call(ctx, r, v)
	defer end()
	in.handler.ServeHTTP(w, r.WithContext(ctx))
}

// receive reads the body before it is the call's turn: a client that sends slowly holds up nobody. What is longer
// than it may be is left to the Handler, which says so.
func (s *Server) receive(r *http.Request, v *visit) {
	most := s.config.Hooks.MaxBody
	if r.ContentLength > most {
		return
	}
	var body bytes.Buffer
	body.Grow(int(max(r.ContentLength, 0)) + bytes.MinRead)
	_, err := body.ReadFrom(io.LimitReader(r.Body, most+1))
	rest := io.Reader(bytes.NewReader(body.Bytes()))
	if err != nil {
		rest = io.MultiReader(rest, broken{err})
	}
	if s.keeping() {
		v.body = body.Bytes()
	}
	r.Body = received{rest, r.Body}
}

// received is a body that was read, with what closes it.
type received struct {
	io.Reader
	io.Closer
}

// broken is the end of a body that could not be read.
type broken struct{ error }

func (b broken) Read([]byte) (int, error) { return 0, b.error }

// refusedBody is an OperationOutcome as the Handler writes it.
const refusedBody = `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"throttled","diagnostics":"there are too many calls: try again"}]}`

// refuse tells a client to come again.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, why refusal) {
	s.metrics.refused.WithLabelValues(string(why)).Inc()
	header := w.Header()
	if origins := s.config.Hooks.Origins; len(origins) > 0 {
		header.Add("Vary", "Origin")
		if origin := r.Header.Get("Origin"); origin != "" && (slices.Contains(origins, origin) || slices.Contains(origins, "*")) {
			header.Set("Access-Control-Allow-Origin", origin)
			header.Set("Access-Control-Expose-Headers", "Retry-After")
		}
	}
	header.Set("Retry-After", "1")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(w, refusedBody) // whom it could be told has gone
}

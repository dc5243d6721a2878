package server

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
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
	if why := s.receive(r, v); why != "" {
		s.refuse(w, r, why)
		return
	}
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

// receive reads the body before it is the call's turn; "" if the call still has a place then, or another: one whose
// body takes longer to arrive than a call may wait loses its place, so that a client that sends slowly holds up nobody.
// What is longer than it may be is left to the Handler, which says so.
func (s *Server) receive(r *http.Request, v *visit) refusal {
	most := s.config.Hooks.MaxBody
	if r.ContentLength > most {
		return ""
	}
	late := time.AfterFunc(s.config.Limits.Wait, s.queue.lose)
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
	if late.Stop() {
		return ""
	}
	return s.queue.enter()
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

// refuse tells a client to come again, before it has sent all of its body.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, why refusal) {
	s.metrics.refused.WithLabelValues(string(why)).Inc()
	out := http.NewResponseController(w)
	_ = out.EnableFullDuplex() // or net/http reads the body first
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
	header.Set("Content-Length", strconv.Itoa(len(refusedBody)))
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(w, refusedBody) // whom it could be told has gone
	_ = out.Flush()
	_ = out.SetReadDeadline(time.Now().Add(passing))
	s.passOver(r.Body)
}

// How much of a body is read, and for how long, so that its connection can be used again: else it is closed.
const (
	passed  = 256 << 10
	passing = time.Second
)

// passOver reads what a client sends that was refused.
func (s *Server) passOver(body io.Reader) {
	buffer, _ := s.buffers.Get().(*[]byte)
	if buffer == nil {
		fresh := make([]byte, 64<<10)
		buffer = &fresh
	}
	defer s.buffers.Put(buffer)
	for read := 0; read < passed; {
		n, err := body.Read(*buffer)
		if err != nil {
			return
		}
		read += n
	}
}

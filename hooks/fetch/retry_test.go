package fetch

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// failing fails some times, then answers.
func failing(times int64, fail http.HandlerFunc) http.HandlerFunc {
	var n atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) <= times {
			fail(w, r)
			return
		}
		fhir(bundle("", "1"))(w, r)
	}
}

func later(status int, retryAfter string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", retryAfter)
		w.WriteHeader(status)
	}
}

func TestRepetition(t *testing.T) {
	past := time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)
	for _, test := range []struct {
		name     string
		handler  http.HandlerFunc
		absent   Reason
		requests int
	}{
		{"reset", failing(1, cut), "", 2},
		{"reset twice", failing(2, cut), "", 3},
		{"reset for good", failing(3, cut), Unreachable, 3},
		{"reset in the body", failing(1, func(w http.ResponseWriter, r *http.Request) { start(w, "{"); cut(w, r) }), "", 2},
		{"429", failing(1, says(429, "text/plain", "")), "", 2},
		{"429 that says when", failing(1, later(429, "0")), "", 2},
		{"429 that says when it was", failing(1, later(429, past)), "", 2},
		{"429 that says nonsense", failing(1, later(429, "soon")), "", 2},
		{"429, too late", failing(1, later(429, "60")), Throttled, 1},
		{"503, too late", failing(1, later(503, time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))), ServerError, 1},
		{"502", failing(2, says(502, "text/plain", "")), "", 3},
		{"503", failing(2, says(503, "text/plain", "")), "", 3},
		{"504", failing(2, says(504, "text/plain", "")), "", 3},
		{"500", failing(1, says(500, "text/plain", "")), ServerError, 1},
		{"401", failing(1, later(401, "0")), Unauthorized, 1},
		{"403", failing(1, later(403, "0")), Unauthorized, 1},
		{"404", failing(1, later(404, "0")), NotFound, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, test.handler)
			begun := time.Now()
			got := f.get(t, search)
			require.Less(t, time.Since(begun), generous)
			require.Equal(t, test.absent, got.Absent)
			require.Equal(t, test.requests, got.Requests)
			require.EqualValues(t, test.requests, f.requests.Load())
		})
	}
}

// A server that says when to come back is not asked before.
func TestRetryAfterIsKept(t *testing.T) {
	var first atomic.Int64
	f := newFake(t, failing(1, func(w http.ResponseWriter, r *http.Request) {
		first.Store(time.Now().UnixNano())
		later(429, "1")(w, r)
	}))
	got := f.get(t, search)
	require.Empty(t, got.Absent)
	require.GreaterOrEqual(t, time.Now().UnixNano()-first.Load(), int64(time.Second))
}

// A query that waits to be repeated leaves its place to others.
func TestRepetitionHoldsNoPlace(t *testing.T) {
	busy := failing(1, later(503, "1"))
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/fhir/Busy" {
			busy(w, r)
			return
		}
		fhir(bundle("", "1"))(w, r)
	})
	c := f.client(t, func(c *Config) { c.Concurrency, c.ServerConcurrency, c.Timeout = 1, 1, generous })
	results := c.Get(t.Context(), f.request("Busy?x", "A?x", "B?x"))
	for i, requests := range []int{2, 1, 1} {
		require.Equal(t, bundle("", "1"), string(results[i].JSON))
		require.Equal(t, requests, results[i].Requests)
		require.LessOrEqual(t, results[i].Took, results[0].Took)
	}
}

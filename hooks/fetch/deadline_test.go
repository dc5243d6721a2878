package fetch

import (
	"context"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// generous is far more time than what is not slow takes.
const generous = 20 * time.Second

func TestSlow(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"before the headers": gone,
		"after the headers": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(200)
			w.(http.Flusher).Flush()
			gone(w, r)
		},
		"in the body": func(w http.ResponseWriter, r *http.Request) { start(w, bundle("", "1")[:60]); gone(w, r) },
		"drop by drop": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				start(w, " ")
				time.Sleep(5 * time.Millisecond)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, handler)
			begun := time.Now()
			got := f.get(t, search, func(c *Config) { c.Timeout = 150 * time.Millisecond })
			require.Equal(t, Result{Key: "q0", URL: search, Absent: Timeout, Requests: 1}, got)
			require.Less(t, time.Since(begun), generous)
		})
	}
}

// An error whose body never comes is known by its status, at once.
func TestErrorThatHangs(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(401)
		start(w, "{")
		gone(w, r)
	})
	got := f.get(t, search, func(c *Config) { c.Timeout = time.Minute })
	require.Equal(t, Result{Key: "q0", URL: search, Absent: Unauthorized, Requests: 1}, got)
}

func TestOneSlowQueryDelaysNoOther(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/Slow") {
			gone(w, r)
		}
		fhir(bundle("", "1"))(w, r)
	})
	begun := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	urls := []string{"Slow?x"}
	for i := range 20 {
		urls = append(urls, search+strings.Repeat("0", i))
	}
	results := f.client(t, func(c *Config) { c.Concurrency = 3 }).Get(ctx, f.request(urls...))
	require.Less(t, time.Since(begun), generous)
	require.Equal(t, Timeout, results[0].Absent)
	for _, r := range results[1:] {
		require.Equal(t, bundle("", "1"), string(r.JSON), r.URL)
	}
}

// A deadline passes when the test says so.
type deadline struct {
	context.Context
	passed chan struct{}
}

func (d deadline) Done() <-chan struct{} { return d.passed }

func (d deadline) Err() error {
	select {
	case <-d.passed:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// What came before the deadline is there, and it says that more was to come.
func TestSlowPage(t *testing.T) {
	ctx := deadline{t.Context(), make(chan struct{})}
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.RawQuery {
		case "page=2":
			fhir(bundle("?page=3", "2"))(w, r)
		case "page=3":
			close(ctx.passed)
			gone(w, r)
		default:
			fhir(bundle("?page=2", "1"))(w, r)
		}
	})
	got := f.client(t).Get(ctx, f.request(search))[0]
	require.Equal(t, Timeout, got.PageMissing)
	require.Equal(t, []int{2, 3}, []int{got.Pages, got.Requests})
	require.Empty(t, got.Absent)
	require.JSONEq(t, bundle("?page=3", "1", "2"), string(got.JSON))
}

func TestCanceled(t *testing.T) {
	before := runtime.NumGoroutine()
	arrived := make(chan bool, 3)
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) { arrived <- true; gone(w, r) })
	c := f.client(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for range 3 {
			<-arrived
		}
		cancel()
	}()
	for _, r := range c.Get(ctx, f.request("A?x", "B?x", "C?x")) {
		require.Equal(t, Canceled, r.Absent)
	}
	for _, r := range c.Get(ctx, f.request("A?x")) {
		require.Equal(t, Canceled, r.Absent)
	}
	c.Close()
	f.Close()
	for end := time.Now().Add(generous); runtime.NumGoroutine() > before && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}

func TestConcurrencyIsBounded(t *testing.T) {
	var now, most atomic.Int64
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(2 * time.Millisecond)
		fhir(bundle("", "1"))(w, r)
	})
	ask := func(calls int, change func(*Config)) int64 {
		most.Store(0)
		c := f.client(t, func(c *Config) { c.Timeout = generous }, change)
		var wg sync.WaitGroup
		for range calls {
			wg.Go(func() {
				for _, r := range c.Get(t.Context(), f.request("A?x", "B?x", "C?x", "D?x", "E?x", "F?x", "G?x", "H?x", "I?x")) {
					if r.Absent != "" {
						t.Error(r.Absent)
					}
				}
			})
		}
		wg.Wait()
		return most.Load()
	}
	require.LessOrEqual(t, ask(1, func(c *Config) { c.Concurrency = 2 }), int64(2))
	require.LessOrEqual(t, ask(8, func(c *Config) { c.ServerConcurrency = 3 }), int64(3))
	require.Greater(t, ask(8, func(c *Config) {}), int64(3))
}

func TestEqualQueriesAreAskedOnce(t *testing.T) {
	f := newFake(t, fhir(bundle("", "1")))
	results := f.client(t).Get(t.Context(), f.request(search, "/"+search, f.URL+"/fhir/"+search, "Condition?patient=1", search))
	for i, r := range results {
		require.Equal(t, bundle("", "1"), string(r.JSON), i)
	}
	require.Equal(t, []string{"q0", "q1"}, []string{results[0].Key, results[1].Key})
	require.EqualValues(t, 2, f.requests.Load())
}

func TestNothingIsAsked(t *testing.T) {
	f := newFake(t, fhir(""))
	require.Empty(t, f.client(t).Get(t.Context(), f.request()))
}

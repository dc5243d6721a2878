package server

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/terminology"
)

// A fake is a terminology server, and the clock of the client that asks it.
type fake struct {
	*httptest.Server
	requests atomic.Int64

	mu      sync.Mutex
	passed  time.Duration
	waited  []time.Duration
	handler http.HandlerFunc
}

func newFake(t *testing.T, handler http.HandlerFunc) *fake {
	t.Helper()
	f := &fake{handler: handler}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.requests.Add(1)
		f.mu.Lock()
		handler := f.handler
		f.mu.Unlock()
		handler(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *fake) client(t *testing.T, opts ...Option) *Client {
	t.Helper()
	c, err := New(f.URL+"/r4/", append(opts, func(cfg *config) { cfg.now, cfg.sleep = f.now, f.sleep })...)
	require.NoError(t, err)
	return c
}

func (f *fake) answer(handler http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.handler = handler
}

func (f *fake) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(f.passed)
}

func (f *fake) sleep(ctx context.Context, d time.Duration) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.passed += d
	f.waited = append(f.waited, d)
	return ctx.Err()
}

func (f *fake) pass(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.passed += d
}

const (
	valueSetURL = "http://example.org/ValueSet/nsaids"
	opOutcome   = `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"%s","diagnostics":"%s"}]}`
)

// says answers everything alike.
func says(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func fhir(body string) http.HandlerFunc { return says(http.StatusOK, "application/fhir+json", body) }

func refuses(status int, code, diagnostics string) http.HandlerFunc {
	return says(status, "application/fhir+json", fmt.Sprintf(opOutcome, code, diagnostics))
}

// expansionOf writes a value set with codes as entries and other members of its expansion.
func expansionOf(members string, codes ...string) string {
	entries := make([]string, len(codes))
	for i, code := range codes {
		entries[i] = `{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"` + code + `"}`
	}
	return `{"resourceType":"ValueSet","expansion":{` + members + `"contains":[` + strings.Join(entries, ",") + `]}}`
}

// pages serves n codes, at most size at once.
func pages(n, size int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
		count, _ := strconv.Atoi(r.URL.Query().Get("count"))
		var codes []string
		for i := offset; i < min(n, offset+size, offset+count); i++ {
			codes = append(codes, strconv.Itoa(100000+i))
		}
		fhir(expansionOf(fmt.Sprintf(`"total":%d,"offset":%d,`, n, offset), codes...))(w, r)
	}
}

func rx(codes ...string) []terminology.Code {
	out := make([]terminology.Code, len(codes))
	for i, code := range codes {
		out[i] = terminology.Code{System: terminology.RxNorm, Code: code}
	}
	return out
}

package fetch

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	fhirJSON = "application/fhir+json"
	secret   = "canary-token"
	search   = "MedicationRequest?patient=1&status=active"
)

// A fake is a FHIR server below /fhir.
type fake struct {
	*httptest.Server
	requests atomic.Int64

	mu     sync.Mutex
	tokens []string // that came with each request
	urls   []string
}

func newFake(t testing.TB, handler http.HandlerFunc) *fake {
	t.Helper()
	f := &fake{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.requests.Add(1)
		f.mu.Lock()
		f.tokens = append(f.tokens, r.Header.Get("Authorization"))
		f.urls = append(f.urls, r.RequestURI)
		f.mu.Unlock()
		handler(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

// client returns a client of the fake alone.
func (f *fake) client(t testing.TB, change ...func(*Config)) *Client {
	t.Helper()
	config := Config{Servers: []Server{{Issuer: "issuer", Base: f.URL + "/fhir"}}}
	for _, c := range change {
		c(&config)
	}
	c, err := newClient(config, seams{now: time.Now, random: func() float64 { return 0.5 }})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func (f *fake) request(urls ...string) Request {
	r := Request{Server: f.URL + "/fhir", Issuer: "issuer", Token: secret, TokenType: "Bearer"}
	for i, u := range urls {
		r.Queries = append(r.Queries, Query{Key: fmt.Sprint("q", i), URL: u})
	}
	return r
}

// get asks one thing, with time enough.
func (f *fake) get(t testing.TB, url string, change ...func(*Config)) Result {
	t.Helper()
	enough := func(c *Config) { c.Timeout = generous }
	results := f.client(t, append([]func(*Config){enough}, change...)...).Get(t.Context(), f.request(url))
	require.Len(t, results, 1)
	results[0].Took = 0
	return results[0]
}

// asked returns the URLs that came, in order.
func (f *fake) asked() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string{}, f.urls...)
}

// says answers everything alike.
func says(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func fhir(body string) http.HandlerFunc { return says(http.StatusOK, fhirJSON, body) }

// outcome is an OperationOutcome that names a patient.
func outcome(code string) string {
	return `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"` + code + `","diagnostics":"canary-name"}]}`
}

// bundle is a page of a search with prescriptions of some ids.
func bundle(next string, ids ...string) string {
	links := `{"relation":"self","url":"http://ehr.example.org/fhir/MedicationRequest?patient=1&status=active"}`
	if next != "" {
		links += `,{"relation":"next","url":"` + next + `"}`
	}
	entries := make([]string, len(ids))
	for i, id := range ids {
		entries[i] = `{"fullUrl":"http://ehr.example.org/fhir/MedicationRequest/` + id + `","resource":{"resourceType":"MedicationRequest","id":"` + id + `"},"search":{"mode":"match"}}`
	}
	return `{"resourceType":"Bundle","type":"searchset","link":[` + links + `],"entry":[` + strings.Join(entries, ",") + `]}`
}

// gone waits until nobody waits for the answer any more.
func gone(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func start(w http.ResponseWriter, text string) {
	fmt.Fprint(w, text)
	w.(http.Flusher).Flush()
}

// cut ends the connection with a reset.
func cut(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

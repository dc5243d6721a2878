package server_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/fetch"
	"github.com/stretchr/testify/require"
)

// page is one of a search, with a medication that no rule is about.
const page = `{"resourceType":"Bundle","type":"searchset","link":[%s],"entry":[{"resource":{"resourceType":"MedicationRequest","id":"m","status":"active","intent":"order",
"subject":{"reference":"Patient/1"},"medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"36567"}]}}}]}`

func whole(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintf(w, page, "") }

func hanging(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// flushed sends what is written now.
func flushed(w http.ResponseWriter, text string) {
	_, _ = io.WriteString(w, text)
	w.(http.Flusher).Flush()
}

func gzipped(t *testing.T, text []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

// Whatever a client's FHIR server does, the call is answered in time with what could be decided, and what could not be
// is said: it is never silent.
func TestFaultsOfTheFHIRServer(t *testing.T) {
	bomb := gzipped(t, make([]byte, 64<<20))
	faults := []struct {
		name   string
		does   http.HandlerFunc
		reason fetch.Reason // "ok" where all is well
	}{
		{"none", whole, "ok"},
		{"hanging", hanging, fetch.Timeout},
		{"slow", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				flushed(w, " ")
				time.Sleep(10 * time.Millisecond)
			}
		}, fetch.Timeout},
		{"hanging-within-the-body", func(w http.ResponseWriter, r *http.Request) {
			flushed(w, page[:100])
			hanging(w, r)
		}, fetch.Timeout},
		{"reset", func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_ = conn.(*net.TCPConn).SetLinger(0) // RST, not FIN
				_ = conn.Close()
			}
		}, fetch.Unreachable},
		{"429", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusTooManyRequests)
		}, fetch.Throttled},
		{"html", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<!DOCTYPE html><title>Log in</title>")
		}, fetch.NotJSON},
		{"gzip-bomb", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb)
		}, fetch.TooLarge},
		{"endless-paging", func(w http.ResponseWriter, r *http.Request) {
			n := 1
			_, _ = fmt.Sscanf(r.URL.Query().Get("page"), "%d", &n)
			_, _ = fmt.Fprintf(w, page, fmt.Sprintf(`{"relation":"next","url":"?page=%d"}`, n+1))
		}, fetch.TooManyPages},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/none/"+r.URL.RawQuery, http.StatusFound)
		}, fetch.Redirect},
	}
	mux := http.NewServeMux()
	var servers []fetch.Server
	fhir := httptest.NewServer(mux)
	defer fhir.Close()
	for _, f := range faults {
		mux.HandleFunc("/"+f.name+"/", f.does)
		servers = append(servers, fetch.Server{Base: fhir.URL + "/" + f.name})
	}
	dir := filepath.Join(t.TempDir(), "rules")
	config := trial(dir)
	write(t, filepath.Join(dir, "trial.yaml"), strings.Replace(ruleFile("1"), "codes:\n", "codes:\n  warfarin: {rxnorm: [11289]}\n", 1)+
		"  - {id: both, hooks: [order-sign], for: {o: MedicationRequest}, when: patient.takes(warfarin), card: {indicator: info, summary: both}, undecided: {indicator: warning, summary: warfarin not checked}}\n")
	var err error
	config.Hooks.Fetcher, err = fetch.New(fetch.Config{Servers: servers})
	require.NoError(t, err)
	config.Hooks.Prefetch = func(hooks.Service, hooks.TemplateVersion) ([]hooks.Template, error) {
		return []hooks.Template{{Key: "meds", Query: "MedicationRequest?patient={{context.patientId}}"}}, nil
	}
	config.Hooks.Deadlines = map[string]time.Duration{"": time.Second}
	hurried := run(t, config)
	config.Hooks.Deadlines = map[string]time.Duration{"": time.Minute} // the others are not ended by it
	patient := run(t, config)
	t.Run("faults", func(t *testing.T) {
		for _, f := range faults {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				r := patient
				if f.reason == fetch.Timeout {
					r = hurried
				}
				status, body, err := r.post(strings.Replace(orderSign, `"context"`,
					`"fhirServer":"`+fhir.URL+"/"+f.name+`","fhirAuthorization":{"access_token":"secret","token_type":"Bearer"},"context"`, 1))
				require.NoError(t, err)
				require.Equal(t, http.StatusOK, status, body)
				want, undecided := "version 1; warfarin not checked", []string{"both"}
				if f.reason == "ok" {
					want, undecided = "version 1", nil
				}
				require.Equal(t, want, summaries(t, body))
				var answer struct {
					Extension map[string]struct{ Undecided []string }
				}
				require.NoError(t, json.Unmarshal([]byte(body), &answer))
				require.Equal(t, undecided, answer.Extension["io.github.primum-cds.report"].Undecided)
				r.soon(func() bool { return r.metric(`primum_fetches_total{reason="`+string(f.reason)+`"}`) != "" }, "it is counted")
			})
		}
	})
	require.Equal(t, "3", hurried.metric(`primum_fetches_total{reason="timeout"}`))
}

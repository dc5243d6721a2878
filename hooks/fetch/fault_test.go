package fetch

import (
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each answer that is none is told apart, and tells nothing of what it says.
func TestAnswersThatAreNone(t *testing.T) {
	half := bundle("", "1")[:60]
	for _, test := range []struct {
		name     string
		handler  http.HandlerFunc
		absent   Reason
		issue    string
		requests int
	}{
		{"401", says(401, fhirJSON, outcome("login")), Unauthorized, "login", 1},
		{"403", says(403, "text/plain", "no"), Unauthorized, "", 1},
		{"404 with an OperationOutcome", says(404, fhirJSON, outcome("not-found")), NotFound, "not-found", 1},
		{"404", says(404, "text/html", "<html>"), NotFound, "", 1},
		{"410", says(410, fhirJSON, outcome("deleted")), NotFound, "deleted", 1},
		{"400", says(400, fhirJSON, outcome("not-supported")), Rejected, "not-supported", 1},
		{"an issue that is no code", says(400, fhirJSON, outcome("Canary Name")), Rejected, "", 1},
		{"429", says(429, fhirJSON, outcome("throttled")), Throttled, "throttled", 3},
		{"500", says(500, "text/plain", "canary-name"), ServerError, "", 1},
		{"502", says(502, "text/html", "<html>"), ServerError, "", 3},
		{"503", says(503, "text/html", "<html>"), ServerError, "", 3},
		{"504", says(504, "text/html", "<html>"), ServerError, "", 3},
		{"200 with an OperationOutcome", fhir(outcome("too-costly")), Outcome, "too-costly", 1},
		{"204", says(204, fhirJSON, ""), Empty, "", 1},
		{"202", says(202, fhirJSON, bundle("", "1")), Unexpected, "", 1},
		{"nothing", fhir(""), Empty, "", 1},
		{"white space", fhir(" \r\n"), Empty, "", 1},
		{"HTML", says(200, "text/html", "<!DOCTYPE html><title>Log in</title>"), NotJSON, "", 1},
		{"HTML that says it is JSON", fhir("<html>"), NotJSON, "", 1},
		{"XML", says(200, "application/fhir+xml", `<Bundle xmlns="http://hl7.org/fhir"/>`), NotJSON, "", 1},
		{"text", fhir("true enough"), NotJSON, "", 1},
		{"broken JSON", fhir(`{"resourceType":"Bundle",}`), NotJSON, "", 1},
		{"more than JSON", fhir(bundle("", "1") + "}"), NotJSON, "", 1},
		{"truncated JSON", fhir(half), Truncated, "", 1},
		{"fewer bytes than announced", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			start(w, half)
		}, Truncated, "", 3},
		{"reset in the body", func(w http.ResponseWriter, r *http.Request) { start(w, half); cut(w, r) }, Truncated, "", 3},
		{"reset before the answer", cut, Unreachable, "", 3},
		{"JSON that is no resource", fhir(`{"error":"no"}`), Unexpected, "", 1},
		{"an array", fhir(`[]`), Unexpected, "", 1},
		{"another resource", fhir(`{"resourceType":"MedicationRequest","id":"1"}`), Unexpected, "", 1},
		{"a Bundle that says twice what it holds", fhir(`{"resourceType":"Bundle","entry":[],"entry":[]}`), Unexpected, "", 1},
		{"nested too deep", fhir(`{"resourceType":"Bundle","x":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`), TooLarge, "", 1},
		{"an encoding that was not asked for", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			start(w, bundle("", "1"))
		}, NotJSON, "", 1},
		{"gzip that is none", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			start(w, bundle("", "1"))
		}, NotJSON, "", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := newFake(t, test.handler).get(t, search)
			require.Equal(t, Result{Key: "q0", URL: search, Absent: test.absent, Issue: test.issue, Requests: test.requests}, got)
			in := got.Input()
			require.Equal(t, "fhirServer.q0", in.Name)
			require.Equal(t, search, in.Query)
			require.Equal(t, test.absent.Text(), in.Absent)
			require.NotContains(t, fmt.Sprintf("%+v", got), "canary")
		})
	}
}

// What is unusual but clear is understood.
func TestAnswers(t *testing.T) {
	for _, test := range []struct {
		name, url, contentType, body string
	}{
		{"a search", search, fhirJSON, bundle("", "1", "2")},
		{"nothing was found", search, fhirJSON, `{"resourceType":"Bundle","type":"searchset","total":0}`},
		{"a read", "Medication/55", fhirJSON, `{"resourceType":"Medication","id":"55"}`},
		{"a read of a version", "Patient/1/_history/2", fhirJSON, `{"resourceType":"Patient","id":"1"}`},
		{"an operation", "Patient/1/$everything", fhirJSON, bundle("", "1")},
		{"a search in a compartment", "Patient/1/MedicationRequest", fhirJSON, bundle("", "1")},
		{"another media type", search, "text/html", bundle("", "1")},
		{"a byte order mark", search, fhirJSON, "\xEF\xBB\xBF" + bundle("", "1")},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := newFake(t, says(200, test.contentType, test.body)).get(t, test.url)
			require.Equal(t, Result{Key: "q0", URL: test.url, JSON: []byte(test.body), Pages: 1, Requests: 1}, got)
			require.Equal(t, test.body, string(got.Input().JSON))
			require.Empty(t, got.Input().Absent)
		})
	}
}

// A read is answered by the resource that was asked for or not at all.
func TestAnotherResourceThanWasRead(t *testing.T) {
	for _, body := range []string{`{"resourceType":"Patient","id":"2"}`, `{"resourceType":"Patient"}`, `{"resourceType":"Person","id":"1"}`} {
		require.Equal(t, Unexpected, newFake(t, fhir(body)).get(t, "Patient/1").Absent)
	}
}

func TestWhatIsSent(t *testing.T) {
	headers := make(chan http.Header, 1)
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		headers <- r.Header
		fhir(bundle(""))(w, r)
	})
	require.Empty(t, f.get(t, "Observation?code=http://loinc.org|1-8&note=a b").Absent)
	require.Equal(t, http.Header{
		"Accept": {fhirJSON}, "Accept-Encoding": {"gzip"}, "Authorization": {"Bearer " + secret}, "User-Agent": {"primum"},
	}, <-headers)
	require.Equal(t, []string{"/fhir/Observation?code=http://loinc.org%7C1-8&note=a%20b"}, f.asked())

	r := f.request(search)
	r.Token = ""
	require.Empty(t, f.client(t).Get(t.Context(), r)[0].Absent)
	require.NotContains(t, <-headers, "Authorization")
}

func TestGzip(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		fmt.Fprint(z, bundle("", "1"))
		z.Close()
	})
	require.Equal(t, bundle("", "1"), string(f.get(t, search).JSON))
}

func TestTooLarge(t *testing.T) {
	const megabyte = 1 << 20
	write := func(w io.Writer, megabytes int) {
		chunk := []byte(strings.Repeat(" ", megabyte))
		for range megabytes {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
	for name, handler := range map[string]http.HandlerFunc{
		"announced": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(20*megabyte))
			write(w, 20)
		},
		"not announced": func(w http.ResponseWriter, r *http.Request) { write(w, 20) },
		"gzip bomb": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
			write(z, 500)
			z.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, handler)
			got := f.get(t, search)
			require.Equal(t, Result{Key: "q0", URL: search, Absent: TooLarge, Requests: 1}, got)
		})
	}
}

// The answers of a call together have a limit, too.
func TestTooLargeTogether(t *testing.T) {
	f := newFake(t, fhir(bundle("", "1")))
	size := int64(len(bundle("", "1")))
	c := f.client(t, func(c *Config) { c.MaxBytes, c.MaxCallBytes = size, 3*size })
	results := c.Get(t.Context(), f.request("A?x", "B?x", "C?x", "D?x", "E?x"))
	count := map[Reason]int{}
	for _, r := range results {
		count[r.Absent]++
	}
	require.Equal(t, map[Reason]int{"": 3, TooLarge: 2}, count)
}

func TestNobodyListens(t *testing.T) {
	f := newFake(t, fhir(""))
	f.Close()
	require.Equal(t, Result{Key: "q0", URL: search, Absent: Unreachable, Requests: 1}, f.get(t, search))
}

// What answers need not speak HTTP.
func TestNotHTTP(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			fmt.Fprint(conn, "220 mail.example.org ESMTP\r\n")
			conn.Close()
		}
	}()
	c, err := New(Config{Servers: []Server{{Base: "http://" + listener.Addr().String()}}})
	require.NoError(t, err)
	results := c.Get(t.Context(), Request{Server: "http://" + listener.Addr().String(), Queries: []Query{{URL: search}}})
	require.Equal(t, Unreachable, results[0].Absent)
}

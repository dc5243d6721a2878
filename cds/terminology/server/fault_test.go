package server

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const asked = "?count=1000&excludeNested=true&offset=0&url=http%3A%2F%2Fexample.org%2FValueSet%2Fnsaids"

func TestFaults(t *testing.T) {
	json := "application/fhir+json"
	for _, test := range []struct {
		name     string
		handler  http.HandlerFunc
		message  string
		status   int
		requests int64
		refused  bool
	}{
		{"unknown value set", refuses(404, "not-found", "value set nsaids is unknown"),
			"404 Not Found: the server refused: value set nsaids is unknown (not-found)", 404, 1, true},
		{"too costly", refuses(422, "too-costly", "more than 1000 codes"),
			"422 Unprocessable Entity: the server refused: more than 1000 codes (too-costly)", 422, 1, true},
		{"details instead of diagnostics", says(400, json, `{"resourceType":"OperationOutcome","issue":[{"code":"invalid","details":{"text":"what?"}}]}`),
			"400 Bad Request: the server refused: what? (invalid)", 400, 1, true},
		{"an outcome that says nothing is wrong", refuses(200, "informational", "hello"),
			"the server refused: hello (informational)", 200, 1, false},
		{"500", says(500, "text/plain", "stack trace"), "500 Internal Server Error: text/plain came instead of ValueSet", 500, 1, false},
		{"500 with an outcome", refuses(500, "exception", "database is locked"),
			"500 Internal Server Error: the server refused: database is locked (exception)", 500, 1, false},
		{"not allowed", refuses(401, "login", "who are you"), "401 Unauthorized: the server refused: who are you (login)", 401, 1, false},
		{"503 for good", says(503, "text/html", "<html>maintenance</html>"), "503 Service Unavailable: HTML came instead of ValueSet", 503, 4, false},
		{"HTML", says(200, "text/html; charset=utf-8", "<!DOCTYPE html><html><body>Log in</body></html>"), "HTML came instead of ValueSet", 200, 1, false},
		{"HTML that says it is JSON", says(200, json, "<html><body>Log in</body></html>"), "HTML came instead of ValueSet", 200, 1, false},
		{"XML", says(200, "application/fhir+xml", `<ValueSet xmlns="http://hl7.org/fhir"/>`), "XML came instead of ValueSet", 200, 1, false},
		{"nothing", says(200, json, ""), "nothing came instead of ValueSet", 200, 1, false},
		{"broken JSON", fhir(`{"resourceType":"ValueSet","expansion":{`), "JSON that is no FHIR resource came instead of ValueSet", 200, 1, false},
		{"JSON that is no object", fhir(`[1,2]`), "JSON that is no object came instead of ValueSet", 200, 1, false},
		{"JSON that is no resource", fhir(`{"error":"no"}`), "JSON that is no FHIR resource came instead of ValueSet", 200, 1, false},
		{"wrong resource", fhir(`{"resourceType":"Bundle","entry":[]}`), "Bundle came instead of ValueSet", 200, 1, false},
		{"no expansion", fhir(`{"resourceType":"ValueSet","compose":{}}`), "the value set came without an expansion", 200, 1, false},
		{"not UTF-8", fhir(expansionOf("", "\xff")), "the answer is not UTF-8", 200, 1, false},
		{"another encoding", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			fmt.Fprint(w, "…")
		}, `the answer is encoded in a way that was not asked for, "br"`, 200, 1, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFake(t, test.handler)
			codes, err := f.client(t).ValueSet(t.Context(), valueSetURL)
			require.Nil(t, codes)
			require.EqualError(t, err, "$expand "+f.URL+"/r4/ValueSet/$expand"+asked+": "+test.message)
			var e *Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, test.status, e.Status)
			require.Equal(t, test.refused, e.Refused())
			require.Equal(t, test.requests, f.requests.Load())
		})
	}
}

func TestServerIsDown(t *testing.T) {
	f := newFake(t, fhir(""))
	c := f.client(t)
	f.Close()
	_, err := c.ValueSet(t.Context(), valueSetURL)
	require.ErrorContains(t, err, "/ValueSet/$expand"+asked+": no answer: dial tcp ")
	require.ErrorContains(t, err, "connection refused")
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Zero(t, e.Status)
	var network *net.OpError
	require.ErrorAs(t, err, &network)
}

func TestServerIsSlow(t *testing.T) {
	hang := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	f := newFake(t, hang)
	_, err := f.client(t, WithTimeout(30*time.Millisecond)).ValueSet(t.Context(), valueSetURL)
	require.EqualError(t, err, "$expand "+f.URL+"/r4/ValueSet/$expand"+asked+": no answer in time: context deadline exceeded")
	require.EqualValues(t, 1, f.requests.Load())

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = f.client(t).ValueSet(ctx, valueSetURL)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestAnswerDribbles(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"resourceType":`)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	_, err := f.client(t, WithTimeout(30*time.Millisecond)).ValueSet(t.Context(), valueSetURL)
	require.ErrorContains(t, err, "the answer broke off: context deadline exceeded")
}

func TestAnswerIsTooLong(t *testing.T) {
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
		"50 MB, announced": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(50*megabyte))
			write(w, 50)
		},
		"50 MB, not announced": func(w http.ResponseWriter, r *http.Request) { write(w, 50) },
		"gzip bomb": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
			write(z, 100)
			z.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, handler)
			_, err := f.client(t).ValueSet(t.Context(), valueSetURL)
			require.ErrorContains(t, err, ": the answer is longer than 32 MB")
		})
	}
}

func TestGzip(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		fmt.Fprint(z, expansionOf("", "5640"))
		z.Close()
	})
	codes, err := f.client(t).ValueSet(t.Context(), valueSetURL)
	require.NoError(t, err)
	require.Equal(t, rx("5640"), codes)
}

func TestRetryAfter(t *testing.T) {
	for _, test := range []struct {
		name    string
		status  int
		header  string
		waited  []time.Duration
		message string // "" where it succeeds at last
	}{
		{"seconds", 429, "7", []time.Duration{7 * time.Second, 7 * time.Second}, ""},
		{"a date", 503, "Sun, 01 Mar 2026 12:00:05 GMT", []time.Duration{5 * time.Second, 500 * time.Millisecond}, ""},
		{"not said", 429, "", []time.Duration{250 * time.Millisecond, 500 * time.Millisecond}, ""},
		{"nonsense", 429, "soon", []time.Duration{250 * time.Millisecond, 500 * time.Millisecond}, ""},
		{"too long", 429, "3600", nil, "429 Too Many Requests: the server refused: not asked again: the server asks to wait 1h0m0s: slow down (throttled)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFake(t, nil)
			f.answer(func(w http.ResponseWriter, r *http.Request) {
				if f.requests.Load() > 2 {
					fhir(expansionOf("", "5640"))(w, r)
					return
				}
				if test.header != "" {
					w.Header().Set("Retry-After", test.header)
				}
				refuses(test.status, "throttled", "slow down")(w, r)
			})
			codes, err := f.client(t).ValueSet(t.Context(), valueSetURL)
			require.Equal(t, test.waited, f.waited)
			if test.message != "" {
				require.EqualError(t, err, "$expand "+f.URL+"/r4/ValueSet/$expand"+asked+": "+test.message)
				return
			}
			require.NoError(t, err)
			require.Equal(t, rx("5640"), codes)
		})
	}
}

func TestBackoffEndsWithTheQuestion(t *testing.T) {
	f := newFake(t, refuses(429, "throttled", "slow down"))
	_, err := f.client(t, WithTimeout(20*time.Millisecond)).ValueSet(t.Context(), valueSetURL)
	require.ErrorContains(t, err, "429 Too Many Requests: the server refused: not asked again: context deadline exceeded: slow down (throttled)")
	require.Empty(t, f.waited)
	require.EqualValues(t, 1, f.requests.Load())
}

func TestSleep(t *testing.T) {
	require.NoError(t, sleep(t.Context(), time.Microsecond))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, sleep(ctx, time.Hour), context.Canceled)
}

// resets cuts the connection in the middle of the answer.
func resets(w http.ResponseWriter, r *http.Request) {
	conn, buffer, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	fmt.Fprint(buffer, "HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: 1000\r\n\r\n{\"resourceType\":")
	buffer.Flush()
	conn.(*net.TCPConn).SetLinger(0)
	conn.Close()
}

func TestResetInTheMiddle(t *testing.T) {
	f := newFake(t, nil)
	f.answer(func(w http.ResponseWriter, r *http.Request) {
		if f.requests.Load() > 2 {
			fhir(expansionOf("", "5640"))(w, r)
			return
		}
		resets(w, r)
	})
	codes, err := f.client(t).ValueSet(t.Context(), valueSetURL)
	require.NoError(t, err)
	require.Equal(t, rx("5640"), codes)
	require.Len(t, f.waited, 2)

	always := newFake(t, resets)
	_, err = always.client(t).ValueSet(t.Context(), valueSetURL)
	require.Regexp(t, `: (the answer broke off|no answer): .*(reset by peer|unexpected EOF)$`, err.Error())
	require.EqualValues(t, 4, always.requests.Load())

	// A POST may have had its effect.
	post := newFake(t, resets)
	_, err = post.client(t).Descendants(t.Context(), rx("5640")[0])
	require.Error(t, err)
	require.EqualValues(t, 1, post.requests.Load())
}

func TestRedirects(t *testing.T) {
	other := httptest.NewServer(fhir(expansionOf("", "666")))
	defer other.Close()
	for _, test := range []struct {
		name, to, message string
	}{
		{"within the server", "/moved", ""},
		{"to another host", other.URL + "/r4?token=secret", "no answer: a redirect to another host, " + strings.TrimPrefix(other.URL, "http://") + ", was refused"},
		{"in a circle", "/r4/ValueSet/$expand", "no answer: there are too many redirects"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/moved" {
					fhir(expansionOf("", "5640"))(w, r)
					return
				}
				http.Redirect(w, r, test.to, http.StatusTemporaryRedirect)
			})
			codes, err := f.client(t).ValueSet(t.Context(), valueSetURL)
			if test.message == "" {
				require.NoError(t, err)
				require.Equal(t, rx("5640"), codes)
				return
			}
			require.EqualError(t, err, "$expand "+f.URL+"/r4/ValueSet/$expand"+asked+": "+test.message)
		})
	}

	f := newFake(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/moved", http.StatusFound) })
	_, err := f.client(t).Descendants(t.Context(), rx("5640")[0])
	require.ErrorContains(t, err, "no answer: a redirect that loses the question was refused")

	own := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("not at all") }}
	_, err = f.client(t, WithHTTPClient(own)).ValueSet(t.Context(), valueSetURL)
	require.ErrorContains(t, err, "no answer: not at all")
}

func TestNewRefuses(t *testing.T) {
	for _, test := range []struct {
		url     string
		opts    []Option
		message string
	}{
		{"tx.example.org/r4", nil, "the base URL must be an absolute http or https URL"},
		{"ftp://tx.example.org", nil, "the base URL must be an absolute http or https URL"},
		{"http://[", nil, "the base URL cannot be read"},
		{"https://me:secret@tx.example.org/r4", nil, "credentials belong into the HTTP client, not into the base URL"},
		{"https://tx.example.org/r4?token=secret", nil, "the base URL must have no query and no fragment"},
		{"https://tx.example.org", []Option{WithHTTPClient(nil)}, "the HTTP client is nil"},
		{"https://tx.example.org", []Option{WithConcurrency(0)}, "the number of concurrent requests must be above 0"},
		{"https://tx.example.org", []Option{WithTimeout(0)}, "the timeout must be above 0"},
	} {
		_, err := New(test.url, test.opts...)
		require.EqualError(t, err, "terminology server: "+test.message)
	}
	_, err := New("https://tx.example.org", WithFolder("server.go/below"))
	require.ErrorContains(t, err, "terminology server: the folder for expansions: ")
}

package fetch

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Nothing is fetched from where an issuer's requests may not point, and no token goes there.
func TestServersThatAreNotListed(t *testing.T) {
	f := newFake(t, fhir(bundle("", "1")))
	other := newFake(t, fhir(bundle("", "1")))
	upper := strings.Replace(f.URL, "http", "HTTP", 1)
	for _, test := range []struct {
		name, server, issuer string
		absent               Reason
	}{
		{"the listed one", f.URL + "/fhir", "issuer", ""},
		{"with a slash", f.URL + "/fhir/", "issuer", ""},
		{"in another case", upper + "/fhir", "issuer", ""},
		{"none", "", "issuer", NoServer},
		{"of another issuer", f.URL + "/fhir", "other", Refused},
		{"of no issuer", f.URL + "/fhir", "", Refused},
		{"another port", other.URL + "/fhir", "issuer", Refused},
		{"another scheme", strings.Replace(f.URL, "http", "https", 1) + "/fhir", "issuer", Refused},
		{"another path", f.URL + "/fhir2", "issuer", Refused},
		{"another case of the path", f.URL + "/FHIR", "issuer", Refused},
		{"below", f.URL + "/fhir/tenant", "issuer", Refused},
		{"above", f.URL, "issuer", Refused},
		{"with dots", f.URL + "/x/../fhir", "issuer", Refused},
		{"with credentials", strings.Replace(f.URL, "//", "//u:p@", 1) + "/fhir", "issuer", Refused},
		{"with a query", f.URL + "/fhir?x", "issuer", Refused},
		{"with a fragment", f.URL + "/fhir#", "issuer", Refused},
		{"under another name", strings.Replace(f.URL, "127.0.0.1", "localhost", 1) + "/fhir", "issuer", Refused},
		{"no URL", "::", "issuer", Refused},
	} {
		t.Run(test.name, func(t *testing.T) {
			f.requests.Store(0)
			r := f.request(search)
			r.Server, r.Issuer = test.server, test.issuer
			results := f.client(t).Get(t.Context(), r)
			require.Equal(t, test.absent, results[0].Absent)
			require.Equal(t, test.absent == "", f.requests.Load() == 1)
		})
	}
	require.Zero(t, other.requests.Load())
}

func TestQueriesThatLeaveTheBase(t *testing.T) {
	f := newFake(t, fhir(bundle("", "1")))
	c := f.client(t)
	for _, query := range []string{
		"", "../admin", "Patient/../../admin", "Patient/%2e%2e/admin", "Patient/..%2f..%2fadmin", `Patient\..\admin`, "Patient/..;/admin",
		"%252e%252e/admin", "//evil.example.org/fhir/Patient/1", "https://evil.example.org/fhir/Patient/1", "http:Patient", "file:///etc/passwd",
		f.URL + "/admin", f.URL + "/fhirx/Patient/1", strings.Replace(f.URL, "//", "//u:p@", 1) + "/fhir/Patient/1",
		"Patient/{{context.patientId}}", "Patient?_id=%7B%7Bcontext.patientId%7d%7d", "Patient?_id=1#x",
	} {
		require.Equal(t, Refused, c.Get(t.Context(), f.request(query))[0].Absent, query)
	}
	require.Zero(t, f.requests.Load())
}

// A redirect is an answer that is none, wherever it leads: the token stays here.
func TestRedirects(t *testing.T) {
	other := newFake(t, fhir(bundle("", "1")))
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, to := range []string{"/fhir/Elsewhere", other.URL + "/fhir/" + search, "https://evil.example.org"} {
			f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", to)
				w.WriteHeader(status)
			})
			require.Equal(t, Result{Key: "q0", URL: search, Absent: Redirect, Requests: 1}, f.get(t, search), "%d %s", status, to)
			require.EqualValues(t, 1, f.requests.Load())
		}
	}
	require.Zero(t, other.requests.Load())
}

// Two tokens for two servers at once: each comes to its own server alone, on every page.
func TestTokensStayApart(t *testing.T) {
	var fakes [2]*fake
	fakes[0] = newFake(t, paged(bundle("?page=2", "1"), bundle("", "2")))
	fakes[1] = newFake(t, func(w http.ResponseWriter, r *http.Request) { // links to the other
		fhir(bundle(fakes[0].URL+"/fhir?page=2", "1"))(w, r)
	})
	c, err := New(Config{Timeout: generous, Servers: []Server{
		{Issuer: "a", Base: fakes[0].URL + "/fhir"}, {Issuer: "b", Base: fakes[1].URL + "/fhir"},
	}})
	require.NoError(t, err)
	defer c.Close()
	var wg sync.WaitGroup
	for i, issuer := range []string{"a", "b"} {
		for range 10 {
			wg.Go(func() {
				r := Request{Server: fakes[i].URL + "/fhir", Issuer: issuer, Token: Token(issuer), Queries: []Query{{URL: search}, {URL: "Condition?patient=1"}}}
				for _, result := range c.Get(t.Context(), r) {
					if want := [2]Reason{"", Refused}[i]; result.PageMissing != want {
						t.Error(result.Absent, result.PageMissing)
					}
				}
			})
		}
	}
	wg.Wait()
	for i, issuer := range []string{"a", "b"} {
		require.NotEmpty(t, fakes[i].tokens)
		for _, token := range fakes[i].tokens {
			require.Equal(t, "Bearer "+issuer, token)
		}
	}
}

func TestTokens(t *testing.T) {
	f := newFake(t, fhir(bundle("", "1")))
	for _, test := range []struct {
		token, kind, header string
		absent              Reason
	}{
		{"x", "Bearer", "Bearer x", ""},
		{"x", "bearer", "Bearer x", ""},
		{"x", "", "Bearer x", ""},
		{"", "", "", ""},
		{"x", "DPoP", "", Refused},
		{"x\r\nX-Injected: 1", "Bearer", "", Refused},
		{"x y", "Bearer", "", Refused},
		{"ü", "Bearer", "", Refused},
	} {
		f.tokens = nil
		r := f.request(search)
		r.Token, r.TokenType = Token(test.token), test.kind
		require.Equal(t, test.absent, f.client(t).Get(t.Context(), r)[0].Absent, test.token)
		if test.absent == "" {
			require.Equal(t, []string{test.header}, f.tokens)
		} else {
			require.Empty(t, f.tokens)
		}
	}
}

// Whoever prints or logs a request by mistake does not tell the token.
func TestTokenDoesNotShow(t *testing.T) {
	r := Request{Server: "https://ehr.example.org/fhir", Token: secret}
	var logged strings.Builder
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&logged, nil), slog.NewTextHandler(&logged, nil)} {
		slog.New(handler).Info("request", "request", r, "token", r.Token)
	}
	written, err := json.Marshal(r)
	require.NoError(t, err)
	for _, said := range []string{logged.String(), string(written), fmt.Sprint(r), fmt.Sprintf("%v %+v %#v %s %q", r, r, r, r.Token, r.Token)} {
		require.NotContains(t, said, secret)
		require.Contains(t, said, hidden)
	}
}

func TestTLS(t *testing.T) {
	serve := func(most uint16) (*httptest.Server, Config) {
		server := httptest.NewUnstartedServer(fhir(bundle("", "1")))
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.TLS = &tls.Config{MaxVersion: most, MinVersion: tls.VersionTLS10}
		server.StartTLS()
		t.Cleanup(server.Close)
		trusted := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
		return server, Config{Servers: []Server{{Base: server.URL}}, Timeout: generous, TLS: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS10}}
	}
	get := func(server *httptest.Server, config Config) Reason {
		c, err := New(config)
		require.NoError(t, err)
		defer c.Close()
		return c.Get(t.Context(), Request{Server: server.URL, Queries: []Query{{URL: search}}})[0].Absent
	}
	for version, want := range map[uint16]Reason{tls.VersionTLS13: "", tls.VersionTLS12: "", tls.VersionTLS11: Unreachable} {
		server, config := serve(version)
		require.Equal(t, want, get(server, config), tls.VersionName(version))
		config.TLS = nil
		require.Equal(t, Unreachable, get(server, config), "not trusted")
	}
}

// A proxy is used if the site says so, and not because the environment does.
func TestProxy(t *testing.T) {
	proxy := newFake(t, fhir(bundle("", "1")))
	u, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	for _, s := range newFake(t, fhir("")).client(t).allowed {
		require.Nil(t, s.transport.Proxy)
	}
	c, err := New(Config{Proxy: u, Timeout: generous, Servers: []Server{{Base: "http://ehr.example.org/fhir", PlainHTTP: true}}})
	require.NoError(t, err)
	defer c.Close()
	results := c.Get(t.Context(), Request{Server: "http://ehr.example.org/fhir", Queries: []Query{{URL: search}}})
	require.Equal(t, bundle("", "1"), string(results[0].JSON))
	require.Equal(t, []string{"http://ehr.example.org/fhir/" + search}, proxy.asked())
}

func TestConfig(t *testing.T) {
	one := func(base string) Config { return Config{Servers: []Server{{Base: base}}} }
	const shape = "fetch: Servers[0].Base must be an absolute http or https URL without credentials, query, fragment or dot segments"
	const address = "fetch: Servers[0].Base must not be a link-local, multicast, unspecified or metadata address"
	for _, test := range []struct {
		name   string
		config Config
		want   string
	}{
		{"nothing", Config{}, ""},
		{"https", one("https://ehr.example.org/fhir"), ""},
		{"a private address", one("https://10.1.2.3:8443/fhir"), ""},
		{"http on loopback", one("http://localhost:8080/fhir"), ""},
		{"http on IPv6 loopback", one("http://[::1]:8080/fhir"), ""},
		{"http", one("http://ehr.example.org/fhir"), "fetch: Servers[0].Base must be https"},
		{"http that is allowed", Config{Servers: []Server{{Base: "http://ehr.example.org/fhir", PlainHTTP: true}}}, ""},
		{"metadata", one("https://169.254.169.254/"), address},
		{"metadata in IPv6", one("https://[::ffff:169.254.169.254]/"), address},
		{"nothing in it", one(""), shape},
		{"relative", one("/fhir"), shape},
		{"another scheme", one("ftp://ehr.example.org"), shape},
		{"credentials", one("https://user:canary@ehr.example.org"), shape},
		{"a query", one("https://ehr.example.org/fhir?tenant=1"), shape},
		{"a zone", one("https://[fe80::1%25eth0]/fhir"), shape},
		{"no limit", Config{Concurrency: -1}, "fetch: Concurrency must not be negative"},
		{"no time", Config{Timeout: -time.Second}, "fetch: Timeout must not be negative"},
		{"no verification", Config{TLS: &tls.Config{InsecureSkipVerify: true}}, "fetch: TLS must not skip verification"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := New(test.config)
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, test.want)
			var wrong *ConfigError
			require.ErrorAs(t, err, &wrong)
		})
	}
}

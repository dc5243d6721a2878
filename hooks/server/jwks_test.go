package server_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/primum-cds/primum/hooks/auth"
	"github.com/stretchr/testify/require"
)

// published are keys at a URL: "" while that is down.
type published struct {
	lock sync.Mutex
	keys string
}

func (p *published) set(keys string) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.keys = keys
}

func (p *published) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.keys == "" {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, p.keys)
}

// While keys cannot be fetched the last good ones hold; a new key is known with its first call, and one that is
// withdrawn is refused an hour later at most.
func TestS5KeysThatAreDownAndRotated(t *testing.T) {
	keys := func(e *ehr, kid string) string {
		text, err := os.ReadFile(e.jwks)
		require.NoError(t, err)
		return strings.Replace(string(text), `"kid":"k"`, `"kid":"`+kid+`"`, 1)
	}
	old, next := newEHR(t), newEHR(t)
	next.kid = "next"
	at := &published{}
	jwks := httptest.NewServer(at)
	defer jwks.Close()
	var lock sync.Mutex
	now := time.Now()
	pass := func(d time.Duration) { lock.Lock(); defer lock.Unlock(); now = now.Add(d) }
	clock := func() time.Time { lock.Lock(); defer lock.Unlock(); return now }
	verifier, err := auth.New(auth.Config{BaseURL: "https://cds.example.org", Now: clock, Issuers: []auth.Issuer{{Issuer: issuer, JWKSURL: jwks.URL}}})
	require.NoError(t, err)
	config := trial(folder(t, "1"))
	config.Hooks.Authenticator = verifier
	r := run(t, config)
	calls := 0
	call := func(e *ehr) int {
		calls++
		const path = "/cds-services/primum-order-sign"
		request, err := http.NewRequest(http.MethodPost, r.url+path, strings.NewReader(orderSign))
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+e.token(path, time.Duration(calls).String(), jwt.MapClaims{"iat": clock().Unix(), "exp": clock().Add(time.Minute).Unix()}))
		response, err := r.client.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode
	}
	require.Equal(t, http.StatusUnauthorized, call(old), "there are no keys yet")
	require.Equal(t, "1", r.metric(`primum_auth_refusals_total{reason="keys"}`))
	at.set(keys(old, "k"))
	pass(time.Minute)
	require.Equal(t, http.StatusOK, call(old), "they are back")

	at.set("")
	pass(2 * time.Hour)
	require.Equal(t, http.StatusOK, call(old), "the last good ones hold")
	require.Equal(t, http.StatusUnauthorized, call(next))

	at.set(strings.TrimSuffix(keys(old, "k"), "]}") + "," + strings.TrimPrefix(keys(next, "next"), `{"keys":[`))
	pass(time.Minute)
	require.Equal(t, http.StatusOK, call(next), "a new key")
	require.Equal(t, http.StatusOK, call(old))

	at.set(keys(next, "next"))
	pass(time.Hour)
	r.soon(func() bool { return call(old) == http.StatusUnauthorized }, "it is withdrawn")
	require.Equal(t, http.StatusOK, call(next))
}

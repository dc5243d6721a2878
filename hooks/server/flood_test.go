package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
)

// A flood of bad tokens, and of calls that go nowhere, costs few lines of the log; each is counted.
func TestFloodOfStrangers(t *testing.T) {
	var log lines
	ehr := newEHR(t)
	config := trial(folder(t, "1"))
	config.Log = log.logger()
	config.Hooks.Authenticator = ehr.verifier()
	r := run(t, config)
	const path = "/cds-services/primum-order-sign"
	send := func(path, token string, want int) {
		request, err := http.NewRequest(http.MethodPost, r.url+path, strings.NewReader(orderSign))
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := r.client.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, want, response.StatusCode)
	}
	const flood = 100
	meantForAnother := ehr.token("/elsewhere", "1", jwt.MapClaims{})
	for range flood {
		send(path, "nonsense", http.StatusUnauthorized)
		send(path, meantForAnother, http.StatusUnauthorized)
		send("/wp-admin", "", http.StatusNotFound)
	}
	send(path, ehr.token(path, "2", jwt.MapClaims{}), http.StatusOK)
	require.Equal(t, "100", r.metric(`primum_auth_refusals_total{reason="aud"}`))
	require.Equal(t, "100", r.metric(`primum_auth_refusals_total{reason="format"}`))
	require.Equal(t, "200", r.metric(`primum_calls_total{hook="",service="primum-order-sign",status="401"}`))
	require.Equal(t, "100", r.metric(`primum_calls_total{hook="",service="",status="404"}`))
	r.stop()

	counted := map[string]int{}
	lines := map[string]int{}
	for line := range strings.Lines(log.String()) {
		var one struct {
			Msg    string
			Reason string
			Status int
			More   map[string]int
		}
		require.NoError(t, json.Unmarshal([]byte(line), &one))
		switch {
		case one.More != nil:
			for reason, n := range one.More {
				counted[reason] += n
			}
		case one.Msg == "a call is refused":
			counted[one.Reason]++
		case one.Msg == "call" && one.Status == http.StatusNotFound:
			counted["404"]++
		case one.Msg == "call" && one.Status == http.StatusUnauthorized:
			t.Error("a refusal is told twice")
		}
		lines[one.Msg]++
	}
	require.Equal(t, map[string]int{"aud": flood, "format": flood, "404": flood}, counted, "none is missing")
	require.Less(t, lines["a call is refused"]+lines["call"], flood/2, lines)
}

package hooks_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/primum-cds/primum/hooks"
	"github.com/stretchr/testify/require"
)

// notebook is a Feedback that keeps bodies in memory.
type notebook struct {
	err    error
	from   []hooks.Origin
	bodies []string
}

func (n *notebook) Record(_ context.Context, from hooks.Origin, body []byte) error {
	if n.err == nil {
		n.from, n.bodies = append(n.from, from), append(n.bodies, string(body))
	}
	return n.err
}

const feedbackPath = "/cds-services/primum-order-sign/feedback"

func TestF1F2F3F4FeedbackIsHandedOn(t *testing.T) {
	n := &notebook{}
	h := handler(t, hooks.Config{Feedback: n, Authenticator: &keeper{}})
	const body = `{"feedback":[{"card":"1","outcome":"overridden","outcomeTimestamp":"2026-03-01T09:00:00Z","overrideReason":{"reason":{"code":"c","system":"s"}}}]}`
	for range 2 { // the same may come again
		w := do(h, "POST", feedbackPath, body, "Authorization", "Bearer sesame")
		require.Equal(t, http.StatusOK, w.Code)
		require.Empty(t, w.Body.Bytes())
	}
	require.Equal(t, []string{body, body}, n.bodies)
	require.Equal(t, hooks.Origin{Service: "primum-order-sign", Caller: hooks.Caller{Issuer: "https://ehr.example.org"}, Received: march}, n.from[0])
}

func TestF5FeedbackThatIsRefused(t *testing.T) {
	for _, test := range []struct {
		name, method, path string
		store              hooks.Feedback
		status             int
		code, diagnostics  string
	}{
		{"it is not taken", "POST", feedbackPath, hooks.Feedback(nil), 404, "not-supported", "this service takes no feedback"},
		{"it is not what was expected", "POST", feedbackPath, &notebook{err: &hooks.RequestError{Field: "feedback[0].card", Expected: "the uuid of a card"}},
			400, "invalid", "feedback[0].card: the uuid of a card was expected"},
		{"the store fails", "POST", feedbackPath, &notebook{err: errors.New("Mrs Canary's disk is full")}, 500, "exception", "the service failed: its log says why"},
		{"there is no such service", "POST", "/cds-services/x/feedback", &notebook{}, 404, "not-found",
			"there is no such service: those that there are are listed at /cds-services"},
		{"it is asked for", "GET", feedbackPath, &notebook{}, 405, "not-supported", "this is asked by POST"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, diagnostics := refused(t, do(handler(t, hooks.Config{Feedback: test.store}), test.method, test.path, `{"feedback":[]}`), test.status)
			require.Equal(t, []string{test.code, test.diagnostics}, []string{code, diagnostics})
		})
	}
}

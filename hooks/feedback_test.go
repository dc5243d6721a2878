package hooks_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/stretchr/testify/require"
)

// notebook is a Feedback in memory.
type notebook struct {
	err   error
	cards []feedback.Card
	from  []feedback.Origin
	items []feedback.Feedback
}

func (n *notebook) Shown(_ context.Context, cards []feedback.Card) error {
	n.cards = append(n.cards, cards...)
	return n.err
}

func (n *notebook) Record(_ context.Context, from feedback.Origin, items []feedback.Feedback) error {
	if n.err == nil {
		n.from, n.items = append(n.from, from), append(n.items, items...)
	}
	return n.err
}

func (n *notebook) Seen(_ context.Context, since time.Time, keys []string) (map[string]feedback.Outcome, error) {
	out := map[string]feedback.Outcome{}
	for _, k := range n.cards {
		for _, key := range k.Keys {
			if k.Shown.Before(since) || !slices.Contains(keys, key) {
				continue
			}
			out[key] = ""
			for _, f := range n.items {
				if f.Card == k.UUID {
					out[key] = f.Outcome
				}
			}
		}
	}
	return out, n.err
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
	require.Len(t, n.items, 2)
	require.Equal(t, "1", n.items[0].Card)
	require.Equal(t, feedback.Overridden, n.items[0].Outcome)
	require.Equal(t, feedback.Origin{Service: "primum-order-sign", Client: "https://ehr.example.org", Received: march}, n.from[0])
}

// All that is wrong with a body is told at once.
func TestF2F3FeedbackWithMistakes(t *testing.T) {
	n := &notebook{}
	w := do(handler(t, hooks.Config{Feedback: n}), "POST", feedbackPath, `{"feedback":[{"outcome":"accepted","outcomeTimestamp":"today"}]}`)
	require.Equal(t, http.StatusBadRequest, w.Code)
	require.Empty(t, n.from)
	require.Equal(t, `{"resourceType":"OperationOutcome","issue":[`+
		`{"severity":"error","code":"invalid","diagnostics":"feedback[0].card: the uuid of a card was expected","expression":["feedback[0].card"]},`+
		`{"severity":"error","code":"invalid","diagnostics":"feedback[0].acceptedSuggestions: a list of 1 to 100 suggestions such as {\"id\": \"…\"} was expected","expression":["feedback[0].acceptedSuggestions"]},`+
		`{"severity":"error","code":"invalid","diagnostics":"feedback[0].outcomeTimestamp: a time such as 2026-03-01T09:00:00Z was expected","expression":["feedback[0].outcomeTimestamp"]}]}`, w.Body.String())
}

func TestF5FeedbackThatIsRefused(t *testing.T) {
	for _, test := range []struct {
		name, method, path string
		store              hooks.Feedback
		status             int
		code, diagnostics  string
	}{
		{"it is not taken", "POST", feedbackPath, hooks.Feedback(nil), 404, "not-supported", "this service takes no feedback"},
		{"the store fails", "POST", feedbackPath, &notebook{err: errors.New("Mrs Canary's disk is full")}, 500, "exception", "the service failed: its log says why"},
		{"there is no such service", "POST", "/cds-services/x/feedback", &notebook{}, 404, "not-found",
			noSuchService},
		{"it is asked for", "GET", feedbackPath, &notebook{}, 405, "not-supported", "this is asked by POST"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, diagnostics := refused(t, do(handler(t, hooks.Config{Feedback: test.store}), test.method, test.path, `{"feedback":[]}`), test.status)
			require.Equal(t, []string{test.code, test.diagnostics}, []string{code, diagnostics})
		})
	}
}

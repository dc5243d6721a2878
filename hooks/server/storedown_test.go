package server_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/stretchr/testify/require"
)

// hung is a store that answers nothing until it is released.
type hung struct {
	released chan struct{}
	shown    atomic.Int64
}

func (h *hung) wait(ctx context.Context) error {
	select {
	case <-h.released:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *hung) Shown(ctx context.Context, cards []feedback.Card) error {
	err := h.wait(ctx)
	if err == nil {
		h.shown.Add(int64(len(cards)))
	}
	return err
}

func (h *hung) Record(ctx context.Context, _ feedback.Origin, _ []feedback.Feedback) error {
	return h.wait(ctx)
}

func (h *hung) Seen(ctx context.Context, _ time.Time, _ []string) (map[string]feedback.Outcome, error) {
	return nil, h.wait(ctx)
}

// While the store of feedback hangs every call gets its cards, also the next one of the same connection.
func TestAStoreThatHangsWithholdsNothing(t *testing.T) {
	const calls = 300 // more than may wait for a store
	h := &hung{released: make(chan struct{})}
	config := trial(folder(t, "1"))
	config.Hooks.Feedback = h
	config.Limits.Deciding, config.Limits.Open, config.Limits.Wait = 1, 20, 10*time.Second
	r := run(t, config)
	var callers sync.WaitGroup
	for range 10 {
		callers.Go(func() {
			for range calls / 10 {
				status, body, err := r.post(orderSign)
				if err != nil || status != http.StatusOK || !strings.Contains(body, `"summary":"version 1"`) {
					t.Errorf("a card is withheld: %d %s %v", status, body, err)
				}
			}
		})
	}
	callers.Wait()
	close(h.released)
	r.soon(func() bool { return r.metric(`primum_cards_total{service="primum-order-sign"}`) == "300" }, "each call got its card")
	response, err := r.client.Post(r.url+"/cds-services/primum-order-sign/feedback", "application/json",
		strings.NewReader(`{"feedback":[{"card":"1","outcome":"overridden","outcomeTimestamp":"2026-03-01T09:00:00Z"}]}`))
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, string(body))
	r.stop()
	w := httptest.NewRecorder()
	r.Admin().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	require.Contains(t, w.Body.String(), fmt.Sprintf("primum_cards_forgotten_total %d\n", calls-h.shown.Load()), "each card is kept, or counted")
}

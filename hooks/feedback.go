package hooks

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/primum-cds/primum/hooks/feedback"
)

// Feedback keeps which cards were shown and what clients report of them. A feedback.Store is one.
type Feedback interface {
	// Shown keeps that cards were shown. It is called when the client has its answer, but its next call on the same
	// connection waits for it. If it fails, the cards count as not shown: they are not left out the next time.
	Shown(ctx context.Context, cards []feedback.Card) error
	// Record keeps feedback; when it returns nil, that is on disk. The same may come again.
	Record(ctx context.Context, from feedback.Origin, items []feedback.Feedback) error
	// Seen returns, for each key under which a card was shown at since or later, the last reported outcome
	// of these cards, "" if there is none. Other keys are not in the map.
	Seen(ctx context.Context, since time.Time, keys []string) (map[string]feedback.Outcome, error)
}

// feedback answers a call that brings feedback.
func (c *call) feedback() error {
	if c.config.Feedback == nil {
		return &problem{status: http.StatusNotFound, code: "not-supported", message: "this service takes no feedback"}
	}
	body, err := c.body(min(c.config.MaxBody, feedback.MaxBody))
	if err != nil {
		return err
	}
	items, err := feedback.Decode(body)
	if err != nil {
		return err
	}
	from := feedback.Origin{Service: c.outcome.Service, Client: c.outcome.Caller.Issuer, Received: c.config.Now()}
	if err := c.config.Feedback.Record(c.r.Context(), from, items); err != nil {
		return err
	}
	c.write(http.StatusOK, nil)
	return nil
}

// mistakesOf are the problems of a feedback body; nil if an error is none of it.
func mistakesOf(err error) *problem {
	var all feedback.Errors
	if !errors.As(err, &all) || len(all) == 0 {
		return nil
	}
	p := &problem{status: http.StatusBadRequest, code: "invalid", message: all[0].Error(), field: all[0].Field}
	for _, one := range all[1:] {
		p.more = append(p.more, issue{Severity: "error", Code: "invalid", Diagnostics: one.Error(), Expression: nonEmpty(one.Field)})
	}
	return p
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

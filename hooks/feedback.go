package hooks

import (
	"context"
	"net/http"
	"time"
)

// Feedback keeps what clients report of cards.
type Feedback interface {
	// Record keeps the body of one feedback call; when it returns nil, that is on disk. A body that is not
	// what was expected is a *RequestError. The same body may come again.
	Record(ctx context.Context, from Origin, body []byte) error
}

// An Origin says where feedback comes from.
type Origin struct {
	Service  string
	Caller   Caller
	Received time.Time
}

// feedback answers a call that brings feedback.
func (c *call) feedback() error {
	if c.config.Feedback == nil {
		return &problem{status: http.StatusNotFound, code: "not-supported", message: "this service takes no feedback"}
	}
	body, err := c.body()
	if err != nil {
		return err
	}
	from := Origin{Service: c.outcome.Service, Caller: c.outcome.Caller, Received: c.config.Now()}
	if err := c.config.Feedback.Record(c.r.Context(), from, body); err != nil {
		return placed(err, body)
	}
	c.write(http.StatusOK, nil)
	return nil
}

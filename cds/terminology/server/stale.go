package server

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/primum-cds/primum/cds/terminology"
)

// A Staleness says that an expansion is not what the server says now.
type Staleness struct {
	Asked string    // the value set's URL, or "descendants of system|code"
	Since time.Time // when the server said what was returned
	Err   error     // why it could not be asked again
}

// Stale lists the expansions that were returned from what was saved, by what was asked, as long as no newer
// answer came.
func (c *Client) Stale() []Staleness {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Staleness, 0, len(c.stale))
	for _, s := range c.stale {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Staleness) int { return cmp.Compare(a.Asked, b.Asked) })
	return out
}

// Unsaved lists the errors that occurred while expansions were saved. What was returned is right all the
// same, but a restart without the server will miss it. At most 100 are kept.
func (c *Client) Unsaved() []error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.unsaved)
}

const maxUnsaved = 100

// downFor is how long a server that gave no answer is not asked for what was saved: with many value sets,
// each would wait for its own timeout.
const downFor = 15 * time.Second

var errDown = errors.New("the server gave no answer a moment ago")

func (c *Client) isDown() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.config.now().Before(c.downUntil)
}

// sawFailure takes a server that gave no answer at all for down. e may be nil: the caller had no time left.
func (c *Client) sawFailure(e *Error) {
	if e == nil || e.Status != 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.downUntil = c.config.now().Add(downFor)
}

// renew saves what the server said.
func (c *Client) renew(key string, codes []terminology.Code) {
	err := c.save(key, codes, c.config.now())
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.stale, key)
	c.downUntil = time.Time{}
	if err != nil && len(c.unsaved) < maxUnsaved {
		c.unsaved = append(c.unsaved, err)
	}
}

// useSaved returns what was saved, and remembers it for a while, so that the server is not asked at once
// again.
func (c *Client) useSaved(key, what string, why error) ([]terminology.Code, error) {
	codes, at, err := c.load(key)
	if err != nil {
		return nil, err
	}
	c.expansions.keepFor(key, codes, nil, negative)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stale[key] = Staleness{Asked: what, Since: at, Err: why}
	return codes, nil
}

package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	maxAttempts  = 4
	firstBackoff = 250 * time.Millisecond
	maxWait      = 30 * time.Second // a server that wants more time is not waited for
	maxRedirects = 3
)

// A repetition says whether a request is worth another attempt, and when.
type repetition struct {
	worthwhile bool
	after      time.Duration // as the server wants it; 0 if it did not say
}

func repetitionOf(response *http.Response, now time.Time) repetition {
	if response.StatusCode != http.StatusTooManyRequests && response.StatusCode != http.StatusServiceUnavailable {
		return repetition{}
	}
	r := repetition{worthwhile: true}
	header := strings.TrimSpace(response.Header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(header, 10, 32); err == nil {
		r.after = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		r.after = max(0, at.Sub(now))
	}
	return r
}

// wait returns an error if it is not worth waiting: the server wants too long, or ctx ends before.
func (r repetition) wait(ctx context.Context, c *Client, attempt int) error {
	d := r.after
	if d == 0 {
		d = firstBackoff << (attempt - 1)
	}
	if d > maxWait {
		return fmt.Errorf("the server asks to wait %s", d)
	}
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return context.DeadlineExceeded
	}
	return c.config.sleep(ctx, d)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// isReset reports whether a connection was cut that had been made.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}

// sameHost follows redirects within the server only: another host would learn what is asked, and could
// answer it. Where it leads is not said: it may hold a token.
func sameHost(also func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	return func(request *http.Request, via []*http.Request) error {
		from := via[0].URL
		switch {
		case request.URL.Host != from.Host:
			return fmt.Errorf("a redirect to another host, %s, was refused", clip(request.URL.Host, 100))
		case request.URL.Scheme != from.Scheme:
			return fmt.Errorf("a redirect from %s to %s was refused", from.Scheme, request.URL.Scheme)
		case request.Method != via[0].Method:
			return errors.New("a redirect that loses the question was refused")
		case len(via) > maxRedirects:
			return errors.New("there are too many redirects")
		case also != nil:
			return also(request, via)
		}
		return nil
	}
}

package fetch

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"
)

const (
	errorBytes = 16 << 10               // of the body of an error are read
	errorTime  = 100 * time.Millisecond // and not for longer
)

// attempt makes one request. left is how many bytes the body may have, and what is left of them.
func (k *call) attempt(ctx context.Context, u *url.URL, left *int64, a *answer) ([]byte, *failure) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !take(ctx, k.slots) {
		return nil, ended(ctx)
	}
	defer release(k.slots)
	if !take(ctx, k.server.slots) {
		return nil, ended(ctx)
	}
	defer release(k.server.slots)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil || !k.server.base.holds(request.URL) {
		return nil, &failure{reason: Refused}
	}
	request.Header.Set("Accept", "application/fhir+json")
	request.Header.Set("User-Agent", k.config.UserAgent)
	if k.authorization != "" {
		request.Header.Set("Authorization", k.authorization)
	}
	a.requests++
	response, err := k.server.transport.RoundTrip(request)
	if err != nil {
		return nil, lost(ctx, err, Unreachable)
	}
	defer response.Body.Close()
	if f := k.status(response); f != nil {
		limit := time.AfterFunc(errorTime, cancel)
		defer limit.Stop()
		said, _ := io.ReadAll(io.LimitReader(response.Body, errorBytes))
		f.issue = issue(said)
		return nil, f
	}
	return k.body(ctx, response, left)
}

func take(ctx context.Context, slots chan struct{}) bool {
	select {
	case slots <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func release(slots chan struct{}) { <-slots }

// status says what is wrong with a response by its status; nil if nothing is.
func (k *call) status(response *http.Response) *failure {
	status := response.StatusCode
	f := &failure{repeat: k.repetition(response)}
	switch {
	case status == http.StatusOK:
		return nil
	case status == http.StatusNoContent:
		f.reason = Empty
	case status < 300:
		f.reason = Unexpected
	case status < 400:
		f.reason = Redirect
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		f.reason = Unauthorized
	case status == http.StatusNotFound || status == http.StatusGone:
		f.reason = NotFound
	case status == http.StatusTooManyRequests:
		f.reason = Throttled
	case status < 500:
		f.reason = Rejected
	default:
		f.reason = ServerError
	}
	return f
}

// body reads what may be the answer. Transport inflates what it asked to be compressed.
func (k *call) body(ctx context.Context, response *http.Response, left *int64) ([]byte, *failure) {
	if coding := response.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return nil, &failure{reason: NotJSON}
	}
	if response.ContentLength > min(*left, k.bytes.Load()) {
		return nil, &failure{reason: TooLarge}
	}
	var body bytes.Buffer
	body.Grow(int(max(bytes.MinRead, response.ContentLength+bytes.MinRead)))
	_, err := body.ReadFrom(&limited{response.Body, left, k})
	switch {
	case errors.Is(err, errTooLarge):
		return nil, &failure{reason: TooLarge}
	case err != nil:
		return nil, lost(ctx, err, Truncated)
	}
	return body.Bytes(), nil
}

// A limited reader ends where a query or its call has read enough.
type limited struct {
	from io.Reader
	left *int64
	call *call
}

var errTooLarge = errors.New("the answer is too large")

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.from.Read(p)
	*l.left -= int64(n)
	if total := l.call.bytes.Add(-int64(n)); *l.left < 0 || total < 0 {
		return n, errTooLarge
	}
	return n, err
}

// lost says why no answer came. broken is the reason where a connection was cut.
func lost(ctx context.Context, err error, broken Reason) *failure {
	var network net.Error
	var corrupt flate.CorruptInputError
	switch {
	case ctx.Err() != nil:
		return ended(ctx)
	case errors.Is(err, errAddress):
		return &failure{reason: Refused}
	case errors.As(err, &network) && network.Timeout():
		return &failure{reason: Timeout}
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return &failure{reason: NotJSON}
	case isReset(err):
		return &failure{reason: broken, repeat: repetition{worthwhile: true}}
	}
	return &failure{reason: Unreachable}
}

// isReset reports whether a connection was cut that had been made.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}

package fetch

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	maxRepetitions = 2
	firstPause     = 50 * time.Millisecond
)

// A repetition says whether a request is worth another attempt, and when. All requests are GET: repeating
// one changes nothing.
type repetition struct {
	worthwhile bool
	after      time.Duration // as the server wants it; 0 if it did not say
}

func (k *call) repetition(response *http.Response) repetition {
	switch response.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
	default:
		return repetition{}
	}
	r := repetition{worthwhile: true}
	header := strings.TrimSpace(response.Header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		r.after = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		r.after = max(0, at.Sub(k.seams.now()))
	}
	return r
}

// wait waits until the next attempt is due, and reports whether it is still worth making: if it would be
// after the deadline, wait returns at once. Pauses are of random length, so that calls that failed together
// do not come back together.
func (k *call) wait(ctx context.Context, r repetition, attempt int) bool {
	pause := firstPause << attempt
	d := r.after + time.Duration(float64(pause)*(0.5+k.seams.random()))
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= d {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

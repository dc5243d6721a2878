package fetch

import (
	"context"
	"errors"
	"net/url"
	"sync/atomic"
)

// A call is one Get.
type call struct {
	config        *Config
	seams         *seams
	medications   *medications
	server        *server
	issuer        string
	authorization string        // the header; "" for none
	slots         chan struct{} // one for each request under way
	bytes         atomic.Int64  // that may still be read
}

// A failure is why a request brought nothing.
type failure struct {
	reason Reason
	issue  string
	repeat repetition
}

// answer answers a query, from memory if it can.
func (k *call) answer(ctx context.Context, u *url.URL, a *answer) {
	begun := k.seams.now()
	defer func() { a.took = k.seams.now().Sub(begun) }()
	path := k.server.base.below(u)
	wants := wanted(path)
	remembered := wants.kind == "Medication" && u.RawQuery == ""
	key := medicationKey{k.issuer, k.server.base, path}
	if remembered {
		if a.json, a.cached = k.medications.get(key); a.cached {
			a.pages = 1
			return
		}
	}
	k.pages(ctx, u, wants, a)
	if remembered && a.json != nil {
		k.medications.add(key, a.json)
	}
}

// pages follows a query to its last page, or as far as it gets.
func (k *call) pages(ctx context.Context, u *url.URL, wants wish, a *answer) {
	bytes := k.config.MaxBytes
	var bodies [][]byte
	visited := map[string]bool{}
	missing := Reason("")
	for more := true; more && missing == ""; {
		if len(bodies) == k.config.MaxPages || visited[u.String()] {
			missing = TooManyPages
			break
		}
		visited[u.String()] = true
		body, p, f := k.page(ctx, u, wants, &bytes, a)
		if f != nil {
			missing, a.issue = f.reason, f.issue
			break
		}
		bodies = append(bodies, body)
		if more = p.more; more {
			u, missing = k.next(p, u)
		}
	}
	if a.pages = len(bodies); a.pages == 0 {
		a.absent = missing
		return
	}
	a.json, a.pageMissing = merged(bodies, missing != ""), missing
}

// next returns where the page after the one at u is.
func (k *call) next(p page, u *url.URL) (*url.URL, Reason) {
	if p.next == "" {
		return nil, Unexpected
	}
	next, ok := k.server.base.next(p.next, u)
	if !ok {
		return nil, Refused
	}
	return next, ""
}

// page gets one page, or the one resource that is all.
func (k *call) page(ctx context.Context, u *url.URL, wants wish, bytes *int64, a *answer) ([]byte, page, *failure) {
	for attempt := 0; ; attempt++ {
		left := *bytes
		body, f := k.attempt(ctx, u, &left, a)
		if f == nil {
			*bytes = left
			p, f := readPage(body, wants)
			return body, p, f
		}
		if !f.repeat.worthwhile || attempt == maxRepetitions || !k.wait(ctx, f.repeat, attempt) {
			return nil, page{}, f
		}
	}
}

// ended says why a call is over.
func ended(ctx context.Context) *failure {
	if errors.Is(ctx.Err(), context.Canceled) {
		return &failure{reason: Canceled}
	}
	return &failure{reason: Timeout}
}

package hooks

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/primum-cds/primum/hooks/fetch"
)

// A PrefetchState says what became of one key of a service's prefetch.
type PrefetchState string

const (
	PrefetchSatisfied PrefetchState = "satisfied"
	PrefetchEmpty     PrefetchState = "empty"   // null, or a Bundle without entries
	PrefetchPartial   PrefetchState = "partial" // a Bundle that has a next page, or counts more than it holds
	PrefetchFailed    PrefetchState = "failed"  // the client tried, and sent an OperationOutcome; or it is no FHIR
	PrefetchAbsent    PrefetchState = "absent"
	PrefetchNotAsked  PrefetchState = "not asked" // the request has no value for a token of its template
	PrefetchFetched   PrefetchState = "fetched"   // absent or partial, and got from the client's FHIR server
)

// A Fetcher gets from a client's FHIR server what a request did not bring. A *fetch.Client is one.
type Fetcher interface {
	// Get returns the answer to each query, in their order, or why there is none. It returns before ctx ends,
	// with what it has.
	Get(ctx context.Context, r fetch.Request) []fetch.Result
}

// reserved is what of a deadline is kept for asking the rules when data comes late.
const reserved = 100 * time.Millisecond

// A gap is a place in a request's Prefetch for which there is something to fetch.
type gap struct {
	place int
	query fetch.Query
}

// complete says what each prefetch answers, where the service knows, and gets what is missing.
func (c *call) complete(ctx context.Context) {
	var gaps []gap
	for _, t := range c.service.prefetch {
		i, query := c.request.place(t, c.config.Now())
		if p := &c.request.Prefetch[i]; query != "" && (p.state == PrefetchAbsent || p.state == PrefetchPartial) {
			gaps = append(gaps, gap{i, fetch.Query{Key: t.Key, URL: query}})
		}
	}
	if c.reachable() {
		ctx, cancel := inTime(ctx)
		defer cancel()
		began := time.Now()
		c.fetch(ctx, append(gaps, c.medications()...))
		c.fetch(ctx, c.medications()) // those that what was fetched refers to
		c.outcome.Fetched = time.Since(began)
	}
	c.outcome.Prefetch = make(map[string]PrefetchState, len(c.service.prefetch))
	for _, p := range c.request.Prefetch {
		if slices.ContainsFunc(c.service.prefetch, func(t Template) bool { return t.Key == p.Key }) {
			c.outcome.Prefetch[p.Key] = p.state
		}
	}
}

// medications are the gaps of the Medications that are referred to, and that nobody brought or asked for yet.
func (c *call) medications() (gaps []gap) {
	var documents [][]byte
	for _, in := range c.request.Inputs() {
		documents = append(documents, in.JSON)
	}
	for _, ref := range fetch.MedicationReferences(documents...) {
		if slices.ContainsFunc(c.request.Prefetch, func(p Prefetch) bool { return p.Key == ref }) {
			continue
		}
		gaps = append(gaps, gap{len(c.request.Prefetch), fetch.Query{Key: ref, URL: ref}})
		c.request.Prefetch = append(c.request.Prefetch, Prefetch{Key: ref, Query: ref, Absent: notPrefetched, state: PrefetchAbsent})
	}
	return gaps
}

// medication reports whether it is a Medication that something refers to, and no key of a template.
func (p *Prefetch) medication() bool {
	return p.Query == p.Key && strings.HasPrefix(p.Key, "Medication/")
}

// inTime ends some time before ctx does, in which the rules are asked.
func inTime(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	rest := time.Until(deadline)
	return context.WithTimeout(ctx, rest-min(reserved, rest/2))
}

func (c *call) fetch(ctx context.Context, gaps []gap) {
	if len(gaps) == 0 {
		return
	}
	r := fetch.Request{Server: c.request.FHIRServer, Issuer: c.outcome.Caller.Issuer}
	for _, g := range gaps {
		r.Queries = append(r.Queries, g.query)
	}
	if a := c.request.Authorization; a != nil {
		r.Token, r.TokenType = fetch.Token(a.AccessToken), a.TokenType
	}
	results := c.config.Fetcher.Get(ctx, r)
	for n := range results[:min(len(results), len(gaps))] {
		c.request.Prefetch[gaps[n].place].fetched(&results[n])
	}
}

// fetched takes what a query brought in the place of what is absent or has further pages.
func (p *Prefetch) fetched(got *fetch.Result) {
	switch {
	case got.Absent == "" && len(got.JSON) > 0:
		p.JSON, p.Absent, p.state = got.JSON, "", PrefetchFetched
		if got.PageMissing != "" {
			p.state = PrefetchPartial
		}
	case p.state == PrefetchAbsent:
		p.Absent, p.tried = notPrefetched+", and not fetched: "+got.Absent.Text(), true
	}
}

// reachable reports whether what is missing can be fetched.
func (c *call) reachable() bool {
	return c.config.Fetcher != nil && c.request.FHIRServer != ""
}

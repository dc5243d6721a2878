package hooks

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds"
)

// A PrefetchState says what became of one key of a service's prefetch.
type PrefetchState string

const (
	PrefetchSatisfied PrefetchState = "satisfied"
	PrefetchEmpty     PrefetchState = "empty"   // null, or a Bundle without entries
	PrefetchPartial   PrefetchState = "partial" // a Bundle that has a next page
	PrefetchFailed    PrefetchState = "failed"  // the client tried, and sent an OperationOutcome; or it is no FHIR
	PrefetchAbsent    PrefetchState = "absent"
	PrefetchFetched   PrefetchState = "fetched" // absent or partial, and got from the client's FHIR server
)

// A Fetcher gets from a client's FHIR server what a request did not bring.
type Fetcher interface {
	// Fetch returns the answer to each query, in their order, complete with all its pages: a resource, a
	// Bundle or an array of these as JSON, or, in Absent, why there is none, without the name of anybody. It returns before
	// ctx ends, with what it has. The request names the server and has the token to use; neither may be
	// kept.
	Fetch(ctx context.Context, caller Caller, request *Request, queries []Template) []Prefetch
}

// reserved is what of a deadline is kept for asking the rules when data comes late.
const reserved = 100 * time.Millisecond

// complete says what each prefetch answers, where the service knows, and gets what is missing.
func (c *call) complete(ctx context.Context) {
	var missing []Template
	var places []int // of the missing ones in Prefetch
	ask := func(i int, key, query string) {
		missing, places = append(missing, Template{key, query}), append(places, i)
	}
	for _, t := range c.service.prefetch {
		i := slices.IndexFunc(c.request.Prefetch, func(p Prefetch) bool { return p.Key == t.Key })
		query, lacking := c.request.fill(t.Query)
		if i < 0 {
			i = len(c.request.Prefetch)
			c.request.Prefetch = append(c.request.Prefetch, Prefetch{
				Key: t.Key, Absent: "not prefetched", Supplies: []string{kindOf(t.Query)}, state: PrefetchAbsent,
			})
		}
		p := &c.request.Prefetch[i]
		if lacking == "" {
			p.Query, p.Supplies = query, nil
		}
		if lacking == "" && (p.state == PrefetchAbsent || p.state == PrefetchPartial) {
			ask(i, t.Key, query)
		}
	}
	for _, query := range c.request.unresolved {
		c.request.Prefetch = append(c.request.Prefetch, Prefetch{Key: query, Query: query, Absent: "not prefetched", state: PrefetchAbsent})
		ask(len(c.request.Prefetch)-1, query, query)
	}
	c.fetch(ctx, missing, places)
	c.outcome.Prefetch = map[string]PrefetchState{}
	for _, p := range c.request.Prefetch {
		if slices.ContainsFunc(c.service.prefetch, func(t Template) bool { return t.Key == p.Key }) {
			c.outcome.Prefetch[p.Key] = p.state
		}
	}
}

func (c *call) fetch(ctx context.Context, missing []Template, places []int) {
	if len(missing) == 0 || !c.reachable() {
		return
	}
	began := time.Now()
	defer func() { c.outcome.Fetched = time.Since(began) }()
	if deadline, ok := ctx.Deadline(); ok {
		rest := time.Until(deadline)
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, rest-min(reserved, rest/2))
		defer cancel()
	}
	for n, got := range c.config.Fetcher.Fetch(ctx, c.outcome.Caller, c.request, missing) {
		if n >= len(places) {
			return
		}
		p := &c.request.Prefetch[places[n]]
		switch {
		case got.Absent == "" && len(got.JSON) > 0:
			p.JSON, p.Absent, p.state = got.JSON, "", PrefetchFetched
		case p.state == PrefetchAbsent:
			p.Absent = "not prefetched, and not fetched: " + got.Absent
		}
	}
}

// reachable reports whether what is missing can be fetched.
func (c *call) reachable() bool {
	return c.config.Fetcher != nil && c.request.FHIRServer != "" && c.request.Authorization != nil
}

// precondition is the refusal of a request that brought nothing to decide on, where nothing can be fetched
// and nothing was decided; nil otherwise.
func (c *call) precondition(report *cds.Report) error {
	if len(report.Findings)+len(report.Failures) > 0 || len(report.Undecided) == 0 || c.reachable() {
		return nil
	}
	for _, p := range c.request.Prefetch {
		if p.Absent == "" {
			return nil
		}
	}
	lacks := map[string]bool{}
	for _, t := range c.service.prefetch {
		lacks["prefetch."+t.Key] = true
	}
	for _, u := range report.Undecided {
		for _, m := range u.Missing {
			if kind := kindOf(m.Resource); kind != "" && len(c.service.prefetch) == 0 {
				lacks[kind] = true
			}
		}
	}
	names := strings.Join(slices.Sorted(maps.Keys(lacks)), ", ")
	return &problem{
		status: http.StatusPreconditionFailed, code: "processing", field: "prefetch",
		message: fmt.Sprintf("nothing can be decided: missing are %s, and there is no FHIR server to get them from", names),
	}
}

package server

import (
	"context"
	"encoding/json"
	"time"

	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/fetch"
)

// fetcher lets other calls have their turn while one waits for its client's FHIR server.
type fetcher struct {
	hooks.Fetcher
	server *Server
}

// Get fetches what is asked.
func (f fetcher) Get(ctx context.Context, r fetch.Request) []fetch.Result {
	v := visitOf(ctx)
	v.rest()
	defer v.resume()
	ctx, end := f.server.tracer.step(ctx, "fetch")
	defer end()
	began := time.Now()
	results := f.Fetcher.Get(ctx, r)
	f.server.metrics.fetching.Observe(time.Since(began).Seconds())
	for i := range results {
		f.server.metrics.fetched(&results[i])
		if v != nil && v.body != nil {
			v.fetched = append(v.fetched, fetchedOf(&results[i]))
		}
	}
	return results
}

// A Fetched is what a query brought, as an archive keeps it.
type Fetched struct {
	URL         string          `json:"url"`
	JSON        json.RawMessage `json:"json,omitempty"`
	Absent      fetch.Reason    `json:"absent,omitempty"`
	PageMissing fetch.Reason    `json:"pageMissing,omitempty"`
}

func fetchedOf(r *fetch.Result) Fetched {
	return Fetched{URL: r.URL, JSON: r.JSON, Absent: r.Absent, PageMissing: r.PageMissing}
}

// remembered answers with what was fetched then.
type remembered []Fetched

// Get returns what the same queries brought.
func (f remembered) Get(_ context.Context, r fetch.Request) []fetch.Result {
	results := make([]fetch.Result, len(r.Queries))
	for i, q := range r.Queries {
		results[i] = fetch.Result{Key: q.Key, URL: q.URL, Absent: fetch.NotFound}
		for _, known := range f {
			if known.URL == q.URL {
				results[i] = fetch.Result{Key: q.Key, URL: q.URL, JSON: known.JSON, Absent: known.Absent, PageMissing: known.PageMissing}
			}
		}
	}
	return results
}

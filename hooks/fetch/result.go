package fetch

import (
	"time"

	"github.com/primum-cds/primum/cds"
)

// A Result is what a query brought.
type Result struct {
	Key string // of the query
	URL string // of the query, as it was asked; it may name a patient and must not be logged

	// JSON is one resource, which for a search is one Bundle with the entries of all pages. It has a next
	// link if, and only if, a page is missing. It is nil if nothing came, and must not be modified.
	JSON []byte
	// Absent says why there is no JSON; "" if there is.
	Absent Reason
	// PageMissing says why the JSON is not all pages; "" if it is.
	PageMissing Reason
	// Issue is the code of the first issue of an OperationOutcome that came instead, such as "too-costly".
	Issue string

	Pages    int           // that the JSON holds
	Requests int           // that were made, repetitions included
	Cached   bool          // it is remembered from an earlier call
	Took     time.Duration // until it was there, or known to be absent
}

// Input returns the result as data of the patient: what the query asked, with what came or why nothing did.
func (r Result) Input() cds.Input {
	in := cds.Input{Name: "fhirServer." + r.Key, JSON: r.JSON, Query: r.URL}
	if r.Absent != "" {
		in.JSON, in.Absent = nil, r.Absent.Text()
	}
	return in
}

// An answer is the result of all equal queries of a call.
type answer struct {
	json        []byte
	absent      Reason
	pageMissing Reason
	issue       string
	pages       int
	requests    int
	cached      bool
	took        time.Duration
}

func (a *answer) result(q Query) Result {
	return Result{
		Key: q.Key, URL: q.URL,
		JSON: a.json, Absent: a.absent, PageMissing: a.pageMissing, Issue: a.issue,
		Pages: a.pages, Requests: a.requests, Cached: a.cached, Took: a.took,
	}
}

package hooks

import (
	"slices"
	"strings"
	"time"

	"github.com/valyala/fastjson"
)

// bundleState tells whether a Bundle that was prefetched holds all that was asked for.
func bundleState(v *fastjson.Value) PrefetchState {
	matches, missed := 0, false
	for _, entry := range list(v.Get("entry")) {
		resource := entry.Get("resource")
		switch mode := text(entry.Get("search", "mode")); {
		case text(resource.Get("resourceType")) == "OperationOutcome":
			missed = missed || tellsOfError(resource)
		case resource != nil && (mode == "" || mode == "match"):
			matches++
		}
	}
	switch {
	case linked(v, "next") != "" || missed || v.GetInt("total") > matches:
		return PrefetchPartial
	case matches > 0:
		return PrefetchSatisfied
	case holdsToken(linked(v, "self")):
		return PrefetchAbsent // it found nothing, for nobody filled in its tokens
	}
	return PrefetchEmpty
}

// tellsOfError reports whether an OperationOutcome tells of an error.
func tellsOfError(outcome *fastjson.Value) bool {
	return slices.ContainsFunc(list(outcome.Get("issue")), func(issue *fastjson.Value) bool {
		severity := text(issue.Get("severity"))
		return severity == "error" || severity == "fatal"
	})
}

// holdsToken reports whether a URL still holds a prefetch token.
func holdsToken(url string) bool {
	return strings.Contains(url, "{{") || strings.Contains(strings.ToLower(url), "%7b%7b")
}

// An Answer is what became of one template in one request.
type Answer struct {
	Key    string
	Query  string // the template with its tokens filled in; "" where the request has no value for one
	State  PrefetchState
	Reason string // why there is no answer: "not prefetched", what the client said; "" if there is one
}

// Asked tells a request what the templates of its service asked, and returns what became of each, in their
// order. From then on each prefetch supplies what its template asked and no more, and one that is absent counts
// as asked for and not had. Of a template that only the client can fill in, a Bundle's own self link says
// what it supplies. A Handler does this by itself.
func (r *Request) Asked(templates []Template, now time.Time) []Answer {
	out := make([]Answer, len(templates))
	for n, t := range templates {
		i, query := r.place(t, now)
		p := &r.Prefetch[i]
		out[n] = Answer{Key: t.Key, Query: query, State: p.state, Reason: p.Absent}
	}
	return out
}

// place finds the prefetch that answers a template, and tells it what it was asked. The query is "" where the
// request has no value for one of its tokens.
func (r *Request) place(t Template, now time.Time) (i int, query string) {
	query, ok := t.Fill(r, now)
	if !ok {
		query = ""
	}
	i = slices.IndexFunc(r.Prefetch, func(p Prefetch) bool { return p.Key == t.Key })
	switch {
	case i < 0 && query == "":
		i = len(r.Prefetch)
		r.Prefetch = append(r.Prefetch, Prefetch{Key: t.Key, Absent: notAsked, Supplies: []string{}, state: PrefetchNotAsked})
	case i < 0:
		i = len(r.Prefetch)
		r.Prefetch = append(r.Prefetch, Prefetch{Key: t.Key, Absent: notPrefetched, state: PrefetchAbsent})
		fallthrough
	case query != "":
		r.Prefetch[i].Query, r.Prefetch[i].Supplies = query, nil
	case !r.Prefetch[i].self: // what it was asked nobody knows
		r.Prefetch[i].Query, r.Prefetch[i].Supplies = "", []string{}
	}
	return i, query
}

const (
	notPrefetched = "not prefetched"
	notAsked      = "not asked, as the request has no value for a token"
)

package hooks

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/primum-cds/primum/cds"
)

// A Request is what a client asks at a hook, in one form whatever the client made of the specification.
type Request struct {
	Hook         string
	HookInstance string
	FHIRServer   string
	UserID       string // "Practitioner/1"; "" if not said
	PatientID    string // without "Patient/"
	EncounterID  string // without "Encounter/"
	// Authorization gives access to the client's FHIR server; nil if it gave none. It must not be kept
	// or logged.
	Authorization *Authorization
	Context       map[string]json.RawMessage
	Extension     json.RawMessage // an object, by reverse domain name; nil if there is none
	// Focus names what is under review, "Type/id"; nil: all of Drafts, or what the hook is about.
	Focus    []string
	Drafts   []Draft
	Prefetch []Prefetch // by key
	Warnings []cds.Notice

	// unnamed are the drafts that came without an id, by the "Type/id" that they were given: how the client
	// names them, the fullUrl of their entry, "" if in no way.
	unnamed map[string]string
	drafts  int // how many are under review, if Focus does not say
}

// A Draft is a context field that holds resources of this session.
type Draft struct {
	Field  string // "draftOrders"
	JSON   json.RawMessage
	Review bool // they are what the hook asks about
}

// A Prefetch is the answer to one prefetch template.
type Prefetch struct {
	Key  string
	JSON json.RawMessage // a resource, or null: asked, and there was nothing
	// Query is the search that the key stands for, as far as its name tells; "" if it does not. A
	// service that knows its own templates puts what it asked here. A Bundle's own self link goes first.
	Query  string
	Absent string // what the server said instead of an answer; "" if it answered
	// Supplies are the types of which this is all there is; nil: what Query or the JSON itself says.
	Supplies []string

	state PrefetchState
	self  bool // it says itself what it answers
	tried bool // to fetch it, in vain
}

// An Authorization is a client's access token for its FHIR server.
type Authorization struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
	Scope       string `json:"scope"`
	Subject     string `json:"subject"`
	Patient     string `json:"patient"`
}

// Inputs returns the data in the request: what is under review, then what was prefetched.
func (r *Request) Inputs() []cds.Input {
	inputs := make([]cds.Input, 0, len(r.Drafts)+len(r.Prefetch))
	for _, d := range r.Drafts {
		in := cds.Input{Name: "context." + d.Field, JSON: d.JSON, Draft: d.Review}
		if !d.Review {
			in.Supplies = []string{}
		}
		inputs = append(inputs, in)
	}
	for _, p := range r.Prefetch {
		in := cds.Input{Name: "prefetch." + p.Key, JSON: p.JSON, Query: p.Query, Supplies: p.Supplies, Absent: p.Absent}
		if p.Absent != "" {
			in.JSON = nil
		}
		inputs = append(inputs, in)
	}
	return inputs
}

// Review returns the question that the request asks. Numbers in its context are float64; resources of this
// session are not in it.
func (r *Request) Review(now time.Time) cds.Review {
	context := make(map[string]any, len(r.Context))
	for name, raw := range r.Context {
		if slices.ContainsFunc(r.Drafts, func(d Draft) bool { return d.Field == name }) {
			continue // rules read what is under review as resources
		}
		var v any
		if json.Unmarshal(raw, &v) == nil {
			context[name] = v
		}
	}
	for name, id := range map[string]string{"patientId": r.PatientID, "userId": r.UserID, "encounterId": r.EncounterID} {
		if id != "" {
			context[name] = id
		}
	}
	return cds.Review{Hook: r.Hook, Now: now, Focus: r.Focus, Context: context}
}

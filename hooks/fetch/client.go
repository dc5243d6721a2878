// Package fetch gets from a client's FHIR server what a CDS Hooks request did not bring, with the access
// token of that request.
//
// Nothing is asked of a server that is not on the list, the token goes nowhere but below the listed base
// URL, and addresses under which machines talk about themselves (link-local, cloud metadata) are never
// dialed, whatever a name resolves to. One deadline holds for a call: what came until then is returned,
// and for the rest there is a word that says why it is absent.
package fetch

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// A Client fetches data. It is safe for concurrent use.
type Client struct {
	config      Config
	allowed     map[allowance]*server
	medications *medications
	seams       seams
}

// Seams are what a test replaces.
type seams struct {
	resolver *net.Resolver // nil: the system's
	now      func() time.Time
	random   func() float64 // in [0, 1)
}

// New returns a Client. No request is made. The error is a *ConfigError.
func New(config Config) (*Client, error) {
	return newClient(config, seams{now: time.Now, random: rand.Float64})
}

func newClient(config Config, s seams) (*Client, error) {
	if err := config.complete(); err != nil {
		return nil, err
	}
	c := &Client{
		config:      config,
		allowed:     map[allowance]*server{},
		medications: newMedications(config.MedicationTTL, s.now),
		seams:       s,
	}
	servers := map[base]*server{}
	for i, listed := range config.Servers {
		b, wrong := listed.check()
		if wrong != "" {
			return nil, &ConfigError{fmt.Sprintf("Servers[%d].Base", i), wrong}
		}
		if servers[b] == nil {
			servers[b] = newServer(b, &c.config, s.resolver)
		}
		c.allowed[allowance{listed.Issuer, b}] = servers[b]
	}
	return c, nil
}

// Close closes the connections that are not in use. The Client can still be used.
func (c *Client) Close() {
	for _, s := range c.allowed {
		s.transport.CloseIdleConnections()
	}
}

// Get fetches what is asked, and returns a Result for each query, in their order. It returns when all are
// answered or ctx ends, with what came until then: a query that takes long delays no other. Equal queries
// are asked once, and their Results share their JSON. Get does not fail as a whole: each Result says what
// it lacks.
func (c *Client) Get(ctx context.Context, r Request) []Result {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	k, refused := c.begin(r)
	answers := make([]*answer, len(r.Queries))
	asked := map[string]*answer{}
	var under sync.WaitGroup
	for i, q := range r.Queries {
		if refused != "" {
			answers[i] = &answer{absent: refused}
			continue
		}
		u, ok := k.server.base.resolve(q.URL)
		if !ok {
			answers[i] = &answer{absent: Refused}
			continue
		}
		a := asked[u.String()]
		if a == nil {
			a = &answer{}
			asked[u.String()] = a
			under.Go(func() { k.answer(ctx, u, a) })
		}
		answers[i] = a
	}
	under.Wait()
	results := make([]Result, len(r.Queries))
	for i, q := range r.Queries {
		results[i] = answers[i].result(q)
	}
	return results
}

// begin prepares for the server that a request names, or says why nothing is fetched.
func (c *Client) begin(r Request) (*call, Reason) {
	if r.Server == "" {
		return nil, NoServer
	}
	authorization, ok := r.authorization()
	b, known := parseBase(r.Server)
	s := c.allowed[allowance{r.Issuer, b}]
	if !ok || !known || s == nil {
		return nil, Refused
	}
	k := &call{
		config: &c.config, seams: &c.seams, medications: c.medications,
		server: s, issuer: r.Issuer, authorization: authorization,
		slots: make(chan struct{}, c.config.Concurrency),
	}
	k.bytes.Store(c.config.MaxCallBytes)
	return k, ""
}

// Package server asks a FHIR R4 terminology server: for the codes of a value set, for what lies below a
// code, whether a code is valid, what it is called, and what it is in another system.
//
// A Client is meant for compiling rules, so that evaluating them waits for no network. It never takes
// missing data for an answer: an expansion that is truncated, empty or not closed is an error, and so is an
// answer that is no FHIR resource, or another than was asked for.
//
// Answers are remembered for an hour, answers in the negative for a minute. With a folder, the last good
// expansions are kept on disk as well: where the server cannot be reached, or answers nonsense, they are
// returned instead, and [Client.Stale] says so. A server that says it does not know a value set is believed.
package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/primum-cds/primum/cds/terminology"
)

// A Client asks one terminology server. It is safe for concurrent use: equal questions that are asked at
// the same time are one request.
type Client struct {
	base   *url.URL
	http   *http.Client
	slots  chan struct{} // one for each request under way
	config config

	expansions   *answers[[]terminology.Code]
	validations  *answers[Validation]
	relations    *answers[Relation]
	translations *answers[[]Match]
	concepts     *answers[Concept]

	mu        sync.Mutex
	unsaved   []error
	stale     map[string]Staleness // by question
	downUntil time.Time            // until then what is saved is returned without asking first
}

// An Option adjusts New.
type Option func(*config)

type config struct {
	http        *http.Client
	folder      string
	concurrency int
	timeout     time.Duration

	now   func() time.Time
	sleep func(ctx context.Context, d time.Duration) error
}

// WithHTTPClient makes the client use another http.Client, whose transport may add what the server wants
// for authentication. Its transport, cookies and redirects are used, its timeout is not; redirects stay
// restricted to the server's own host and scheme.
func WithHTTPClient(c *http.Client) Option { return func(cfg *config) { cfg.http = c } }

// WithFolder keeps the last good expansions in a folder, which is made if it is not there. Several
// processes may share it.
func WithFolder(path string) Option { return func(cfg *config) { cfg.folder = path } }

// WithConcurrency bounds the requests that are under way at the same time. Without it there are at most 4.
func WithConcurrency(requests int) Option { return func(cfg *config) { cfg.concurrency = requests } }

// WithTimeout bounds one request, its answer included; a question with all its pages and repetitions takes
// at most ten times as long. Without it a request may take 30 seconds.
func WithTimeout(request time.Duration) Option { return func(cfg *config) { cfg.timeout = request } }

// questionTimeouts is how many timeouts of a request a whole question may take.
const questionTimeouts = 10

// New returns a Client for the server whose FHIR endpoint is at baseURL ("https://tx.example.org/r4"). No
// request is made. An error is returned if baseURL is not an absolute http or https URL, if it holds
// credentials, a query or a fragment, if an option makes no sense, or if the folder cannot be written.
func New(baseURL string, opts ...Option) (*Client, error) {
	cfg := config{http: &http.Client{}, concurrency: 4, timeout: 30 * time.Second, now: time.Now, sleep: sleep}
	for _, opt := range opts {
		opt(&cfg)
	}
	switch {
	case cfg.http == nil:
		return nil, errors.New("terminology server: the HTTP client is nil")
	case cfg.concurrency < 1:
		return nil, errors.New("terminology server: the number of concurrent requests must be above 0")
	case cfg.timeout <= 0:
		return nil, errors.New("terminology server: the timeout must be above 0")
	}
	base, err := parseBase(baseURL)
	if err != nil {
		return nil, err
	}
	if err := prepareFolder(cfg.folder); err != nil {
		return nil, fmt.Errorf("terminology server: the folder for expansions: %w", err)
	}
	c := &Client{base: base, config: cfg, slots: make(chan struct{}, cfg.concurrency), stale: map[string]Staleness{}}
	c.http = &http.Client{Transport: cfg.http.Transport, Jar: cfg.http.Jar, CheckRedirect: sameHost(cfg.http.CheckRedirect)}
	budget := questionTimeouts * cfg.timeout
	c.expansions = newAnswers(maxExpansions, budget, cfg.now, func(codes []terminology.Code) bool { return len(codes) == 0 })
	c.validations = newAnswers(maxAnswers, budget, cfg.now, func(v Validation) bool { return !v.Valid })
	c.relations = newAnswers(maxAnswers, budget, cfg.now, func(r Relation) bool { return r == NotSubsumed })
	c.translations = newAnswers(maxAnswers, budget, cfg.now, func(m []Match) bool { return len(m) == 0 })
	c.concepts = newAnswers(maxAnswers, budget, cfg.now, func(Concept) bool { return false })
	return c, nil
}

// parseBase does not repeat the URL in its errors: it may hold what is secret.
func parseBase(baseURL string) (*url.URL, error) {
	u, err := url.Parse(baseURL)
	switch {
	case err != nil:
		return nil, errors.New("terminology server: the base URL cannot be read")
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, errors.New("terminology server: the base URL must be an absolute http or https URL")
	case u.User != nil:
		return nil, errors.New("terminology server: credentials belong into the HTTP client, not into the base URL")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("terminology server: the base URL must have no query and no fragment")
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

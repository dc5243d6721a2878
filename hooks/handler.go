package hooks

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks/auth"
	"github.com/valyala/fastjson"
)

// A Config says how a Handler serves. Its zero value is of use on loopback and in tests: whoever can reach
// the Handler may call it.
type Config struct {
	// Services are those that are offered; nil: one for each hook at which the engine has rules.
	Services []Service
	// Prefetch returns the prefetch templates of a service for clients that understand a version, those first
	// that others depend on: RuleTemplates are those that its rules need. It is asked for each version that
	// some client has. nil: none are published, and what a request brings is understood by its own words.
	Prefetch func(Service, TemplateVersion) ([]Template, error)
	// Authenticator decides who may call; nil: everybody.
	Authenticator Authenticator
	// Fetcher gets what a request did not bring from the client's FHIR server; nil: nothing is fetched.
	Fetcher Fetcher
	// Feedback keeps which cards were shown, so that they are not repeated, and what clients report of them;
	// nil: nothing is kept, and feedback is refused with 404.
	Feedback Feedback
	// Clients say what single clients are sent, by the issuer of their tokens. "" is for all others.
	Clients map[string]Client
	// Origins are those from which browsers may call, such as "https://ehr.example.org"; "*" is any.
	Origins []string
	// Deadlines say how long a call may take, by hook. "" is for all others; 450 ms if nothing is said.
	Deadlines map[string]time.Duration
	// MaxBody is how many bytes a request may have; 0: 8 MiB.
	MaxBody int64
	// HashKey is the key under which patients and users are hashed before anything is told of them to
	// Feedback or Observe. Servers that share a Feedback share it. nil: a random one.
	HashKey []byte
	// Observe is called with what came of each call, when it was answered; nil: nobody is told.
	Observe func(context.Context, *Outcome)
	// Log is told what no answer tells: panics, stores that fail. nil: nothing is logged.
	Log *slog.Logger
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// Random is where uuids come from; nil: crypto/rand.Reader. It must be safe for concurrent use.
	Random io.Reader
}

// An Authenticator decides who may call, from the Authorization header of a call and the escaped path below
// the base URL, "/cds-services/primum-order-sign". A call that it refuses gets a bare 401. An *auth.Verifier is one.
type Authenticator interface {
	Verify(ctx context.Context, authorization, path string) (auth.Caller, error)
}

// A Handler serves CDS Hooks: discovery, services and feedback, below "/cds-services". It is immutable and
// may be used by any number of goroutines. For new rules, make a new one.
type Handler struct {
	config   Config
	services []Service                  // as they are discovered
	byID     map[string][]Service       // one for each hook
	listed   map[TemplateVersion][]byte // the answers to discovery
	parsers  *fastjson.ParserPool
}

// The defaults of Config.
const (
	defaultDeadline = 450 * time.Millisecond
	defaultMaxBody  = 8 << 20
	hashKeySize     = 32
)

// New returns a Handler that asks engine. The error says what is wrong in the configuration.
func New(engine *cds.Engine, config Config) (*Handler, error) {
	if config.MaxBody == 0 {
		config.MaxBody = defaultMaxBody
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Random == nil {
		config.Random = rand.Reader
	}
	if err := config.check(); err != nil {
		return nil, fmt.Errorf("hooks: %w", err)
	}
	if config.HashKey == nil {
		config.HashKey = make([]byte, hashKeySize)
		if _, err := io.ReadFull(rand.Reader, config.HashKey); err != nil {
			return nil, fmt.Errorf("hooks: no random key: %w", err)
		}
	}
	h := &Handler{config: config, byID: map[string][]Service{}, listed: map[TemplateVersion][]byte{}, parsers: new(fastjson.ParserPool)}
	if err := h.offer(engine); err != nil {
		return nil, fmt.Errorf("hooks: %w", err)
	}
	return h, nil
}

// Services returns what is offered, in the order of discovery.
func (h *Handler) Services() []Service { return append([]Service(nil), h.services...) }

const root = "/cds-services"

// ServeHTTP answers one call. A Handler that is mounted below another path is behind an http.StripPrefix.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{Handler: h, w: w, r: r, started: time.Now(), outcome: &Outcome{At: h.config.Now()}}
	defer c.end()
	h.allowOrigin(w, r)
	methods, answer := h.route(strings.TrimSuffix(r.URL.Path, "/"), c)
	switch {
	case answer == nil:
		c.fail(&problem{status: http.StatusNotFound, code: "not-found", message: "there is nothing here: services are listed at " + root})
	case r.Method == http.MethodOptions:
		c.preflight(methods)
	case !slices.Contains(strings.Split(methods, ", "), r.Method):
		w.Header().Set("Allow", methods+", OPTIONS")
		c.fail(&problem{status: http.StatusMethodNotAllowed, code: "not-supported", message: "this is asked by " + methods})
	default:
		if err := c.authenticate(); err != nil {
			c.fail(err)
		} else if err := answer(); err != nil {
			c.fail(err)
		}
	}
}

// route finds what answers at a path, and to which methods.
func (h *Handler) route(path string, c *call) (methods string, answer func() error) {
	rest, ok := strings.CutPrefix(path, root)
	if !ok {
		return "", nil
	}
	if rest == "" {
		return "GET, HEAD", c.discover
	}
	id, feedback := strings.CutSuffix(rest[1:], "/feedback")
	c.services = h.byID[id]
	if rest[0] != '/' || strings.Contains(id, "/") {
		return "", nil
	}
	c.outcome.Service = id
	switch {
	case c.services == nil:
		c.outcome.Service = ""
		return "POST", c.noService
	case feedback:
		return "POST", c.feedback
	}
	return "POST", c.invoke
}

package hooks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds"
)

// A call is one request to the Handler, under way.
type call struct {
	*Handler
	w        http.ResponseWriter
	r        *http.Request
	started  time.Time
	outcome  *Outcome
	answered bool
	unsent   bool // the client went away before it had its answer

	services []Service // those of the id in the URL
	service  Service   // the one that is asked
	request  *Request
	client   Client
}

func (c *call) authenticate() error {
	if c.config.Authenticator == nil {
		return nil
	}
	caller, err := c.config.Authenticator.Verify(c.r.Context(), c.r.Header.Get("Authorization"), c.r.URL.EscapedPath())
	if err != nil {
		return &problem{status: http.StatusUnauthorized, code: "login", message: "the call is not authenticated"}
	}
	c.outcome.Caller = caller
	return nil
}

// invoke answers a call of a service.
func (c *call) invoke() error {
	body, err := c.body(c.config.MaxBody)
	if err != nil {
		return err
	}
	parser := c.parsers.Get()
	c.request, err = decode(parser, body, &decoder{hookNamed: c.hookNamed, service: true, hooks: c.hooks()})
	c.parsers.Put(parser)
	if err != nil {
		return placed(err, body)
	}
	c.client = c.Handler.client(c.outcome.Caller)
	c.outcome.Hook = c.request.Hook
	if instance.MatchString(c.request.HookInstance) {
		c.outcome.HookInstance = c.request.HookInstance
	}
	c.outcome.Patient = c.hash("patient", c.request.PatientID)
	for _, s := range c.services {
		if s.Hook == c.request.Hook {
			c.service = s
			c.service.prefetch = s.templates[c.client.templates()]
		}
	}
	ctx, cancel := context.WithDeadline(c.r.Context(), c.started.Add(c.deadline()))
	defer cancel()
	c.complete(ctx)
	return c.decide(ctx)
}

// decide asks the rules and sends what they say.
func (c *call) decide(ctx context.Context) error {
	began := time.Now()
	record, err := c.service.Engine.ReadPatient(c.request.PatientID, c.request.Inputs()...)
	if err != nil {
		return err
	}
	defer record.Close()
	report, err := c.service.Engine.Evaluate(ctx, record, c.request.Review(c.outcome.At))
	c.outcome.Decided = time.Since(began)
	if err != nil && !inPart(report, err) {
		return err
	}
	if p := c.precondition(report); p != nil {
		c.outcome.decided(report)
		return p
	}
	a := answer{call: c, record: record, report: report}
	response, err := a.response(ctx)
	if err != nil {
		return err
	}
	out, err := encode(response)
	if err != nil {
		return err
	}
	c.write(http.StatusOK, out)
	c.remember(a.sent)
	return nil
}

func (c *call) deadline() time.Duration {
	for _, hook := range []string{c.request.Hook, ""} {
		if d := c.config.Deadlines[hook]; d > 0 {
			return d
		}
	}
	return defaultDeadline
}

// body reads the body, of whatever content type it says it is.
func (c *call) body(most int64) ([]byte, error) {
	if encoding := c.r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, &problem{status: http.StatusUnsupportedMediaType, code: "not-supported", message: "a body without Content-Encoding was expected"}
	}
	var b bytes.Buffer
	b.Grow(int(min(max(c.r.ContentLength, 0), promised)) + bytes.MinRead)
	_, err := b.ReadFrom(http.MaxBytesReader(c.w, c.r.Body, most))
	var size *http.MaxBytesError
	switch {
	case errors.As(err, &size):
		return nil, err
	case err != nil: // the client went, or sent less than it said
		return nil, &problem{status: http.StatusBadRequest, code: "incomplete", message: "the body could not be read to its end"}
	}
	if c.config.Observe != nil {
		sum := sha256.Sum256(b.Bytes())
		c.outcome.Request, c.outcome.Bytes = hex.EncodeToString(sum[:]), b.Len()
	}
	return b.Bytes(), nil
}

// promised is how much memory a body gets for no more than saying how long it is.
const promised = 256 << 10

// hookNamed knows the hooks of the services that are asked, declared ones included.
func (c *call) hookNamed(name string) (cds.Hook, bool) {
	for _, s := range c.services {
		if s.Hook == name {
			return s.declared, true
		}
	}
	return cds.HookByName(name)
}

// hooks are those at which the services that are asked answer.
func (c *call) hooks() []string {
	var names []string
	for _, s := range c.services {
		names = append(names, s.Hook)
	}
	return names
}

// placed says in which line of the body it is not what was expected.
func placed(err error, body []byte) error {
	var wrong *RequestError
	if !errors.As(err, &wrong) || wrong.Field != "" {
		return err
	}
	message := wrong.Error()
	if wrong.Offset > 0 {
		before := body[:min(int(wrong.Offset), len(body))]
		line := bytes.Count(before, []byte("\n"))
		message += fmt.Sprintf(": it breaks at line %d, byte %d", line+1, len(before)-bytes.LastIndexByte(before, '\n')-1)
	}
	return &problem{status: http.StatusBadRequest, code: "structure", message: message}
}

// instance is a UUID as a hookInstance should be one: anything else is not told to anybody.
var instance = regexp.MustCompile(`^[0-9A-Fa-f-]{1,64}$`)

// hash returns what stands for a patient or a user where nobody is to know who it is.
func (h *Handler) hash(kind string, parts ...string) string {
	if strings.Join(parts, "") == "" {
		return ""
	}
	m := hmac.New(sha256.New, h.config.HashKey)
	for _, part := range append([]string{kind}, parts...) {
		_, _ = fmt.Fprintf(m, "%d:%s", len(part), part) // a hash takes all
	}
	return hex.EncodeToString(m.Sum(nil))
}

// fail answers with an OperationOutcome. A call that is not authenticated learns nothing but that.
func (c *call) fail(err error) {
	p := problemOf(err)
	c.outcome.Error = p.kind()
	if c.r.Context().Err() != nil {
		c.outcome.Error = "the client went away"
	}
	switch p.status {
	case http.StatusUnauthorized:
		c.w.Header().Set("WWW-Authenticate", "Bearer")
		c.write(p.status, nil)
		return
	case http.StatusInternalServerError:
		if err != errPanic {
			c.config.Log.Error("a call failed", "service", c.outcome.Service, "hook", c.outcome.Hook, "error", fmt.Sprintf("%T", err))
		}
	case http.StatusServiceUnavailable:
		c.w.Header().Set("Retry-After", "1")
	}
	body, err := encode(p.outcome())
	if err != nil {
		body = nil
	}
	c.write(p.status, body)
}

func (c *call) write(status int, body []byte) {
	c.answered, c.outcome.Status = true, status
	header := c.w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	if len(body) > 0 {
		header.Set("Content-Type", "application/json")
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	c.unsent = c.r.Context().Err() != nil
	c.w.WriteHeader(status)
	if c.r.Method != http.MethodHead {
		_, err := c.w.Write(body)
		c.unsent = c.unsent || err != nil
	}
	c.outcome.Took = time.Since(c.started)
}

var errPanic = &problem{status: http.StatusInternalServerError, code: "exception", message: failed}

// end turns a panic into an answer, and tells what came of the call.
func (c *call) end() {
	if p := recover(); p != nil {
		c.config.Log.Error("a call panicked", "service", c.outcome.Service, "hook", c.outcome.Hook,
			"panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack())) // not what it says: it may name somebody
		if !c.answered {
			c.fail(errPanic)
		}
	}
	if c.config.Observe != nil {
		c.config.Observe(context.WithoutCancel(c.r.Context()), c.outcome)
	}
}

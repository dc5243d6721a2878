package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/valyala/fastjson"
)

// maxAnswer bounds an answer, as it is after decompression. A page of an expansion is far below it.
const maxAnswer = 32 << 20

// A question is an operation of a FHIR server with what it is asked about.
type question struct {
	op    string // "$expand"
	path  string // "ValueSet/$expand"
	query url.Values
	body  []byte // of a POST; nil for a GET
	wants string // the type of resource that answers it
}

// key is equal for equal questions.
func (q question) key() string { return q.path + "?" + q.query.Encode() + "\n" + string(q.body) }

func (q question) method() string {
	if q.body != nil {
		return http.MethodPost
	}
	return http.MethodGet
}

func (c *Client) url(q question) string {
	u := *c.base
	u.Path += "/" + q.path
	u.RawQuery = q.query.Encode()
	return u.String()
}

func (c *Client) fail(q question, status int, reason string) *Error {
	return &Error{Op: q.op, URL: c.url(q), Status: status, Reason: reason}
}

// ask returns the resource that answers q. It belongs to the caller alone.
func (c *Client) ask(ctx context.Context, q question) (*fastjson.Value, error) {
	for attempt := 1; ; attempt++ {
		v, again, err := c.attempt(ctx, q)
		if err == nil {
			return v, nil
		}
		if !again.worthwhile || q.method() != http.MethodGet || attempt == maxAttempts {
			return nil, err
		}
		if waitErr := again.wait(ctx, c, attempt); waitErr != nil {
			return nil, unrepeated(err, waitErr)
		}
	}
}

// unrepeated adds to an error why the request was not repeated.
func unrepeated(err, why error) error {
	var e *Error
	if !errors.As(err, &e) || e.Err != nil {
		return err
	}
	also := *e
	also.Err = fmt.Errorf("not asked again: %w", why)
	return &also
}

// attempt makes one request and reads its answer.
func (c *Client) attempt(ctx context.Context, q question) (*fastjson.Value, repetition, error) {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return nil, repetition{}, c.lost(q, ctx.Err())
	}
	ctx, cancel := context.WithTimeout(ctx, c.config.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, q.method(), c.url(q), bytes.NewReader(q.body))
	if err != nil {
		return nil, repetition{}, c.lost(q, err)
	}
	request.Header.Set("Accept", "application/fhir+json")
	if q.body != nil {
		request.Header.Set("Content-Type", "application/fhir+json")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, repetition{worthwhile: isReset(err)}, c.lost(q, err)
	}
	defer response.Body.Close()
	body, err := c.read(q, response)
	if err != nil {
		return nil, repetition{worthwhile: isReset(err)}, err
	}
	v, err := c.understand(q, response, body)
	return v, repetitionOf(response, c.config.now()), err
}

// lost says that there is no answer. The URL that net/http adds to its errors is left out: after a redirect
// it may be one that holds a token.
func (c *Client) lost(q question, err error) error {
	var where *url.Error
	if errors.As(err, &where) {
		err = where.Err
	}
	e := c.fail(q, 0, "no answer")
	e.Err = err
	if errors.Is(err, context.DeadlineExceeded) {
		e.Reason = "no answer in time"
	}
	return e
}

// read returns the whole body, up to maxAnswer.
func (c *Client) read(q question, response *http.Response) ([]byte, error) {
	if coding := response.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return nil, c.fail(q, response.StatusCode, fmt.Sprintf("the answer is encoded in a way that was not asked for, %q", clip(coding, 40)))
	}
	tooLong := c.fail(q, response.StatusCode, fmt.Sprintf("the answer is longer than %d MB", maxAnswer>>20))
	if response.ContentLength > maxAnswer {
		return nil, tooLong
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case len(body) > maxAnswer:
		return nil, tooLong
	case err != nil:
		e := c.fail(q, response.StatusCode, "the answer broke off")
		e.Err = err
		return nil, e
	case !utf8.Valid(body):
		return nil, c.fail(q, response.StatusCode, "the answer is not UTF-8")
	}
	return body, nil
}

// understand returns the resource in an answer if it is the one that was asked for.
func (c *Client) understand(q question, response *http.Response, body []byte) (*fastjson.Value, error) {
	status := response.StatusCode
	v, err := fastjson.ParseBytes(body)
	kind := ""
	if err == nil {
		kind = text(v, "resourceType")
	}
	switch {
	case kind == "OperationOutcome":
		e := c.fail(q, status, "the server refused")
		e.Outcome = issues(v)
		e.refused = definite(status)
		return nil, e
	case status != http.StatusOK || err != nil || kind != q.wants:
		return nil, c.fail(q, status, came(response, body, kind)+" came instead of "+q.wants)
	}
	return v, nil
}

// definite reports whether a status, with an OperationOutcome, is about the question and not about the
// state of the server or the right to ask.
func definite(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusGone, http.StatusConflict,
		http.StatusPreconditionFailed, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// came names what an answer is.
func came(response *http.Response, body []byte, kind string) string {
	if kind != "" {
		return clip(kind, 60)
	}
	media, _, _ := strings.Cut(strings.ToLower(response.Header.Get("Content-Type")), ";")
	media = strings.TrimSpace(media)
	start := bytes.TrimSpace(body)
	switch {
	case len(start) == 0:
		return "nothing"
	case strings.Contains(media, "html") || bytes.HasPrefix(bytes.ToLower(start[:min(len(start), 20)]), []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html")):
		return "HTML"
	case strings.Contains(media, "xml") || start[0] == '<':
		return "XML"
	case strings.Contains(media, "json") && start[0] != '{':
		return "JSON that is no object"
	case strings.Contains(media, "json") || start[0] == '{':
		return "JSON that is no FHIR resource"
	case media == "":
		return "something unknown"
	}
	return clip(media, 60)
}

func issues(v *fastjson.Value) []Issue {
	var out []Issue
	for _, i := range v.GetArray("issue") {
		said := text(i, "diagnostics")
		if said == "" {
			said = text(i, "details", "text")
		}
		out = append(out, Issue{Severity: text(i, "severity"), Code: text(i, "code"), Diagnostics: said})
	}
	return out
}

// text returns a copy of a string, "" if there is none: fastjson's own lives as long as its parser.
func text(v *fastjson.Value, keys ...string) string { return string(v.GetStringBytes(keys...)) }

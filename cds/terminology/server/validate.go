package server

import (
	"context"
	"net/url"
	"strings"

	"github.com/primum-cds/primum/cds/terminology"
)

// A Validation is the answer to whether a code is valid.
type Validation struct {
	Valid   bool
	Display string // what the server calls the code; "" if it does not say
	Message string // why it is not valid, or what is odd
}

// ValidateCode asks whether a code is in the value set with a canonical URL, or in its own system at all
// where that is "". That the server does not know the system or the value set is an *Error, not a no.
func (c *Client) ValidateCode(ctx context.Context, valueSet string, code terminology.Code) (Validation, error) {
	code.System = terminology.Canonical(code.System)
	q := question{op: "$validate-code", wants: "Parameters"}
	if valueSet == "" {
		q.path, q.query = "CodeSystem/$validate-code", url.Values{"url": {code.System}, "code": {code.Code}}
	} else {
		bare, version, versioned := strings.Cut(valueSet, "|")
		q.path, q.query = "ValueSet/$validate-code", url.Values{"url": {bare}, "system": {code.System}, "code": {code.Code}}
		if versioned {
			q.query.Set("valueSetVersion", version)
		}
	}
	return c.validations.get(ctx, q.key(), func(ctx context.Context) (Validation, error) {
		v, err := c.ask(ctx, q)
		if err != nil {
			return Validation{}, err
		}
		p := parametersOf(v)
		valid, ok := p.boolean("result")
		if !ok {
			return Validation{}, c.fail(q, 200, "the answer has no result")
		}
		if unknown := unknownSystem(p); unknown != "" && !valid {
			e := c.fail(q, 200, "the server does not know the system "+clip(unknown, 200))
			e.refused = true
			return Validation{}, e
		}
		return Validation{Valid: valid, Display: p.text("display"), Message: p.text("message")}, nil
	})
}

// unknownSystem returns the system for want of which the answer is no.
func unknownSystem(p parameters) string {
	for _, name := range []string{"x-caused-by-unknown-system", "x-unknown-system"} {
		if s := p.text(name); s != "" {
			return s
		}
	}
	return ""
}

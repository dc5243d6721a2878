package server

import (
	"context"
	"errors"
	"net/url"

	"github.com/primum-cds/primum/cds/terminology"
)

// A Relation says how one code stands to another in the hierarchy of their system.
type Relation string

// The relations, as FHIR names them.
const (
	Equivalent  Relation = "equivalent"
	Broader     Relation = "subsumes"     // the first is above the second
	Narrower    Relation = "subsumed-by"  // the first is below the second
	NotSubsumed Relation = "not-subsumed" // neither
)

// errTwoSystems is what Subsumes finds without asking.
var errTwoSystems = errors.New("the codes are of two systems")

// Subsumes asks how a stands to b. Both must be of one system: otherwise, and where the server does not know
// one of them, the error is an *Error.
func (c *Client) Subsumes(ctx context.Context, a, b terminology.Code) (Relation, error) {
	a.System, b.System = terminology.Canonical(a.System), terminology.Canonical(b.System)
	q := question{op: "$subsumes", path: "CodeSystem/$subsumes", wants: "Parameters",
		query: url.Values{"system": {a.System}, "codeA": {a.Code}, "codeB": {b.Code}}}
	if a.System != b.System {
		e := c.fail(q, 0, "not asked")
		e.Err = errTwoSystems
		return "", e
	}
	return c.relations.get(ctx, q.key(), func(ctx context.Context) (Relation, error) {
		v, err := c.ask(ctx, q)
		if err != nil {
			return "", err
		}
		switch r := Relation(parametersOf(v).text("outcome")); r {
		case Equivalent, Broader, Narrower, NotSubsumed:
			return r, nil
		default:
			return "", c.fail(q, 200, "the answer has no known outcome")
		}
	})
}

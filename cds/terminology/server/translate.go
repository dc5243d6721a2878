package server

import (
	"context"
	"net/url"
	"slices"

	"github.com/primum-cds/primum/cds/terminology"
)

// A Match is a code that another one is translated to.
type Match struct {
	Code        terminology.Code
	Display     string
	Equivalence string // as FHIR R4 names it: "equivalent", "equal", "wider", "narrower", "inexact", …
	Map         string // the canonical URL of the ConceptMap; "" if the server does not say
}

// Translate asks what a code is in the target system, by the ConceptMap with a canonical URL, or by any that
// the server knows where that is "". Entries that say that there is nothing to translate to are left out, so
// there may be no match. The order is the server's.
func (c *Client) Translate(ctx context.Context, code terminology.Code, conceptMap, target string) ([]Match, error) {
	code.System = terminology.Canonical(code.System)
	q := question{op: "$translate", path: "ConceptMap/$translate", wants: "Parameters",
		query: url.Values{"system": {code.System}, "code": {code.Code}}}
	if conceptMap != "" {
		q.query.Set("url", conceptMap)
	}
	if target != "" {
		q.query.Set("targetsystem", terminology.Canonical(target))
	}
	matches, err := c.translations.get(ctx, q.key(), func(ctx context.Context) ([]Match, error) {
		v, err := c.ask(ctx, q)
		if err != nil {
			return nil, err
		}
		p := parametersOf(v)
		result, ok := p.boolean("result")
		if !ok {
			return nil, c.fail(q, 200, "the answer has no result")
		}
		matches := matchesOf(p)
		if result && len(matches) == 0 {
			return nil, c.fail(q, 200, "the answer says that there are matches, but holds none")
		}
		return matches, nil
	})
	return slices.Clone(matches), err
}

func matchesOf(p parameters) []Match {
	var out []Match
	for _, v := range p.all("match") {
		part := parts(v)
		m := Match{Equivalence: part.text("equivalence"), Map: part.text("source")}
		if m.Equivalence == "" {
			m.Equivalence = part.text("relationship") // R5
		}
		switch m.Equivalence {
		case "unmatched", "disjoint", "not-related-to":
			continue
		}
		coding := part.get("concept").Get("valueCoding")
		m.Code = terminology.Code{System: terminology.Canonical(text(coding, "system")), Code: text(coding, "code")}
		m.Display = text(coding, "display")
		if m.Code.Code != "" {
			out = append(out, m)
		}
	}
	return out
}

package server

import (
	"context"
	"net/url"
	"slices"

	"github.com/primum-cds/primum/cds/terminology"
)

// A Concept is what a server knows of a code.
type Concept struct {
	Display      string
	System       string // the name of its system, not the URL
	Version      string // of the system; "" if the server does not say
	Designations []Designation
	Properties   []Property
}

// A Designation is another name of a concept.
type Designation struct {
	Language string // "en"; "" if the server does not say
	Use      string // the code of what it is used for; "" if the server does not say
	Value    string
}

// A Property is what a code system defines for a concept: "parent", "inactive", …
type Property struct {
	Code  string
	Value string // as text; of a Coding its code
}

// Property returns the values of the properties with a code.
func (c Concept) Property(code string) []string {
	var out []string
	for _, p := range c.Properties {
		if p.Code == code {
			out = append(out, p.Value)
		}
	}
	return out
}

// Lookup asks what a code is. That the server does not know it is an *Error.
func (c *Client) Lookup(ctx context.Context, code terminology.Code) (Concept, error) {
	code.System = terminology.Canonical(code.System)
	q := question{op: "$lookup", path: "CodeSystem/$lookup", wants: "Parameters",
		query: url.Values{"system": {code.System}, "code": {code.Code}}}
	found, err := c.concepts.get(ctx, q.key(), func(ctx context.Context) (Concept, error) {
		v, err := c.ask(ctx, q)
		if err != nil {
			return Concept{}, err
		}
		p := parametersOf(v)
		if p.text("display") == "" && p.text("name") == "" {
			return Concept{}, c.fail(q, 200, "the answer has neither name nor display")
		}
		return conceptOf(p), nil
	})
	found.Designations, found.Properties = slices.Clone(found.Designations), slices.Clone(found.Properties)
	return found, err
}

func conceptOf(p parameters) Concept {
	out := Concept{Display: p.text("display"), System: p.text("name"), Version: p.text("version")}
	for _, v := range p.all("designation") {
		part := parts(v)
		out.Designations = append(out.Designations, Designation{part.text("language"), part.text("use"), part.text("value")})
	}
	for _, v := range p.all("property") {
		part := parts(v)
		out.Properties = append(out.Properties, Property{part.text("code"), part.text("value")})
	}
	return out
}

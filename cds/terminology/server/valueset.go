package server

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/primum-cds/primum/cds/terminology"
	"github.com/valyala/fastjson"
)

// ValueSet returns all codes of the value set with a canonical URL ("http://…", or "http://…|version"),
// sorted, each once, systems canonical. Abstract codes, which only group others, are left out; inactive ones
// are not, since old data is coded with them.
//
// The error is an *Error if there is no complete expansion, and also if it is empty. Where the server gives
// no usable answer and an earlier one was saved, that is returned, and listed by Stale.
func (c *Client) ValueSet(ctx context.Context, canonical string) ([]terminology.Code, error) {
	return c.expansion(ctx, expandByURL(canonical), canonical, func(ctx context.Context) ([]terminology.Code, error) {
		codes, err := c.expand(ctx, expandByURL(canonical))
		if err == nil && len(codes) == 0 {
			return nil, c.empty(expandByURL(canonical)(0))
		}
		return codes, err
	})
}

// Descendants returns all codes below one, at any depth, without the code itself: sorted, each once. There
// is none below a leaf, but a code or a system that the server does not know is an *Error. What is stale is
// as for ValueSet.
//
// SNOMED CT is asked through its implicit value sets, any other system through a value set made for it.
func (c *Client) Descendants(ctx context.Context, code terminology.Code) ([]terminology.Code, error) {
	code.System = terminology.Canonical(code.System)
	page := expandBelow(code)
	if code.System == terminology.SNOMED && isDigits(code.Code) {
		page = expandByURL(terminology.SNOMED + "?fhir_vs=isa/" + code.Code)
	}
	return c.expansion(ctx, page, "descendants of "+code.String(), func(ctx context.Context) ([]terminology.Code, error) {
		codes, err := c.expand(ctx, page)
		if err != nil {
			return nil, err
		}
		below := slices.DeleteFunc(slices.Clone(codes), func(d terminology.Code) bool { return d == code })
		if len(codes) == 0 { // a server may expand to nothing what it does not know
			if _, err := c.Lookup(ctx, code); err != nil {
				return nil, err
			}
		}
		return below, nil
	})
}

func expandByURL(canonical string) func(offset int) question {
	return func(offset int) question {
		query := url.Values{"url": {canonical}}
		if bare, version, ok := strings.Cut(canonical, "|"); ok {
			query = url.Values{"url": {bare}, "valueSetVersion": {version}}
		}
		query.Set("count", strconv.Itoa(pageSize))
		query.Set("offset", strconv.Itoa(offset))
		query.Set("excludeNested", "true")
		return question{op: "$expand", path: "ValueSet/$expand", query: query, wants: "ValueSet"}
	}
}

// expandBelow asks for the expansion of a value set that is sent along.
func expandBelow(code terminology.Code) func(offset int) question {
	return func(offset int) question {
		var a fastjson.Arena
		filter := object(&a, "property", "concept", "op", "descendent-of", "value", code.Code)
		include := object(&a, "system", code.System)
		include.Set("filter", array(&a, filter))
		compose := a.NewObject()
		compose.Set("include", array(&a, include))
		valueSet := object(&a, "resourceType", "ValueSet", "status", "active")
		valueSet.Set("compose", compose)

		sent := object(&a, "name", "valueSet")
		sent.Set("resource", valueSet)
		count, from, nested := object(&a, "name", "count"), object(&a, "name", "offset"), object(&a, "name", "excludeNested")
		count.Set("valueInteger", a.NewNumberInt(pageSize))
		from.Set("valueInteger", a.NewNumberInt(offset))
		nested.Set("valueBoolean", a.NewTrue())
		parameters := object(&a, "resourceType", "Parameters")
		parameters.Set("parameter", array(&a, sent, count, from, nested))
		return question{op: "$expand", path: "ValueSet/$expand", body: parameters.MarshalTo(nil), wants: "ValueSet"}
	}
}

func object(a *fastjson.Arena, members ...string) *fastjson.Value {
	o := a.NewObject()
	for i := 0; i < len(members); i += 2 {
		o.Set(members[i], a.NewString(members[i+1]))
	}
	return o
}

func array(a *fastjson.Arena, items ...*fastjson.Value) *fastjson.Value {
	list := a.NewArray()
	for i, item := range items {
		list.SetArrayItem(i, item)
	}
	return list
}

// empty is a refusal: it is the server that says so.
func (c *Client) empty(q question) *Error {
	e := c.fail(q, 200, "the expansion is empty")
	e.refused = true
	return e
}

// expansion returns what is remembered, what the server says, or what was saved, in this order.
func (c *Client) expansion(ctx context.Context, page func(int) question, what string, ask func(context.Context) ([]terminology.Code, error)) ([]terminology.Code, error) {
	key := page(0).key()
	if c.isDown() {
		if _, known := c.expansions.recall(key); !known {
			if codes, err := c.useSaved(key, what, errDown); err == nil {
				return slices.Clone(codes), nil
			}
		}
	}
	codes, err := c.expansions.get(ctx, key, func(ctx context.Context) ([]terminology.Code, error) {
		codes, err := ask(ctx)
		if err == nil {
			c.renew(key, codes)
		}
		return codes, err
	})
	if err == nil {
		return slices.Clone(codes), nil
	}
	var refusal *Error
	if errors.As(err, &refusal) && refusal.refused || errors.Is(err, context.Canceled) {
		return nil, err
	}
	c.sawFailure(refusal)
	if codes, savedErr := c.useSaved(key, what, err); savedErr == nil {
		return slices.Clone(codes), nil
	} else if savedErr != errNotSaved {
		return nil, errors.Join(err, savedErr)
	}
	return nil, err
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

package server

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/primum-cds/primum/cds/terminology"
	"github.com/valyala/fastjson"
)

const (
	pageSize = 1000
	maxPages = 2000
	maxCodes = 1_000_000
)

// Extensions by which a server says that an expansion is not the whole.
const (
	tooCostly = "http://hl7.org/fhir/StructureDefinition/valueset-toocostly"
	unclosed  = "http://hl7.org/fhir/StructureDefinition/valueset-unclosed"
)

// An expansion is gathered from pages until it is whole.
type expansion struct {
	codes    []terminology.Code
	seen     map[terminology.Code]bool
	systems  map[string]string // so that a system is kept once, not once for each code
	fresh    int               // entries on this page that no earlier one had
	nodes    int               // entries so far, those included that are no codes to use
	total    int               // as the server says; -1 if it does not
	offset   bool              // it says that there are pages
	pageSize int               // what it makes of count
	fault    string            // what is wrong with an entry; "" if nothing is
}

// expand asks for all pages. page makes the question for the one that begins at offset. The codes are
// sorted, each once. That there is none is not an error here.
func (c *Client) expand(ctx context.Context, page func(offset int) question) ([]terminology.Code, error) {
	x := &expansion{seen: map[terminology.Code]bool{}, systems: map[string]string{}, total: -1, pageSize: pageSize}
	for pages := 0; ; pages++ {
		q := page(x.nodes)
		if pages == maxPages || len(x.codes) > maxCodes {
			return nil, c.fail(q, 0, fmt.Sprintf("the expansion is longer than %d pages or %d codes", maxPages, maxCodes))
		}
		v, err := c.ask(ctx, q)
		if err != nil {
			return nil, err
		}
		more, reason := x.add(v)
		if reason != "" {
			return nil, c.fail(q, 200, reason)
		}
		if !more {
			slices.SortFunc(x.codes, compareCodes)
			return x.codes, nil
		}
	}
}

// add reads a page. It returns whether another one is needed, or what is wrong.
func (x *expansion) add(v *fastjson.Value) (more bool, reason string) {
	e := v.Get("expansion")
	if e == nil || e.Type() != fastjson.TypeObject {
		return false, "the value set came without an expansion"
	}
	if reason := incomplete(e); reason != "" {
		return false, reason
	}
	if reason := x.frame(e); reason != "" {
		return false, reason
	}
	nodes := x.nodes
	x.fresh = 0
	x.contains(e.GetArray("contains"))
	if x.fault != "" {
		return false, x.fault
	}
	came := x.nodes - nodes
	repeated := came > 0 && x.fresh == 0
	if came == 0 || repeated && nodes > 0 {
		return false, x.ended(repeated, nodes)
	}
	switch {
	case x.total >= 0:
		return x.nodes != x.total, ""
	case x.offset:
		return true, ""
	}
	return came >= x.pageSize, ""
}

// frame reads what a page says about the whole.
func (x *expansion) frame(e *fastjson.Value) string {
	if t := e.Get("total"); t != nil {
		total, err := t.Int()
		switch {
		case err != nil || total < 0:
			return "the total of the expansion is no number"
		case x.total >= 0 && total != x.total:
			return fmt.Sprintf("the value set changed while it was read: of %d codes it became %d", x.total, total)
		}
		x.total = total
	}
	x.offset = x.offset || e.Exists("offset")
	for _, p := range e.GetArray("parameter") {
		if n := p.GetInt("valueInteger"); text(p, "name") == "count" && n > 0 {
			x.pageSize = min(x.pageSize, n)
		}
	}
	return ""
}

// ended says what is wrong where the server has no more to give; "" if it has given all.
func (x *expansion) ended(repeated bool, before int) string {
	if repeated {
		x.nodes = before
	}
	switch {
	case x.total > x.nodes:
		return fmt.Sprintf("the expansion is truncated: %d of %d codes came", x.nodes, x.total)
	case x.total < 0 && repeated:
		return fmt.Sprintf("the expansion may be truncated: there is no total, and what should follow the first %d codes repeats them", x.nodes)
	}
	return ""
}

// incomplete says by which mark a server calls an expansion incomplete.
func incomplete(e *fastjson.Value) string {
	for _, ext := range e.GetArray("extension") {
		no := ext.Get("valueBoolean")
		if no != nil && no.Type() == fastjson.TypeFalse {
			continue
		}
		switch text(ext, "url") {
		case tooCostly:
			return "the expansion is truncated: the server finds it too costly"
		case unclosed:
			return "the value set is not closed: no expansion of it is complete"
		}
	}
	for _, p := range e.GetArray("parameter") {
		if text(p, "name") == "limitedExpansion" && p.GetBool("valueBoolean") {
			return "the expansion is truncated: the server limited it"
		}
	}
	return ""
}

// contains reads entries and those nested in them. Abstract entries, and those without a code, only group.
func (x *expansion) contains(entries []*fastjson.Value) {
	for _, e := range entries {
		x.nodes++
		code := string(e.GetStringBytes("code"))
		switch {
		case code == "" && e.Get("code") != nil:
			x.fault = "an entry of the expansion has a code that is no text"
			return
		case code == "":
		case len(e.GetStringBytes("system")) == 0:
			x.fault = "the code " + strconv.Quote(clip(code, 60)) + " in the expansion has no system"
			return
		default:
			x.include(e, code)
		}
		x.contains(e.GetArray("contains"))
	}
}

func (x *expansion) include(e *fastjson.Value, code string) {
	raw := e.GetStringBytes("system")
	system, ok := x.systems[string(raw)]
	if !ok {
		system = terminology.Canonical(string(raw))
		x.systems[string(raw)] = system
	}
	c := terminology.Code{System: system, Code: code}
	if x.seen[c] {
		return
	}
	x.seen[c] = true
	x.fresh++
	if !e.GetBool("abstract") {
		x.codes = append(x.codes, c)
	}
}

func compareCodes(a, b terminology.Code) int {
	return cmp.Or(cmp.Compare(a.System, b.System), cmp.Compare(a.Code, b.Code))
}

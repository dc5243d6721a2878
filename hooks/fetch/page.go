package fetch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/valyala/fastjson"
)

// A wish is what resource a query wants.
type wish struct {
	kind string // "Bundle" for a search; "": any
	id   string // of a read; "": any
}

// wanted reads the path of a query.
func wanted(path string) wish {
	segments := strings.Split(path, "/")
	if n := len(segments); n == 4 && segments[2] == "_history" {
		segments = segments[:2]
	}
	last := segments[len(segments)-1]
	switch {
	case strings.HasPrefix(last, "$"):
		return wish{}
	case len(segments) == 2 && !strings.HasPrefix(last, "_"):
		return wish{segments[0], last}
	}
	return wish{kind: "Bundle"}
}

// A page is what a resource says of what comes after it.
type page struct {
	more bool
	next string // the link to it; "" if it cannot be told
}

// readPage tells what came from what was wanted.
func readPage(body []byte, wants wish) (page, *failure) {
	body = bytes.TrimSpace(withoutMark(body))
	if len(body) == 0 {
		return page{}, &failure{reason: Empty}
	}
	if !json.Valid(body) {
		return page{}, &failure{reason: notJSON(body)}
	}
	if depth(body) > maxDepth {
		return page{}, &failure{reason: TooLarge}
	}
	v, err := fastjson.ParseBytes(body)
	if err != nil {
		return page{}, &failure{reason: NotJSON}
	}
	kind, id := text(v.Get("resourceType")), text(v.Get("id"))
	switch {
	case kind == "OperationOutcome":
		return page{}, &failure{reason: Outcome, issue: issueOf(v)}
	case kind == "", wants.kind != "" && kind != wants.kind, wants.id != "" && id != wants.id:
		return page{}, &failure{reason: Unexpected}
	case kind != "Bundle":
		return page{}, nil
	}
	return pageOf(v)
}

// maxDepth is below what the engine reads: one answer that it cannot read would keep it from all the rest.
const maxDepth = 190

// depth returns how deep JSON is nested.
func depth(body []byte) int {
	deepest, now, quoted := 0, 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			now++
			deepest = max(deepest, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return deepest
}

// notJSON tells JSON that breaks off from what never was any.
func notJSON(body []byte) Reason {
	var raw json.RawMessage
	err := json.NewDecoder(bytes.NewReader(body)).Decode(&raw)
	if body[0] == '{' && errors.Is(err, io.ErrUnexpectedEOF) {
		return Truncated
	}
	return NotJSON
}

// pageOf reads the links of a Bundle. A Bundle that says twice what it holds cannot be read.
func pageOf(bundle *fastjson.Value) (page, *failure) {
	members := map[string]int{}
	p := page{}
	bundle.GetObject().Visit(func(key []byte, v *fastjson.Value) {
		members[string(key)]++
		if string(key) != "link" {
			return
		}
		for _, link := range list(v) {
			if text(link.Get("relation")) != "next" {
				continue
			}
			url := text(link.Get("url"))
			if p.more && url != p.next {
				url = ""
			}
			p.more, p.next = true, url
		}
	})
	for _, member := range []string{"resourceType", "type", "link", "total", "entry"} {
		if members[member] > 1 {
			return page{}, &failure{reason: Unexpected}
		}
	}
	return p, nil
}

// issue returns the code of the OperationOutcome that an error may come with.
func issue(body []byte) string {
	v, err := fastjson.ParseBytes(withoutMark(body))
	if err != nil || text(v.Get("resourceType")) != "OperationOutcome" {
		return ""
	}
	return issueOf(v)
}

// issueOf returns the code of the first issue, if it looks like one of FHIR's: what is said besides may
// name a patient.
func issueOf(outcome *fastjson.Value) string {
	const most = 30
	issues := list(outcome.Get("issue"))
	if len(issues) == 0 {
		return ""
	}
	code := text(issues[0].Get("code"))
	if len(code) > most || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz-") != "" {
		return ""
	}
	return code
}

func withoutMark(body []byte) []byte { return bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF")) }

// list returns the items of an array; some servers write a list of one without it.
func list(v *fastjson.Value) []*fastjson.Value {
	switch {
	case v == nil || v.Type() == fastjson.TypeNull:
		return nil
	case v.Type() == fastjson.TypeArray:
		return v.GetArray()
	}
	return []*fastjson.Value{v}
}

func text(v *fastjson.Value) string { return string(v.GetStringBytes()) }

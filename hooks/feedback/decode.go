package feedback

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/valyala/fastjson"
)

// What a body may hold at most. Whoever reads it from the network stops at MaxBody bytes.
const (
	MaxBody        = 1 << 20
	MaxItems       = 1000 // reports
	MaxSuggestions = 100  // accepted in one report
	MaxComment     = 4000 // characters that a clinician wrote
	MaxID          = 200  // characters of an id
	maxText        = 1000 // characters of any other text
)

// Decode reads the body of a call that brings feedback. A body with a mistake is refused as a whole, with
// Errors that name all of them.
//
// Members that are not known, extensions among them, are passed over; so are members that are empty or
// null, and those that belong to the other outcome. The same card may be reported more than once. A reason
// may lack its display. A time may have an offset, and is then read as UTC. Ids that are UUIDs are read in lower
// case, as they are issued.
func Decode(body []byte) ([]Feedback, error) {
	if len(body) > MaxBody {
		return nil, Errors{{"", fmt.Sprintf("a body of at most %d bytes", MaxBody)}}
	}
	if !json.Valid(body) { // the parser is lenient where JSON is not
		return nil, Errors{{"", "JSON"}}
	}
	root, err := new(fastjson.Parser).ParseBytes(body)
	if err != nil {
		return nil, Errors{{"", "JSON that is not nested more than 300 deep"}}
	}
	list := root.Get("feedback")
	switch {
	case root.Type() != fastjson.TypeObject:
		return nil, Errors{{"", `an object such as {"feedback": […]}`}}
	case list == nil || list.Type() != fastjson.TypeArray:
		return nil, Errors{{"feedback", "a list"}}
	case len(list.GetArray()) > MaxItems:
		return nil, Errors{{"feedback", fmt.Sprintf("at most %d reports", MaxItems)}}
	}
	var d decoder
	items := make([]Feedback, len(list.GetArray()))
	for i, v := range list.GetArray() {
		items[i] = d.item(fmt.Sprintf("feedback[%d]", i), v)
	}
	if len(d.errors) > 0 {
		return nil, d.errors[:min(maxErrors, len(d.errors))]
	}
	return items, nil
}

type decoder struct{ errors Errors }

func (d *decoder) expected(field, format string, args ...any) {
	d.errors = append(d.errors, &FieldError{field, fmt.Sprintf(format, args...)})
}

func (d *decoder) item(at string, v *fastjson.Value) Feedback {
	var f Feedback
	if v.Type() != fastjson.TypeObject {
		d.expected(at, "an object")
		return f
	}
	f.Card = d.id(at+".card", "the uuid of a card", v.Get("card"))
	f.Outcome = Outcome(v.GetStringBytes("outcome"))
	switch f.Outcome {
	case Accepted:
		f.AcceptedSuggestions = d.suggestions(at+".acceptedSuggestions", v.Get("acceptedSuggestions"))
	case Overridden:
		f.OverrideReason = d.override(at+".overrideReason", v.Get("overrideReason"))
	default:
		d.expected(at+".outcome", `"accepted" or "overridden"`)
	}
	f.OutcomeTimestamp = d.instant(at+".outcomeTimestamp", v.Get("outcomeTimestamp"))
	return f
}

func (d *decoder) suggestions(at string, v *fastjson.Value) []AcceptedSuggestion {
	list := v.GetArray()
	if len(list) == 0 || len(list) > MaxSuggestions {
		d.expected(at, `a list of 1 to %d suggestions such as {"id": "…"}`, MaxSuggestions)
		return nil
	}
	out := make([]AcceptedSuggestion, len(list))
	for i, s := range list {
		out[i].ID = d.id(fmt.Sprintf("%s[%d].id", at, i), "the uuid of a suggestion", s.Get("id"))
	}
	return out
}

// override reads why a card was overridden; nil if it says nothing.
func (d *decoder) override(at string, v *fastjson.Value) *OverrideReason {
	if absent(v) {
		return nil
	}
	if v.Type() != fastjson.TypeObject {
		d.expected(at, "an object")
		return nil
	}
	var o OverrideReason
	if reason := v.Get("reason"); !absent(reason) {
		o.Reason = d.coding(at+".reason", reason)
	}
	if comment := v.Get("userComment"); !absent(comment) {
		o.UserComment = Comment(d.text(at+".userComment", "a text", MaxComment, comment))
	}
	if o == (OverrideReason{}) {
		return nil
	}
	return &o
}

func (d *decoder) coding(at string, v *fastjson.Value) *Coding {
	if v.Type() != fastjson.TypeObject {
		d.expected(at, `an object such as {"code": "…", "system": "…"}`)
		return nil
	}
	if o, _ := v.Object(); o.Len() == 0 {
		return nil
	}
	c := &Coding{
		Code:   d.text(at+".code", "a code", maxText, v.Get("code")),
		System: d.text(at+".system", "the URL of a code system", maxText, v.Get("system")),
	}
	if display := v.Get("display"); !absent(display) {
		c.Display = d.text(at+".display", "a text", maxText, display)
	}
	return c
}

func (d *decoder) instant(at string, v *fastjson.Value) time.Time {
	t, err := time.Parse(time.RFC3339, text(v))
	t = t.UTC().Truncate(time.Microsecond)
	if err != nil || t.Year() < 1900 || t.Year() > 9999 {
		d.expected(at, "a time such as 2026-03-01T09:00:00Z")
		return time.Time{}
	}
	return t
}

func (d *decoder) id(at, what string, v *fastjson.Value) string {
	id := d.text(at, what, MaxID, v)
	if isUUID(id) {
		return strings.ToLower(id)
	}
	return id
}

// text reads a text that has to be there. Some stores cannot hold U+0000, or bytes that are not UTF-8: in
// their place stands U+FFFD.
func (d *decoder) text(at, what string, longest int, v *fastjson.Value) string {
	s := strings.ReplaceAll(strings.ToValidUTF8(text(v), "\uFFFD"), "\x00", "\uFFFD")
	switch {
	case strings.TrimSpace(s) == "":
		d.expected(at, "%s", what)
	case utf8.RuneCountInString(s) > longest:
		d.expected(at, "%s of at most %d characters", what, longest)
	}
	return s
}

// text returns the content of a string, "" of anything else.
func text(v *fastjson.Value) string { return string(v.GetStringBytes()) }

// absent reports whether a value is not there, null, or a blank string: clients send all of these for
// what the clinician left out.
func absent(v *fastjson.Value) bool {
	return v == nil || v.Type() == fastjson.TypeNull ||
		v.Type() == fastjson.TypeString && strings.TrimSpace(text(v)) == ""
}

// isUUID reports whether a text is a UUID in its usual form, whatever its version.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range []byte(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && !strings.ContainsRune("0123456789abcdefABCDEF", rune(c)) {
			return false
		}
	}
	return true
}

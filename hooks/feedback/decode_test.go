package feedback

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	cardID       = "4e0a3a1e-3283-4575-ab82-028d55fe2719"
	suggestionID = "e56e1945-20b3-4393-8503-a1a20fd73152"
)

var nine = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// item is a report, accepted or overridden, with more members.
func item(outcome, more string) string {
	return fmt.Sprintf(`{"card":%q,"outcome":%q,"outcomeTimestamp":"2026-03-01T09:00:00Z"%s}`, cardID, outcome, more)
}

func body(items ...string) string { return `{"feedback":[` + strings.Join(items, ",") + `]}` }

func TestDecode(t *testing.T) {
	overridden := func(o *OverrideReason) []Feedback {
		return []Feedback{{Card: cardID, Outcome: Overridden, OutcomeTimestamp: nine, OverrideReason: o}}
	}
	accepted := Feedback{
		Card: cardID, Outcome: Accepted, OutcomeTimestamp: nine, AcceptedSuggestions: []AcceptedSuggestion{{suggestionID}},
	}
	reason := &Coding{Code: "d7ecf885", System: "https://example.com/reasons"}
	const suggestions = `,"acceptedSuggestions":[{"id":"` + suggestionID + `"}]`
	const coding = `{"code":"d7ecf885","system":"https://example.com/reasons"}`

	for _, test := range []struct {
		name, body string
		want       []Feedback
	}{
		{"nothing", body(), []Feedback{}},
		{"accepted", body(item("accepted", suggestions)), []Feedback{accepted}},
		{"overridden with a reason and a comment", body(item("overridden", `,"overrideReason":{"reason":{"code":"d7ecf885","system":"https://example.com/reasons","display":"No"},"userComment":"clinician entered comment"}`)),
			overridden(&OverrideReason{&Coding{reason.Code, reason.System, "No"}, "clinician entered comment"})},
		{"F4: a reason without display", body(item("overridden", `,"overrideReason":{"reason":`+coding+`}`)), overridden(&OverrideReason{Reason: reason})},
		{"F4: a comment alone", body(item("overridden", `,"overrideReason":{"userComment":"x"}`)), overridden(&OverrideReason{UserComment: "x"})},
		{"F5: no reason", body(item("overridden", ``)), overridden(nil)},
		{"reasons that say nothing", body(item("overridden", `,"overrideReason":null`), item("overridden", `,"overrideReason":{}`),
			item("overridden", `,"overrideReason":{"reason":null,"userComment":""}`), item("overridden", `,"overrideReason":{"reason":{},"userComment":" "}`)),
			append(append(append(overridden(nil), overridden(nil)...), overridden(nil)...), overridden(nil)...)},
		{"F1: the same card twice", body(item("accepted", suggestions), item("accepted", suggestions), item("overridden", "")),
			append([]Feedback{accepted, accepted}, overridden(nil)...)},
		{"E1: extensions anywhere, unknown members", `{"extension":{"a":1},"x":[],"feedback":[` + item("accepted",
			`,"extension":{"b":{}},"acceptedSuggestions":[{"id":"`+suggestionID+`","extension":{"c":1},"label":3}],"unknown":null`) + `,` +
			item("overridden", `,"overrideReason":{"extension":{"d":1},"reason":{"code":"d7ecf885","system":"https://example.com/reasons","extension":{}}}`) + `]}`,
			append([]Feedback{accepted}, overridden(&OverrideReason{Reason: reason})...)},
		{"what belongs to the other outcome", body(item("overridden", suggestions), item("accepted", suggestions+`,"overrideReason":{"reason":7}`)),
			append(overridden(nil), accepted)},
		{"an offset, fractions of a second, upper case", body(`{"card":"` + strings.ToUpper(cardID) + `","outcome":"overridden","outcomeTimestamp":"2026-03-01T10:30:00.123456789+01:30"}`),
			[]Feedback{{Card: cardID, Outcome: Overridden, OutcomeTimestamp: nine.Add(123456 * time.Microsecond)}}},
		{"a card that is no UUID", body(`{"card":"Card-7","outcome":"overridden","outcomeTimestamp":"2026-03-01T09:00:00Z"}`),
			[]Feedback{{Card: "Card-7", Outcome: Overridden, OutcomeTimestamp: nine}}},
		{"what a database cannot hold", body(item("overridden", `,"overrideReason":{"userComment":"a\u0000b`+"\xff"+`c"}`)),
			overridden(&OverrideReason{UserComment: "a\uFFFDb\uFFFDc"})},
		{"the longest comment", body(item("overridden", `,"overrideReason":{"userComment":"`+strings.Repeat("ä", MaxComment)+`"}`)),
			overridden(&OverrideReason{UserComment: Comment(strings.Repeat("ä", MaxComment))})},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Decode([]byte(test.body))
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestDecodeErrors(t *testing.T) {
	for _, test := range []struct {
		name, body string
		want       []string
	}{
		{"no JSON", `{"feedback":`, []string{"JSON was expected"}},
		{"nothing", ``, []string{"JSON was expected"}},
		{"more behind it", body() + "x", []string{"JSON was expected"}},
		{"too deep", strings.Repeat("[", 5000) + strings.Repeat("]", 5000), []string{"JSON that is not nested more than 300 deep was expected"}},
		{"too long", strings.Repeat(" ", MaxBody+1), []string{"a body of at most 1048576 bytes was expected"}},
		{"no object", `[]`, []string{`an object such as {"feedback": […]} was expected`}},
		{"no feedback", `{}`, []string{"feedback: a list was expected"}},
		{"feedback that is no list", `{"feedback":{}}`, []string{"feedback: a list was expected"}},
		{"too many", body(strings.Repeat("1,", MaxItems) + "1"), []string{"feedback: at most 1000 reports was expected"}},
		{"no reports", body(`1`, `null`), []string{"feedback[0]: an object was expected", "feedback[1]: an object was expected"}},
		{"F2: what is required", body(`{}`), []string{
			"feedback[0].card: the uuid of a card was expected",
			`feedback[0].outcome: "accepted" or "overridden" was expected`,
			"feedback[0].outcomeTimestamp: a time such as 2026-03-01T09:00:00Z was expected",
		}},
		{"F2: of the wrong type", body(`{"card":7,"outcome":["accepted"],"outcomeTimestamp":1772355600}`), []string{
			"feedback[0].card: the uuid of a card was expected",
			`feedback[0].outcome: "accepted" or "overridden" was expected`,
			"feedback[0].outcomeTimestamp: a time such as 2026-03-01T09:00:00Z was expected",
		}},
		{"F2: times", body(`{"card":"c","outcome":"overridden","outcomeTimestamp":"2026-03-01"}`, `{"card":"c","outcome":"overridden","outcomeTimestamp":"2026-03-01T09:00:00"}`,
			`{"card":"c","outcome":"overridden","outcomeTimestamp":"0001-01-01T00:00:00Z"}`, `{"card":"c","outcome":"overridden","outcomeTimestamp":"2026-02-30T09:00:00Z"}`), []string{
			"feedback[0].outcomeTimestamp: a time such as 2026-03-01T09:00:00Z was expected",
			"feedback[1].outcomeTimestamp: a time such as 2026-03-01T09:00:00Z was expected",
			"feedback[2].outcomeTimestamp: a time such as 2026-03-01T09:00:00Z was expected",
			"feedback[3].outcomeTimestamp: a time such as 2026-03-01T09:00:00Z was expected",
		}},
		{"another outcome", body(item("ignored", "")), []string{`feedback[0].outcome: "accepted" or "overridden" was expected`}},
		{"F3: no suggestions", body(item("accepted", ""), item("accepted", `,"acceptedSuggestions":[]`), item("accepted", `,"acceptedSuggestions":["x",{"id":""}]`)), []string{
			`feedback[0].acceptedSuggestions: a list of 1 to 100 suggestions such as {"id": "…"} was expected`,
			`feedback[1].acceptedSuggestions: a list of 1 to 100 suggestions such as {"id": "…"} was expected`,
			"feedback[2].acceptedSuggestions[0].id: the uuid of a suggestion was expected",
			"feedback[2].acceptedSuggestions[1].id: the uuid of a suggestion was expected",
		}},
		{"F4: reasons", body(item("overridden", `,"overrideReason":"no"`), item("overridden", `,"overrideReason":{"reason":"no"}`),
			item("overridden", `,"overrideReason":{"reason":{"display":7}}`), item("overridden", `,"overrideReason":{"userComment":7}`)), []string{
			"feedback[0].overrideReason: an object was expected",
			`feedback[1].overrideReason.reason: an object such as {"code": "…", "system": "…"} was expected`,
			"feedback[2].overrideReason.reason.code: a code was expected",
			"feedback[2].overrideReason.reason.system: the URL of a code system was expected",
			"feedback[2].overrideReason.reason.display: a text was expected",
			"feedback[3].overrideReason.userComment: a text was expected",
		}},
		{"a comment that is too long", body(item("overridden", `,"overrideReason":{"userComment":"`+strings.Repeat("x", MaxComment+1)+`"}`)),
			[]string{"feedback[0].overrideReason.userComment: a text of at most 4000 characters was expected"}},
		{"an id that is too long", body(`{"card":"` + strings.Repeat("x", MaxID+1) + `","outcome":"overridden","outcomeTimestamp":"2026-03-01T09:00:00Z"}`),
			[]string{"feedback[0].card: the uuid of a card of at most 200 characters was expected"}},
		{"one among others", body(item("overridden", ""), item("", "")), []string{`feedback[1].outcome: "accepted" or "overridden" was expected`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			items, err := Decode([]byte(test.body))
			require.Nil(t, items)
			var wrong Errors
			require.ErrorAs(t, err, &wrong)
			require.Equal(t, test.want, strings.Split(err.Error(), "\n"))
			var first *FieldError
			require.True(t, errors.As(err, &first))
		})
	}
	_, err := Decode([]byte(body(strings.Repeat(`{},`, 500) + `{}`)))
	require.Len(t, err, maxErrors)
}

// What a clinician wrote is not in anything that is printed or logged of it.
func TestCommentsAreNotPrinted(t *testing.T) {
	const canary = "canary-Mrs-Smith"
	items, err := Decode([]byte(body(item("overridden", `,"overrideReason":{"userComment":"`+canary+`"}`))))
	require.NoError(t, err)
	var log strings.Builder
	for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(handler).Info("feedback", "item", items[0], "reason", *items[0].OverrideReason, "comment", items[0].OverrideReason.UserComment)
	}
	log.WriteString(fmt.Sprintf("%v %+v %#v %s", items, *items[0].OverrideReason, *items[0].OverrideReason, items[0].OverrideReason.UserComment))
	require.NotContains(t, log.String(), canary)
	require.Contains(t, log.String(), cardID)
}

func TestID(t *testing.T) {
	f := Feedback{Card: "c", Outcome: Accepted, OutcomeTimestamp: nine, AcceptedSuggestions: []AcceptedSuggestion{{"a"}, {"b"}}}
	same := f
	same.OutcomeTimestamp, same.AcceptedSuggestions = nine.In(time.FixedZone("", 3600)), []AcceptedSuggestion{{"b"}, {"a"}}
	require.Equal(t, f.ID("x"), same.ID("x"))
	displayed := Feedback{OverrideReason: &OverrideReason{Reason: &Coding{"c", "s", "display"}}}
	require.Equal(t, displayed.ID(""), Feedback{OverrideReason: &OverrideReason{Reason: &Coding{"c", "s", ""}}}.ID(""))

	seen := map[ID]int{}
	different := []Feedback{
		{}, {Card: "c"}, {Outcome: "c"}, {OutcomeTimestamp: nine}, {AcceptedSuggestions: []AcceptedSuggestion{{"ab"}, {"c"}}},
		{AcceptedSuggestions: []AcceptedSuggestion{{"a"}, {"bc"}}}, {OverrideReason: &OverrideReason{UserComment: "c"}},
		{OverrideReason: &OverrideReason{Reason: &Coding{Code: "c"}}}, {OverrideReason: &OverrideReason{Reason: &Coding{System: "c"}}},
	}
	for i, f := range different {
		for j, client := range []string{"", "client"} {
			id := f.ID(client)
			require.NotContains(t, seen, id, "%d %d", i, j)
			seen[id] = i
		}
	}
}

func TestSort(t *testing.T) {
	rows := []Row{{Name: UnknownCard, Overridden: 9}, {Name: "b", Shown: 1}, {Name: "a", Shown: 1}, {Name: "c", Shown: 2}, {Name: "d", Overridden: 1,
		Reasons: []ReasonCount{{Coding{Code: "b"}, 1}, {Coding{Code: "a"}, 1}, {Coding{Code: "c"}, 2}}}}
	Sort(rows)
	require.Equal(t, []Row{{Name: "d", Overridden: 1, Reasons: []ReasonCount{{Coding{Code: "c"}, 2}, {Coding{Code: "a"}, 1}, {Coding{Code: "b"}, 1}}},
		{Name: "c", Shown: 2}, {Name: "a", Shown: 1}, {Name: "b", Shown: 1}, {Name: UnknownCard, Overridden: 9}}, rows)
}

// What is read and written again reads the same.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(body()))
	f.Add([]byte(body(item("accepted", `,"acceptedSuggestions":[{"id":"`+suggestionID+`"}]`))))
	f.Add([]byte(body(item("overridden", `,"overrideReason":{"reason":{"code":"a","system":"b","display":"c"},"userComment":"d \ud800 \u0000"}`))))
	f.Add([]byte(body(item("overridden", `,"overrideReason":{"extension":{}}`), item("x", ""))))
	f.Add([]byte(`{"feedback":[{"card":"c","outcome":"overridden","outcomeTimestamp":"2026-03-01T10:30:00.123456789+01:30"}]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		items, err := Decode(in)
		if err != nil {
			var wrong Errors
			require.ErrorAs(t, err, &wrong)
			require.NotEmpty(t, wrong)
			return
		}
		out, err := json.Marshal(map[string]any{"feedback": items})
		require.NoError(t, err)
		if len(out) > MaxBody { // escapes
			return
		}
		again, err := Decode(out)
		require.NoError(t, err, "%s", out)
		require.Equal(t, items, again)
	})
}

// Package storetest holds what every store of feedback has to do.
package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/stretchr/testify/require"
)

// Run holds a store against what is promised of one. open returns one that is empty.
func Run(t *testing.T, open func(t *testing.T) feedback.Store) {
	for name, test := range map[string]func(*testing.T, feedback.Store){
		"summary":                                  summary,
		"an empty store":                           empty,
		"the same report twice":                    twice,
		"a card reported again":                    again,
		"an unknown card":                          unknownCard,
		"another client's card":                    othersCard,
		"a window of time":                         window,
		"what was seen":                            seen,
		"what is old is deleted":                   deleteBefore,
		"any text":                                 anyText,
		"a card without a uuid":                    noUUID,
		"a call that is not waited for":            cancelled,
		"many writers":                             manyWriters,
		"the same answers as a store in ten lines": sameAsModel,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := open(t)
			t.Cleanup(func() { require.NoError(t, store.Close()) })
			test(t, store)
		})
	}
}

const (
	client  = "https://ehr.example.org"
	system  = "https://example.org/reasons"
	service = "medication-safety"
)

var start = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// at is a time that many minutes after the start.
func at(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }

// card is one that was shown that many minutes after the start.
func card(uuid string, minutes int, rules ...string) feedback.Card {
	c := feedback.Card{
		UUID: uuid, Shown: at(minutes), Service: service, Hook: "order-sign", Client: client, Indicator: cds.Warning,
		Patient: "9d5ed678", User: "1a79a4d6", Suggestions: []string{uuid + "-suggestion"},
		OverrideReasons: []feedback.Coding{{Code: "tolerated", System: system, Display: "Tolerated before"}},
	}
	for _, r := range rules {
		c.Rules = append(c.Rules, feedback.Rule{Pack: "core", ID: r, Version: "1.0.0"})
	}
	return c
}

// origin is where feedback comes from that is received that many minutes after the start.
func origin(minutes int) feedback.Origin {
	return feedback.Origin{Service: service, Client: client, Received: at(minutes)}
}

func accepted(card string, minutes int) feedback.Feedback {
	return feedback.Feedback{
		Card: card, Outcome: feedback.Accepted, OutcomeTimestamp: at(minutes),
		AcceptedSuggestions: []feedback.AcceptedSuggestion{{ID: card + "-suggestion"}},
	}
}

// overridden is without a reason if the code is empty.
func overridden(card string, minutes int, code string) feedback.Feedback {
	f := feedback.Feedback{Card: card, Outcome: feedback.Overridden, OutcomeTimestamp: at(minutes)}
	if code != "" {
		f.OverrideReason = &feedback.OverrideReason{Reason: &feedback.Coding{Code: code, System: system}}
	}
	return f
}

func show(t *testing.T, s feedback.Store, cards ...feedback.Card) {
	require.NoError(t, s.Shown(t.Context(), cards))
}

func record(t *testing.T, s feedback.Store, from feedback.Origin, items ...feedback.Feedback) {
	require.NoError(t, s.Record(t.Context(), from, items))
}

func requireRows(t *testing.T, s feedback.Store, query feedback.Query, want ...feedback.Row) {
	t.Helper()
	rows, err := s.Summary(t.Context(), query)
	require.NoError(t, err)
	require.Equal(t, append([]feedback.Row{}, want...), rows)
}

func reason(code, display string, count int) feedback.ReasonCount {
	return feedback.ReasonCount{Coding: feedback.Coding{Code: code, System: system, Display: display}, Count: count}
}

func summary(t *testing.T, s feedback.Store) {
	view := card("c4", 3, "nsaid-kidney")
	view.Hook, view.Service = "patient-view", "overview"
	show(t, s, card("c1", 0, "warfarin", "nsaid-kidney"), card("c2", 1, "warfarin"), card("c3", 2, "warfarin", "warfarin"), view)
	other := overridden("c3", 11, "other")
	other.OverrideReason.Reason.Display = "Other"
	record(t, s, origin(12), overridden("c1", 10, "tolerated"), overridden("c2", 11, ""), other)
	record(t, s, origin(13), accepted("c4", 12))

	reasons := []feedback.ReasonCount{reason("other", "Other", 1), reason("tolerated", "Tolerated before", 1)}
	byRule := []feedback.Row{
		{Pack: "core", Name: "warfarin", Shown: 3, Overridden: 3, Reasons: reasons},
		{Pack: "core", Name: "nsaid-kidney", Shown: 2, Accepted: 1, Overridden: 1, Reasons: reasons[1:]},
	}
	requireRows(t, s, feedback.Query{By: feedback.ByRule}, byRule...)
	requireRows(t, s, feedback.Query{}, byRule...)
	requireRows(t, s, feedback.Query{By: feedback.ByService},
		feedback.Row{Name: service, Shown: 3, Overridden: 3, Reasons: reasons},
		feedback.Row{Name: "overview", Shown: 1, Accepted: 1})
	requireRows(t, s, feedback.Query{By: feedback.ByHook},
		feedback.Row{Name: "order-sign", Shown: 3, Overridden: 3, Reasons: reasons},
		feedback.Row{Name: "patient-view", Shown: 1, Accepted: 1})
}

func empty(t *testing.T, s feedback.Store) {
	requireRows(t, s, feedback.Query{})
	show(t, s)
	record(t, s, origin(0))
	seen, err := s.Seen(t.Context(), at(0), nil)
	require.NoError(t, err)
	require.Empty(t, seen)
	n, err := s.DeleteBefore(t.Context(), at(0))
	require.NoError(t, err)
	require.Zero(t, n)
}

func twice(t *testing.T, s feedback.Store) {
	show(t, s, card("c1", 0, "warfarin"))
	changed := card("c1", 5, "another")
	show(t, s, changed, changed)
	report := overridden("c1", 10, "tolerated")
	displayed := overridden("c1", 10, "tolerated")
	displayed.OverrideReason.Reason.Display = "Told later"
	record(t, s, origin(11), report, report)
	record(t, s, origin(12), displayed)
	requireRows(t, s, feedback.Query{}, feedback.Row{
		Pack: "core", Name: "warfarin", Shown: 1, Overridden: 1, Reasons: []feedback.ReasonCount{reason("tolerated", "Tolerated before", 1)},
	})
	n, err := s.DeleteBefore(t.Context(), at(100))
	require.NoError(t, err)
	require.Equal(t, 2, n, "one card, one report")
}

func again(t *testing.T, s feedback.Store) {
	show(t, s, card("c1", 0, "warfarin"), card("c2", 0, "warfarin"))
	// The last by the client's clock counts, whatever came last.
	record(t, s, origin(21), accepted("c1", 20), overridden("c1", 10, "tolerated"))
	record(t, s, origin(22), overridden("c1", 11, "other"))
	// At the same time, what was received last.
	record(t, s, origin(23), accepted("c2", 20))
	record(t, s, origin(24), overridden("c2", 20, "other"))
	requireRows(t, s, feedback.Query{}, feedback.Row{
		Pack: "core", Name: "warfarin", Shown: 2, Accepted: 1, Overridden: 1, Reasons: []feedback.ReasonCount{reason("other", "", 1)},
	})
}

func unknownCard(t *testing.T, s feedback.Store) {
	show(t, s, card("c1", 0, "warfarin"))
	record(t, s, origin(10), accepted("c1", 9), overridden("early", 9, "tolerated"), overridden("never", 9, "tolerated"), accepted("never", 8))
	known := feedback.Row{Pack: "core", Name: "warfarin", Shown: 1, Accepted: 1}
	requireRows(t, s, feedback.Query{}, known, feedback.Row{
		Name: feedback.UnknownCard, Overridden: 2, Reasons: []feedback.ReasonCount{reason("tolerated", "", 2)},
	})
	show(t, s, card("early", 1, "warfarin"))
	known.Shown, known.Overridden, known.Reasons = 2, 1, []feedback.ReasonCount{reason("tolerated", "Tolerated before", 1)}
	requireRows(t, s, feedback.Query{}, known, feedback.Row{
		Name: feedback.UnknownCard, Overridden: 1, Reasons: []feedback.ReasonCount{reason("tolerated", "", 1)},
	})
}

func othersCard(t *testing.T, s feedback.Store) {
	c := card("c1", 0, "warfarin")
	c.Keys = []string{"key"}
	show(t, s, c)
	other := origin(10)
	other.Client = "https://other.example.org"
	record(t, s, other, accepted("c1", 20))
	record(t, s, origin(10), overridden("c1", 9, ""))
	requireRows(t, s, feedback.Query{},
		feedback.Row{Pack: "core", Name: "warfarin", Shown: 1, Overridden: 1},
		feedback.Row{Name: feedback.UnknownCard, Accepted: 1})
	requireSeen(t, s, at(0), map[string]feedback.Outcome{"key": feedback.Overridden}, "key")
}

func window(t *testing.T, s feedback.Store) {
	show(t, s, card("c1", 0, "warfarin"), card("c2", 10, "warfarin"), card("c3", 20, "warfarin"))
	record(t, s, origin(15), accepted("c1", 100), accepted("c2", 100), accepted("x", 5))
	row := func(shown, accepted int) feedback.Row {
		return feedback.Row{Pack: "core", Name: "warfarin", Shown: shown, Accepted: accepted, Ignored: shown - accepted}
	}
	unknown := feedback.Row{Name: feedback.UnknownCard, Accepted: 1}
	requireRows(t, s, feedback.Query{}, row(3, 2), unknown)
	requireRows(t, s, feedback.Query{Since: at(10)}, row(2, 1), unknown)
	requireRows(t, s, feedback.Query{Until: at(10)}, row(1, 1))
	requireRows(t, s, feedback.Query{Since: at(10), Until: at(20)}, row(1, 1), unknown)
	requireRows(t, s, feedback.Query{Since: at(16), Until: at(21)}, row(1, 0))
	requireRows(t, s, feedback.Query{Since: at(21)})
}

func requireSeen(t *testing.T, s feedback.Store, since time.Time, want map[string]feedback.Outcome, keys ...string) {
	t.Helper()
	got, err := s.Seen(t.Context(), since, keys)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func seen(t *testing.T, s feedback.Store) {
	first, second := card("c1", 0), card("c2", 10)
	first.Keys, second.Keys = []string{"a", "b", "a"}, []string{"b", strings.Repeat("long", 100)}
	show(t, s, first, second)
	requireSeen(t, s, time.Time{}, map[string]feedback.Outcome{"a": "", "b": ""}, "a", "b", "c", "a")
	requireSeen(t, s, at(0), map[string]feedback.Outcome{"a": "", "b": ""}, "a", "b")
	requireSeen(t, s, at(1), map[string]feedback.Outcome{"b": "", second.Keys[1]: ""}, "a", "b", second.Keys[1])
	record(t, s, origin(20), overridden("c1", 20, ""), accepted("c2", 19))
	requireSeen(t, s, at(0), map[string]feedback.Outcome{"a": feedback.Overridden, "b": feedback.Overridden}, "a", "b")
	requireSeen(t, s, at(1), map[string]feedback.Outcome{"b": feedback.Accepted}, "a", "b")
}

func deleteBefore(t *testing.T, s feedback.Store) {
	old, recent := card("old", 0, "warfarin"), card("new", 10, "warfarin")
	old.Keys, recent.Keys = []string{"key", "old"}, []string{"key"}
	show(t, s, old, recent)
	record(t, s, origin(1), accepted("old", 1), overridden("old", 2, ""), accepted("x", 1), accepted("new", 1))
	record(t, s, origin(10), accepted("x", 2), accepted("y", 2), accepted("old", 3))
	n, err := s.DeleteBefore(t.Context(), at(10))
	require.NoError(t, err)
	require.Equal(t, 1+3+1, n)
	requireRows(t, s, feedback.Query{},
		feedback.Row{Pack: "core", Name: "warfarin", Shown: 1, Accepted: 1},
		feedback.Row{Name: feedback.UnknownCard, Accepted: 2})
	requireSeen(t, s, time.Time{}, map[string]feedback.Outcome{"key": feedback.Accepted}, "key", "old")
	n, err = s.DeleteBefore(t.Context(), at(11))
	require.NoError(t, err)
	require.Equal(t, 1+1+2, n)
	requireRows(t, s, feedback.Query{})
}

func anyText(t *testing.T, s feedback.Store) {
	odd := `'); DROP TABLE "x"; -- {{ }} \u0000 ` + "💊 \t\n "
	for n := range feedback.MaxID - utf8.RuneCountInString(odd) {
		odd += string(rune(0x10000 + 7919*n%0xFFFFF)) // as many bytes as an id can have, and not to be compressed
	}
	c := card(odd, 0, odd)
	c.Keys, c.Service, c.Suggestions = []string{odd}, odd, []string{odd, ""}
	show(t, s, c)
	f := overridden(odd, 1, odd)
	f.OverrideReason.Reason.Display, f.OverrideReason.UserComment = odd, feedback.Comment(odd)
	record(t, s, origin(2), f)
	requireRows(t, s, feedback.Query{By: feedback.ByService}, feedback.Row{
		Name: odd, Shown: 1, Overridden: 1, Reasons: []feedback.ReasonCount{reason(odd, odd, 1)},
	})
	requireSeen(t, s, at(0), map[string]feedback.Outcome{odd: feedback.Overridden}, odd)
}

func noUUID(t *testing.T, s feedback.Store) {
	err := s.Shown(t.Context(), []feedback.Card{card("c1", 0, "warfarin"), card("", 0, "warfarin")})
	require.EqualError(t, err, "a card without a uuid cannot be stored")
	requireRows(t, s, feedback.Query{})
}

func cancelled(t *testing.T, s feedback.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, s.Shown(ctx, []feedback.Card{card("c1", 0, "warfarin")}), context.Canceled)
	require.ErrorIs(t, s.Record(ctx, origin(1), []feedback.Feedback{accepted("c1", 1)}), context.Canceled)
	show(t, s, card("c1", 0, "warfarin"))
	record(t, s, origin(1), accepted("c1", 1))
	requireRows(t, s, feedback.Query{}, feedback.Row{Pack: "core", Name: "warfarin", Shown: 1, Accepted: 1})
	_, err := s.Summary(ctx, feedback.Query{})
	require.ErrorIs(t, err, context.Canceled)
	_, err = s.Seen(ctx, at(0), []string{"key"})
	require.ErrorIs(t, err, context.Canceled)
	_, err = s.DeleteBefore(ctx, at(0))
	require.ErrorIs(t, err, context.Canceled)
}

// Each writer reports its own cards, and all report the same ones, while others read and delete.
func manyWriters(t *testing.T, s feedback.Store) {
	const writers, each = 8, 25
	var wait sync.WaitGroup
	for w := range writers {
		wait.Go(func() {
			for i := range each {
				own, shared := fmt.Sprintf("c%d-%d", w, i), fmt.Sprintf("shared-%d", i)
				cards := []feedback.Card{card(own, 10, "own"), card(shared, 10, "shared")}
				reports := []feedback.Feedback{accepted(own, 20), overridden(shared, 20, "tolerated")}
				if w%2 == 0 { // against deadlocks: the other way round
					cards[0], cards[1] = cards[1], cards[0]
					reports[0], reports[1] = reports[1], reports[0]
				}
				if err := s.Shown(t.Context(), cards); err != nil {
					t.Errorf("shown: %v", err)
				}
				if err := s.Record(t.Context(), origin(21), reports); err != nil {
					t.Errorf("record: %v", err)
				}
			}
		})
	}
	wait.Go(func() {
		for range each {
			if _, err := s.Summary(t.Context(), feedback.Query{}); err != nil {
				t.Errorf("summary: %v", err)
			}
			if _, err := s.DeleteBefore(t.Context(), at(0)); err != nil {
				t.Errorf("delete: %v", err)
			}
		}
	})
	wait.Wait()
	requireRows(t, s, feedback.Query{},
		feedback.Row{Pack: "core", Name: "shared", Shown: each, Overridden: each, Reasons: []feedback.ReasonCount{reason("tolerated", "Tolerated before", each)}},
		feedback.Row{Pack: "core", Name: "own", Shown: writers * each, Accepted: writers * each})
}

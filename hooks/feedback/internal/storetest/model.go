package storetest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/stretchr/testify/require"
)

// A model does what a store does in the plainest way.
type model struct {
	cards   map[string]feedback.Card
	reports map[string]map[feedback.ID]modelReport // by card
}

type modelReport struct {
	feedback.Feedback
	feedback.Origin
}

func (m model) shown(c feedback.Card) {
	if _, known := m.cards[c.UUID]; !known {
		m.cards[c.UUID] = c
	}
}

func (m model) record(from feedback.Origin, f feedback.Feedback) {
	if m.reports[f.Card] == nil {
		m.reports[f.Card] = map[feedback.ID]modelReport{}
	}
	if _, known := m.reports[f.Card][f.ID(from.Client)]; !known {
		m.reports[f.Card][f.ID(from.Client)] = modelReport{f, from}
	}
}

// last returns the last report of a client about a card that is one of those asked for.
func (m model) last(card, client string, asked func(modelReport) bool) (last modelReport, found bool) {
	for id, r := range m.reports[card] {
		lastID := last.ID(client)
		later := r.OutcomeTimestamp.Compare(last.OutcomeTimestamp)
		if later == 0 {
			later = r.Received.Compare(last.Received)
		}
		if later == 0 {
			later = bytes.Compare(id[:], lastID[:])
		}
		if r.Client == client && asked(r) && (!found || later > 0) {
			last, found = r, true
		}
	}
	return last, found
}

func (m model) summary(since, until time.Time) []feedback.Row {
	in := func(t time.Time) bool { return !t.Before(since) && t.Before(until) }
	rows := map[string]*feedback.Row{}
	count := func(name, pack string, last modelReport, found, shown bool) {
		if rows[name] == nil {
			rows[name] = &feedback.Row{Pack: pack, Name: name}
		}
		row := rows[name]
		if shown {
			row.Shown++
		}
		switch {
		case !found:
			row.Ignored++
		case last.Outcome == feedback.Accepted:
			row.Accepted++
		default:
			row.Overridden++
			if last.OverrideReason != nil {
				addReason(row, *last.OverrideReason.Reason)
			}
		}
	}
	for _, c := range m.cards {
		last, found := m.last(c.UUID, c.Client, func(modelReport) bool { return true })
		for i := 0; i < len(c.Rules) && in(c.Shown); i++ {
			count(c.Rules[i].ID, c.Rules[i].Pack, last, found, true)
		}
	}
	for uuid := range m.reports {
		for _, client := range []string{client, "other"} {
			c, known := m.cards[uuid]
			last, found := m.last(uuid, client, func(r modelReport) bool { return in(r.Received) })
			if found && !(known && c.Client == client) {
				count(feedback.UnknownCard, "", last, true, false)
			}
		}
	}
	out := []feedback.Row{}
	for _, row := range rows {
		out = append(out, *row)
	}
	feedback.Sort(out)
	return out
}

func addReason(row *feedback.Row, reason feedback.Coding) {
	for i := range row.Reasons {
		if r := &row.Reasons[i]; r.Code == reason.Code && r.System == reason.System {
			r.Count++
			r.Display = max(r.Display, reason.Display)
			return
		}
	}
	row.Reasons = append(row.Reasons, feedback.ReasonCount{Coding: reason, Count: 1})
}

// sameAsModel calls a store at random and holds its summaries against the model's.
func sameAsModel(t *testing.T, s feedback.Store) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	m := model{map[string]feedback.Card{}, map[string]map[feedback.ID]modelReport{}}
	clients := []string{client, client, "other"}
	for range 150 {
		uuid := fmt.Sprintf("card %d", random.IntN(40))
		if random.IntN(3) == 0 {
			c := card(uuid, random.IntN(60), fmt.Sprintf("rule %d", random.IntN(4)), fmt.Sprintf("rule %d", 4+random.IntN(4)))
			c.Client, c.OverrideReasons = clients[random.IntN(3)], nil
			m.shown(c)
			show(t, s, c)
			continue
		}
		from := origin(random.IntN(60))
		from.Client = clients[random.IntN(3)]
		f := accepted(uuid, random.IntN(10))
		if random.IntN(3) > 0 {
			f = overridden(uuid, random.IntN(10), []string{"", "a", "b"}[random.IntN(3)])
		}
		if f.OverrideReason != nil {
			f.OverrideReason.Reason.Display = []string{"", "X", "x"}[random.IntN(3)]
		}
		m.record(from, f)
		record(t, s, from, f)
	}
	for range 20 {
		since, until := random.IntN(60), random.IntN(70)
		rows, err := s.Summary(t.Context(), feedback.Query{Since: at(since), Until: at(until)})
		require.NoError(t, err)
		require.Equal(t, m.summary(at(since), at(until)), rows, "seed %d, minutes %d to %d", seed, since, until)
	}
}

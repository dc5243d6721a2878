package bolt

import (
	"bytes"
	"context"

	"github.com/primum-cds/primum/hooks/feedback"
	"go.etcd.io/bbolt"
)

// Summary counts the cards that were shown, and what became of them.
func (s *Store) Summary(ctx context.Context, query feedback.Query) ([]feedback.Row, error) {
	t := tally{rows: map[name]*row{}}
	err := s.db.View(func(tx *bbolt.Tx) error {
		if err := t.known(ctx, tx, query); err != nil {
			return err
		}
		return t.unknown(ctx, tx, query)
	})
	if err != nil {
		return nil, err
	}
	return t.sorted(), nil
}

// A name is what there is a row for.
type name struct{ pack, name string }

// A row is counted up card by card.
type row struct {
	feedback.Row
	reasons map[feedback.Coding]*feedback.ReasonCount // by coding without display
}

type tally struct{ rows map[name]*row }

// known counts the cards that were shown in the time asked for.
func (t tally) known(ctx context.Context, tx *bbolt.Tx, query feedback.Query) error {
	return between(ctx, tx.Bucket(shownBucket), query, func(uuid []byte) error {
		card, err := cardOf(tx, uuid)
		if err != nil {
			return err
		}
		r, err := last(tx, card.UUID, card.Client)
		if err != nil {
			return err
		}
		for n := range namesOf(card, query.By) {
			row := t.row(n)
			row.Shown++
			if r == nil {
				row.Ignored++
			} else {
				row.report(r, card.OverrideReasons)
			}
		}
		return nil
	})
}

// unknown counts what was received in the time asked for about cards that are not known.
func (t tally) unknown(ctx context.Context, tx *bbolt.Tx, query feedback.Query) error {
	type about struct{ card, client string }
	newest := map[about]*report{}
	err := between(ctx, tx.Bucket(receivedBucket), query, func(key []byte) error {
		r, err := decode(tx.Bucket(reportBucket).Get(key))
		if err != nil {
			return err
		}
		card, err := cardOf(tx, []byte(r.Card))
		if err != nil || card != nil && card.Client == r.Client {
			return err
		}
		if a := (about{r.Card, r.Client}); newest[a] == nil || newest[a].before(r) {
			newest[a] = r
		}
		return nil
	})
	for _, r := range newest {
		t.row(name{name: feedback.UnknownCard}).report(r, nil)
	}
	return err
}

// between calls do with what follows the time in the keys of a bucket, as far as the time is asked for.
func between(ctx context.Context, bucket *bbolt.Bucket, query feedback.Query, do func(rest []byte) error) error {
	c := bucket.Cursor()
	k, _ := c.First()
	if !query.Since.IsZero() {
		k, _ = c.Seek(timeKey(query.Since, nil))
	}
	var end []byte
	if !query.Until.IsZero() {
		end = timeKey(query.Until, nil)
	}
	for ; k != nil && (end == nil || bytes.Compare(k[:timeSize], end) < 0); k, _ = c.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := do(k[timeSize:]); err != nil {
			return err
		}
	}
	return nil
}

// namesOf returns the rows that a card is counted in.
func namesOf(card *feedback.Card, by feedback.By) map[name]bool {
	switch by {
	case feedback.ByService:
		return map[name]bool{{name: card.Service}: true}
	case feedback.ByHook:
		return map[name]bool{{name: card.Hook}: true}
	}
	names := map[name]bool{}
	for _, r := range card.Rules {
		names[name{r.Pack, r.ID}] = true
	}
	return names
}

func (t tally) row(n name) *row {
	if t.rows[n] == nil {
		t.rows[n] = &row{feedback.Row{Pack: n.pack, Name: n.name}, map[feedback.Coding]*feedback.ReasonCount{}}
	}
	return t.rows[n]
}

func (r *row) report(last *report, offered []feedback.Coding) {
	if last.Outcome == feedback.Accepted {
		r.Accepted++
		return
	}
	r.Overridden++
	if last.OverrideReason == nil || last.OverrideReason.Reason == nil {
		return
	}
	coding := *last.OverrideReason.Reason
	display := coding.Display
	if display == "" {
		display = displayOf(coding, offered)
	}
	coding.Display = ""
	count := r.reasons[coding]
	if count == nil {
		count = &feedback.ReasonCount{Coding: coding}
		r.reasons[coding] = count
	}
	count.Count++
	count.Display = max(count.Display, display)
}

// displayOf returns how a reason was displayed on the card.
func displayOf(reason feedback.Coding, offered []feedback.Coding) string {
	display := ""
	for _, o := range offered {
		if o.Code == reason.Code && o.System == reason.System {
			display = max(display, o.Display)
		}
	}
	return display
}

func (t tally) sorted() []feedback.Row {
	rows := make([]feedback.Row, 0, len(t.rows))
	for _, r := range t.rows {
		for _, count := range r.reasons {
			r.Reasons = append(r.Reasons, *count)
		}
		rows = append(rows, r.Row)
	}
	feedback.Sort(rows)
	return rows
}

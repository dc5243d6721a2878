package bolt

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/primum-cds/primum/hooks/feedback"
	"go.etcd.io/bbolt"
)

// Seen returns the last outcome of each key that was shown.
func (s *Store) Seen(ctx context.Context, since time.Time, keys []string) (map[string]feedback.Outcome, error) {
	seen := map[string]feedback.Outcome{}
	return seen, s.db.View(func(tx *bbolt.Tx) error {
		for _, key := range keys {
			if err := ctx.Err(); err != nil {
				return err
			}
			outcome, shown, err := seenKey(tx, key, since)
			if err != nil {
				return err
			}
			if shown {
				seen[key] = outcome
			}
		}
		return nil
	})
}

func seenKey(tx *bbolt.Tx, key string, since time.Time) (feedback.Outcome, bool, error) {
	var newest *report
	shown := false
	prefix := keyPrefix(key)
	c := tx.Bucket(keyBucket).Cursor()
	for k, _ := c.Seek(append(prefix, timeKey(since, nil)...)); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		card, err := cardOf(tx, k[len(prefix)+timeSize:])
		if err != nil {
			return "", false, err
		}
		r, err := last(tx, card.UUID, card.Client)
		if err != nil {
			return "", false, err
		}
		shown = true
		if r != nil && (newest == nil || newest.before(r)) {
			newest = r
		}
	}
	if newest == nil {
		return "", shown, nil
	}
	return newest.Outcome, shown, nil
}

// cardOf returns nil for a card that is not known.
func cardOf(tx *bbolt.Tx, uuid []byte) (*feedback.Card, error) {
	value := tx.Bucket(cardBucket).Get(uuid)
	if value == nil {
		return nil, nil
	}
	var card feedback.Card
	return &card, json.Unmarshal(value, &card)
}

// last returns the last report of a client about a card; nil if there is none.
func last(tx *bbolt.Tx, uuid, client string) (*report, error) {
	var newest *report
	prefix := reportPrefix(uuid)
	c := tx.Bucket(reportBucket).Cursor()
	for k, v := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, v = c.Next() {
		r, err := decode(v)
		if err != nil {
			return nil, err
		}
		if r.Card == uuid && r.Client == client && (newest == nil || newest.before(r)) {
			newest = r
		}
	}
	return newest, nil
}

func decode(value []byte) (*report, error) {
	r := new(report)
	return r, json.Unmarshal(value, r)
}

// before reports whether another report is the later one.
func (r *report) before(other *report) bool {
	if c := r.OutcomeTimestamp.Compare(other.OutcomeTimestamp); c != 0 {
		return c < 0
	}
	if c := r.Received.Compare(other.Received); c != 0 {
		return c < 0
	}
	a, b := r.ID(r.Client), other.ID(other.Client)
	return bytes.Compare(a[:], b[:]) < 0
}

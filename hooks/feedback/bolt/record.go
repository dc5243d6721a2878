package bolt

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/primum-cds/primum/hooks/feedback"
	"go.etcd.io/bbolt"
)

// A report is feedback as it is kept.
type report struct {
	feedback.Feedback
	feedback.Origin
}

// Shown keeps that cards were shown.
func (s *Store) Shown(ctx context.Context, cards []feedback.Card) error {
	values := make([][]byte, len(cards))
	for i, card := range cards {
		if card.UUID == "" {
			return errors.New("a card without a uuid cannot be stored")
		}
		card.Shown = instant(card.Shown)
		var err error
		if values[i], err = json.Marshal(card); err != nil {
			return err
		}
	}
	if len(cards) == 0 {
		return nil
	}
	return s.update(ctx, func(tx *bbolt.Tx) error {
		for i, card := range cards {
			if err := putCard(tx, card, values[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func putCard(tx *bbolt.Tx, card feedback.Card, value []byte) error {
	uuid := []byte(card.UUID)
	if tx.Bucket(cardBucket).Get(uuid) != nil {
		return nil
	}
	errs := []error{
		tx.Bucket(cardBucket).Put(uuid, value),
		tx.Bucket(shownBucket).Put(timeKey(card.Shown, uuid), nil),
	}
	for _, key := range card.Keys {
		errs = append(errs, tx.Bucket(keyBucket).Put(append(keyPrefix(key), timeKey(card.Shown, uuid)...), nil))
	}
	return errors.Join(errs...)
}

// Record keeps feedback.
func (s *Store) Record(ctx context.Context, from feedback.Origin, items []feedback.Feedback) error {
	from.Received = instant(from.Received)
	keys, values := make([][]byte, len(items)), make([][]byte, len(items))
	for i, item := range items {
		id := item.ID(from.Client)
		keys[i] = append(reportPrefix(item.Card), id[:]...)
		var err error
		if values[i], err = json.Marshal(report{item, from}); err != nil {
			return err
		}
	}
	if len(items) == 0 {
		return nil
	}
	return s.update(ctx, func(tx *bbolt.Tx) error {
		reports, received := tx.Bucket(reportBucket), tx.Bucket(receivedBucket)
		for i, key := range keys {
			if reports.Get(key) != nil {
				continue
			}
			if err := errors.Join(reports.Put(key, values[i]), received.Put(timeKey(from.Received, key), nil)); err != nil {
				return err
			}
		}
		return nil
	})
}

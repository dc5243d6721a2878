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
	entries := make([]cardEntry, len(cards))
	for i, card := range cards {
		var err error
		if entries[i], err = entryOf(card); err != nil {
			return err
		}
	}
	if len(entries) == 0 {
		return nil
	}
	return s.update(ctx, func(tx *bbolt.Tx) error {
		for _, e := range entries {
			if err := e.put(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// A cardEntry is a card as it is put into the buckets. It shares nothing with the caller, who may have gone
// away when it is put.
type cardEntry struct {
	uuid, value, shown []byte
	keys               [][]byte
}

func entryOf(card feedback.Card) (cardEntry, error) {
	if card.UUID == "" {
		return cardEntry{}, errors.New("a card without a uuid cannot be stored")
	}
	card.Shown = instant(card.Shown)
	value, err := json.Marshal(card)
	e := cardEntry{uuid: []byte(card.UUID), value: value}
	e.shown = timeKey(card.Shown, e.uuid)
	for _, key := range card.Keys {
		e.keys = append(e.keys, append(keyPrefix(key), e.shown...))
	}
	return e, err
}

func (e cardEntry) put(tx *bbolt.Tx) error {
	if tx.Bucket(cardBucket).Get(e.uuid) != nil {
		return nil
	}
	errs := []error{tx.Bucket(cardBucket).Put(e.uuid, e.value), tx.Bucket(shownBucket).Put(e.shown, nil)}
	for _, key := range e.keys {
		errs = append(errs, tx.Bucket(keyBucket).Put(key, nil))
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

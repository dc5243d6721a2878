package bolt

import (
	"bytes"
	"context"
	"time"

	"go.etcd.io/bbolt"
)

// deleted is how many cards or reports a transaction deletes at most: others wait for it.
const deleted = 500

// DeleteBefore deletes what is older than t. The file does not shrink: what is free in it is used again.
func (s *Store) DeleteBefore(ctx context.Context, t time.Time) (int, error) {
	total := 0
	end := timeKey(t, nil)
	for _, some := range []func(tx *bbolt.Tx, from, end []byte) (int, []byte, error){deleteCards, deleteUnknown} {
		for from := []byte{0}; from != nil; {
			n, next := 0, []byte(nil)
			err := s.update(ctx, func(tx *bbolt.Tx) (err error) {
				n, next, err = some(tx, from, end)
				return err
			})
			if err != nil {
				return total, err
			}
			total, from = total+n, next
		}
	}
	return total, nil
}

// some returns the first keys of a bucket between from and end, and where to go on; nil at the end.
func some(bucket *bbolt.Bucket, from, end []byte) (keys [][]byte, next []byte) {
	c := bucket.Cursor()
	for k, _ := c.Seek(from); k != nil && bytes.Compare(k, end) < 0; k, _ = c.Next() {
		if len(keys) == deleted {
			return keys, bytes.Clone(k)
		}
		keys = append(keys, bytes.Clone(k))
	}
	return keys, nil
}

// deleteCards deletes some cards with all feedback about them, whoever sent it.
func deleteCards(tx *bbolt.Tx, from, end []byte) (int, []byte, error) {
	keys, next := some(tx.Bucket(shownBucket), from, end)
	n := 0
	for _, key := range keys {
		uuid := key[timeSize:]
		card, err := cardOf(tx, uuid)
		if err != nil {
			return 0, nil, err
		}
		reports, err := deleteReports(tx, uuid)
		if err != nil {
			return 0, nil, err
		}
		for _, k := range card.Keys {
			if err := tx.Bucket(keyBucket).Delete(append(keyPrefix(k), key...)); err != nil {
				return 0, nil, err
			}
		}
		if err := deletePair(tx, shownBucket, key, cardBucket, uuid); err != nil {
			return 0, nil, err
		}
		n += 1 + reports
	}
	return n, next, nil
}

func deleteReports(tx *bbolt.Tx, uuid []byte) (int, error) {
	prefix := reportPrefix(string(uuid))
	var keys [][]byte
	c := tx.Bucket(reportBucket).Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		keys = append(keys, bytes.Clone(k))
	}
	for _, key := range keys {
		r, err := decode(tx.Bucket(reportBucket).Get(key))
		if err != nil {
			return 0, err
		}
		if err := deletePair(tx, receivedBucket, timeKey(r.Received, key), reportBucket, key); err != nil {
			return 0, err
		}
	}
	return len(keys), nil
}

// deleteUnknown deletes some feedback about cards that are not known. That about known cards stays: their
// time has not come.
func deleteUnknown(tx *bbolt.Tx, from, end []byte) (int, []byte, error) {
	keys, next := some(tx.Bucket(receivedBucket), from, end)
	n := 0
	for _, key := range keys {
		r, err := decode(tx.Bucket(reportBucket).Get(key[timeSize:]))
		if err != nil {
			return 0, nil, err
		}
		if tx.Bucket(cardBucket).Get([]byte(r.Card)) != nil {
			continue
		}
		if err := deletePair(tx, receivedBucket, key, reportBucket, key[timeSize:]); err != nil {
			return 0, nil, err
		}
		n++
	}
	return n, next, nil
}

// deletePair deletes what is in a bucket and what it is found by.
func deletePair(tx *bbolt.Tx, index, indexKey, bucket, key []byte) error {
	if err := tx.Bucket(index).Delete(indexKey); err != nil {
		return err
	}
	return tx.Bucket(bucket).Delete(key)
}

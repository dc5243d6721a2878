package postgres

import (
	"context"
	"time"
)

// deleted is how many cards or reports a transaction deletes at most.
const deleted = 5000

// DeleteBefore deletes what is older than t. Several servers may do so at the same time.
func (s *Store) DeleteBefore(ctx context.Context, t time.Time) (int, error) {
	total := 0
	for _, statement := range []string{
		`WITH old AS (
			DELETE FROM primum_card WHERE uuid IN (
				SELECT uuid FROM primum_card WHERE shown < $1 ORDER BY shown LIMIT $2 FOR UPDATE SKIP LOCKED)
			RETURNING uuid
		), reports AS (
			DELETE FROM primum_feedback WHERE card IN (SELECT uuid FROM old) RETURNING card
		) SELECT (SELECT count(*) FROM old), (SELECT count(*) FROM reports)`,
		`WITH old AS (
			DELETE FROM primum_feedback WHERE (card, id) IN (
				SELECT card, id FROM primum_feedback f
				WHERE received < $1 AND NOT EXISTS (SELECT FROM primum_card c WHERE c.uuid = f.card)
				ORDER BY received LIMIT $2 FOR UPDATE SKIP LOCKED)
			RETURNING card
		) SELECT (SELECT count(*) FROM old), 0::bigint`,
	} {
		for {
			var first, more int
			if err := s.pool.QueryRow(ctx, statement, instant(t), deleted).Scan(&first, &more); err != nil {
				return total, err
			}
			if total += first + more; first == 0 {
				break
			}
		}
	}
	return total, nil
}

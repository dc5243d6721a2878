package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/primum-cds/primum/hooks/feedback"
)

// Seen returns the last outcome of each key that was shown.
func (s *Store) Seen(ctx context.Context, since time.Time, keys []string) (map[string]feedback.Outcome, error) {
	hashes := make([][]byte, len(keys))
	for i, key := range keys {
		hashes[i] = hash(key)
	}
	rows, err := s.pool.Query(ctx, `SELECT asked.place, coalesce((
			SELECT f.outcome FROM primum_card_key k JOIN primum_card c ON c.uuid = k.card
			JOIN primum_feedback f ON f.card = c.uuid AND f.client = c.client
			WHERE k.hash = asked.hash AND k.shown >= $2
			ORDER BY f.outcome_at DESC, f.received DESC, f.id DESC LIMIT 1), '')
		FROM unnest($1::bytea[]) WITH ORDINALITY AS asked (hash, place)
		WHERE EXISTS (SELECT FROM primum_card_key k WHERE k.hash = asked.hash AND k.shown >= $2)`, hashes, instant(since))
	if err != nil {
		return nil, err
	}
	seen := map[string]feedback.Outcome{}
	var place int64
	var outcome string
	_, err = pgx.ForEachRow(rows, []any{&place, &outcome}, func() error {
		seen[keys[place-1]] = feedback.Outcome(outcome)
		return nil
	})
	return seen, err
}

// What a summary counts: one line for each card and row that it is in, with the last report about it. A NULL
// name is that of cards that are not known.
const counted = `WITH shown AS (
		SELECT * FROM primum_card WHERE ($1::timestamptz IS NULL OR shown >= $1) AND ($2::timestamptz IS NULL OR shown < $2)
	), named AS (
		SELECT DISTINCT s.uuid, r.pack, r.name FROM shown s, LATERAL (
			SELECT rule->>'pack' AS pack, rule->>'id' AS name FROM jsonb_array_elements(s.rules) AS rule WHERE $3 = 'rule'
			UNION ALL SELECT '', s.service WHERE $3 = 'service'
			UNION ALL SELECT '', s.hook WHERE $3 = 'hook') AS r
	), last AS (
		SELECT DISTINCT ON (f.card) f.*, (
			SELECT max(o->>'display' COLLATE "C") FROM jsonb_array_elements(s.override_reasons) AS o
			WHERE o->>'code' = f.reason_code AND o->>'system' = f.reason_system) AS offered
		FROM primum_feedback f JOIN shown s ON s.uuid = f.card AND s.client = f.client
		ORDER BY f.card, f.outcome_at DESC, f.received DESC, f.id DESC
	), unknown AS (
		SELECT DISTINCT ON (f.card, f.client) f.* FROM primum_feedback f
		WHERE ($1::timestamptz IS NULL OR f.received >= $1) AND ($2::timestamptz IS NULL OR f.received < $2)
			AND NOT EXISTS (SELECT FROM primum_card c WHERE c.uuid = f.card AND c.client = f.client)
		ORDER BY f.card, f.client, f.outcome_at DESC, f.received DESC, f.id DESC
	), counted AS (
		SELECT n.pack, n.name, l.outcome, l.reason_code, l.reason_system,
			coalesce(nullif(l.reason_display, ''), l.offered, '') AS display
		FROM named n LEFT JOIN last l ON l.card = n.uuid
		UNION ALL SELECT NULL, NULL, outcome, reason_code, reason_system, reason_display FROM unknown
	) `

// Summary counts the cards that were shown, and what became of them.
func (s *Store) Summary(ctx context.Context, query feedback.Query) ([]feedback.Row, error) {
	var rows []feedback.Row
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.pool, options, func(tx pgx.Tx) error {
		by := query.By
		if by != feedback.ByService && by != feedback.ByHook {
			by = feedback.ByRule
		}
		args := []any{bound(query.Since), bound(query.Until), string(by)}
		var err error
		if rows, err = counts(ctx, tx, args); err != nil {
			return err
		}
		return reasons(ctx, tx, args, rows)
	})
	feedback.Sort(rows)
	return rows, err
}

// bound is nil for a zero time.
func bound(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = instant(t)
	return &t
}

func counts(ctx context.Context, tx pgx.Tx, args []any) ([]feedback.Row, error) {
	found, err := tx.Query(ctx, counted+`SELECT pack, name, count(*), count(*) FILTER (WHERE outcome = 'accepted'),
		count(*) FILTER (WHERE outcome = 'overridden') FROM counted GROUP BY pack, name`, args...)
	if err != nil {
		return nil, err
	}
	rows := []feedback.Row{}
	var pack, name *string
	var shown, accepted, overridden int
	_, err = pgx.ForEachRow(found, []any{&pack, &name, &shown, &accepted, &overridden}, func() error {
		row := feedback.Row{Name: feedback.UnknownCard, Accepted: accepted, Overridden: overridden}
		if name != nil {
			row.Pack, row.Name, row.Shown, row.Ignored = *pack, *name, shown, shown-accepted-overridden
		}
		rows = append(rows, row)
		return nil
	})
	return rows, err
}

// reasons adds to rows why their cards were overridden.
func reasons(ctx context.Context, tx pgx.Tx, args []any, rows []feedback.Row) error {
	type name struct{ pack, name string }
	places := map[name]int{}
	for i, row := range rows {
		places[name{row.Pack, row.Name}] = i
	}
	found, err := tx.Query(ctx, counted+`SELECT coalesce(pack, ''), coalesce(name, $4), reason_code, reason_system,
		max(display COLLATE "C"), count(*) FROM counted WHERE outcome = 'overridden' AND reason_code IS NOT NULL
		GROUP BY pack, name, reason_code, reason_system`, append(args, feedback.UnknownCard)...)
	if err != nil {
		return err
	}
	var n name
	var r feedback.ReasonCount
	_, err = pgx.ForEachRow(found, []any{&n.pack, &n.name, &r.Code, &r.System, &r.Display, &r.Count}, func() error {
		row := &rows[places[n]]
		row.Reasons = append(row.Reasons, r)
		return nil
	})
	return err
}

package postgres

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/primum-cds/primum/hooks/feedback"
)

// Shown keeps that cards were shown.
func (s *Store) Shown(ctx context.Context, cards []feedback.Card) error {
	cards = slices.Clone(cards)
	// All servers insert in the same order: they wait for each other, and never in a circle.
	slices.SortFunc(cards, func(a, b feedback.Card) int { return cmp.Compare(a.UUID, b.UUID) })
	batch := new(pgx.Batch)
	for _, card := range cards {
		if card.UUID == "" {
			return errors.New("a card without a uuid cannot be stored")
		}
		keys := make([][]byte, len(card.Keys))
		for i, key := range card.Keys {
			keys[i] = hash(key)
		}
		batch.Queue(`WITH new AS (
				INSERT INTO primum_card (uuid, shown, service, hook, client, patient_hash, user_hash, indicator, rules, suggestions, override_reasons)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
				ON CONFLICT DO NOTHING RETURNING uuid, shown)
			INSERT INTO primum_card_key (hash, shown, card)
			SELECT DISTINCT key, shown, uuid FROM new, unnest($12::bytea[]) AS key`,
			card.UUID, instant(card.Shown), card.Service, card.Hook, card.Client, card.Patient, card.User, string(card.Indicator),
			notNil(card.Rules), notNil(card.Suggestions), notNil(card.OverrideReasons), keys)
	}
	return s.send(ctx, batch)
}

// Record keeps feedback.
func (s *Store) Record(ctx context.Context, from feedback.Origin, items []feedback.Feedback) error {
	type entry struct {
		feedback.Feedback
		id feedback.ID
	}
	entries := make([]entry, len(items))
	for i, item := range items {
		entries[i] = entry{item, item.ID(from.Client)}
	}
	slices.SortFunc(entries, func(a, b entry) int { // as in Shown
		return cmp.Or(cmp.Compare(a.Card, b.Card), bytes.Compare(a.id[:], b.id[:]))
	})
	batch := new(pgx.Batch)
	for _, e := range entries {
		suggestions := make([]string, len(e.AcceptedSuggestions))
		for i, suggestion := range e.AcceptedSuggestions {
			suggestions[i] = suggestion.ID
		}
		reason := cmp.Or(e.OverrideReason, &feedback.OverrideReason{})
		coding := cmp.Or(reason.Reason, &feedback.Coding{})
		batch.Queue(`INSERT INTO primum_feedback (card, id, outcome, outcome_at, suggestions, reason_code, reason_system,
				reason_display, user_comment, service, client, received)
			VALUES ($1, $2, $3, $4, $5, nullif($6, ''), nullif($7, ''), $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`,
			e.Card, e.id[:], string(e.Outcome), instant(e.OutcomeTimestamp), suggestions, coding.Code, coding.System,
			coding.Display, string(reason.UserComment), from.Service, from.Client, instant(from.Received))
	}
	return s.send(ctx, batch)
}

// send runs a batch as one transaction.
func (s *Store) send(ctx context.Context, batch *pgx.Batch) error {
	if batch.Len() == 0 {
		return nil
	}
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return tx.SendBatch(ctx, batch).Close() })
}

// hash stands for a key of any length.
func hash(key string) []byte {
	sum := sha256.Sum256([]byte(key))
	return sum[:16]
}

// instant is a time as the database keeps it.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// notNil returns an empty slice for none: it is [] in the database, not NULL.
func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

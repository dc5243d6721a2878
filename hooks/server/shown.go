package server

import (
	"context"

	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/feedback"
)

// shown lets other calls have their turn while it is kept which cards were sent.
type shown struct{ hooks.Feedback }

// Shown keeps that cards were shown.
func (s shown) Shown(ctx context.Context, cards []feedback.Card) error {
	visitOf(ctx).rest()
	return s.Feedback.Shown(ctx, cards)
}

package feedback

import (
	"context"
	"time"

	"github.com/primum-cds/primum/cds"
)

// A Store keeps which cards were shown and what became of them. Its methods may be called by any number of
// goroutines; where it is a database, of any number of servers. What a method returned without an error is
// on disk. A method that fails, or is not heard of before its context is done, can be called again with
// the same: what is already stored counts once.
type Store interface {
	// Shown keeps that cards were shown. A card that is already known stays as it is.
	Shown(ctx context.Context, cards []Card) error
	// Record keeps feedback: all of it, or none if there is an error. A report that is already known, by
	// its ID, stays as it is. Feedback about a card that is not known is kept all the same: the card may
	// become known later.
	Record(ctx context.Context, from Origin, items []Feedback) error
	// Seen returns, for each key under which a card was shown at since or later, the last reported outcome
	// of these cards, "" if there is none. Other keys are not in the map.
	Seen(ctx context.Context, since time.Time, keys []string) (map[string]Outcome, error)
	// Summary counts the cards that were shown, and what became of them.
	Summary(ctx context.Context, query Query) ([]Row, error)
	// DeleteBefore deletes the cards that were shown before t with all feedback about them, and feedback
	// about unknown cards that was received before t. It returns how many cards and reports these were,
	// also with an error. Other calls are served meanwhile.
	DeleteBefore(ctx context.Context, t time.Time) (int, error)
	// Close gives back what the store holds. No method may be called after it.
	Close() error
}

// A Card is what is kept of a card that was shown. Who saw it, and about whom, is not to be told from it: User
// and Patient are hashes with a key that is not in the store.
type Card struct {
	UUID            string        `json:"uuid"`
	Shown           time.Time     `json:"shown"`
	Service         string        `json:"service"` // its id
	Hook            string        `json:"hook"`
	Client          string        `json:"client,omitempty"` // the issuer of its tokens, "" if it needs none
	Patient         string        `json:"patient,omitempty"`
	User            string        `json:"user,omitempty"`
	Indicator       cds.Indicator `json:"indicator"`
	Rules           []Rule        `json:"rules,omitempty"` // that the card speaks for
	Suggestions     []string      `json:"suggestions,omitempty"`
	OverrideReasons []Coding      `json:"overrideReasons,omitempty"` // that were offered
	// Keys are what Seen finds the card by. They mean nothing to the store.
	Keys []string `json:"keys,omitempty"`
}

// A Rule is one that a card speaks for, as it was at that time.
type Rule struct {
	Pack    string `json:"pack"`
	ID      string `json:"id"` // of a table's row, drug-drug-interaction[warfarin-nsaid]
	Version string `json:"version,omitempty"`
}

// An Origin says where feedback comes from. Feedback counts for a card only if it comes from the client that
// the card was sent to: from another, it is about an unknown card.
type Origin struct {
	Service  string    `json:"service"`
	Client   string    `json:"client,omitempty"` // as in Card
	Received time.Time `json:"received"`         // by the server's own clock
}

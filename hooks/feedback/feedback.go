// Package feedback reads what clients report about the cards they were sent, as of CDS Hooks 2.0 and 3.0, and
// says what a store of it does. Stores are in the folders below: bolt keeps it in a file, postgres in a
// database for several servers.
package feedback

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"log/slog"
	"slices"
	"time"
)

// An Outcome is what became of a card. A card that was ignored has none: clients report nothing of it.
type Outcome string

const (
	Accepted   Outcome = "accepted"   // a suggestion of the card was taken
	Overridden Outcome = "overridden" // the card was dismissed, with a reason or without
)

// Feedback is one report about one card, in the specification's own shape.
type Feedback struct {
	Card                string               `json:"card"` // its uuid
	Outcome             Outcome              `json:"outcome"`
	OutcomeTimestamp    time.Time            `json:"outcomeTimestamp"` // UTC, to the microsecond
	AcceptedSuggestions []AcceptedSuggestion `json:"acceptedSuggestions,omitempty"`
	OverrideReason      *OverrideReason      `json:"overrideReason,omitempty"` // nil if none was given
}

// An AcceptedSuggestion names a suggestion of a card.
type AcceptedSuggestion struct {
	ID string `json:"id"` // its uuid
}

// An OverrideReason says why a card was overridden: by a code, in words, or both.
type OverrideReason struct {
	Reason      *Coding `json:"reason,omitempty"`
	UserComment Comment `json:"userComment,omitempty"`
}

// A Coding is one of CDS Hooks, not of FHIR.
type Coding struct {
	Code    string `json:"code"`
	System  string `json:"system"`
	Display string `json:"display,omitempty"`
}

// A Comment is what a clinician wrote. It may name people: it is stored, and is not to be logged. Printed
// or logged as a value it shows only that it is there; its text is string(c).
type Comment string

const hidden = "(comment)"

// String returns the same for every comment.
func (c Comment) String() string { return hidden }

// GoString returns the same for every comment.
func (c Comment) GoString() string { return hidden }

// LogValue returns the same for every comment.
func (c Comment) LogValue() slog.Value { return slog.StringValue(hidden) }

// LogValue leaves out what a clinician wrote.
func (f Feedback) LogValue() slog.Value {
	return slog.GroupValue(slog.String("card", f.Card), slog.String("outcome", string(f.Outcome)))
}

// LogValue leaves out what a clinician wrote.
func (o OverrideReason) LogValue() slog.Value {
	coding := cmp.Or(o.Reason, &Coding{})
	return slog.GroupValue(slog.String("code", coding.Code), slog.String("system", coding.System))
}

// An ID tells one report from another.
type ID [16]byte

// ID returns the same for what is the same report of one client: about the same card, of the same outcome
// and time, with the same suggestions, in whatever order, and the same reason, however displayed.
func (f Feedback) ID(client string) ID {
	parts := []string{client, f.Card, string(f.Outcome), f.OutcomeTimestamp.UTC().Format(time.RFC3339Nano)}
	if r := f.OverrideReason; r != nil {
		coding := cmp.Or(r.Reason, &Coding{})
		parts = append(parts, coding.System, coding.Code, string(r.UserComment))
	}
	suggestions := make([]string, len(f.AcceptedSuggestions))
	for i, s := range f.AcceptedSuggestions {
		suggestions[i] = s.ID
	}
	slices.Sort(suggestions)
	var text []byte
	for _, part := range append(parts, suggestions...) {
		text = binary.AppendUvarint(text, uint64(len(part)))
		text = append(text, part...)
	}
	sum := sha256.Sum256(text)
	return ID(sum[:16])
}

package feedback

import (
	"cmp"
	"slices"
	"time"
)

// By is what a summary has a row for each of.
type By string

const (
	ByRule    By = "rule" // a card that speaks for several rules is in the row of each
	ByService By = "service"
	ByHook    By = "hook"
)

// A Query says what to count.
type Query struct {
	Since time.Time // cards shown at Since or later; zero: from the first on
	Until time.Time // and before Until; zero: to the last
	By    By        // "" is ByRule
}

// A Row counts the cards of one rule, service or hook. A card counts once, by the last that was reported of it:
// by the client's clock and, at the same time there, by the server's.
type Row struct {
	Name string `json:"name"` // of the rule, service or hook; UnknownCard
	Pack string `json:"pack,omitempty"`
	// Shown are all cards. Of UnknownCard it is 0: nothing is known of when these were shown, and its other
	// numbers are of the cards that feedback was received about in the time asked for.
	Shown      int `json:"shown"`
	Accepted   int `json:"accepted"`
	Overridden int `json:"overridden"`
	Ignored    int `json:"ignored"` // shown without any feedback
	// Reasons are those that were given with a code, the most frequent first.
	Reasons []ReasonCount `json:"reasons,omitempty"`
}

// UnknownCard names the row of feedback about cards that the store does not know, or that were sent to
// another client. It is the last one, and left out where there is none.
const UnknownCard = "unknown card"

// A ReasonCount says how many cards were overridden for a reason. Its display is the one that clients sent,
// else the one that was offered; of several the last in the order of bytes.
type ReasonCount struct {
	Coding
	Count int `json:"count"`
}

// Sort puts rows into the order in which a Summary returns them: the most overridden first.
func Sort(rows []Row) {
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(
			cmp.Compare(unknown(a), unknown(b)),
			cmp.Compare(b.Overridden, a.Overridden),
			cmp.Compare(b.Shown, a.Shown),
			cmp.Compare(a.Pack, b.Pack),
			cmp.Compare(a.Name, b.Name),
		)
	})
	for _, row := range rows {
		slices.SortFunc(row.Reasons, func(a, b ReasonCount) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.System, b.System), cmp.Compare(a.Code, b.Code))
		})
	}
}

func unknown(r Row) int {
	if r.Name == UnknownCard {
		return 1
	}
	return 0
}

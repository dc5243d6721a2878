package hooks

import (
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks/auth"
)

// An Outcome says what came of one call, for logs and metrics. No name, no value and no token of the request
// is in it, and the patient only as a hash.
type Outcome struct {
	At           time.Time
	Service      string // its id; "" for discovery, and where there is none
	Hook         string // "" if it was not reached
	HookInstance string
	Caller       auth.Caller // the zero one where nobody asks
	Status       int
	Error        string // why the answer is no 200: FHIR's issue type, and the field of the request

	Patient string // a keyed hash; "" if it is not known
	Request string // SHA-256 of the body, in hex; "" if it was not read
	Bytes   int    // of the body

	Took     time.Duration // from the first to the last byte
	Fetched  time.Duration // of that, waiting for the client's FHIR server
	Decided  time.Duration // of that, reading the data and asking the rules
	Prefetch map[string]PrefetchState

	Cards      int // that were sent
	Unscreened int
	Warnings   int
	Decisions  []Decision // findings, then what could not be decided, then failures, then what was suppressed
}

// A Decision is what became of one rule.
type Decision struct {
	Result    Result
	Rule      string // of a row: "rule[row]"
	Pack      string
	Version   string
	Indicator cds.Indicator // of a finding, or of the card of an undecided rule
	Focus     string        // "Type/id"
	Evidence  []string      // "Type/id", without the patient's
	Card      string        // the uuid of the card that told it; "" if none did
	Hidden    Reason        // why a finding, or an undecided rule that has a card, was not shown
	Missing   []string      // the types that an undecided rule missed
}

// A Result is how a rule ended.
type Result string

const (
	Found      Result = "found"
	Undecided  Result = "undecided"
	Failed     Result = "failed"
	Late       Result = "late" // the deadline of the call passed before it was asked
	Suppressed Result = "suppressed"
)

// A Reason says why a card was not shown; of what is suppressed it is the engine's, such as "shadow".
type Reason string

const (
	BelowMinimum   Reason = "below-minimum"         // of the client
	OverLimit      Reason = "over-limit"            // of the client's number of cards
	ShownAtSelect  Reason = "shown-at-order-select" // to the same user, by a client that shows it
	FeedbackGiven  Reason = "feedback-given"        // on the same card, by the same user
	NothingChosen  Reason = "nothing-chosen"        // undecided at order-select, where the order names no drug yet
	NotUnderReview Reason = "not-under-review"      // about therapies that exist, none of which is under review
)

// Count returns how many decisions ended so.
func (o *Outcome) Count(r Result) int {
	n := 0
	for i := range o.Decisions {
		if o.Decisions[i].Result == r {
			n++
		}
	}
	return n
}

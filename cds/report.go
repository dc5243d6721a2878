package cds

import "encoding/json"

// A Report is the answer for one patient at one instant. Its JSON form is stable: lists are never null,
// absent members are left out. It owns all its memory and can be kept after the record is closed.
type Report struct {
	Findings   []Finding      `json:"findings"`
	Undecided  []Undecided    `json:"undecided"`
	Failures   []Failure      `json:"failures"`
	Suppressed []Suppressed   `json:"suppressed"`
	Unscreened []Unscreened   `json:"unscreened"`
	Skipped    map[string]int `json:"skipped"` // FHIR type → how many resources no rule reads
	Warnings   []Notice       `json:"warnings"`
}

// A Finding is a rule that holds.
type Finding struct {
	Rule      string     `json:"rule"` // the id, `id[row]` for a rule with a table
	Pack      string     `json:"pack"`
	Version   string     `json:"version,omitempty"`
	Indicator Indicator  `json:"indicator"`
	Summary   string     `json:"summary"`
	Row       string     `json:"row,omitempty"`
	Focus     string     `json:"focus,omitempty"` // "Type/id"
	At        string     `json:"at,omitempty"`    // "file:line" of the rule
	Evidence  []Evidence `json:"evidence"`
	Source    string     `json:"source,omitempty"` // the card's source label
	Citation  string     `json:"citation,omitempty"`
	// Degraded says what went wrong on the way to a decision that did not depend on it; "" if nothing.
	Degraded string `json:"degraded,omitempty"`

	Card RenderedCard `json:"-"`
}

// Evidence is one thing that `when` read: a value in a resource, one of the hook's context, or an absence.
type Evidence struct {
	Resource string `json:"resource,omitempty"` // "Type/id"; "" of the context, and of an absence
	Path     string `json:"path,omitempty"`     // as in FHIRPath, without the type; "context.userId"
	Value    string `json:"value"`              // as a person reads it; an absence reads "none in 12 supplied"
	Date     string `json:"date,omitempty"`     // of the resource, at its own precision
}

// An Undecided is a rule that could not be decided, with what was missing. For a rule with a table it
// stands for all rows that miss the same thing.
type Undecided struct {
	Rule    string    `json:"rule"` // the id without row
	Pack    string    `json:"-"`
	Rows    []string  `json:"rows,omitempty"`
	Focus   string    `json:"focus,omitempty"`
	Missing []Missing `json:"missing"`
	Error   string    `json:"error,omitempty"` // an error that was met on the way
	At      string    `json:"-"`

	// Cards are of the rule's `undecided:`, each text of its rows once, the most urgent first; nil if it has none.
	Cards []RenderedCard `json:"-"`
}

// Missing is a datum that was not there.
type Missing struct {
	Resource string `json:"resource,omitempty"` // "Type/id", or the type of which none was there
	Path     string `json:"path,omitempty"`
	Reason   string `json:"reason"` // "not in the record", "not supplied", "data absent: asked-declined", …
}

// A Failure is a rule that ended in an error. All other rules still answer.
type Failure struct {
	Rule  string `json:"rule"`
	Focus string `json:"focus,omitempty"`
	At    string `json:"at,omitempty"` // "file:line:col" of what failed
	Error string `json:"error"`
	// Late says that the evaluation was ended before the rule was asked, or while it was: that is no mistake of it.
	Late bool `json:"late,omitempty"`
}

// A Suppressed finding held and is not shown, for the reason given.
type Suppressed struct {
	Rule   string `json:"rule"`
	Focus  string `json:"focus,omitempty"`
	Reason string `json:"reason"`       // "shadow" or "covered"
	By     string `json:"by,omitempty"` // the rule, or `id[row]`, of the finding that covers it
}

// An Unscreened resource has codes that no rule could see.
type Unscreened struct {
	Resource string `json:"resource"`
	Code     string `json:"code,omitempty"` // "system|code" of its first coding
	Display  string `json:"display,omitempty"`
	Reason   string `json:"reason"`
}

// A Notice is something odd in the data that did not stop the reading.
type Notice struct {
	Resource string `json:"resource,omitempty"` // "Type/id", or the name of the input
	Path     string `json:"path,omitempty"`
	Message  string `json:"message"`
}

// A RenderedCard is a card with its templates filled, in the shape of CDS Hooks.
type RenderedCard struct {
	Indicator   Indicator
	Summary     string
	Detail      string
	SourceLabel string
	SourceURL   string
	Links       []RenderedLink
	Suggestions []RenderedSuggestion
	Override    []Reason
	Actions     []RenderedAction // without asking the clinician: system actions
	// Unreviewed says that neither the rule nor its pack has the date of a clinical review; SourceLabel, where
	// there is one, ends in NotReviewed.
	Unreviewed bool
}

// NotReviewed is what the label of a source ends in, where no clinician has reviewed the rule.
const NotReviewed = " (not clinically reviewed)"

// A RenderedLink is a Link with its templates filled.
type RenderedLink struct {
	Label, URL, Type, AppContext string
	Autolaunchable               bool
}

// A RenderedSuggestion is a Suggestion with its templates filled.
type RenderedSuggestion struct {
	Label       string
	Recommended bool
	Actions     []RenderedAction
}

// A RenderedAction is what an accepted suggestion does.
type RenderedAction struct {
	Type        string // "create", "update" or "delete"
	Description string
	Resource    json.RawMessage // the whole resource, for create and update
	ResourceID  string          // "Type/id", for delete
	With        json.RawMessage // what Resource has beside what it had; nil for nothing
}

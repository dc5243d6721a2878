package hooks

import (
	"encoding/json"

	"github.com/primum-cds/primum/cds"
)

// A response is what a service answers with. What is optional is left out where it has no value.
type response struct {
	Cards         []card    `json:"cards"`
	SystemActions []action  `json:"systemActions,omitempty"`
	Extension     extension `json:"extension,omitempty"`
}

type card struct {
	UUID              string        `json:"uuid"`
	Summary           string        `json:"summary"`
	Detail            string        `json:"detail,omitempty"`
	Indicator         cds.Indicator `json:"indicator"`
	Source            source        `json:"source"`
	Suggestions       []suggestion  `json:"suggestions,omitempty"`
	SelectionBehavior string        `json:"selectionBehavior,omitempty"`
	OverrideReasons   []coding      `json:"overrideReasons,omitempty"`
	Links             []link        `json:"links,omitempty"`
	Extension         extension     `json:"extension,omitempty"`
}

type source struct {
	Label string  `json:"label"`
	URL   string  `json:"url,omitempty"`
	Topic *coding `json:"topic,omitempty"`
}

// A coding is CDS Hooks' own: only display is optional.
type coding struct {
	Code    string `json:"code"`
	System  string `json:"system"`
	Display string `json:"display,omitempty"`
}

type suggestion struct {
	Label       string   `json:"label"`
	UUID        string   `json:"uuid"`
	Recommended bool     `json:"isRecommended,omitempty"`
	Actions     []action `json:"actions,omitempty"`
}

type action struct {
	Type        string          `json:"type"`
	Description string          `json:"description"`
	Resource    json.RawMessage `json:"resource,omitempty"`
	ResourceID  string          `json:"resourceId,omitempty"`
}

type link struct {
	Label      string `json:"label"`
	URL        string `json:"url"`
	Type       string `json:"type"`
	AppContext string `json:"appContext,omitempty"`
	// Autolaunchable is of 3.0: a client of 2.0 passes it over, and shows the card.
	Autolaunchable bool `json:"autolaunchable,omitempty"`
}

// An extension is by reverse domain name.
type extension map[string]any

// The names of what we add to responses and cards, and that of Da Vinci CRD for the orders of a card.
const (
	findingsExtension  = "io.github.primum-cds.findings"
	undecidedExtension = "io.github.primum-cds.undecided"
	reportExtension    = "io.github.primum-cds.report"
	issuesExtension    = "io.github.primum-cds.detected-issues"
	systemExtension    = "systemActions" // as before CDS Hooks 2.0
	ordersExtension    = "davinci-crd.associated-resource"
)

// topics is the code system of rules, below which each pack has its own.
const topics = "https://github.com/primum-cds/primum/packs/"

// A ruleSaid tells in a card's extension which rule it is from and on what it rests.
type ruleSaid struct {
	Rule      string        `json:"rule"`
	Row       string        `json:"row,omitempty"`
	Pack      string        `json:"pack"`
	Version   string        `json:"version,omitempty"`
	Indicator cds.Indicator `json:"indicator,omitempty"`
	Focus     string        `json:"focus,omitempty"`
	Evidence  []string      `json:"evidence,omitempty"` // references
	Missing   []missing     `json:"missing,omitempty"`
	Citation  string        `json:"citation,omitempty"`
	Degraded  string        `json:"degraded,omitempty"`
}

type missing struct {
	Resource string `json:"resource,omitempty"`
	Path     string `json:"path,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

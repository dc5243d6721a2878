package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
)

// A Decision is a line of the decision log: what came of one call, as far as it is needed to find the call again,
// and to make sure that the same rules say the same of the same request. Who the patient is, and which resources
// are meant, is only in it as a hash with the site's key.
type Decision struct {
	Time         time.Time `json:"time"` // the instant as of which rules were asked
	Rules        string    `json:"rules"`
	Key          string    `json:"key"` // which key the hashes are made with
	Service      string    `json:"service"`
	Hook         string    `json:"hook"`
	HookInstance string    `json:"hookInstance,omitempty"`
	Issuer       string    `json:"issuer,omitempty"`
	Tenant       string    `json:"tenant,omitempty"`
	Status       int       `json:"status"`
	Error        string    `json:"error,omitempty"`
	Patient      string    `json:"patient,omitempty"`
	Request      string    `json:"request,omitempty"` // SHA-256 of the body
	Archive      string    `json:"archive,omitempty"` // where in the archive the body is
	Bytes        int       `json:"bytes"`
	Milliseconds float64   `json:"ms"`
	Fetching     float64   `json:"fetchMs,omitempty"`

	Prefetch   map[string]hooks.PrefetchState `json:"prefetch,omitempty"`
	Cards      int                            `json:"cards"`
	Unscreened int                            `json:"unscreened,omitempty"`
	Warnings   int                            `json:"warnings,omitempty"`
	Results    []Result                       `json:"results"`
}

// A Result is what became of one rule.
type Result struct {
	Result    hooks.Result  `json:"result"`
	Rule      string        `json:"rule"`
	Pack      string        `json:"pack,omitempty"`
	Version   string        `json:"version,omitempty"`
	Indicator cds.Indicator `json:"indicator,omitempty"`
	Focus     string        `json:"focus,omitempty"`    // "Type/hash"
	Evidence  []string      `json:"evidence,omitempty"` // likewise
	Missing   []string      `json:"missing,omitempty"`  // types
	Hidden    hooks.Reason  `json:"hidden,omitempty"`
	Card      string        `json:"card,omitempty"` // its uuid
}

// decision makes a line of what came of a call.
func decision(o *hooks.Outcome, rules string, key []byte) *Decision {
	d := &Decision{
		Time: o.At, Rules: rules, Key: hashed(key, "key")[:8], Service: o.Service, Hook: o.Hook, HookInstance: o.HookInstance,
		Issuer: o.Caller.Issuer, Tenant: o.Caller.Tenant, Status: o.Status, Error: o.Error, Patient: o.Patient, Request: o.Request,
		Bytes: o.Bytes, Milliseconds: milliseconds(o.Took), Fetching: milliseconds(o.Fetched),
		Prefetch: o.Prefetch, Cards: o.Cards, Unscreened: o.Unscreened, Warnings: o.Warnings, Results: []Result{},
	}
	for _, from := range o.Decisions {
		r := Result{
			Result: from.Result, Rule: from.Rule, Pack: from.Pack, Version: from.Version, Indicator: from.Indicator,
			Focus: reference(key, from.Focus), Missing: from.Missing, Hidden: from.Hidden, Card: from.Card,
		}
		for _, e := range from.Evidence {
			r.Evidence = append(r.Evidence, reference(key, e))
		}
		d.Results = append(d.Results, r)
	}
	return d
}

// reference hides which resource is meant: "MedicationRequest/1" becomes its type and a hash.
func reference(key []byte, ref string) string {
	if ref == "" {
		return ""
	}
	kind, _, found := strings.Cut(ref, "/")
	if !found {
		kind = "Resource"
	}
	return kind + "/" + hashed(key, ref)[:16]
}

func hashed(key []byte, text string) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("decision:" + text)) // a hash takes all
	return hex.EncodeToString(m.Sum(nil))
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// record keeps what came of a call.
func (s *Server) record(o *hooks.Outcome, v *visit, rules string) {
	key := s.config.Hooks.HashKey
	var name string
	if s.archive != nil && v != nil && v.body != nil {
		name = s.archive.keep(o.At, v.body, v.fetched)
	}
	s.decisions.add(func() ([]byte, error) {
		d := decision(o, rules, key)
		d.Archive = name
		return json.Marshal(d)
	})
	s.audits.add(func() ([]byte, error) { return json.Marshal(auditEvent(o)) })
}

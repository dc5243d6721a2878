package server

import (
	"time"

	"github.com/primum-cds/primum/hooks"
)

// What an AuditEvent of FHIR R4 is made of, as far as a call needs it.
type (
	auditResource struct {
		ResourceType string        `json:"resourceType"`
		Type         auditCoding   `json:"type"`
		Subtype      []auditCoding `json:"subtype"`
		Action       string        `json:"action"`
		Recorded     string        `json:"recorded"`
		Outcome      string        `json:"outcome"`
		Agent        []auditAgent  `json:"agent"`
		Source       auditSource   `json:"source"`
		Entity       []auditEntity `json:"entity,omitempty"`
	}
	auditCoding struct {
		System  string `json:"system,omitempty"`
		Code    string `json:"code"`
		Display string `json:"display,omitempty"`
	}
	auditAgent struct {
		Who       auditWho `json:"who"`
		Requestor bool     `json:"requestor"`
	}
	auditSource struct {
		Observer auditWho `json:"observer"`
	}
	auditEntity struct {
		What auditWho     `json:"what"`
		Type auditCoding  `json:"type"`
		Role *auditCoding `json:"role,omitempty"`
	}
	auditWho struct {
		Identifier *auditIdentifier `json:"identifier,omitempty"`
		Display    string           `json:"display,omitempty"`
	}
	auditIdentifier struct {
		System string `json:"system,omitempty"`
		Value  string `json:"value"`
	}
)

const (
	hashSystem  = "https://github.com/primum-cds/primum/patient-hash"
	bodySystem  = "https://github.com/primum-cds/primum/request-sha256"
	entityTypes = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
	entityRoles = "http://terminology.hl7.org/CodeSystem/object-role"
)

// auditEvent says who asked about whom, and whether there was an answer. The patient is a keyed hash, as in the
// decision log.
func auditEvent(o *hooks.Outcome) auditResource {
	e := auditResource{
		ResourceType: "AuditEvent",
		Type:         auditCoding{"http://terminology.hl7.org/CodeSystem/audit-event-type", "rest", "RESTful Operation"},
		Subtype:      []auditCoding{{"https://cds-hooks.hl7.org/hooks", o.Hook, ""}},
		Action:       "E", Recorded: o.At.Format(time.RFC3339Nano), Outcome: auditOutcome(o.Status),
		Agent:  []auditAgent{{Who: caller(o), Requestor: true}},
		Source: auditSource{auditWho{Display: "primum, service " + o.Service}},
	}
	if o.Patient != "" {
		e.Entity = append(e.Entity, auditEntity{
			auditWho{Identifier: &auditIdentifier{hashSystem, o.Patient}},
			auditCoding{entityTypes, "1", "Person"}, &auditCoding{entityRoles, "1", "Patient"},
		})
	}
	if o.Request != "" {
		e.Entity = append(e.Entity, auditEntity{
			auditWho{Identifier: &auditIdentifier{bodySystem, o.Request}},
			auditCoding{entityTypes, "2", "System Object"}, &auditCoding{entityRoles, "24", "Query"},
		})
	}
	return e
}

func caller(o *hooks.Outcome) auditWho {
	if o.Caller.Issuer == "" {
		return auditWho{Display: "not authenticated"}
	}
	return auditWho{Identifier: &auditIdentifier{Value: o.Caller.Issuer}}
}

// auditOutcome is a code of http://terminology.hl7.org/CodeSystem/audit-event-outcome: success, the caller's fault,
// or ours.
func auditOutcome(status int) string {
	switch {
	case status < 400:
		return "0"
	case status < 500:
		return "4"
	}
	return "8"
}

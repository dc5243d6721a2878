package hooks

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// A Template is a search or a read that a client is asked to make before it calls a service, relative to its
// FHIR server's base URL, with tokens in {{ }} that it fills in.
type Template struct {
	Key   string // "medications"
	Query string // "MedicationRequest?patient={{context.patientId}}"
}

// ordered are templates as a JSON object, in their order.
type ordered []Template

// MarshalJSON writes an object whose members are in the order of the templates.
func (o ordered) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, t := range o {
		key, err := encode(t.Key)
		if err != nil {
			return nil, err
		}
		query, err := encode(t.Query)
		if err != nil {
			return nil, err
		}
		b.WriteByte("{,"[min(i, 1)])
		b.Write(key)
		b.WriteByte(':')
		b.Write(query)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// escape makes a value one part of a search or of a path, with the '/' of a reference and the ',' of a list; "" if
// it would lead elsewhere.
func escape(value string) string {
	if slices.Contains(strings.Split(value, "/"), "..") {
		return ""
	}
	return strings.NewReplacer("%2F", "/", "%2C", ",", "+", "%20").Replace(url.QueryEscape(value))
}

// users are the tokens that stand for the user if it is of a type.
var users = map[string]string{
	"userPractitionerId": "Practitioner/", "userPractitionerRoleId": "PractitionerRole/",
	"userPatientId": "Patient/", "userRelatedPersonId": "RelatedPerson/",
}

// token returns the value of a token of CDS Hooks 2.0; "" if there is none.
func (r *Request) token(name string) string {
	if prefix := users[name]; prefix != "" {
		id, _ := strings.CutPrefix(r.UserID, prefix)
		if id == r.UserID {
			return ""
		}
		return id
	}
	field, ok := strings.CutPrefix(strings.TrimPrefix(name, "%"), "context.")
	if !ok {
		return ""
	}
	switch field {
	case "patientId":
		return r.PatientID
	case "userId":
		return r.UserID
	case "encounterId":
		return r.EncounterID
	}
	var one string
	if json.Unmarshal(r.Context[field], &one) == nil {
		return one
	}
	var several []string
	if json.Unmarshal(r.Context[field], &several) == nil {
		return strings.Join(several, ",")
	}
	return ""
}

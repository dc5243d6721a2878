package hooks

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds"
)

// A detectedIssue is FHIR's resource of that name, as far as a finding fills it.
type detectedIssue struct {
	ResourceType string        `json:"resourceType"`
	Status       string        `json:"status"`
	Code         *codedConcept `json:"code,omitempty"`
	Severity     string        `json:"severity"`
	Patient      *reference    `json:"patient,omitempty"`
	Identified   string        `json:"identifiedDateTime"`
	Implicated   []reference   `json:"implicated"`
	Detail       string        `json:"detail"`
}

type reference struct {
	Reference string `json:"reference"`
}

type codedConcept struct {
	Coding []coding `json:"coding"`
}

// severities are DetectedIssue's for the indicators.
var severities = map[cds.Indicator]string{cds.Critical: "high", cds.Warning: "moderate", cds.Info: "low"}

// issues makes a DetectedIssue of each finding that is shown and implicates several resources, for clients that
// want them: as system actions, or in the card's extension.
func (a *answer) issues(shown []*told, out *response) error {
	if !a.client.DetectedIssues {
		return nil
	}
	for i, t := range shown {
		var made []json.RawMessage
		for _, f := range t.findings {
			d, ok := a.issue(f)
			if !ok {
				continue
			}
			resource, err := encode(d)
			if err != nil {
				return err
			}
			made = append(made, resource)
		}
		switch {
		case len(made) == 0:
		case a.client.SystemActions == "":
			out.Cards[i].Extension[issuesExtension] = map[string]any{"resources": made}
		default:
			for _, resource := range made {
				out.SystemActions = append(out.SystemActions, action{Type: "create", Description: "Record: " + t.card.Summary, Resource: resource})
			}
		}
	}
	return nil
}

// issue is the DetectedIssue of a finding; false if it implicates less than two resources.
func (a *answer) issue(f *cds.Finding) (detectedIssue, bool) {
	d := detectedIssue{
		ResourceType: "DetectedIssue", Status: "preliminary", Severity: severities[f.Indicator],
		Identified: a.outcome.At.UTC().Format(time.RFC3339), Detail: f.Summary,
	}
	if a.request.PatientID != "" {
		d.Patient = &reference{"Patient/" + a.request.PatientID}
	}
	medications := 0
	for _, ref := range a.evidence(f) {
		if strings.HasPrefix(ref, "Patient/") {
			continue
		}
		if strings.HasPrefix(ref, "Medication") {
			medications++
		}
		d.Implicated = append(d.Implicated, reference{ref})
	}
	if medications > 1 {
		d.Code = &codedConcept{[]coding{{Code: "DRG", System: "http://terminology.hl7.org/CodeSystem/v3-ActCode", Display: "Drug Interaction Alert"}}}
	}
	return d, len(d.Implicated) > 1
}

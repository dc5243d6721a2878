package record

import "github.com/primum-cds/primum/cds/internal/tree"

// clinicalDates names the elements that hold the clinical date of a resource, the first one that is
// there. Of a Period it is the start, else the end; of a Timing its first event.
var clinicalDates = map[string][]string{
	"AllergyIntolerance":       {"onsetDateTime", "onsetPeriod", "recordedDate"},
	"Appointment":              {"start"},
	"CarePlan":                 {"period", "created"},
	"CareTeam":                 {"period"},
	"ClinicalImpression":       {"effectiveDateTime", "effectivePeriod", "date"},
	"Condition":                {"onsetDateTime", "onsetPeriod", "recordedDate"},
	"Coverage":                 {"period"},
	"DetectedIssue":            {"identifiedDateTime", "identifiedPeriod"},
	"DeviceRequest":            {"occurrenceDateTime", "occurrencePeriod", "authoredOn"},
	"DeviceUseStatement":       {"timingDateTime", "timingPeriod", "recordedOn"},
	"DiagnosticReport":         {"effectiveDateTime", "effectivePeriod", "issued"},
	"DocumentReference":        {"date"},
	"Encounter":                {"period"},
	"EpisodeOfCare":            {"period"},
	"FamilyMemberHistory":      {"date"},
	"Flag":                     {"period"},
	"Goal":                     {"startDate"},
	"ImagingStudy":             {"started"},
	"Immunization":             {"occurrenceDateTime", "recorded"},
	"MedicationAdministration": {"effectiveDateTime", "effectivePeriod"},
	"MedicationDispense":       {"whenHandedOver", "whenPrepared"},
	"MedicationRequest":        {"authoredOn"},
	"MedicationStatement":      {"effectiveDateTime", "effectivePeriod", "dateAsserted"},
	"NutritionOrder":           {"dateTime"},
	"Observation":              {"effectiveDateTime", "effectiveInstant", "effectivePeriod", "effectiveTiming", "issued"},
	"Procedure":                {"performedDateTime", "performedPeriod"},
	"QuestionnaireResponse":    {"authored"},
	"RiskAssessment":           {"occurrenceDateTime", "occurrencePeriod"},
	"ServiceRequest":           {"occurrenceDateTime", "occurrencePeriod", "authoredOn"},
	"Specimen":                 {"receivedTime"},
	"Task":                     {"authoredOn"},
}

// Date returns the clinical date of the resource as written, nil if it has none. It lives as long as the
// record.
func (r *Resource) Date() []byte {
	for _, name := range clinicalDates[r.Type] {
		v := r.JSON.Member(name)
		switch v.Kind() {
		case tree.Absent:
			continue
		case tree.String:
			if date := v.Bytes(); len(date) > 0 {
				return date
			}
		}
		for _, part := range []string{"start", "end"} {
			if date := v.Bytes(part); len(date) > 0 {
				return date
			}
		}
		for event := range v.Member("event").All() {
			return event.Bytes()
		}
	}
	return nil
}

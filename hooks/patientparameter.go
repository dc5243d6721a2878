package hooks

import "slices"

// patientParameter is the search parameter of FHIR R4 that selects resources of a type by their patient; ""
// if there is none.
func patientParameter(of string) string {
	switch {
	case slices.Contains(bySubject, of):
		return "subject"
	case slices.Contains(byPatient, of):
		return "patient"
	}
	return ""
}

// bySubject are the types that know a patient only as their subject.
var bySubject = []string{"AdverseEvent", "SupplyRequest"}

// byPatient are the types that are found by patient.
var byPatient = []string{
	"Account", "AllergyIntolerance", "Appointment", "AppointmentResponse", "AuditEvent", "Basic", "BodyStructure",
	"CarePlan", "CareTeam", "ChargeItem", "Claim", "ClaimResponse", "ClinicalImpression", "Communication",
	"CommunicationRequest", "Composition", "Condition", "Consent", "Contract", "Coverage",
	"CoverageEligibilityRequest", "CoverageEligibilityResponse", "DetectedIssue", "Device", "DeviceRequest",
	"DeviceUseStatement", "DiagnosticReport", "DocumentManifest", "DocumentReference", "Encounter",
	"EnrollmentRequest", "EpisodeOfCare", "ExplanationOfBenefit", "FamilyMemberHistory", "Flag", "Goal",
	"GuidanceResponse", "ImagingStudy", "Immunization", "ImmunizationEvaluation", "ImmunizationRecommendation",
	"Invoice", "List", "MeasureReport", "Media", "MedicationAdministration", "MedicationDispense",
	"MedicationRequest", "MedicationStatement", "MolecularSequence", "NutritionOrder", "Observation", "Person",
	"Procedure", "Provenance", "QuestionnaireResponse", "RelatedPerson", "RequestGroup", "ResearchSubject",
	"RiskAssessment", "ServiceRequest", "Specimen", "SupplyDelivery", "Task", "VisionPrescription",
}

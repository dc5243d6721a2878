package cds

// StandardOverride returns the reasons that CDS Hooks 3.0 proposes for going against a card, those of
// its code system non-adherence-reason-codes that fit a prescriber at an order. Code and display are
// those of the published code system.
func StandardOverride() []Reason {
	const system = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
	return []Reason{
		{Code: "patient-contraindication", System: system, Display: "Patient has contraindication to recommended action"},
		{Code: "patient-refuses", System: system, Display: "Patient refuses/declines (no context given)"},
		{Code: "risk-benefit-ratio", System: system, Display: "Recipient assessment of risk/benefit ratio"},
		{Code: "does-not-align-latest-evidence", System: system, Display: "Recommended action does not align with the latest evidence"},
		{Code: "prefers-alternative", System: system, Display: "Patient prefers an alternative approach or treatment"},
		{Code: "need-more-info", System: system, Display: "Could not address recommended action due to need for more information/pending results/pending consult"},
		{Code: "wrong-time-workflow", System: system, Display: "PC CDS delivered at wrong time in workflow or patient lifecycle"},
	}
}

package main

import "time"

func Example() {
	review("../patients/warfarin-ibuprofen.json", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	// Output:
	// warning: Major bleeding: ibuprofen 600 MG Oral Tablet with warfarin sodium 5 MG Oral Tablet (drug-drug-interaction[warfarin-nsaid])
	//   because of MedicationRequest/ibuprofen ibuprofen 600 MG Oral Tablet
	//   because of MedicationRequest/ibuprofen oral
	//   because of MedicationRequest/warfarin warfarin sodium 5 MG Oral Tablet
	//   because of MedicationRequest/warfarin oral
	// warning: Warfarin sodium 5 MG Oral Tablet: no INR in 84 days (inr-overdue)
	//   because of MedicationRequest/warfarin warfarin sodium 5 MG Oral Tablet
	//   because of MedicationRequest/warfarin 2026-02-09
	//   because of MedicationRequest/warfarin active
	//   because of  none of inr in 1 supplied
	// info: Ibuprofen 600 MG Oral Tablet at 77 years: add a proton pump inhibitor (nsaid-without-gastroprotection)
	//   because of MedicationRequest/ibuprofen ibuprofen 600 MG Oral Tablet
	//   because of MedicationRequest/ibuprofen oral
	//   because of Patient/helga 1948-05-17
	//   because of  none of ppis in 2 supplied
	// not decided: gene-drug
	//   for want of Observation cyp2c9_activity: none in the record
	//   for want of Observation therapeutic_implication: none in the record
	// not decided: gene-drug
	//   for want of Observation cyp2c9_activity: none in the record
	//   for want of Observation therapeutic_implication: none in the record
	// not decided: nsaid-low-egfr
	//   for want of Observation creatinine: none in the last 12 months
	//   for want of Observation egfr: none in the last 12 months
}

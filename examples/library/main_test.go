package main

import "os"

func Example() {
	os.Args = []string{"library", "../patients/warfarin-ibuprofen.json"}
	main()
	// Output:
	// warning: Major bleeding: ibuprofen 600 MG Oral Tablet with warfarin sodium 5 MG Oral Tablet (drug-drug-interaction[warfarin-nsaid])
	//   because of MedicationRequest/ibuprofen ibuprofen 600 MG Oral Tablet
	//   because of MedicationRequest/ibuprofen oral
	//   because of MedicationRequest/warfarin warfarin sodium 5 MG Oral Tablet
	//   because of MedicationRequest/warfarin oral
	// not decided: nsaid-low-egfr
	//   for want of Observation creatinine: none in the last 12 months
	//   for want of Observation egfr: none in the last 12 months
}

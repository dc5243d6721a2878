package main

func Example() {
	main()
	// Output:
	// info: Ibuprofen 600 MG Oral Tablet is not stocked: expect a delay, or choose another
	// not decided for MedicationRequest/trial-drug: an RxNorm code of trial drug AB-17
}

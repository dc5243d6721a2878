// Package cds evaluates clinical rules against a patient's FHIR R4 data.
//
// An Engine holds compiled rules, a Record what is known of one patient, a Report the answer:
//
//	packs, err := rules.Embedded()
//	engine, err := cds.New(packs)
//	record, err := engine.Read(cds.JSON(bundle))
//	defer record.Close()
//	report, err := engine.Evaluate(ctx, record, cds.Review{Now: time.Now()})
//	for _, finding := range report.Findings { … }
//
// Logic is three-valued. A rule that could not be decided because something was missing is in
// Report.Undecided, with what was missing: an empty Findings alone never means that all is well.
//
// An Engine is immutable and may be used by any number of goroutines. A Record belongs to one.
package cds

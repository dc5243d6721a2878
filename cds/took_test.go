package cds_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/cds/terminology"
)

// What was stopped ended when its period says; when it was to end says no more than the latest day.
func TestTookWhatWasStopped(t *testing.T) {
	lisinopril := cds.Codes{Name: "lisinopril", Groups: []cds.CodeGroup{{System: terminology.RxNorm, Codes: []cds.Text{{Value: "29046"}}}}}
	e, err := cds.New(packOf(lisinopril, "patient.took(lisinopril, hours(36))"))
	require.NoError(t, err)
	const drug = `"medicationCodeableConcept":{"coding":[{"system":"` + terminology.RxNorm + `","code":"29046"}]}`
	for name, c := range map[string]struct{ resource, want string }{
		"36 hours ago":        {`"MedicationStatement","effectivePeriod":{"start":"2025-06-01","end":"2026-02-27T12:00:00Z"}`, "holds"},
		"longer ago":          {`"MedicationStatement","effectivePeriod":{"start":"2025-06-01","end":"2026-02-27T11:59:59Z"}`, "does not hold"},
		"to end later":        {`"MedicationStatement","effectivePeriod":{"start":"2025-06-01","end":"2026-04-01"}`, "undecided"},
		"at no known time":    {`"MedicationStatement","effectivePeriod":{"start":"2025-06-01"}`, "undecided"},
		"before a supply did": {`"MedicationRequest","intent":"order","authoredOn":"2026-02-01","dispenseRequest":{"expectedSupplyDuration":{"value":28,"code":"d"}}`, "undecided"},
		"after a supply did":  {`"MedicationRequest","intent":"order","authoredOn":"2026-01-01","dispenseRequest":{"expectedSupplyDuration":{"value":28,"code":"d"}}`, "does not hold"},
	} {
		require.Equal(t, c.want, outcome(t, e, `[{"id":"m","status":"stopped",`+drug+`,"resourceType":`+c.resource+`}]`), name)
	}
}

package cds_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
)

// Evidence is all that was read, in order and each thing once, whether a question read little or much.
func TestEvidenceIsAllThatWasRead(t *testing.T) {
	engine := compile(t, when(`patient.has(ckd) && patient.conditions.all(c, c.code in ckd && c.clinicalStatus in ckd || true) && patient.gender == 'female'`))
	for _, n := range []int{1, 7, 14, 15, 16, 17, 40} {
		record, err := engine.Read(cds.JSON(manyConditions(n)))
		require.NoError(t, err)
		report, err := engine.Evaluate(context.Background(), record, cds.Review{Now: now})
		require.NoError(t, err)
		record.Close()
		require.Len(t, report.Findings, 1, "%d conditions", n)
		var codes []string
		seen := map[cds.Evidence]bool{}
		for _, e := range report.Findings[0].Evidence {
			require.False(t, seen[e], "%d conditions: twice %v", n, e)
			seen[e] = true
			if e.Path == "code" {
				codes = append(codes, e.Resource)
			}
		}
		require.Len(t, codes, n)
		last := report.Findings[0].Evidence[len(report.Findings[0].Evidence)-1]
		require.Equal(t, cds.Evidence{Resource: "Patient/p", Path: "gender", Value: "female"}, last, "%d conditions", n)
	}
}

// What a Quantity came to in one record is what it comes to in the next, and nothing else is.
func TestQuantitiesOfManyRecords(t *testing.T) {
	engine := compile(t, when(`patient.value(egfr) < quantity(30, 'mL/min/{1.73_m2}')`))
	for _, value := range []string{"25", "29.9", "30", "25", "31", "29.9", "25.0"} {
		data := fmt.Sprintf(`[{"resourceType":"Patient","id":"p"},{"resourceType":"Observation","id":"o","status":"final",
			"subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-01-02","code":{"coding":[{"system":"http://loinc.org","code":"98979-8"}]},
			"valueQuantity":{"value":%s,"unit":"mL/min/{1.73_m2}","system":"http://unitsofmeasure.org","code":"mL/min/{1.73_m2}"}}]`, value)
		want := "nothing\n"
		if !strings.HasPrefix(value, "3") {
			want = "finding warning r\n  Observation/o valueQuantity = " + value + " mL/min/1.73 m² (2026-01-02)\n"
		}
		require.Equal(t, want, ask(t, engine, data))
	}
}

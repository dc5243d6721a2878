package cds_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
)

// A report is good after its record was closed, the bytes it was read from were used for something else, and
// the engine evaluated other records in the same memory.
func TestAReportOwnsItsMemory(t *testing.T) {
	engine := compile(t, "pack: test\ncodes:"+sharedCodes+`rules:
  - id: dose
    for: {order: MedicationRequest}
    when: order.drug in metformin && order.dailyDose() < quantity(2000, 'mg/d') && patient.value(egfr, months(12)) < quantity(200, 'mL/min/{1.73_m2}')
    card:
      indicator: info
      summary: "{{ order.drug }} {{ order.dailyDose() }}, eGFR {{ patient.value(egfr, months(12)) }}"
      detail: "{{ order.id }} {{ order.status }} {{ patient.conditions.map(c, c.code) }}"
      suggestions: [{label: "Stop {{ order.drug }}", actions: [{update: order}]}]
  - id: open
    for: {order: MedicationRequest}
    when: order.encounter.display == 'x'
    card: {indicator: info, summary: It holds}
    undecided: {indicator: info, summary: "Not known of {{ order.id }}"}
`)
	written := func(report *cds.Report) string {
		text, err := json.Marshal(report)
		require.NoError(t, err)
		return string(text)
	}
	evaluate := func(data []byte) *cds.Report {
		record, err := engine.Read(cds.JSON(data))
		require.NoError(t, err)
		report, err := engine.Evaluate(context.Background(), record, cds.Review{Now: now})
		require.NoError(t, err)
		record.Close()
		return report
	}
	data := benchmarkRecord(60)
	record, err := engine.Read(cds.JSON(data))
	require.NoError(t, err)
	report, err := engine.Evaluate(context.Background(), record, cds.Review{Now: now})
	require.NoError(t, err)
	require.NotEmpty(t, report.Findings)
	require.NotEmpty(t, report.Undecided)
	before := written(report)
	record.Close()
	for i := range data {
		data[i] = 'x'
	}
	for range 3 {
		evaluate(benchmarkRecord(300))
	}
	require.Equal(t, before, written(report))
	require.Equal(t, before, written(evaluate(benchmarkRecord(60))))
}

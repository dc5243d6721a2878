package cds_test

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

func TestExplain(t *testing.T) {
	const text = `
pack: test
codes: {ckd: {snomed: [709044004]}, warfarin: {rxnorm: [11289]}}
tables: {rows: {file: rows.csv, columns: {id: string, sex: string}}}
rules:
  - {id: holds, when: patient.has(ckd) && !patient.takes(warfarin), card: {indicator: info, summary: x}}
  - {id: not, hooks: [order-sign], when: patient.gender == 'male', card: {indicator: info, summary: x}}
  - {id: open, status: shadow, let: {a: patient.active}, when: a || patient.deceasedBoolean, card: {indicator: info, summary: x}}
  - {id: broken, when: "1 / size(patient.contact) > 0", card: {indicator: info, summary: x}}
  - {id: off, when: "true", card: {indicator: info, summary: x}}
  - {id: rows, each: {row: rows}, when: patient.gender == row.sex, card: {indicator: info, summary: x}}
`
	read, err := rules.LoadFS(fstest.MapFS{"test.yaml": {Data: []byte(text)}, "rows.csv": {Data: []byte("id,sex\na,male\nb,female\n")}}, ".")
	require.NoError(t, err)
	engine, err := cds.New(read, cds.WithSite(cds.Site{Rules: []cds.SiteRule{{ID: "off", Off: true}}}))
	require.NoError(t, err)
	record, err := engine.Read(cds.JSON([]byte(ann)))
	require.NoError(t, err)
	defer record.Close()
	female := []cds.Evidence{{Resource: "Patient/p", Path: "gender", Value: "female"}}
	for _, c := range []struct {
		rule string
		want []cds.Explanation
	}{
		{"holds", []cds.Explanation{{Rule: "holds", At: "test.yaml:6", Outcome: "holds", Clauses: []cds.Clause{
			{Depth: 0, Text: "patient.has(ckd) && !patient.takes(warfarin)", Value: "true", At: "test.yaml:6:23"},
			{Depth: 1, Text: "patient.has(ckd)", Value: "true", At: "test.yaml:6:23"},
			{Depth: 1, Text: "!patient.takes(warfarin)", Value: "true", At: "test.yaml:6:43"},
			{Depth: 2, Text: "patient.takes(warfarin)", Value: "false", At: "test.yaml:6:44"},
		}, Evidence: []cds.Evidence{
			{Resource: "Condition/c", Path: "code", Value: "kidneys", Date: "2025-02"}, {Path: "medications", Value: "none of warfarin in 0 supplied"},
		}}}},
		{"not", []cds.Explanation{{Rule: "not", At: "test.yaml:7", Outcome: "does not hold", Evidence: female, NotAsked: "it is asked at order-sign", Clauses: []cds.Clause{
			{Text: `patient.gender == "male"`, Value: "false", At: "test.yaml:7:42"},
			{Depth: 1, Text: "patient.gender", Value: "female", At: "test.yaml:7:42"},
		}}}},
		{"open", []cds.Explanation{{Rule: "open", At: "test.yaml:8", Outcome: "undecided", NotAsked: "its status is shadow",
			Missing: []cds.Missing{{Resource: "Patient/p", Path: "active", Reason: "not in the record"}, {Resource: "Patient/p", Path: "deceasedBoolean", Reason: "not in the record"}},
			Clauses: []cds.Clause{
				{Text: "a || patient.deceasedBoolean", Value: "unknown: Patient/p active: not in the record; Patient/p deceasedBoolean: not in the record", At: "test.yaml:8:64"},
				{Depth: 1, Text: "a", Value: "unknown: Patient/p active: not in the record", At: "test.yaml:8:64"},
				{Depth: 1, Text: "patient.deceasedBoolean", Value: "unknown: Patient/p deceasedBoolean: not in the record", At: "test.yaml:8:69"},
				{Text: "a = patient.active", Value: "unknown: Patient/p active: not in the record", At: "test.yaml:8:41"},
			}}}},
		{"broken", []cds.Explanation{{Rule: "broken", At: "test.yaml:9", Outcome: "failed", Error: "division by zero", Clauses: []cds.Clause{
			{Text: "1 / size(patient.contact) > 0", Value: "error: division by zero", At: "test.yaml:9:25"},
			{Depth: 1, Text: "1 / size(patient.contact)", Value: "error: division by zero", At: "test.yaml:9:25"},
		}}}},
		{"off", []cds.Explanation{{Rule: "off", At: "test.yaml:10", Outcome: "holds", NotAsked: "the site has switched it off",
			Clauses: []cds.Clause{{Text: "true", Value: "true", At: "test.yaml:10:22"}}}}},
		{"rows", []cds.Explanation{{Rule: "rows[b]", At: "test.yaml:11", Outcome: "holds", Evidence: female, Clauses: []cds.Clause{
			{Text: "patient.gender == row.sex", Value: "true", At: "test.yaml:11:41"},
			{Depth: 1, Text: "patient.gender", Value: "female", At: "test.yaml:11:41"},
			{Depth: 1, Text: "row.sex", Value: "female", At: "test.yaml:11:59"},
		}}}},
		{"rows[a]", []cds.Explanation{{Rule: "rows[a]", At: "test.yaml:11", Outcome: "does not hold", Evidence: female, Clauses: []cds.Clause{
			{Text: "patient.gender == row.sex", Value: "false", At: "test.yaml:11:41"},
			{Depth: 1, Text: "patient.gender", Value: "female", At: "test.yaml:11:41"},
			{Depth: 1, Text: "row.sex", Value: "male", At: "test.yaml:11:59"},
		}}}},
	} {
		t.Run(c.rule, func(t *testing.T) {
			got, err := engine.Explain(context.Background(), record, cds.Review{Now: now, Hook: "patient-view"}, c.rule)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
	_, err = engine.Explain(context.Background(), record, cds.Review{Now: now}, "rows[c]")
	require.EqualError(t, err, `there is no rule "rows[c]" (did you mean "rows[a]"?)`)
	_, err = engine.Explain(context.Background(), record, cds.Review{Now: now}, "hold")
	require.EqualError(t, err, `there is no rule "hold" (did you mean "holds"?)`)
}

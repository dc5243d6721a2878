package chart_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/record"
	"github.com/primum-cds/primum/cds/terminology"
)

// chartAt has the resource given first, and what it refers to.
func chartAt(t *testing.T, now string, resources ...string) (*chart.Chart, *chart.Entry) {
	t.Helper()
	var inputs []record.Input
	for _, json := range append(resources, `{"resourceType":"Patient","id":"p"}`) {
		inputs = append(inputs, record.Input{JSON: []byte(json)})
	}
	rec, err := record.Read(inputs, record.Options{PatientID: "p"})
	require.NoError(t, err)
	t.Cleanup(rec.Close)
	at, err := time.Parse(time.RFC3339, now)
	require.NoError(t, err)
	c := chart.New(rec, &chart.Coder{Codes: terminology.NewInterner(), Drugs: &terminology.Drugs{}})
	c.At(at)
	for _, res := range rec.Resources {
		if res.ID == "x" {
			return c, c.Entry(res)
		}
	}
	require.Fail(t, "no resource with the id x", resources[0])
	return nil, nil
}

const now = "2026-03-01T12:00:00Z"

var (
	yes = chart.State{Truth: kleene.True}
	no  = chart.State{Truth: kleene.False}
)

func unknown(path, reason string) chart.State {
	return chart.State{Truth: kleene.Unknown, Path: path, Reason: reason}
}

const of = `","id":"x","subject":{"reference":"Patient/p"},"patient":{"reference":"Patient/p"},`

func TestStatus(t *testing.T) {
	rest := map[string]string{
		"MedicationRequest":        `,"intent":"order"}`,
		"MedicationAdministration": `,"effectiveDateTime":"2026-03-01T08:00:00Z"}`,
		"MedicationDispense":       `,"whenHandedOver":"2026-02-20","daysSupply":{"value":30}}`,
	}
	for _, c := range []struct {
		kind        string
		counts, not []string
	}{
		{"MedicationRequest", []string{"active"}, []string{"on-hold", "cancelled", "completed", "stopped", "draft"}},
		{"MedicationStatement", []string{"active", "intended"}, []string{"completed", "stopped", "on-hold", "not-taken"}},
		{"MedicationAdministration", []string{"in-progress", "completed"}, []string{"not-done", "on-hold", "stopped"}},
		{"MedicationDispense", []string{"in-progress", "completed"}, []string{"preparation", "cancelled", "on-hold", "stopped", "declined"}},
		{"Observation", []string{"final", "amended", "corrected"}, []string{"registered", "preliminary", "cancelled"}},
		{"Procedure", []string{"completed"}, []string{"preparation", "in-progress", "not-done", "on-hold", "stopped"}},
		{"Immunization", []string{"completed"}, []string{"not-done"}},
	} {
		want := map[string]chart.State{
			"unknown": unknown("status", `"unknown" does not tell`),
			"weird":   unknown("status", `"weird" does not tell`),
			"Active":  unknown("status", `"Active" does not tell`),
		}
		for _, status := range c.counts {
			want[status] = yes
		}
		for _, status := range c.not {
			want[status] = no
		}
		for status, state := range want {
			end := rest[c.kind]
			if end == "" {
				end = "}"
			}
			_, e := chartAt(t, now, `{"resourceType":"`+c.kind+of+`"status":"`+status+`"`+end)
			require.Equal(t, state, e.Current(), "%s %s", c.kind, status)
		}
	}
}

func TestCurrent(t *testing.T) {
	const (
		request   = `{"resourceType":"MedicationRequest` + of + `"status":"active","intent":"order",`
		condition = `{"resourceType":"Condition` + of
		active    = `"clinicalStatus":{"coding":[{"code":"active"}]}`
	)
	for name, c := range map[string]struct {
		json string
		want chart.State
	}{
		"an intent outside the value set": {
			`{"resourceType":"MedicationRequest` + of + `"status":"active","intent":"wish"}`, unknown("intent", `"wish" does not tell`)},
		"a status that does not tell of what has ended": {
			`{"resourceType":"MedicationStatement` + of + `"status":"unknown","effectivePeriod":{"end":"2020"}}`, no},
		"any coding of a clinical status": {
			condition + `"clinicalStatus":{"coding":[{"system":"urn:local","code":"7"},{"code":"resolved"}]}}`, no},
		"a coding of another system beside it": {
			condition + `"clinicalStatus":{"coding":[{"system":"urn:local","code":"7"},{"code":"active"}]}}`, yes},
		"a clinical status outside the value set": {
			condition + `"clinicalStatus":{"coding":[{"code":"weird"}]}}`, unknown("clinicalStatus", `"weird" does not tell`)},
		"… of what has abated": {
			condition + `"clinicalStatus":{"coding":[{"code":"weird"}]},"abatementDateTime":"2020"}`, no},
		"any coding of a verification status": {
			condition + active + `,"verificationStatus":{"coding":[{"system":"urn:local","code":"7"},{"code":"refuted"}]}}`, no},
		"a provisional one": {
			condition + active + `,"verificationStatus":{"coding":[{"code":"7"},{"code":"provisional"}]}}`, chart.State{Truth: kleene.True, Provisional: true}},
		"an allergy by any coding": {
			`{"resourceType":"AllergyIntolerance` + of + `"clinicalStatus":{"coding":[{"code":"7"},{"code":"inactive"}]}}`, no},
		"a supply from some day of a month": {
			request + `"authoredOn":"2026-01","dispenseRequest":{"expectedSupplyDuration":{"value":35,"code":"d"}}}`,
			unknown("dispenseRequest.expectedSupplyDuration", "35 days from 2026-01 on does not tell whether it has ended")},
		"one that has ended whatever the day": {
			request + `"authoredOn":"2026-01","dispenseRequest":{"expectedSupplyDuration":{"value":28,"code":"d"}}}`, no},
		"one that lasts whatever the day": {
			request + `"authoredOn":"2026-01","dispenseRequest":{"expectedSupplyDuration":{"value":3,"code":"mo"}}}`, yes},
		"half a year from a year": {
			request + `"authoredOn":"2025","dispenseRequest":{"expectedSupplyDuration":{"value":0.5,"code":"a"}}}`,
			unknown("dispenseRequest.expectedSupplyDuration", "6 months from 2025 on does not tell whether it has ended")},
	} {
		t.Run(name, func(t *testing.T) {
			_, e := chartAt(t, now, c.json)
			require.Equal(t, c.want, e.Current())
		})
	}
}

func TestNothingInErrorIsInTheChart(t *testing.T) {
	c, _ := chartAt(t, now, `{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"},
		"verificationStatus":{"coding":[{"code":"7"},{"code":"entered-in-error"}]}}`, `{"resourceType":"Procedure`+of+`"status":"completed"}`)
	require.Empty(t, c.List(chart.Condition))
}

func TestDispenseEndsWithItsPrescription(t *testing.T) {
	for status, want := range map[string]chart.State{
		"active": yes, "completed": yes, "on-hold": yes, "stopped": no, "cancelled": no,
	} {
		_, e := chartAt(t, now,
			`{"resourceType":"MedicationDispense`+of+`"status":"completed","whenHandedOver":"2026-02-20","daysSupply":{"value":30},"authorizingPrescription":[{"reference":"MedicationRequest/r"}]}`,
			`{"resourceType":"MedicationRequest","id":"r","status":"`+status+`","intent":"order","subject":{"reference":"Patient/p"}}`)
		require.Equal(t, want, e.Current(), status)
	}
}

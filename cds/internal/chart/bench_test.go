package chart_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/record"
	"github.com/primum-cds/primum/cds/terminology"
)

// BenchmarkNew indexes 300 resources: results, problems, and a few medications.
func BenchmarkNew(b *testing.B) {
	var json strings.Builder
	json.WriteString(`[{"resourceType":"Patient","id":"p"}`)
	for i := range 299 {
		switch i % 10 {
		case 0:
			fmt.Fprintf(&json, `,{"resourceType":"MedicationRequest","id":"m%d","status":"active","intent":"order","subject":{"reference":"Patient/p"},"medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"%d"}]}}`, i, 855000+i)
		case 1, 2, 3:
			fmt.Fprintf(&json, `,{"resourceType":"Condition","id":"c%d","subject":{"reference":"Patient/p"},"code":{"coding":[{"system":"http://snomed.info/sct","code":"%d"}]}}`, i, 709044004+i%20)
		default:
			fmt.Fprintf(&json, `,{"resourceType":"Observation","id":"o%d","status":"final","subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-01-%02d","code":{"coding":[{"system":"http://loinc.org","code":"%d-3"}]}}`, i, 1+i%28, 2823+i%30)
		}
	}
	rec, err := record.Read([]record.Input{{JSON: []byte(json.String() + "]")}}, record.Options{})
	require.NoError(b, err)
	defer rec.Close()
	codes := terminology.NewInterner()
	var ids []terminology.ID
	for i := range 30 {
		ids = append(ids, codes.Intern(terminology.Code{System: terminology.LOINC, Code: fmt.Sprintf("%d-3", 2823+i)}))
	}
	set := terminology.NewSet(codes, ids[4:8], []string{terminology.LOINC})
	drugs, err := terminology.ShippedDrugs()
	require.NoError(b, err)
	memory := chart.NewMemory(&chart.Coder{Codes: codes, Drugs: drugs})
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			memory.New(rec)
		}
	})
	c := memory.New(rec)
	c.At(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	b.Run("find", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if len(c.Find(chart.Observation, set)) == 0 {
				b.Fatal("nothing found")
			}
		}
	})
}

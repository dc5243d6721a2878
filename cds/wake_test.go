package cds_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
)

// pairsPack is a table of interacting drugs, each pair once, and its one rule. Of 100,000 rows, each drug is in
// 500.
func pairsPack(rows int) cds.Pack {
	drugs := max(200, rows/250)
	table := cds.Table{Name: "pairs", Columns: []cds.Column{{Name: "id", Type: "string"}, {Name: "a", Type: "codes"}, {Name: "b", Type: "codes"}}}
	for i := range rows {
		a, b := i%drugs, (i+1+i/drugs)%drugs
		table.Rows = append(table.Rows, cds.Row{Cells: []string{fmt.Sprintf("r%d", i), drugOf(a), drugOf(b)}})
	}
	text := func(s string) cds.Text { return cds.Text{Value: s} }
	return cds.Pack{Name: "pairs", Tables: []cds.Table{table}, Rules: []cds.Rule{{
		ID: "pairs", Each: cds.Binding{Name: "row", Of: "pairs"}, For: cds.Binding{Name: "order", Of: "MedicationRequest"},
		When: text("(order.drug in row.a && patient.takes(row.b)) || (order.drug in row.b && patient.takes(row.a))"),
		Card: cds.Card{Indicator: text("info"), Summary: text("They interact")},
	}}}
}

const drugSystem = "http://example.org/drugs"

func drugOf(n int) string { return fmt.Sprintf("%s|D%d", drugSystem, n) }

// taking is a record of n medications, in steps of the drugs of pairsPack from one on; the first of a system
// that nobody knows, if it is to be strange.
func taking(n, from, step int, strange bool) []byte {
	var out strings.Builder
	out.WriteString(`[{"resourceType":"Patient","id":"p"}`)
	for i := range n {
		system := drugSystem
		if strange && i == 0 {
			system += "/others"
		}
		fmt.Fprintf(&out, `,{"resourceType":"MedicationRequest","id":"m%d","status":"active","intent":"order","subject":{"reference":"Patient/p"},"medicationCodeableConcept":{"coding":[{"system":"%s","code":"D%d"}]}}`, i, system, from+i*step)
	}
	return []byte(out.String() + "]")
}

// A row is woken where both of its drugs are there: not for each drug in all of its rows.
func TestRowsAreWokenByBothSides(t *testing.T) {
	engine, err := cds.New([]cds.Pack{pairsPack(10_000)})
	require.NoError(t, err)
	for _, c := range []struct {
		name   string
		record []byte
		woken  int
	}{
		{"drugs of no row", taking(30, 1_000_000, 1, false), 0},
		{"one drug", taking(1, 3, 1, false), 0},
		{"two drugs that interact, each under review", taking(2, 3, 1, false), 2},
		{"one that nobody knows", taking(2, 3, 1, true), 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			record, err := engine.Read(cds.JSON(c.record))
			require.NoError(t, err)
			defer record.Close()
			woken, err := engine.Woken(record, cds.Review{Now: now})
			require.NoError(t, err)
			require.Equal(t, c.woken, woken)
		})
	}
}

func BenchmarkWake(b *testing.B) {
	for _, rows := range []int{100, 10_000, 100_000} {
		engine, err := cds.New([]cds.Pack{pairsPack(rows)})
		require.NoError(b, err)
		for _, c := range []struct {
			name   string
			record []byte
		}{
			{"30 drugs of no row", taking(30, 1_000_000, 1, false)},
			{"30 drugs of many rows", taking(30, 0, 7, false)},
			{"one of 30 drugs not known", taking(30, 1_000_000, 1, true)},
		} {
			record, err := engine.Read(cds.JSON(c.record))
			require.NoError(b, err)
			b.Run(fmt.Sprintf("%d rows/%s", rows, c.name), func(b *testing.B) {
				b.ReportAllocs()
				woken := 0
				for b.Loop() {
					if woken, err = engine.Woken(record, cds.Review{Now: now}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(woken), "woken/op")
			})
			record.Close()
		}
	}
}

func TestIndexOfATableIsSmall(t *testing.T) {
	const rows = 10_000
	engine, err := cds.New([]cds.Pack{pairsPack(rows)})
	require.NoError(t, err)
	require.Less(t, engine.IndexBytes()/rows, 40, "bytes a row")
	t.Log(float64(engine.IndexBytes())/rows, "bytes a row")
}

func BenchmarkIndex(b *testing.B) {
	for _, rows := range []int{100, 10_000, 100_000} {
		engine, err := cds.New([]cds.Pack{pairsPack(rows)})
		require.NoError(b, err)
		b.Run(fmt.Sprintf("%d rows", rows), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				engine.Post()
			}
			b.ReportMetric(float64(engine.IndexBytes())/float64(rows), "bytes/row")
		})
	}
}

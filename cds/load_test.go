package cds_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

// singleRules are the text of n rules that are written one by one, each with two sets of codes of its own.
func singleRules(n int, when func(i int) string) fstest.MapFS {
	var codes, list strings.Builder
	for i := range n {
		fmt.Fprintf(&codes, "  drug_%d: {rxnorm: [%d, %d]}\n  other_%d: {rxnorm: [%d]}\n", i, 90_000_000+3*i, 90_000_001+3*i, i, 90_000_002+3*i)
		fmt.Fprintf(&list, "  - id: rule-%d\n    title: Drug %d with what it should not be given with\n    hooks: [order-select, order-sign]\n    for: {order: MedicationRequest}\n    when: %s\n    card:\n      indicator: warning\n      summary: Drug %d is not given with the other\n      source: {label: \"Label of drug %d\"}\n", i, i, when(i), i, i)
	}
	return fstest.MapFS{"all.yaml": {Data: []byte("pack: all\ncodes:\n" + codes.String() + "rules:\n" + list.String())}}
}

// tableOf is a rule with a table of n rows, which name codes that no drug has.
func tableOf(n int) fstest.MapFS {
	var csv strings.Builder
	csv.WriteString("id,a,b,severity,effect,management,source\n")
	for i := range n {
		fmt.Fprintf(&csv, "pair-%d,rxnorm|%d,rxnorm|%d,%s,%s,%s,Label %d\n", i, 90_000_000+i%5_000, 90_010_000+i/5_000,
			[]string{"major", "moderate", "contraindicated"}[i%3],
			[]string{"The effect of the first is stronger", "Bleeding is more likely", "The level of the second rises"}[i%3],
			[]string{"Avoid the two together", "Check the level after a week"}[i%2], i%100)
	}
	text := `pack: all
tables:
  pairs:
    file: pairs.csv
    columns: {id: string, a: codes, b: codes, severity: string, effect: string, management: string, source: string}
rules:
  - id: pairs
    each: {row: pairs}
    for: {order: MedicationRequest}
    when: (order.drug in row.a && patient.takes(row.b)) || (order.drug in row.b && patient.takes(row.a))
    card:
      indicator: "{{ row.severity == 'contraindicated' ? 'critical' : 'warning' }}"
      summary: "{{ row.effect }}"
      detail: "{{ row.management }}"
`
	return fstest.MapFS{"all.yaml": {Data: []byte(text)}, "pairs.csv": {Data: []byte(csv.String())}}
}

// benchmarkLoad reads and compiles packs, and tells what an engine keeps for each of n.
func benchmarkLoad(b *testing.B, files fstest.MapFS, n int, unit string) {
	load := func() *cds.Engine {
		packs, err := rules.LoadFS(files, ".")
		require.NoError(b, err)
		engine, err := cds.New(packs)
		require.NoError(b, err)
		return engine
	}
	b.ReportAllocs()
	for b.Loop() {
		load()
	}
	b.StopTimer()
	before := heap()
	engine := load()
	after := heap()
	runtime.KeepAlive(engine)
	b.ReportMetric(float64(after-before)/float64(n), unit)
}

func heap() int64 {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func BenchmarkNewRules10000(b *testing.B) {
	b.Run("alike", func(b *testing.B) {
		benchmarkLoad(b, singleRules(10_000, func(i int) string {
			return fmt.Sprintf("order.drug in drug_%d && patient.takes(other_%d)", i, i)
		}), 10_000, "B/rule")
	})
	b.Run("different", func(b *testing.B) {
		benchmarkLoad(b, singleRules(10_000, func(i int) string {
			return fmt.Sprintf("order.drug in drug_%d && (patient.takes(other_%d) || patient.age() > days(%d))", i, i, 1000+i)
		}), 10_000, "B/rule")
	})
}

func BenchmarkNewTable100000(b *testing.B) {
	benchmarkLoad(b, tableOf(100_000), 100_000, "B/row")
}

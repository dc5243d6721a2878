package cds_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

// benchmarkPacks are 100 rows of interactions, 20 rules about allergies, 20 about doses and 10 about labs.
func benchmarkPacks(b *testing.B) []cds.Pack {
	csv := "id,a,b\n"
	for i := range 100 {
		csv += fmt.Sprintf("r%d,rxnorm|%d,rxnorm|%d\n", i, 11290+i, 5641+i)
	}
	text := "pack: all\ncodes:" + sharedCodes + "tables: {pairs: {file: pairs.csv, columns: {id: string, a: codes, b: codes}}}\nrules:\n" +
		"  - {id: pairs, each: {row: pairs}, for: {order: MedicationRequest}, when: order.drug in row.a && patient.takes(row.b), card: {indicator: info, summary: It holds}}\n"
	for i := range 20 {
		text += fmt.Sprintf("  - {id: allergy-%d, for: {order: MedicationRequest}, when: order.drug in penicillins && patient.allergicTo(penicillins), card: {indicator: info, summary: It holds}}\n", i)
		text += fmt.Sprintf("  - {id: dose-%d, for: {order: MedicationRequest}, when: \"order.drug in metformin && order.dailyDose() > quantity(%d, 'mg/d')\", card: {indicator: info, summary: It holds}}\n", i, 2000+i)
	}
	for i := range 10 {
		text += fmt.Sprintf("  - {id: lab-%d, when: \"patient.takes(metformin) && patient.value(egfr, months(12)) < quantity(%d, 'mL/min/{1.73_m2}')\", card: {indicator: info, summary: It holds}}\n", i, 20+i)
	}
	read, err := rules.LoadFS(fstest.MapFS{"all.yaml": {Data: []byte(text)}, "pairs.csv": {Data: []byte(csv)}}, ".")
	require.NoError(b, err)
	return read
}

// benchmarkRecord has n resources: one in ten a medication, five in ten results, the rest conditions.
func benchmarkRecord(n int) []byte {
	var out strings.Builder
	out.WriteString(`[{"resourceType":"Patient","id":"p","gender":"female","birthDate":"1960-05-04"}`)
	for i := range n - 1 {
		switch {
		case i%10 == 0:
			fmt.Fprintf(&out, `,{"resourceType":"MedicationRequest","id":"m%d","status":"active","intent":"order","authoredOn":"2026-01-02","subject":{"reference":"Patient/p"},"medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"%s"}]},"dosageInstruction":[{"timing":{"repeat":{"frequency":2,"period":1,"periodUnit":"d"}},"doseAndRate":[{"doseQuantity":{"value":500,"unit":"mg","code":"mg","system":"http://unitsofmeasure.org"}}]}]}`, i, []string{"861007", "855332", "310965"}[i/10%3])
		case i%2 == 0:
			fmt.Fprintf(&out, `,{"resourceType":"Observation","id":"o%d","status":"final","effectiveDateTime":"2026-01-%02d","subject":{"reference":"Patient/p"},"code":{"coding":[{"system":"http://loinc.org","code":"%s"}]},"valueQuantity":{"value":%d,"unit":"mL/min/{1.73_m2}","system":"http://unitsofmeasure.org","code":"mL/min/{1.73_m2}"}}`, i, 1+i%28, []string{"98979-8", "2823-3", "718-7"}[i%3], 20+i%80)
		default:
			fmt.Fprintf(&out, `,{"resourceType":"Condition","id":"c%d","subject":{"reference":"Patient/p"},"recordedDate":"2024-05-05","clinicalStatus":{"coding":[{"code":"active"}]},"code":{"coding":[{"system":"http://snomed.info/sct","code":"709044004"}]}}`, i)
		}
	}
	return []byte(out.String() + "]")
}

var benchmarkSizes = []int{30, 300, 3000}

func BenchmarkRead(b *testing.B) {
	engine, err := cds.New(benchmarkPacks(b))
	require.NoError(b, err)
	for _, n := range benchmarkSizes {
		data := benchmarkRecord(n)
		b.Run(fmt.Sprintf("%d resources", n), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				record, err := engine.Read(cds.JSON(data))
				if err != nil {
					b.Fatal(err)
				}
				record.Close()
			}
		})
	}
}

// benchmarkEvaluate evaluates a record again and again, each time at another instant: what is current, and
// which result is the newest, is found out anew.
func benchmarkEvaluate(b *testing.B, engine *cds.Engine, data []byte, findings int) {
	record, err := engine.Read(cds.JSON(data))
	require.NoError(b, err)
	defer record.Close()
	report, err := engine.Evaluate(context.Background(), record, cds.Review{Now: now})
	require.NoError(b, err)
	require.Equal(b, findings, len(report.Findings))
	require.Zero(b, len(report.Undecided)+len(report.Failures))
	b.ReportAllocs()
	at := now
	for b.Loop() {
		at = at.Add(1)
		if _, err := engine.Evaluate(context.Background(), record, cds.Review{Now: at}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEvaluate is of rules of which nothing holds, though there is something to decide for each order.
func BenchmarkEvaluate(b *testing.B) {
	engine, err := cds.New(benchmarkPacks(b))
	require.NoError(b, err)
	for _, n := range benchmarkSizes {
		b.Run(fmt.Sprintf("%d resources", n), func(b *testing.B) { benchmarkEvaluate(b, engine, benchmarkRecord(n), 0) })
	}
}

// BenchmarkFindings is of a rule that holds for each order: its evidence, and its card.
func BenchmarkFindings(b *testing.B) {
	for _, c := range []struct{ name, card string }{
		{"constant card", `{indicator: info, summary: It holds}`},
		{"card of many holes", `{indicator: info, summary: "{{ order.drug }}: {{ order.dailyDose() }}",
      detail: "{{ order.drug }} since {{ order.authoredOn }}, {{ order.dailyDose() }}. eGFR was {{ patient.value(egfr, months(12)) }} on {{ patient.latest(egfr).effective }}.",
      source: {label: A label, url: "https://example.org/{{ order.id }}"},
      suggestions: [{label: "Stop {{ order.drug }}", actions: [{delete: order}]}]}`},
	} {
		b.Run(c.name, func(b *testing.B) {
			engine := compile(b, "pack: all\ncodes:"+sharedCodes+`rules:
  - id: dose
    for: {order: MedicationRequest}
    when: order.dailyDose() < quantity(2000, 'mg/d') && patient.value(egfr, months(12)) > quantity(1, 'mL/min/{1.73_m2}')
    card: `+c.card+"\n")
			benchmarkEvaluate(b, engine, benchmarkRecord(30), 3)
		})
	}
}

func BenchmarkNew(b *testing.B) {
	packs := benchmarkPacks(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := cds.New(packs); err != nil {
			b.Fatal(err)
		}
	}
}

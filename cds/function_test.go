package cds_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
)

func TestFunctions(t *testing.T) {
	for _, c := range []struct {
		name     string
		function any
		rule     string
		want     string
	}{
		{"a bool", func(b bool) bool { return !b }, `f(false)`, "finding warning r\n"},
		{"an int64", func(i int64) int64 { return i + 1 }, `f(41) == 42`, "finding warning r\n"},
		{"a float64", func(d float64) float64 { return d / 2 }, `f(3.0) == 1.5`, "finding warning r\n"},
		{"strings", func(a, b string) string { return a + b }, `f(patient.gender, '!') == 'female!'`, "finding warning r\n  Patient/p gender = female\n"},
		{"a Quantity", func(q cds.Quantity) cds.Quantity { return cds.Quantity{Value: q.Value * 2, Unit: q.Unit} },
			`f(patient.value(egfr)) == quantity(50, 'mL/min/{1.73_m2}')`, "finding warning r\n  Observation/o valueQuantity = 25 mL/min/1.73 m² (2026-02-01)\n"},
		{"a Date as it was written", func(d cds.Date) string { return string(d) }, `f(patient.conditions[0].recordedDate) == '2025-02'`, "finding warning r\n  Condition/c recordedDate = 2025-02 (2025-02)\n"},
		{"a Date given", func(s string) cds.Date { return cds.Date(s) }, `f('2020-05') < now`, "finding warning r\n"},
		{"a Concept", func(c cds.Concept) string {
			return c.Codings[0].System + "|" + c.Codings[0].Code + "|" + c.Codings[0].Display + "|" + c.Text
		},
			`f(patient.conditions[0].code) == 'http://snomed.info/sct|709044004|CKD|kidneys'`, "finding warning r\n"},
		{"a Concept given", func() cds.Concept {
			return cds.Concept{Codings: []cds.Coding{{System: "http://snomed.info/sct", Code: "709044004"}}}
		}, `f() in ckd`, "finding warning r\n"},
		{"slices", func(s []string) []int64 { return []int64{int64(len(s)), 7} }, `f(patient.conditions.map(c, c.id)) == [1, 7]`, "finding warning r\n  Condition/c id = c (2025-02)\n"},
		{"a slice of Concepts", func(cs []cds.Concept) int64 { return int64(len(cs)) }, `f(patient.conditions.map(c, c.code)) == 1`, "finding warning r\n"},
		{"a result and no error", func() (bool, error) { return true, nil }, `f()`, "finding warning r\n"},
		{"an error fails the rule", func() (bool, error) { return true, errors.New("no connection") }, `f()`, "failed r\n  f: no connection\n"},
		{"an error that the rest does not need", func() (bool, error) { return true, errors.New("no connection") }, `f() || true`,
			"finding warning r\n  degraded: f: no connection\n"},
		{"an ErrUnknown is unknown", func() (bool, error) { return true, &cds.ErrUnknown{Missing: "the moon"} }, `f()`, "undecided r\n  f … the moon\n"},
		{"a wrapped ErrUnknown", func() (bool, error) { return true, fmt.Errorf("so: %w", &cds.ErrUnknown{Missing: "the moon"}) }, `f()`, "undecided r\n  f … the moon\n"},
		{"unknown || true", func() (bool, error) { return true, &cds.ErrUnknown{Missing: "the moon"} }, `f() || true`, "finding warning r\n"},
		{"a panic fails the rule", func() bool { panic("oh no") }, `f()`, "failed r\n  f panicked: oh no\n"},
		{"it is not called with what is unknown", func(b bool) bool { panic("called") }, `f(patient.active)`, "undecided r\n  Patient/p active … not in the record\n"},
		{"nor with a list of which a part is unknown", func(s []string) bool { panic("called") }, `f(patient.name.map(n, n.family))`, "undecided r\n  Patient/p name[0].family … not in the record\n"},
		{"a unit that is none fails the rule", func() cds.Quantity { return cds.Quantity{Value: 1, Unit: "wibbles"} }, `f() > quantity(1, 'mg')`, "failed r\n  f: unit \"wibbles\": unknown unit \"wibbles\" at character 1\n"},
		{"a date that is none fails the rule", func() cds.Date { return "spring" }, `f() < now`, "failed r\n  f: \"spring\" is not a date: the year needs 4 digits\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, ask(t, compile(t, when(c.rule), cds.WithFunction("f", c.function)), ann))
		})
	}
}

// A panic in one rule fails that rule only.
func TestPanicFailsOneRule(t *testing.T) {
	const text = `
pack: test
rules:
  - {id: a, when: f(), card: {indicator: info, summary: It holds}}
  - {id: b, when: "true", card: {indicator: info, summary: It holds}}
`
	engine := compile(t, text, cds.WithFunction("f", func() bool { panic("no such patient") }))
	require.Equal(t, "finding info b\nfailed a\n  f panicked: no such patient\n", ask(t, engine, ann))
}

func TestFunctionMistakes(t *testing.T) {
	for _, c := range []struct {
		name     string
		function any
		want     string
	}{
		{"f", nil, `function "f": this is no function`},
		{"f", 5, `function "f": this is no function`},
		{"f", (func() bool)(nil), `function "f": this is no function`},
		{"f g", func() bool { return true }, `function "f g": this is no name: expected letters, digits and _, not beginning with a digit`},
		{"f", func() {}, `function "f": expected a fixed number of arguments and one result, or a result and an error`},
		{"f", func(...string) bool { return true }, `function "f": expected a fixed number of arguments and one result, or a result and an error`},
		{"f", func() (bool, bool) { return true, true }, `function "f": expected a fixed number of arguments and one result, or a result and an error`},
		{"f", func(int) bool { return true }, `function "f": it takes or gives a int: expected bool, int64, float64, string, Quantity, Concept, Date or a slice of them`},
		{"f", func(map[string]bool) bool { return true }, `function "f": it takes or gives a map[string]bool: expected bool, int64, float64, string, Quantity, Concept, Date or a slice of them`},
		{"f", func() [][]bool { return nil }, `function "f": it takes or gives a [][]bool: expected bool, int64, float64, string, Quantity, Concept, Date or a slice of them`},
		{"known", func(bool) bool { return true }, `function "known": the name belongs to the vocabulary`},
		{"size", func(string) int64 { return 1 }, `function "size": the name belongs to the vocabulary`},
		{"patient", func() bool { return true }, `function "patient": the name belongs to the vocabulary`},
		{"in", func() bool { return true }, `function "in": the name belongs to the vocabulary`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := cds.New(packs(t, when("true")), cds.WithFunction(c.name, c.function))
			require.Equal(t, []string{c.want}, messages(t, err))
		})
	}
	f := func(bool) bool { return true }
	_, err := cds.New(packs(t, when("f(true)")), cds.WithFunction("f", f), cds.WithFunction("f", f))
	require.Equal(t, []string{`function "f": it is given twice with the same arguments`}, messages(t, err))
	_, err = cds.New(packs(t, when("f(true) && f(1)")), cds.WithFunction("f", f))
	require.Equal(t, []string{"f needs a condition; found a whole number"}, messages(t, err))
	_, err = cds.New(packs(t, when("f(true) && f(1)")), cds.WithFunction("f", f), cds.WithFunction("f", func(i int64) bool { return i == 1 }))
	require.NoError(t, err, "one name with two signatures")
}

// One engine serves many goroutines, each with a record of its own.
func TestConcurrentEvaluations(t *testing.T) {
	const text = `
pack: test
codes: {egfr: {loinc: [98979-8]}, ckd: {snomed: [709044004]}}
rules:
  - {id: a, when: "patient.has(ckd) && patient.value(egfr) < quantity(f(30), 'mL/min/{1.73_m2}')", card: {indicator: info, summary: "{{ patient.value(egfr) }}"}}
  - {id: b, for: {c: Condition}, when: "c.code in ckd || 1 / size(patient.contact) > 0", card: {indicator: info, summary: "{{ c.code }}"}}
  - {id: c, when: patient.active, card: {indicator: info, summary: It holds}, undecided: {indicator: info, summary: "{{ patient.age() }}"}}
`
	engine := compile(t, text, cds.WithFunction("f", func(i int64) int64 { return i }))
	want := ask(t, engine, ann)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if got := ask(t, engine, ann); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
				record, err := engine.Read(cds.JSON([]byte(ann)))
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := engine.Explain(context.Background(), record, cds.Review{Now: now}, "b"); err != nil {
					t.Error(err)
				}
				record.Close()
			}
		})
	}
	wg.Wait()
}

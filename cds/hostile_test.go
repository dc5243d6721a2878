package cds_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
)

// What cannot be read ends in a *ReadError with its place.
func TestHostileInputs(t *testing.T) {
	engine := compile(t, when("patient.gender == 'female' || patient.value(potassium) > quantity(5, 'mmol/L')"))
	for _, c := range []struct {
		name, json string
		want       cds.ReadError
	}{
		{"nothing", "", cds.ReadError{Offset: -1, Message: "it is empty"}},
		{"no JSON", "hello", cds.ReadError{Offset: 0, Line: 1}},
		{"no FHIR", `{"a":1}`, cds.ReadError{Offset: -1, Message: "there is no FHIR resource in it"}},
		{"10,000 levels of lists", strings.Repeat("[", 10_000), cds.ReadError{Line: 1}},
		{"10,000 levels of objects", `{"resourceType":"Patient","extension":` + strings.Repeat(`[{"extension":`, 10_000) + "1" + strings.Repeat("}]", 10_000) + "}", cds.ReadError{Line: 1}},
		{"a text that does not end", `{"resourceType":"Patient","id":"`, cds.ReadError{Line: 1}},
		{"what follows the end", `{"resourceType":"Patient"} x`, cds.ReadError{Line: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := engine.Read(cds.Input{Name: "file", JSON: []byte(c.json)})
			var wrong *cds.ReadError
			require.ErrorAs(t, err, &wrong)
			require.Equal(t, "file", wrong.Input)
			require.NotEmpty(t, wrong.Message)
			require.Less(t, len(wrong.Message), 300)
			if c.want.Message != "" {
				require.Equal(t, c.want.Message, wrong.Message)
				require.Equal(t, c.want.Offset, wrong.Offset)
			}
			require.LessOrEqual(t, wrong.Offset, len(c.json))
			require.Equal(t, c.want.Line, wrong.Line)
		})
	}
}

// What is odd ends in a warning and an unknown; the rest is read.
func TestOddInputs(t *testing.T) {
	engine := compile(t, when("patient.value(potassium) > quantity(5, 'mmol/L')"))
	observation := func(value string) string {
		return `[{"resourceType":"Patient","id":"p"},{"resourceType":"Observation","id":"o","status":"final","effectiveDateTime":"2026-02-01",
			"code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}]},"valueQuantity":{"value":` + value + `,"code":"mmol/L","system":"http://unitsofmeasure.org"}}]`
	}
	for _, c := range []struct{ name, json, want string }{
		{"a number beyond all bounds", observation("1e999999999"), "undecided"},
		{"a number of a million digits", observation("1" + strings.Repeat("0", 1_000_000)), "undecided"},
		{"a number that is a text", observation(`"six"`), "undecided"},
		{"a very small number", observation("1e-999999999"), "undecided"},
		{"no UTF-8", strings.Replace(observation("6"), `"p"`, "\"p\", \"language\": \"\xff\xfe\"", 1), "finding"},
		{"a member twice", observation(`6, "value": 7`), "undecided"},
		{"NaN", observation("NaN"), "undecided"},
		{"a control character", observation("\"\x00\""), "undecided"},
	} {
		t.Run(c.name, func(t *testing.T) {
			record, err := engine.Read(cds.JSON([]byte(c.json)))
			require.NoError(t, err)
			defer record.Close()
			report, err := engine.Evaluate(context.Background(), record, cds.Review{Now: now})
			require.NoError(t, err)
			require.Equal(t, c.want, strings.Fields(told(report))[0])
			require.NotEmpty(t, report.Warnings)
		})
	}
}

// What no limit at evaluation would hold is refused when it is read.
func TestHostileExpressions(t *testing.T) {
	nested := "true"
	for i := range 4 {
		nested = fmt.Sprintf("patient.observations.all(x%d, %s)", i, nested)
	}
	for _, c := range []struct{ name, rule, want string }{
		{"loops within loops", nested, "loops are nested too deep: at most 3 within one another"},
		{"a regular expression that explodes", `'x'.matches('(a{1,100}){1,9}(b{1,100}){1,9}')`, "the regular expression is too large: it has more than 1000 steps"},
		{"one that Go refuses", `'x'.matches('((((a{1,100}){1,100}){1,100}){1,100})')`, "not a regular expression: invalid repeat count: `{1,100}`"},
		{"a pattern that is not written down", `'x'.matches(patient.name[0].text)`, "matches takes a pattern that stands in the rule, in quotes"},
		{"a text that replace grows", `'x'.replace('x', 'xx') == ''`, "replace is not available: its result has no bound"},
		{"a text that join grows", `['x'].join('x') == ''`, "join is not available: its result has no bound"},
		{"a text that format grows", `'%1000000d'.format([1]) == ''`, "format is not available: its result has no bound; write text in a template"},
		{"a list of any length", `lists.range(1000000000).exists(x, x == 1)`, "lists.range is not available: its result has no bound"},
		{"an expression of 20,000 characters", strings.Repeat("true && ", 2_500) + "true", "the expression is too long: 20005 characters, at most 16384"},
		{"an expression of 1,000 brackets", strings.Repeat("(", 1_000) + "true" + strings.Repeat(")", 1_000), "the expression is nested too deep: at most 60 levels"},
		{"an expression of many parts", strings.Repeat("1 + ", 1_200) + "1 > 0", "the expression is nested too deep: at most 60 levels"},
		{"a list that flatten grows", `[[1], [1]].flatten().exists(x, x == 1)`, "flatten is not available: its result has no bound; write exists in exists"},
		{"a text that quote grows", `strings.quote('"') == ''`, "strings.quote is not available: its result has no bound"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := cds.New(packs(t, when(c.rule)))
			found := messages(t, err)
			require.Equal(t, []string{c.want}, found)
		})
	}
}

// What passes at load is stopped by counting, and fails its own rule alone.
func TestLimits(t *testing.T) {
	var observations []string
	for i := range 200 {
		observations = append(observations, fmt.Sprintf(`{"resourceType":"Observation","id":"o%d","status":"final","code":{"text":"%s"}}`, i, strings.Repeat("x", 1000)))
	}
	record := `[{"resourceType":"Patient","id":"p","gender":"female"},` + strings.Join(observations, ",") + `]`
	long := strings.Replace(record, `"gender"`, `"name":[{"text":"`+strings.Repeat("y", 70_000)+`"}],"gender"`, 1)
	// Each of 40 bindings doubles what the one before it made.
	doubled := func(start string) string {
		for range 40 {
			start = "cel.bind(s, " + start + ", s + s)"
		}
		return start
	}
	for _, c := range []struct{ name, rule, record, want string }{
		{"iterations", `patient.observations.all(a, patient.observations.all(b, patient.observations.all(c, a.status == b.status && b.status == c.status)))`, record,
			"stopped: more than 1000000 iterations"},
		{"a text that doubles", doubled("'x'") + " == ''", record, "a text grew longer than 65536 bytes"},
		{"bytes that double", doubled("b'x'") + " == b''", record, "bytes grew longer than 65536"},
		{"a list that doubles", "size(" + doubled("[1]") + ") > 0", record, "a list grew longer than 100000 elements"},
		{"a text of the record", `patient.name[0].text == ''`, long, "Patient/p: name[0].text is longer than 65536 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := when(c.rule) + "  - {id: other, when: patient.gender == 'female', card: {indicator: warning, summary: It holds}}\n"
			require.Equal(t, "finding warning other\n  Patient/p gender = female\nfailed r\n  "+c.want+"\n", ask(t, compile(t, text), c.record))
		})
	}
}

// However many things are missing, 25 are listed, and the work does not grow with their square.
func TestManyThingsMissing(t *testing.T) {
	engine := compile(t, when("patient.conditions.exists(c, c.code.text == 'x')"))
	record, err := engine.Read(cds.JSON(manyConditions(20_000)))
	require.NoError(t, err)
	defer record.Close()
	report, err := engine.Evaluate(context.Background(), record, cds.Review{Now: now})
	require.NoError(t, err)
	require.Len(t, report.Undecided, 1)
	missing := report.Undecided[0].Missing
	require.Len(t, missing, 26)
	require.Equal(t, cds.Missing{Resource: "Condition", Reason: "more is missing than is listed"}, missing[0])
	require.Equal(t, cds.Missing{Resource: "Condition/c0", Path: "code.text", Reason: "not in the record"}, missing[1])
}

// A cancelled context ends a loop, too.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	engine := compile(t, when(`patient.conditions.all(a, patient.conditions.all(b, patient.conditions.all(c, f())))`), cds.WithFunction("f", func() bool {
		cancel()
		return true
	}))
	record, err := engine.Read(cds.JSON(manyConditions(100)))
	require.NoError(t, err)
	defer record.Close()
	report, err := engine.Evaluate(ctx, record, cds.Review{Now: now})
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, report.Findings)
	require.Equal(t, []cds.Failure{{Rule: "r", At: "0.yaml:18:7", Error: "stopped: the evaluation was cancelled", Late: true}}, report.Failures)
}

// What was decided before the context ended is told, and so is each rule that was not asked any more: of a table in
// one, of each focus.
func TestEndsInTime(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	rule := func(id, more, when string) string {
		return "  - {id: " + id + more + `, when: "` + when + `", card: {indicator: warning, summary: It holds}}` + "\n"
	}
	engine := compile(t, "pack: test\ncodes:"+sharedCodes+"rules:\n"+
		rule("before", "", "patient.gender == 'female'")+
		rule("beside", "", "patient.gender == 'male'")+
		rule("ends", "", "f()")+
		rule("later", "", "patient.gender == 'female'")+
		rule("undecided", "", "patient.value(potassium) > quantity(5, 'mmol/L')")+
		rule("where", ", for: {problem: Condition}", "problem.code in ckd"),
		cds.WithFunction("f", func() bool {
			cancel()
			return true
		}))
	record, err := engine.Read(cds.JSON(manyConditions(2)))
	require.NoError(t, err)
	defer record.Close()
	report, err := engine.Evaluate(ctx, record, cds.Review{Now: now})
	require.ErrorIs(t, err, context.Canceled)
	var found []string
	for _, f := range report.Findings {
		found = append(found, f.Rule)
	}
	require.Equal(t, []string{"before", "ends"}, found)
	require.Empty(t, report.Undecided)
	late := func(rule, focus string, line int) cds.Failure {
		return cds.Failure{Rule: rule, Focus: focus, At: fmt.Sprintf("0.yaml:%d", line), Error: "not asked: the evaluation was ended before", Late: true}
	}
	require.Equal(t, []cds.Failure{
		late("later", "", 19), late("undecided", "", 20), late("where", "Condition/c0", 21), late("where", "Condition/c1", 21),
	}, report.Failures)

	report, err = engine.Evaluate(context.Background(), record, cds.Review{Now: now})
	require.NoError(t, err)
	require.Empty(t, report.Failures, "the next evaluation is not late")
}

// manyConditions is a record of n conditions of chronic kidney disease.
func manyConditions(n int) []byte {
	var b strings.Builder
	b.WriteString(`[{"resourceType":"Patient","id":"p","gender":"female"}`)
	for i := range n {
		fmt.Fprintf(&b, `,{"resourceType":"Condition","id":"c%d","subject":{"reference":"Patient/p"},"clinicalStatus":{"coding":[{"code":"active"}]},"code":{"coding":[{"system":"http://snomed.info/sct","code":"709044004"}]}}`, i)
	}
	b.WriteString("]")
	return []byte(b.String())
}

func TestManyEntriesAreValid(t *testing.T) {
	engine := compile(t, when("patient.has(ckd) && size(patient.conditions) == 20000 && patient.conditions.all(c, c.code in ckd)"))
	record, err := engine.Read(cds.JSON(manyConditions(20_000)))
	require.NoError(t, err)
	defer record.Close()
	report, err := engine.Evaluate(context.Background(), record, cds.Review{Now: now})
	require.NoError(t, err)
	require.Empty(t, report.Failures)
	require.Len(t, report.Findings, 1)
	require.Len(t, report.Findings[0].Evidence, 101)
	require.Equal(t, "and 19900 more", report.Findings[0].Evidence[100].Value)
}

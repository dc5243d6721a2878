package cds_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
	"testing/fstest"
)

const fuzzedRules = `
rules:
  - {id: takes, for: {order: MedicationRequest}, when: order.drug in warfarin && patient.takes(nsaids), card: {indicator: info, summary: "{{ order.drug }} {{ order.authoredOn }}", suggestions: [{label: Remove, actions: [{delete: order}]}]}}
  - {id: value, when: "patient.value(egfr, months(12)) < quantity(30, 'mL/min/{1.73_m2}')", card: {indicator: info, summary: "{{ patient.value(egfr) }}", detail: "{{ patient.name }} {{ patient.observations }}"}, undecided: {indicator: info, summary: "{{ patient.age() }}"}}
  - {id: lists, when: "patient.conditions.exists(c, c.code in ckd && c.current) || patient.allergicTo(penicillins) || patient.had(diabetes, years(1))", card: {indicator: info, summary: It holds}}
  - {id: doses, when: "patient.dailyDose(metformin) > quantity(1, 'g/d') || patient.took(metformin, weeks(2)) || patient.egfr() < quantity(30, 'mL/min/{1.73_m2}')", card: {indicator: info, summary: It holds}}
`

// Whatever the bytes are, they end in a *ReadError or in a report whose JSON is JSON, the same every time.
func FuzzRead(f *testing.F) {
	f.Add([]byte(ann))
	f.Add(manyConditions(2))
	f.Add([]byte(`{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"MedicationRequest?patient=p"}],"entry":[{"fullUrl":"urn:uuid:1","resource":{"resourceType":"MedicationRequest","status":"active","intent":"order","authoredOn":"2026-02","medicationReference":{"reference":"#d"},"contained":[{"resourceType":"Medication","id":"d","code":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"855332"}]}}],"dosageInstruction":[{"timing":{"repeat":{"frequency":2,"period":1,"periodUnit":"d","boundsDuration":{"value":1e3,"code":"d"}}},"doseAndRate":[{"doseQuantity":{"value":500,"unit":"mg"}}]}]}}]}`))
	f.Add([]byte("{\"resourceType\":\"Patient\",\"birthDate\":\"19\"}\n{\"resourceType\":\"AllergyIntolerance\",\"code\":{\"text\":\"\xff\"}}"))
	engine := compile(f, "pack: test\ncodes:"+sharedCodes+fuzzedRules)
	f.Fuzz(func(t *testing.T, data []byte) {
		first := reportOf(t, engine, data)
		if first != nil {
			require.True(t, json.Valid(first))
			require.Equal(t, string(first), string(reportOf(t, engine, data)))
		}
	})
}

// reportOf is the JSON of what an engine says of a record; nil if that cannot be read.
func reportOf(t *testing.T, engine *cds.Engine, data []byte) []byte {
	record, err := engine.Read(cds.Input{Name: "fuzz", JSON: data})
	if err != nil {
		var wrong *cds.ReadError
		require.ErrorAs(t, err, &wrong)
		require.LessOrEqual(t, wrong.Offset, len(data))
		return nil
	}
	defer record.Close()
	report, err := engine.Evaluate(context.Background(), record, cds.Review{Now: now})
	require.NoError(t, err)
	for _, failure := range report.Failures {
		require.NotContains(t, failure.Error, "panicked")
		require.NotContains(t, failure.Error, "internal error")
	}
	out, err := json.Marshal(report)
	require.NoError(t, err)
	return out
}

// Whatever an expression is, New reports mistakes that stand in it, or it evaluates to a report.
func FuzzExpression(f *testing.F) {
	for _, expression := range []string{
		"patient.gender == 'female'", "patient.takes(warfarin) || patient.active", "patient.?name[?0].?family.orValue('x') != 'y'",
		"patient.value(egfr) < quantity(30, 'mL/min/{1.73_m2}')", "patient.conditions.exists(c, c.code in ckd)", "known(patient.latest(egfr))",
		"cel.bind(x, [1, 2], x.map(y, y * 2).exists(z, z in x))", "patient.age() >= years(65) ? patient.birthDate.within(days(3)) : now < date('2026')",
		"'abc'.matches('^[a-z]+$') && size(patient.name) > 0", "sets.contains([1], [2]) || [1, 2].all(i, v, i < v)", "{'a': 1}['b'] == 1",
		"patient.resources('ServiceRequest').map(s, s.status)[0] == 'active'", "\"\\u00e9\" + b'x'", "((((", "patient.", "1 / 0 > 1", "!!!true", "// comment\ntrue",
	} {
		f.Add(expression)
	}
	record := []byte(ann)
	base, err := rules.LoadFS(fstest.MapFS{"test.yaml": {Data: []byte(when("true"))}}, ".")
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, expression string) {
		if !utf8.ValidString(expression) {
			return // rule files are UTF-8
		}
		pack := base[0]
		rule := pack.Rules[0]
		file := &cds.File{Name: "fuzz.yaml", Text: expression}
		rule.When = cds.Text{Value: expression, Spans: []cds.Span{{Offset: 0, Position: cds.Position{File: file, Line: 1, Column: 1}}}}
		pack.Rules = []cds.Rule{rule}
		engine, err := cds.New([]cds.Pack{pack})
		if err != nil {
			var mistakes cds.Errors
			require.True(t, errors.As(err, &mistakes))
			for _, m := range mistakes {
				require.NotEmpty(t, m.Message)
				require.NotContains(t, m.Message, "runtime error")
				if m.Position.File == file {
					require.LessOrEqual(t, m.Position.Column, utf8.RuneCountInString(expression)+1, m.Message)
					require.GreaterOrEqual(t, m.Position.Column, 1, m.Message)
				}
			}
			return
		}
		require.NotNil(t, reportOf(t, engine, record))
	})
}

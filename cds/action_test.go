package cds_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

func TestMerge(t *testing.T) {
	for _, test := range []struct{ object, with, want string }{
		{`{}`, `{"a":1}`, `{"a":1}`},
		{`{"a":1.10}`, `{"b":"x"}`, `{"a":1.10,"b":"x"}`},
		{`{"a":1,"b":2}`, `{"a":3}`, `{"a":3,"b":2}`},
		{`{"a":[1]}`, `{"a":[2,3]}`, `{"a":[1,2,3]}`},
		{`{"a":{"b":[1],"c":2}}`, `{"a":{"b":[{}],"c":4}}`, `{"a":{"b":[1,{}],"c":4}}`},
		{`{"a":[1]}`, `{"a":2}`, `{"a":2}`},
		{`{"a":"é\n"}`, `{}`, `{"a":"é\n"}`},
	} {
		got, err := cds.Merge([]byte(test.object), []byte(test.with))
		require.NoError(t, err, test.object)
		require.Equal(t, test.want, string(got), test.object)
	}
	for with, want := range map[string]string{
		`[]`: "expected objects, found object and array",
		`{`:  `what is merged is no JSON: cannot parse JSON: cannot parse object: missing '}'; unparsed tail: ""`,
	} {
		_, err := cds.Merge([]byte(`{}`), []byte(with))
		require.EqualError(t, err, want)
	}
}

// actionEngine compiles a rule whose card has an action.
func actionEngine(t *testing.T, card string) (*cds.Engine, error) {
	read, err := rules.LoadFS(fstest.MapFS{"rules.yaml": {Data: []byte("pack: p\ncodes: {ct: {loinc: [36813-4]}}\nrules:\n  - id: r\n    for: {order: ServiceRequest}\n    when: order.code in ct\n" + card)}}, ".")
	require.NoError(t, err)
	return cds.New(read)
}

// What an action adds is data: what comes from the record is written as JSON has it.
func TestActions(t *testing.T) {
	engine, err := actionEngine(t, `    card:
      indicator: info
      summary: It holds
      actions:
        - update: order
          description: Note it
          with: '{"note": [{"text": "{{ order.code.text }}"}], "quantityQuantity": {"value": {{ order.reasonCode.size() }}}}'
        - update: order
          with: '{"note": [{"text": "{{ order.asNeededBoolean ? "if" : "once" }}"}]}'
        - create: order
`)
	require.NoError(t, err)
	rec, err := engine.Read(cds.JSON([]byte(`{"resourceType":"ServiceRequest","id":"1","status":"active","intent":"order","subject":{"reference":"Patient/p"},
		"code":{"coding":[{"system":"http://loinc.org","code":"36813-4"}],"text":"CT \"now\""},"note":[{"text":"old"}]}`)))
	require.NoError(t, err)
	defer rec.Close()
	report, err := engine.Evaluate(t.Context(), rec, cds.Review{Now: now})
	require.NoError(t, err)
	require.Len(t, report.Findings, 1)
	require.Equal(t, `{{ order.asNeededBoolean ? "if" : "once" }} is not known; the action is left out: what it adds to ServiceRequest/1 cannot be told`, report.Findings[0].Degraded)
	actions := report.Findings[0].Card.Actions
	require.Len(t, actions, 2)
	require.Equal(t, "update: Note it", actions[0].Type+": "+actions[0].Description)
	require.JSONEq(t, `{"resourceType":"ServiceRequest","id":"1","status":"active","intent":"order","subject":{"reference":"Patient/p"},
		"code":{"coding":[{"system":"http://loinc.org","code":"36813-4"}],"text":"CT \"now\""},
		"note":[{"text":"old"},{"text":"CT \"now\""}],"quantityQuantity":{"value":0}}`, string(actions[0].Resource))
	require.Equal(t, `{"note": [{"text": "CT \"now\""}], "quantityQuantity": {"value": 0}}`, string(actions[0].With))
	require.Equal(t, "create", actions[1].Type)
	require.Nil(t, actions[1].With)
}

func TestActionsThatAreNone(t *testing.T) {
	for card, want := range map[string]string{
		"    card: {indicator: info, summary: x, actions: [{delete: order, with: '{}'}]}\n":                                   "rules.yaml:7:74: rule \"r\": what is deleted cannot be given anything: with is for create and update",
		"    card: {indicator: info, summary: x, actions: [{update: order, with: '[]'}]}\n":                                   "rules.yaml:7:74: rule \"r\": with is no object of JSON: found an array",
		"    card: {indicator: info, summary: x}\n    undecided: {indicator: info, summary: x, actions: [{update: order}]}\n": "rules.yaml:8:56: rule \"r\": the undecided has actions: nothing is done at once where a rule could not be decided",
	} {
		_, err := actionEngine(t, card)
		require.Error(t, err)
		require.Equal(t, want, firstLine(err.Error()))
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

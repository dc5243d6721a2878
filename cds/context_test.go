package cds_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
)

// transfer is a hook whose context has a field of each form that rules read.
var transfer = cds.Hook{Name: "org.example.transfer", Fields: []cds.HookField{
	{Name: "userId", Form: "reference"}, {Name: "patientId", Form: "id"}, {Name: "ward", Form: "text"},
	{Name: "beds", Form: "references"}, {Name: "urgent", Form: "boolean"}, {Name: "floor", Form: "integer"},
	{Name: "distance", Form: "decimal"}, {Name: "day", Form: "date"}, {Name: "plan", Form: "resource"},
}}

// outcomeOf is what a report says of its one rule: what it held on, what was missing, or why it failed.
func outcomeOf(r *cds.Report) string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, "holds")
		for _, e := range f.Evidence {
			out = append(out, strings.TrimSpace(e.Resource+" "+e.Path)+" = "+e.Value)
		}
	}
	for _, u := range r.Undecided {
		for _, m := range u.Missing {
			out = append(out, m.Resource+" "+m.Path+" "+m.Reason)
		}
	}
	for _, f := range r.Failures {
		out = append(out, f.Error)
	}
	return strings.Join(out, "; ")
}

// What the context holds is read in its type, and is evidence; what it does not hold, or holds otherwise, is
// unknown, which the rest of a condition may decide.
func TestContext(t *testing.T) {
	sent := map[string]any{
		"userId": "Practitioner/1", "patientId": "7", "ward": "3 East", "beds": []any{"Location/1", "Location/2"},
		"urgent": true, "floor": 4.0, "distance": 12.5, "day": "2026-02",
	}
	wrong := map[string]any{
		"ward": map[string]any{}, "beds": []any{"Location/1", 2.0, nil}, "urgent": "true", "floor": 4.5, "distance": "12", "day": "soon",
	}
	for _, c := range []struct {
		when    string
		context map[string]any
		want    string
	}{
		{"context.userId == 'Practitioner/1'", sent, "holds; context.userId = Practitioner/1"},
		{"context.userId.startsWith('Practitioner/')", sent, "holds; context.userId = Practitioner/1"},
		{"context.userId != 'Practitioner/1'", sent, ""},
		{"context.ward == '3 East' && context.urgent", sent, "holds; context.ward = 3 East; context.urgent = yes"},
		{"'Location/2' in context.beds", sent, "holds; context.beds = Location/1, Location/2"},
		{"context.beds.size() == 2 && context.beds[1] == 'Location/2'", sent, "holds; context.beds = Location/1, Location/2"},
		{"context.beds[2] == 'Location/2'", sent, "  the list has no element 2"},
		{"context.beds.exists(b, b == 'Location/1')", sent, "holds; context.beds = Location/1, Location/2"},
		{"context.floor > 3", sent, "holds; context.floor = 4"},
		{"context.distance > 12.0", sent, "holds; context.distance = 12.5"},
		{"context.day.within(months(3))", sent, "holds; context.day = 2026-02"},
		{"context.ward == '3'", map[string]any{"ward": 3.0}, "holds; context.ward = 3"}, // ids that come as numbers
		{"context.floor == 4", map[string]any{"floor": 4}, "holds; context.floor = 4"},
		{"context.floor == 4", map[string]any{"floor": int64(4)}, "holds; context.floor = 4"},
		{"context.distance == 4.0", map[string]any{"distance": 4}, "holds; context.distance = 4"},
		{"'a' in context.beds", map[string]any{"beds": []string{"a"}}, "holds; context.beds = a"},

		{"context.urgent", nil, "context urgent not in the request"},
		{"!context.urgent", nil, "context urgent not in the request"},
		{"context.urgent || context.floor > 3", map[string]any{"floor": 4.0}, "holds; context.floor = 4"},
		{"context.urgent && context.floor > 9", map[string]any{"floor": 4.0}, ""},
		{"context.urgent || context.ward == 'x'", nil, "context urgent not in the request; context ward not in the request"},
		{"'a' in context.beds", nil, "context beds not in the request"},
		{"context.beds.exists(b, b == 'a')", nil, "context beds not in the request"},
		{"has(context.urgent) && context.urgent", nil, ""},
		{"context.?urgent.orValue(true)", nil, "holds"},
		{"context.?urgent.orValue(false)", sent, "holds; context.urgent = yes"},
		{"known(context.ward)", nil, ""},

		{"context.ward == 'x'", wrong, "context ward cannot be read: expected a text"},
		{"'a' in context.beds", wrong, "context beds cannot be read: expected a list of texts"},
		{"context.urgent", wrong, "context urgent cannot be read: expected true or false"},
		{"context.floor > 3", wrong, "context floor cannot be read: expected a whole number"},
		{"context.distance > 3.0", wrong, "context distance cannot be read: expected a number"},
		{"context.day.within(days(3))", wrong, "context day cannot be read: expected a date"},
		{"has(context.urgent)", wrong, ""},
	} {
		engine, err := cds.New([]cds.Pack{{Name: "p", Rules: []cds.Rule{{
			ID: "r", Hooks: []string{transfer.Name}, When: cds.Text{Value: c.when},
			Card: cds.Card{Indicator: cds.Text{Value: "info"}, Summary: cds.Text{Value: "It holds"}},
		}}}}, cds.WithHooks(transfer))
		require.NoError(t, err, c.when)
		record, err := engine.Read(cds.JSON([]byte(`{"resourceType":"Patient","id":"7"}`)))
		require.NoError(t, err)
		report, err := engine.Evaluate(context.Background(), record, cds.Review{
			Hook: transfer.Name, Now: time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC), Context: c.context,
		})
		require.NoError(t, err)
		require.Equal(t, c.want, outcomeOf(report), "%s of %v", c.when, c.context)
		record.Close()
	}
}

// What a rule can read of the context are the fields of its hooks: of those that it names, or of all.
func TestContextOfTheHooksOfARule(t *testing.T) {
	other := cds.Hook{Name: "org.example.other", Fields: []cds.HookField{{Name: "ward", Form: "integer"}, {Name: "bed", Form: "text"}}}
	for _, c := range []struct {
		hooks []string
		when  string
		wrong string
	}{
		{nil, "context.performer == 'a' && context.bed == 'a' && context.urgent", ""},
		{[]string{"order-sign"}, "context.userId == 'a' && context.encounterId == 'a' && context.patientId == 'a'", ""},
		{[]string{"order-sign", "order-dispatch"}, "context.userId == 'a' && context.performer == 'a' && 'a' in context.dispatchedOrders", ""},
		{[]string{transfer.Name, other.Name}, "context.bed == 'a' && context.urgent", ""},
		{[]string{"com.example.unknown"}, "context.userId == 'a'", ""},

		{nil, "context.ward == 'a'", "context.ward cannot be read: it is of type text at org.example.transfer and integer at org.example.other"},
		{nil, "context.usrId == 'a'", `no hook's context has a field "usrId" (did you mean "userId"?)`},
		{[]string{"order-sign"}, "context.performer == 'a'", `the context of order-sign has no field "performer": expected one of encounterId, patientId, userId`},
		{[]string{"order-sign", "patient-view"}, "has(context.performer)", `the context of order-sign, patient-view has no field "performer": expected one of encounterId, patientId, userId`},
		{[]string{"order-sign"}, "context.?performer.orValue('a') == 'b'", `the context of order-sign has no field "performer": expected one of encounterId, patientId, userId`},
		{[]string{"order-sign"}, "context.encounterID == 'a'", `the context of order-sign has no field "encounterID" (did you mean "encounterId"?)`},
		{[]string{"order-sign"}, "context.draftOrders == 'a'", "context.draftOrders cannot be read: it holds resources, about which a rule is asked by its for"},
		{[]string{"com.example.unknown"}, "context.ward == 'a'", `the context of com.example.unknown (which nobody declares) has no field "ward": expected one of encounterId, patientId, userId`},
		{[]string{"org.example.transfr"}, "true", `nobody declares the hook "org.example.transfr" (did you mean "org.example.transfer"?)`},
		{[]string{transfer.Name}, "context.floor == 'a'", "a whole number cannot be compared with text"},
	} {
		_, err := cds.New([]cds.Pack{{Name: "p", Rules: []cds.Rule{{
			ID: "r", Hooks: c.hooks, When: cds.Text{Value: c.when},
			Card: cds.Card{Indicator: cds.Text{Value: "info"}, Summary: cds.Text{Value: "It holds"}},
		}}}}, cds.WithHooks(transfer, other))
		if c.wrong == "" {
			require.NoError(t, err, c.when)
			continue
		}
		require.EqualError(t, err, `rule "r": `+c.wrong, c.when)
	}
}

// Rules of one pack read hooks that another declares; what two packs declare alike is one hook.
func TestHooksOfPacks(t *testing.T) {
	rule := cds.Rule{
		ID: "r", Hooks: []string{transfer.Name}, When: cds.Text{Value: "context.urgent"},
		Card: cds.Card{Indicator: cds.Text{Value: "info"}, Summary: cds.Text{Value: "It holds"}},
	}
	engine, err := cds.New([]cds.Pack{{Name: "a", Rules: []cds.Rule{rule}}, {Name: "b", Hooks: []cds.Hook{transfer}}, {Name: "c", Hooks: []cds.Hook{transfer}}}, cds.WithHooks(transfer))
	require.NoError(t, err)
	require.Equal(t, []string{transfer.Name}, engine.Hooks())
	h, declared := engine.Hook(transfer.Name)
	require.True(t, declared)
	require.Equal(t, transfer, h)

	other := transfer
	other.Version = "2.0"
	_, err = cds.New([]cds.Pack{{Name: "a", Hooks: []cds.Hook{transfer}}, {Name: "b", Hooks: []cds.Hook{other}}})
	require.EqualError(t, err, `the hook "org.example.transfer" is declared otherwise before`)
}

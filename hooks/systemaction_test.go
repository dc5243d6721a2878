package hooks_test

import (
	"encoding/json"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/rules"
)

// noting are two rules that note something on an order, and one that makes another resource of it.
var noting = fstest.MapFS{"rules.yaml": {Data: []byte(`pack: noting
codes: {metformin: {rxnorm: [6809]}}
rules:
  - id: a
    hooks: [order-select, order-sign]
    for: {order: MedicationRequest}
    when: order.drug in metformin
    card: {indicator: info, summary: First, actions: [{update: order, description: Note the first, with: '{"extension":[{"url":"https://example.org/a"}]}'}]}
  - id: b
    hooks: [order-sign]
    for: {order: MedicationRequest}
    when: order.drug in metformin
    card: {indicator: info, summary: Second, actions: [{update: order, with: '{"extension":[{"url":"https://example.org/b"}]}'}, {create: order}]}
`)}}

func notingHandler(t *testing.T, client hooks.Client) *hooks.Handler {
	packs, err := rules.LoadFS(noting, ".")
	require.NoError(t, err)
	engine, err := cds.New(packs)
	require.NoError(t, err)
	h, err := hooks.New(engine, hooks.Config{
		Clients: map[string]hooks.Client{"": client}, Now: func() time.Time { return march }, Random: &counter{}, HashKey: []byte("a key for tests"),
		Deadlines: map[string]time.Duration{"": time.Minute},
	})
	require.NoError(t, err)
	return h
}

// What several rules note on an order is one update of it, with all that the order has.
func TestC11ActionsOfRules(t *testing.T) {
	require.Empty(t, answered(t, post(notingHandler(t, hooks.Client{}), "order-sign", signing([]string{metformin}))).SystemActions)

	a := answered(t, post(notingHandler(t, hooks.Client{SystemActions: hooks.InResponse}), "order-sign", signing([]string{metformin})))
	require.Len(t, a.Cards, 2)
	require.Len(t, a.SystemActions, 2)
	var want map[string]any
	require.NoError(t, json.Unmarshal([]byte(metformin), &want))
	want["extension"] = []any{map[string]any{"url": "https://example.org/a"}, map[string]any{"url": "https://example.org/b"}}
	require.Equal(t, map[string]any{"type": "update", "description": "Note the first", "resource": want}, a.SystemActions[0])
	delete(want, "extension")
	delete(want, "id") // it is another one's
	require.Equal(t, map[string]any{"type": "create", "description": "Create metformin", "resource": want}, a.SystemActions[1])
}

// An action is not left out with a card that was shown before, nor where the client names no order.
func TestActionsOfRulesAndCards(t *testing.T) {
	h := notingHandler(t, hooks.Client{SystemActions: hooks.InExtension, MaxCards: 1})
	a := answered(t, post(h, "order-sign", signing([]string{metformin})))
	require.Len(t, a.Cards, 1)
	require.Empty(t, a.SystemActions)
	var actions []map[string]any
	require.NoError(t, json.Unmarshal(a.Extension["systemActions"], &actions))
	require.Len(t, actions, 2)

	a = answered(t, post(h, "order-sign", signing([]string{drug("", "draft", "6809", "metformin")})))
	actions = nil
	require.NoError(t, json.Unmarshal(a.Extension["systemActions"], &actions))
	require.Len(t, actions, 1)
	require.Equal(t, "create", actions[0]["type"])
}

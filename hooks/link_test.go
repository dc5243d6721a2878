package hooks_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
)

const linking = `  - id: app
    hooks: [order-sign, patient-view]
    for: {order: MedicationRequest}
    when: order.drug in drugs
    card:
      indicator: warning
      summary: "{{ order.drug }} needs the calculator"
      links:
        - {label: Calculator, url: "https://example.org/launch", type: smart, appContext: '{"drug":"{{ order.drug }}"}', autolaunchable: true}
        - {label: About, url: "https://example.org/about"}
  - id: other
    hooks: [order-sign]
    for: {order: MedicationRequest}
    when: order.drug in aspirin
    card: {indicator: info, summary: Another card}
`

// links are those of each card, as JSON.
func links(t *testing.T, engine *cds.Engine, hook, body string) (out []string) {
	h, err := hooks.New(engine, hooks.Config{Now: func() time.Time { return march }})
	require.NoError(t, err)
	var answer struct {
		Cards []struct{ Links json.RawMessage }
	}
	require.NoError(t, json.Unmarshal(post(h, hook, body).Body.Bytes(), &answer))
	for _, c := range answer.Cards {
		out = append(out, string(c.Links))
	}
	return out
}

// A link may be opened at once only where it stands for all that is said: on the one card of a response, of one
// rule. appContext is a text, whatever JSON is in it.
func TestC10AutolaunchableLinks(t *testing.T) {
	engine := engineOf(t, linking)
	const (
		about    = `,{"label":"About","url":"https://example.org/about","type":"absolute"}]`
		app      = `[{"label":"Calculator","url":"https://example.org/launch","type":"smart","appContext":"{\"drug\":\"met \\\"XR\\\" formin\"}"`
		launched = app + `,"autolaunchable":true}` + about
		shown    = app + `}` + about
	)
	quoted := drug("d", "draft", "6809", `met "XR" formin`)
	require.Equal(t, []string{launched}, links(t, engine, "order-sign", signing([]string{quoted})))
	require.Equal(t, []string{shown, ""}, links(t, engine, "order-sign", signing([]string{quoted, drug("e", "draft", "1191", "aspirin")})))

	// Two orders whose cards read the same are one card, and at patient-view several findings are.
	require.Equal(t, []string{launched}, links(t, engine, "order-sign", signing([]string{quoted, drug("f", "draft", "6809", `met "XR" formin`)})))
	view := func(taken ...string) string {
		return asking("patient-view", "", `{"medications":`+bundle("searchset", taken...)+`}`)
	}
	require.Equal(t, []string{launched}, links(t, engine, "patient-view", view(drug("d", "active", "6809", `met "XR" formin`))))
	require.Equal(t, []string{app + `},{"label":"About","url":"https://example.org/about","type":"absolute"},` +
		`{"label":"Calculator","url":"https://example.org/launch","type":"smart","appContext":"{\"drug\":\"metformin\"}"}]`},
		links(t, engine, "patient-view", view(drug("d", "active", "6809", `met "XR" formin`), drug("g", "active", "6809", "metformin"))))
}

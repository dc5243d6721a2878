package hooks_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/rules"
)

// declaring is a pack with a hook of its own.
const declaring = `pack: ward
hooks:
  org.example.transfer:
    version: "1.2"
    fields:
      userId:    {type: reference, required: true, token: true}
      patientId: {type: id, required: true, token: true}
      ward:      {type: text, required: true, token: true}
      urgent:    {type: boolean, required: true}
      floor:     {type: integer}
      distance:  {type: decimal}
      day:       {type: date}
      orders:    {type: resource, required: true}
    focus: orders
    brings: [MedicationRequest]
    orders: true
codes:
  ibuprofen: {rxnorm: [5640]}
  sodium:    {loinc: [2951-2]}
rules:
`

func declaringEngine(t *testing.T, more string) *cds.Engine {
	packs, err := rules.LoadFS(fstest.MapFS{"ward.yaml": {Data: []byte(declaring + more)}}, ".")
	require.NoError(t, err)
	engine, err := cds.New(packs)
	require.NoError(t, err)
	return engine
}

const transferRules = `  - id: low-sodium
    hooks: [org.example.transfer]
    for: {order: MedicationRequest}
    when: order.drug in ibuprofen && (context.urgent || context.floor > 3 || patient.value(sodium, days(30)) < quantity(130, 'mmol/L'))
    card: {indicator: warning, summary: "To {{ context.ward }}, floor {{ context.floor }}"}
`

func transferring(context, prefetch string) string {
	return `{"hook":"org.example.transfer","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",` +
		`"context":{"userId":"Practitioner/1","patientId":"7"` + context + `},"prefetch":` + prefetch + `}`
}

// A hook that a pack declares is discovered with its version, and with the templates that its rules need, for each
// client those of its own.
func TestDeclaredHookIsDiscovered(t *testing.T) {
	h, err := hooks.New(declaringEngine(t, transferRules), hooks.Config{
		Prefetch: hooks.RuleTemplates, Authenticator: callers{}, Clients: map[string]hooks.Client{"new": {Templates: hooks.TemplateVersion3}},
	})
	require.NoError(t, err)
	for issuer, since := range map[string]string{"": "", "new": "&date=ge{{today() - 32 days}}"} {
		require.Equal(t, `{"services":[{"hook":"org.example.transfer","hookVersion":"1.2","title":"Primum, org.example.transfer",`+
			`"description":"Asks the clinical rules that are for org.example.transfer.","id":"primum-org.example.transfer","version":"3.0.0",`+
			`"prefetch":{"observations":"Observation?patient={{context.patientId}}&code=http://loinc.org|2951-2`+since+`&_sort=-date"}}]}`,
			do(h, "GET", "/cds-services", "", "Authorization", "Bearer "+issuer).Body.String())
	}
}

// What a declared hook brings is reviewed, and what its context says is read in its type.
func TestDeclaredHookIsAnswered(t *testing.T) {
	h, err := hooks.New(declaringEngine(t, transferRules), hooks.Config{Prefetch: hooks.RuleTemplates, Now: func() time.Time { return march }})
	require.NoError(t, err)
	orders := `,"orders":` + bundle("collection", ibuprofen)
	for context, want := range map[string][]string{
		`,"ward":"3 East","urgent":true,"floor":4`:  {"To 3 East, floor 4"},
		`,"ward":"3 East","urgent":false,"floor":4`: {"To 3 East, floor 4"},
		`,"ward":3,"urgent":true`:                   {"To 3, floor not known"},
		`,"ward":"3 East","urgent":false,"floor":2`: nil, // and no sodium is known: undecided, without a card of its own
	} {
		a := answered(t, post(h, "org.example.transfer", transferring(context+orders, `{"observations":null}`)))
		var summaries []string
		for _, c := range a.Cards {
			summaries = append(summaries, c.Summary)
		}
		require.Equal(t, want, summaries, context)
	}
}

// A required field that is not there, or of another type, is named with what was expected; what may be left out is
// passed over.
func TestDeclaredFieldsAreChecked(t *testing.T) {
	h, err := hooks.New(declaringEngine(t, transferRules), hooks.Config{})
	require.NoError(t, err)
	orders := `,"orders":` + bundle("collection", ibuprofen)
	for context, wrong := range map[string]string{
		`,"urgent":true` + orders:                  "context.ward: a text was expected",
		`,"ward":"3","urgent":"true"` + orders:     "context.urgent: true or false was expected",
		`,"ward":"3","urgent":null` + orders:       "context.urgent: true or false was expected",
		`,"ward":"3"` + orders:                     "context.urgent: true or false was expected",
		`,"ward":"3","urgent":true`:                "context.orders: a FHIR resource or Bundle was expected",
		`,"ward":"3","urgent":true,"orders":"all"`: "context.orders: a FHIR resource or Bundle was expected",
	} {
		_, diagnostics := refused(t, post(h, "org.example.transfer", transferring(context, `{}`)), http.StatusBadRequest)
		require.Equal(t, wrong, diagnostics, context)
	}
	warned := answered(t, post(h, "org.example.transfer", transferring(`,"ward":"3","urgent":true,"floor":4.5,"distance":"far","day":7`+orders, `{"x":null}`)))
	require.Len(t, warned.Cards, 1)

	r, err := hooks.DecodeFor(declaringEngine(t, transferRules), []byte(transferring(`,"ward":"3","floor":4.5,"distance":"far","day":true`+orders, `{}`)))
	require.NoError(t, err)
	require.Equal(t, []cds.Notice{
		{Resource: "request", Path: "context.urgent", Message: "true or false was expected"},
		{Resource: "request", Path: "context.floor", Message: "a whole number was expected"},
		{Resource: "request", Path: "context.distance", Message: "a number was expected"},
		{Resource: "request", Path: "context.day", Message: `a date such as "2026-03-01" was expected`},
	}, r.Warnings)
	require.Equal(t, []string{"orders"}, []string{r.Drafts[0].Field})
}

// A rule that reads, at one of its hooks, a field that the hook has not would never be decided there: it is refused
// before anything is served, for clients of either version.
func TestFieldsThatAHookDoesNotBring(t *testing.T) {
	engine := declaringEngine(t, `  - id: wards
    hooks: [order-sign, org.example.transfer]
    when: context.ward == '3 East'
    card: {indicator: info, summary: It holds}
`)
	for _, version := range []hooks.TemplateVersion{hooks.TemplateVersion2, hooks.TemplateVersion3} {
		_, err := hooks.New(engine, hooks.Config{Prefetch: hooks.RuleTemplates, Clients: map[string]hooks.Client{"": {Templates: version}}})
		require.EqualError(t, err, `hooks: service "primum-order-sign": ward.yaml:23:11: rule "wards": the hook order-sign brings no context.ward: ask the rule at other hooks, or let it test has(context.ward)`)
	}
	_, err := hooks.New(declaringEngine(t, strings.Replace(transferRules, "context.urgent ||", "has(context.floor) && context.urgent ||", 1)), hooks.Config{Prefetch: hooks.RuleTemplates})
	require.NoError(t, err)
}

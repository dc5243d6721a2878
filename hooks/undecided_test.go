package hooks_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/primum-cds/primum/rules"
	"github.com/stretchr/testify/require"
)

// doubts are rules that are not decided of any order, and one that always holds.
var doubts = fstest.MapFS{
	"allergies/rules.yaml": {Data: []byte(`pack: allergies
codes: {metformin: {rxnorm: [6809]}, ibuprofen: {rxnorm: [5640]}}
rules:
  - id: allergy
    hooks: [order-select, order-sign, patient-view]
    for: {order: MedicationRequest}
    when: order.drug in metformin && patient.allergicTo(metformin)
    card: {indicator: critical, summary: An allergy}
    undecided:
      indicator: warning
      summary: "{{ order.drug }}: allergies not checked"
      detail: |
        Ask about:

        * rash
        * swelling
      source: {label: List of allergies, url: "https://example.org/allergies"}
      override: [{code: asked, system: "https://example.org/reasons", display: The patient was asked}]
  - id: note
    hooks: [order-sign]
    for: {order: MedicationRequest}
    when: order.drug in metformin
    card: {indicator: info, summary: Metformin is ordered}
`)},
	"renal/rules.yaml": {Data: []byte(`pack: renal
codes: {metformin: {rxnorm: [6809]}, ibuprofen: {rxnorm: [5640]}, egfr: {loinc: [98979-8]}}
tables: {limits: {file: limits.csv, columns: {id: string, limit: string, text: string}}}
rules:
  - id: stop
    hooks: [order-select, order-sign, patient-view]
    for: {order: MedicationRequest}
    when: order.drug in metformin && patient.value(egfr) < quantity(30, 'mL/min/{1.73_m2}')
    card: {indicator: critical, summary: Stop}
    undecided:
      indicator: info
      summary: "{{ order.drug }}: kidney *not* checked"
      source: {label: Kidney rules}
      suggestions: [{label: Remove it, actions: [{delete: order}]}]
      override: [{code: asked, system: "https://example.org/reasons", display: The patient was asked}, {code: later, system: "https://example.org/reasons", display: Later}]
  - id: reduce
    hooks: [order-select, order-sign, patient-view]
    for: {order: MedicationRequest}
    when: order.drug in metformin && patient.value(egfr) < quantity(45, 'mL/min/{1.73_m2}')
    card: {indicator: warning, summary: Reduce}
    undecided:
      indicator: info
      summary: "{{ order.drug }}: kidney *not* checked"
      source: {label: Kidney rules}
      suggestions: [{label: Remove it, actions: [{delete: order}]}]
      override: [{code: asked, system: "https://example.org/reasons", display: The patient was asked}, {code: later, system: "https://example.org/reasons", display: Later}]
  - id: limit
    hooks: [order-sign]
    each: {row: limits}
    for: {order: MedicationRequest}
    when: order.drug in ibuprofen && patient.value(egfr) < quantity(60, row.limit)
    card: {indicator: warning, summary: Less}
    undecided: {indicator: info, summary: "{{ row.text }}"}
`)},
	"renal/limits.csv": {Data: []byte("id,limit,text\na,mL/min/{1.73_m2},Not more than 400 mg\nb,mL/min/{1.73_m2},Not longer than a week\nc,mL/min/{1.73_m2},Not more than 400 mg\n")},
}

func doubting(t *testing.T, config hooks.Config) *hooks.Handler {
	packs, err := rules.LoadFS(doubts, ".")
	require.NoError(t, err)
	engine, err := cds.New(packs)
	require.NoError(t, err)
	config.Now, config.Random = func() time.Time { return march }, &counter{}
	config.HashKey, config.Deadlines = []byte("a key for tests"), map[string]time.Duration{"": time.Minute}
	h, err := hooks.New(engine, config)
	require.NoError(t, err)
	return h
}

// All that is not decided of an order is one card, with each text, what was missing for it, and all of its rules.
func TestUndecidedCardsOfOneOrderAreOne(t *testing.T) {
	m := &notebook{}
	var outcome *hooks.Outcome
	h := doubting(t, hooks.Config{Feedback: m, Observe: func(_ context.Context, o *hooks.Outcome) { outcome = o }})
	w := post(h, "order-sign", signing([]string{metformin, ibuprofen}))
	a := answered(t, w)
	golden(t, "undecided-joined", w.Body.Bytes())

	var told []string
	for _, d := range outcome.Decisions {
		told = append(told, d.Rule+" "+d.Focus+" "+d.Card)
	}
	require.Equal(t, []string{
		"note MedicationRequest/d3 " + a.Cards[0].UUID,
		"allergy MedicationRequest/d3 " + a.Cards[1].UUID,
		"limit MedicationRequest/d1 " + a.Cards[2].UUID,
		"reduce MedicationRequest/d3 " + a.Cards[1].UUID,
		"stop MedicationRequest/d3 " + a.Cards[1].UUID,
	}, told)
	require.Equal(t, []feedback.Rule{{Pack: "allergies", ID: "allergy"}, {Pack: "renal", ID: "reduce"}, {Pack: "renal", ID: "stop"}}, m.cards[1].Rules)
}

// A single text stands as its rule has it, whatever number of rules have it.
func TestUndecidedCardOfOneTextStandsAsItIs(t *testing.T) {
	a := answered(t, post(doubting(t, hooks.Config{}), "order-sign", asking("order-sign", `,"draftOrders":`+bundle("collection", metformin), `{"allergies":null}`)))
	require.Equal(t, []string{"info: Metformin is ordered", "info: Metformin: kidney *not* checked"}, a.summaries())
	require.Empty(t, a.Cards[1].Detail)
	require.Equal(t, map[string]any{"label": "Kidney rules (not clinically reviewed)", "topic": map[string]any{"code": "reduce", "system": "https://github.com/primum-cds/primum/packs/renal"}}, a.Cards[1].Source)
	require.Equal(t, `{"rules":[{"rule":"reduce","pack":"renal","focus":"MedicationRequest/d3","missing":[{"resource":"Observation","path":"egfr","reason":"not supplied"}]},`+
		`{"rule":"stop","pack":"renal","focus":"MedicationRequest/d3","missing":[{"resource":"Observation","path":"egfr","reason":"not supplied"}]}]}`,
		string(a.Cards[1].Extension["io.github.primum-cds.undecided"]))
}

// A long name is cut in the summary, and not what is said of it. A drug without a name has none there.
func TestUndecidedSummaries(t *testing.T) {
	const rest = "2 checks could not be made (allergies, renal)"
	for name, want := range map[string]string{
		"metformin":              "metformin: " + rest,
		strings.Repeat("ä", 92):  strings.Repeat("ä", 92) + ": " + rest,
		strings.Repeat("ä", 93):  strings.Repeat("ä", 91) + "…: " + rest,
		strings.Repeat("ä", 200): strings.Repeat("ä", 91) + "…: " + rest,
	} {
		a := answered(t, post(doubting(t, hooks.Config{}), "order-sign", signing([]string{drug("d", "draft", "6809", name)})))
		require.Equal(t, want, a.Cards[1].Summary)
		require.Less(t, utf8.RuneCountInString(a.Cards[1].Summary), 140)
	}
}

// While no drug is chosen, all that is not decided is hidden as the one card that it would be.
func TestUndecidedWhileNothingIsChosen(t *testing.T) {
	body := asking("order-select", `,"selections":[],"draftOrders":`+bundle("collection", `{"resourceType":"MedicationRequest","id":"n","status":"draft"}`), `{"allergies":null}`)
	a := answered(t, post(doubting(t, hooks.Config{}), "order-select", body))
	require.Empty(t, a.Cards)
	require.Equal(t, map[string]int{"nothing-chosen": 1}, a.report(t).Hidden)
	require.Equal(t, []string{"reduce", "stop"}, a.report(t).Undecided)
}

// Who opens a record gets one card of all that is not decided.
func TestUndecidedAtPatientView(t *testing.T) {
	body := asking("patient-view", "", `{"medications":`+bundle("searchset", drug("m", "active", "6809", "metformin"), drug("n", "active", "6809", "metformin XR"))+`}`)
	a := answered(t, post(doubting(t, hooks.Config{}), "patient-view", body))
	require.Equal(t, []string{"warning: 4 checks could not be made for this patient (allergies, renal)"}, a.summaries())
	require.JSONEq(t, `["MedicationRequest/m","MedicationRequest/n"]`, string(a.Cards[0].Extension["davinci-crd.associated-resource"]))
}

// Of too many cards the least urgent is left out, and that is not the one that says what nobody checked.
func TestUndecidedCardsUnderLimits(t *testing.T) {
	for _, test := range []struct {
		client hooks.Client
		want   []string
		hidden map[string]int
	}{
		{hooks.Client{MaxCards: 1}, []string{"warning: metformin: 2 checks could not be made (allergies, renal)"}, map[string]int{"over-limit": 1}},
		{hooks.Client{Minimum: cds.Warning}, []string{"warning: metformin: 2 checks could not be made (allergies, renal)"}, map[string]int{"below-minimum": 1}},
		{hooks.Client{Minimum: cds.Critical}, []string{}, map[string]int{"below-minimum": 2}},
		{hooks.Client{MaxCards: 2}, []string{"info: Metformin is ordered", "warning: metformin: 2 checks could not be made (allergies, renal)"}, nil},
	} {
		var outcome *hooks.Outcome
		h := doubting(t, hooks.Config{Clients: map[string]hooks.Client{"": test.client}, Observe: func(_ context.Context, o *hooks.Outcome) { outcome = o }})
		w := post(h, "order-sign", signing([]string{metformin}))
		a := answered(t, w)
		require.Equal(t, test.want, a.summaries())
		require.Equal(t, test.hidden, a.report(t).Hidden)
		require.Equal(t, []string{"allergy", "reduce", "stop"}, a.report(t).Undecided)
		for _, d := range outcome.Decisions {
			require.Equal(t, d.Card == "", d.Hidden != "", "%+v", d)
		}
	}
}

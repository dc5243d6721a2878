package hooks_test

import (
	"context"
	"net/http"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/rules"
	"github.com/stretchr/testify/require"
)

// slowly are rules of which one takes its time. They are asked in the order of their ids.
var slowly = fstest.MapFS{"slowly/rules.yaml": {Data: []byte(`pack: slowly
codes: {ibuprofen: {rxnorm: [5640]}, metformin: {rxnorm: [6809]}, warfarin: {rxnorm: [11289]}}
tables: {drugs: {file: drugs.csv, columns: {id: string, drug: codes}}}
rules:
  - id: a-first
    hooks: [order-sign]
    for: {order: MedicationRequest}
    when: order.drug in ibuprofen
    card: {indicator: info, summary: The first}
  - id: b-takes-long
    hooks: [order-sign]
    for: {order: MedicationRequest}
    when: (order.drug in ibuprofen || order.drug in metformin) && takesLong(order.drug)
    card: {indicator: warning, summary: Never}
  - id: c-table
    hooks: [order-sign]
    each: {row: drugs}
    for: {order: MedicationRequest}
    when: order.drug in row.drug
    card: {indicator: warning, summary: The table}
  - id: d-last
    hooks: [order-sign]
    for: {order: MedicationRequest}
    when: order.drug in ibuprofen || order.drug in metformin
    card: {indicator: critical, summary: The last}
`)}, "slowly/drugs.csv": {Data: []byte("id,drug\nibuprofen,ibuprofen\nnsaid,ibuprofen\nwarfarin,warfarin\n")}}

// A deadline that passes while rules are asked does not lose what was found, and a card says what was not asked,
// whatever limits the client has. Where nothing was found there is no answer.
func TestDeadlineWhileRulesAreAsked(t *testing.T) {
	packs, err := rules.LoadFS(slowly, ".")
	require.NoError(t, err)
	for _, c := range []struct {
		name, order string
		takes       time.Duration
		cancel      bool // by the client
		status      int
		cards, late []string
		decisions   []hooks.Decision
	}{
		{
			name: "in time", order: ibuprofen, takes: time.Second, status: http.StatusOK,
			cards: []string{"critical: The last", "warning: The table", "info: The first"},
			decisions: []hooks.Decision{
				{Result: hooks.Found, Rule: "d-last"}, {Result: hooks.Found, Rule: "c-table[ibuprofen]"}, {Result: hooks.Found, Rule: "c-table[nsaid]"},
				{Result: hooks.Found, Rule: "a-first"},
			},
		},
		{
			name: "in part", order: ibuprofen, takes: 3 * time.Second, status: http.StatusOK,
			cards: []string{"info: The first", "warning: 2 checks could not be made in time"}, late: []string{"c-table", "d-last"},
			decisions: []hooks.Decision{{Result: hooks.Found, Rule: "a-first"}, {Result: hooks.Late, Rule: "c-table"}, {Result: hooks.Late, Rule: "d-last"}},
		},
		{name: "nothing was found before", order: metformin, takes: 3 * time.Second, status: http.StatusServiceUnavailable},
		{name: "the client went away", order: ibuprofen, cancel: true, status: http.StatusServiceUnavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			var cancel context.CancelFunc
			takesLong := func(cds.Concept) bool {
				time.Sleep(c.takes)
				if c.cancel {
					cancel()
				}
				return false
			}
			engine, err := cds.New(packs, cds.WithFunction("takesLong", takesLong))
			require.NoError(t, err)
			synctest.Test(t, func(t *testing.T) { // the clock goes on only in takesLong
				var ctx context.Context
				ctx, cancel = context.WithCancel(context.Background())
				defer cancel()
				var o *hooks.Outcome
				h, err := hooks.New(engine, hooks.Config{
					Deadlines: map[string]time.Duration{"": 2 * time.Second}, Clients: map[string]hooks.Client{"": {MaxCards: 3}},
					Random: &counter{}, Observe: func(_ context.Context, got *hooks.Outcome) { o = got },
				})
				require.NoError(t, err)
				w := postWithin(ctx, h, "order-sign", asking("order-sign", `,"draftOrders":`+bundle("collection", c.order), "{}"))
				require.Equal(t, c.status, w.Code, w.Body)
				if c.status != http.StatusOK {
					refused(t, w, c.status)
					require.Empty(t, o.Decisions)
					return
				}
				a := answered(t, w)
				require.Equal(t, c.cards, a.summaries())
				require.Equal(t, c.late, a.report(t).Late)
				for i := range o.Decisions {
					o.Decisions[i] = hooks.Decision{Result: o.Decisions[i].Result, Rule: o.Decisions[i].Rule}
				}
				require.Equal(t, c.decisions, o.Decisions)
			})
		})
	}
}

// The card of what there was no time for is sent beyond every limit, and says which rules these are.
func TestLateCardIsNeverLeftOut(t *testing.T) {
	packs, err := rules.LoadFS(slowly, ".")
	require.NoError(t, err)
	engine, err := cds.New(packs, cds.WithFunction("takesLong", func(cds.Concept) bool {
		time.Sleep(time.Second)
		return false
	}))
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		h, err := hooks.New(engine, hooks.Config{Clients: map[string]hooks.Client{"": {Minimum: cds.Critical, MaxCards: 1}}, Random: &counter{}})
		require.NoError(t, err)
		a := answered(t, post(h, "order-sign", asking("order-sign", `,"draftOrders":`+bundle("collection", ibuprofen), "{}")))
		require.Equal(t, []string{"warning: 2 checks could not be made in time"}, a.summaries())
		require.Equal(t, "The other cards are not all that there may be to say. Not checked: c-table, d-last", a.Cards[0].Detail)
		require.Equal(t, map[string]any{"label": "Primum, order-sign"}, a.Cards[0].Source)
		require.Equal(t, map[string]int{"below-minimum": 1}, a.report(t).Hidden)
	})
}

package hooks_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/stretchr/testify/require"
)

// What was shown at order-select is not shown again at order-sign to clients that show it, critical ones apart.
func TestRepeats(t *testing.T) {
	selecting := func(context string, drafts ...string) string {
		return strings.Replace(asking("order-select", `,"selections":[],"draftOrders":`+bundle("collection", drafts...),
			`{"medications":`+bundle("searchset", takesWarfarin, takesStatin)+`}`), `"Practitioner/1"`, context, 1)
	}
	me := `"Practitioner/1"`
	signed := func(drafts ...string) string { return signing(drafts, takesWarfarin, takesStatin) }
	otherID := strings.Replace(ibuprofen, `"d1"`, `"another"`, 1)
	otherDose := strings.Replace(ibuprofen, `"value":1`, `"value":2`, 1)
	const bleeding, pair, muscle = "warning: Bleeding: ibuprofen interacts", "warning: Warfarin and ibuprofen are taken together", "critical: Rhabdomyolysis: clarithromycin interacts"
	shows := hooks.Client{ShowsOrderSelect: true}
	for _, test := range []struct {
		name           string
		client         hooks.Client
		selected, sign string
		feedback       bool
		want           []string
		hidden         map[string]int
	}{
		{"a client that shows order-select", shows, selecting(me, ibuprofen), signed(ibuprofen), false, []string{}, map[string]int{"shown-at-order-select": 2}},
		{"the draft has another id", shows, selecting(me, ibuprofen), signed(otherID), false, []string{}, map[string]int{"shown-at-order-select": 2}},
		{"the draft has another dose", shows, selecting(me, ibuprofen), signed(otherDose), false, []string{bleeding, pair}, nil},
		{"another user", shows, selecting(`"Practitioner/2"`, ibuprofen), signed(ibuprofen), false, []string{bleeding, pair}, nil},
		{"a client that does not say so", hooks.Client{}, selecting(me, ibuprofen), signed(ibuprofen), false, []string{bleeding, pair}, nil},
		{"a client that does not say so, after feedback", hooks.Client{}, selecting(me, ibuprofen), signed(ibuprofen), true, []string{}, map[string]int{"feedback-given": 2}},
		{"after feedback at order-sign", hooks.Client{}, signed(ibuprofen), signed(ibuprofen), true, []string{}, map[string]int{"feedback-given": 2}},
		{"at order-sign twice without feedback", shows, signed(ibuprofen), signed(ibuprofen), false, []string{bleeding, pair}, nil},
		{"what is critical", shows, selecting(me, clarithromycin), signed(clarithromycin), true, []string{muscle}, nil},
		{"at order-select again", shows, selecting(me, ibuprofen), selecting(me, ibuprofen), true, []string{bleeding, pair}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := &notebook{}
			var outcome *hooks.Outcome
			h := handler(t, hooks.Config{Feedback: m, Clients: map[string]hooks.Client{"": test.client}, Observe: func(_ context.Context, o *hooks.Outcome) { outcome = o }})
			call := func(body string) *answer {
				hook := "order-sign"
				if strings.Contains(body, "order-select") {
					hook = "order-select"
				}
				return answered(t, post(h, hook, body))
			}
			for _, k := range call(test.selected).Cards {
				if test.feedback {
					m.items = append(m.items, feedback.Feedback{Card: k.UUID, Outcome: feedback.Overridden})
				}
			}
			a := call(test.sign)
			require.Equal(t, test.want, a.summaries())
			require.Equal(t, test.hidden, a.report(t).Hidden)
			for _, d := range outcome.Decisions {
				require.True(t, (d.Card == "") == (d.Hidden != "") || d.Result == hooks.Failed, "%+v", d)
			}
		})
	}
}

// What is remembered of a card tells nobody who it was about.
func TestShownCards(t *testing.T) {
	m := &notebook{}
	h := handler(t, hooks.Config{Feedback: m})
	a := answered(t, post(h, "order-sign", signing([]string{ibuprofen}, takesWarfarin)))
	require.Len(t, m.cards, 2)
	k := m.cards[0]
	require.Equal(t, a.Cards[0].UUID, k.UUID)
	require.Equal(t, []string{a.Cards[0].Suggestions[0].UUID, a.Cards[0].Suggestions[1].UUID}, k.Suggestions)
	require.Equal(t, []feedback.Rule{{Pack: "trial", ID: "interaction[warfarin-ibuprofen]"}}, k.Rules)
	require.Equal(t, []any{"primum-order-sign", "order-sign", march}, []any{k.Service, k.Hook, k.Shown})
	for _, hash := range []string{k.Patient, k.User, k.Keys[0]} {
		require.Regexp(t, `^[0-9a-f]{64}$`, hash)
	}
	require.Len(t, k.OverrideReasons, 1)
	other := &notebook{}
	answered(t, post(handler(t, hooks.Config{Feedback: other, HashKey: []byte("another key")}), "order-sign", signing([]string{ibuprofen}, takesWarfarin)))
	require.NotEqual(t, k.Patient, other.cards[0].Patient)
	require.NotEqual(t, k.Keys, other.cards[0].Keys)
}

// A memory that fails hides nothing.
func TestRepeatsWithoutMemory(t *testing.T) {
	m := &notebook{err: errors.New("no disk")}
	h := handler(t, hooks.Config{Feedback: m, Clients: map[string]hooks.Client{"": {ShowsOrderSelect: true}}})
	for range 2 {
		require.Len(t, answered(t, post(h, "order-sign", signing([]string{ibuprofen}, takesWarfarin))).Cards, 2)
	}
}

// What a memory did not take is shown again, also when it works again; what it has taken is not forgotten by that.
func TestRepeatsOfAMemoryThatFailedMeanwhile(t *testing.T) {
	m := &notebook{}
	h := handler(t, hooks.Config{Feedback: failing{m}, Clients: map[string]hooks.Client{"": {ShowsOrderSelect: true}}})
	selecting := asking("order-select", `,"selections":[],"draftOrders":`+bundle("collection", ibuprofen), `{"medications":`+bundle("searchset", takesWarfarin)+`}`)
	sign := func() int {
		return len(answered(t, post(h, "order-sign", signing([]string{ibuprofen}, takesWarfarin))).Cards)
	}
	m.err = errors.New("no disk")
	require.Len(t, answered(t, post(h, "order-select", selecting)).Cards, 2)
	m.err = nil
	require.Equal(t, 2, sign(), "it is not known that they were shown")
	require.Len(t, answered(t, post(h, "order-select", selecting)).Cards, 2)
	require.Zero(t, sign())
	m.err = errors.New("no disk")
	require.Equal(t, 2, sign(), "it cannot be known")
	m.err = nil
	require.Zero(t, sign())
}

// failing is a memory that takes nothing while it fails.
type failing struct{ *notebook }

func (f failing) Shown(ctx context.Context, cards []feedback.Card) error {
	if f.err != nil {
		return f.err
	}
	return f.notebook.Shown(ctx, cards)
}

// A client that went away before it had its answer has shown nothing.
func TestRepeatsOfAClientThatWentAway(t *testing.T) {
	for name, ask := range map[string]func(h http.Handler, r *http.Request){
		"before the answer": func(h http.Handler, r *http.Request) {
			ctx, cancel := context.WithCancel(r.Context())
			h.ServeHTTP(leaving{httptest.NewRecorder(), cancel}, r.WithContext(ctx))
		},
		"within it": func(h http.Handler, r *http.Request) { h.ServeHTTP(gone{httptest.NewRecorder()}, r) },
	} {
		t.Run(name, func(t *testing.T) {
			m := &notebook{}
			h := handler(t, hooks.Config{Feedback: m, Clients: map[string]hooks.Client{"": {ShowsOrderSelect: true}}})
			body := asking("order-select", `,"selections":[],"draftOrders":`+bundle("collection", ibuprofen), `{"medications":`+bundle("searchset", takesWarfarin)+`}`)
			ask(h, httptest.NewRequest("POST", "/cds-services/primum-order-select", strings.NewReader(body)))
			require.Empty(t, m.cards)
			require.Len(t, answered(t, post(h, "order-sign", signing([]string{ibuprofen}, takesWarfarin))).Cards, 2)
			require.Len(t, m.cards, 2)
		})
	}
}

// leaving is a client that goes when its answer begins.
type leaving struct {
	http.ResponseWriter
	leave func()
}

func (l leaving) Header() http.Header {
	l.leave()
	return l.ResponseWriter.Header()
}

// gone is a client that nothing can be written to.
type gone struct{ http.ResponseWriter }

func (gone) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// A pair of therapies that exist is no news when something else is ordered.
func TestExistingPairs(t *testing.T) {
	exists := []string{takesWarfarin, drug("i", "active", "5640", "ibuprofen")}
	h := handler(t, hooks.Config{})
	a := answered(t, post(h, "order-sign", signing([]string{clarithromycin}, exists...)))
	require.Empty(t, a.Cards)
	require.Equal(t, map[string]int{"not-under-review": 1}, a.report(t).Hidden)
	a = answered(t, post(h, "order-sign", signing([]string{ibuprofen}, exists...)))
	require.Contains(t, a.summaries(), "warning: Warfarin and ibuprofen are taken together")
}

package hooks_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/stretchr/testify/require"
)

func TestOutcome(t *testing.T) {
	var o *hooks.Outcome
	h := handler(t, hooks.Config{Prefetch: medications, Observe: func(_ context.Context, got *hooks.Outcome) { o = got }})
	a := answered(t, post(h, "order-sign", asking("order-sign", `,"draftOrders":`+bundle("collection", ibuprofen, metformin, clarithromycin),
		`{"meds":`+bundle("searchset", takesWarfarin)+`}`)))
	require.Positive(t, o.Took)
	require.Positive(t, o.Decided)
	require.Regexp(t, `^[0-9a-f]{64}$`, o.Patient)
	require.Regexp(t, `^[0-9a-f]{64}$`, o.Request)
	o.Took, o.Decided, o.Patient, o.Request = 0, 0, "", ""
	require.Equal(t, &hooks.Outcome{
		At: march, Service: "primum-order-sign", Hook: "order-sign", HookInstance: "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", Status: 200, Bytes: o.Bytes, Cards: 3,
		Prefetch: map[string]hooks.PrefetchState{"meds": hooks.PrefetchSatisfied},
		Decisions: []hooks.Decision{
			{Result: hooks.Found, Rule: "interaction[warfarin-ibuprofen]", Pack: "trial", Indicator: cds.Warning, Focus: "MedicationRequest/d1",
				Evidence: []string{"MedicationRequest/d1", "MedicationRequest/w"}, Card: a.Cards[0].UUID},
			{Result: hooks.Found, Rule: "pair-that-exists", Pack: "trial", Indicator: cds.Warning,
				Evidence: []string{"MedicationRequest/w", "MedicationRequest/d1"}, Card: a.Cards[1].UUID},
			{Result: hooks.Undecided, Rule: "metformin-low-egfr", Pack: "trial", Indicator: cds.Info, Focus: "MedicationRequest/d3",
				Missing: []string{"Observation"}, Card: a.Cards[2].UUID},
			{Result: hooks.Failed, Rule: "panics", Focus: "MedicationRequest/d2"},
		},
	}, o)
	require.Equal(t, []int{2, 1, 1, 0}, []int{o.Count(hooks.Found), o.Count(hooks.Undecided), o.Count(hooks.Failed), o.Count(hooks.Suppressed)})

	refused(t, post(h, "order-sign", asking("order-sign", "", "{}")), http.StatusBadRequest)
	require.Equal(t, []any{400, "invalid context.draftOrders", "primum-order-sign", ""}, []any{o.Status, o.Error, o.Service, o.Hook})
}

// Nothing of a person and no token is told to whoever observes or logs, whatever becomes of the call.
func TestS8R3NothingOfThePatientIsTold(t *testing.T) {
	const canary = "canary"
	order := func(id string) string {
		return strings.Replace(drug(id, "draft", "5640", "ibuprofen "+canary), `"intent"`, `"note":[{"text":"`+canary+`"}],"requester":{"display":"`+canary+`"},"intent"`, 1)
	}
	patient := `{"resourceType":"Patient","id":"` + canary + `","name":[{"family":"` + canary + `"}],"birthDate":"` + canary + `","gender":"` + canary + `"}`
	good := strings.NewReplacer(`"7"`, `"`+canary+`"`, `Practitioner/1`, `Practitioner/`+canary, `"Patient/7"`, `"Patient/`+canary+`"`, "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", canary).
		Replace(withServer(asking("order-sign", `,"draftOrders":`+bundle("collection", order("d1"), clarithromycin, metformin), `{"patient":`+patient+`,"`+canary+`":[],"medications":`+bundle("searchset", takesWarfarin)+`}`)))
	var told, logged bytes.Buffer
	h := handler(t, hooks.Config{
		Log: slog.New(slog.NewJSONHandler(&logged, nil)), Prefetch: medications, Fetcher: &slow{},
		Feedback: &notebook{err: fmt.Errorf("%s", canary)},
		Observe:  func(_ context.Context, o *hooks.Outcome) { fmt.Fprintf(&told, "%+v\n", *o) },
	})
	for _, body := range []string{good, good[:len(good)-1], strings.Replace(good, `"draftOrders"`, `"x"`, 1), strings.Replace(good, `"order-sign"`, `"`+canary+`"`, 1), canary} {
		post(h, "order-sign", body)
		do(h, "POST", feedbackPath, body)
		do(h, "POST", "/cds-services/"+canary, body)
	}
	a := answered(t, post(h, "order-sign", good))
	require.Contains(t, a.summaries(), "warning: Bleeding: ibuprofen canary interacts")
	do(handler(t, hooks.Config{Authenticator: panicking{}, Log: slog.New(slog.NewJSONHandler(&logged, nil))}), "GET", "/cds-services", "")
	require.NotEmpty(t, told.String())
	require.Contains(t, logged.String(), "panicked")
	require.NotContains(t, strings.ToLower(told.String()+logged.String()), canary)
}

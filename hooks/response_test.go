package hooks_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/stretchr/testify/require"
)

func TestC1NoGuidanceIsAnEmptyList(t *testing.T) {
	w := post(handler(t, hooks.Config{}), "order-sign", signing([]string{ibuprofen}))
	require.Equal(t, `{"cards":[]}`, w.Body.String())
}

// one is the answer to an order that has a card with everything in it.
func one(t *testing.T, client hooks.Client) *answer {
	h := handler(t, hooks.Config{Clients: map[string]hooks.Client{"": client}})
	return answered(t, post(h, "order-sign", signing([]string{ibuprofen}, takesWarfarin)))
}

func TestC2C3C4Cards(t *testing.T) {
	for _, k := range one(t, hooks.Client{}).Cards {
		require.NotEmpty(t, k.Summary)
		require.Less(t, utf8.RuneCountInString(k.Summary), 140)
		require.Contains(t, []string{"info", "warning", "critical"}, k.Indicator)
		require.NotEmpty(t, k.Source["label"])
		require.NotEmpty(t, k.Source["topic"].(map[string]any)["code"])
		require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, k.UUID)
	}
	require.Equal(t, "https://example.org/trial", one(t, hooks.Client{}).Cards[0].Source["url"])
}

// Of text that comes from data, no more than 139 characters are in a summary, and nothing is markup in a detail.
func TestC2C3TextFromData(t *testing.T) {
	h := handler(t, hooks.Config{})
	long := drug("d", "draft", "5640", strings.Repeat("ä", 200))
	a := answered(t, post(h, "order-sign", signing([]string{long}, takesWarfarin)))
	require.Equal(t, 139, utf8.RuneCountInString(a.Cards[0].Summary))
	rude := drug("d", "draft", "5640", "<b>x</b> [y](http://evil.example)")
	a = answered(t, post(h, "order-sign", signing([]string{rude, clarithromycin, drug("e", "draft", "6809", "metformin")}, takesWarfarin, takesStatin,
		drug("m", "active", "6809", "metformin"))))
	for _, k := range a.Cards {
		require.NotContains(t, k.Detail, "<b>")
		require.NotRegexp(t, `[^\\]\]\(`, k.Detail)
	}
}

func TestC5C6C8Suggestions(t *testing.T) {
	k := one(t, hooks.Client{}).Cards[0]
	require.Equal(t, "at-most-one", k.SelectionBehavior)
	require.Len(t, k.Suggestions, 2)
	remove, create := k.Suggestions[0], k.Suggestions[1]
	require.True(t, remove.IsRecommended)
	require.Equal(t, []map[string]any{{"type": "delete", "description": "Remove ibuprofen", "resourceId": "MedicationRequest/d1"}}, remove.Actions)
	require.NotEmpty(t, remove.UUID)
	require.NotEqual(t, remove.UUID, create.UUID)
	resource := create.Actions[0]["resource"].(map[string]any)
	require.NotContains(t, resource, "id") // it is a new one
	require.Equal(t, "draft", resource["status"])
	require.Empty(t, one(t, hooks.Client{}).Cards[1].SelectionBehavior)
}

// An update carries the whole resource, also what no rule reads, and nothing that is empty.
func TestC8UpdateCarriesTheWholeResource(t *testing.T) {
	order := strings.Replace(metformin, `"intent"`, `"contained":[],"note":[{"text":"by hand"}],"priority":null,"extension":[{"url":"https://example.org","valueString":"x"}],"intent"`, 1)
	labs := bundle("searchset", `{"resourceType":"Observation","id":"o","status":"final","effectiveDateTime":"2026-02-01","subject":{"reference":"Patient/7"},
		"code":{"coding":[{"system":"http://loinc.org","code":"98979-8"}]},"valueQuantity":{"value":20,"system":"http://unitsofmeasure.org","code":"mL/min/{1.73_m2}"}}`)
	body := asking("order-sign", `,"draftOrders":`+bundle("collection", order), `{"medications":null,"labs":`+labs+`}`)
	a := answered(t, post(handler(t, hooks.Config{}), "order-sign", body))
	require.Equal(t, []string{"critical: Metformin with eGFR 20 mL/min/1.73 m²"}, a.summaries())
	action := a.Cards[0].Suggestions[0].Actions[0]
	require.Equal(t, "update", action["type"])
	resource := action["resource"].(map[string]any)
	require.Equal(t, "d3", resource["id"])
	require.Equal(t, []any{map[string]any{"text": "by hand"}}, resource["note"])
	require.NotContains(t, resource, "contained")
	require.NotContains(t, resource, "priority")
	require.Contains(t, resource, "extension")
}

// A draft without an id is named by its entry's fullUrl; without that, the text says what is to be done.
func TestC8DraftsWithoutAnID(t *testing.T) {
	h := handler(t, hooks.Config{})
	unnamed := drug("", "draft", "5640", "ibuprofen")
	a := answered(t, post(h, "order-sign", signing([]string{unnamed}, takesWarfarin)))
	require.Equal(t, []string{"Order it once more"}, []string{a.Cards[0].Suggestions[0].Label})
	require.Equal(t, "**Bleeding** with what is taken.\n\nThis order has no id, so that it cannot be changed from here: Remove this order by hand.", a.Cards[0].Detail)
	require.NotContains(t, a.Cards[0].Extension, "davinci-crd.associated-resource")

	body := strings.Replace(signing([]string{unnamed}, takesWarfarin), `{"resource"`, `{"fullUrl":"urn:uuid:4","resource"`, 1)
	a = answered(t, post(h, "order-sign", body))
	require.Equal(t, "urn:uuid:4", a.Cards[0].Suggestions[0].Actions[0]["resourceId"])
	require.JSONEq(t, `["urn:uuid:4"]`, string(a.Cards[0].Extension["davinci-crd.associated-resource"]))
	require.NotContains(t, post(h, "order-sign", body).Body.String(), "primum-unnamed")
}

func TestC9C10C12ReasonsAndLinks(t *testing.T) {
	k := one(t, hooks.Client{}).Cards[0]
	require.Equal(t, []map[string]string{{"code": "benefit", "system": "https://example.org/reasons", "display": "The benefit is greater"}}, k.OverrideReasons)
	require.Equal(t, []map[string]string{
		{"label": "About it", "url": "https://example.org/about", "type": "absolute"},
		{"label": "Calculator", "url": "https://example.org/launch", "type": "smart", "appContext": `{"drug": "ibuprofen"}`},
	}, k.Links)
}

// System actions go only to clients that are known to understand them, to where these look.
func TestC11SystemActions(t *testing.T) {
	require.Empty(t, one(t, hooks.Client{}).SystemActions)
	require.Empty(t, one(t, hooks.Client{SystemActions: hooks.InResponse}).SystemActions)

	a := one(t, hooks.Client{SystemActions: hooks.InResponse, DetectedIssues: true})
	require.Len(t, a.SystemActions, 2)
	require.Equal(t, "create", a.SystemActions[0]["type"])
	issue := a.SystemActions[0]["resource"].(map[string]any)
	require.Equal(t, "DetectedIssue", issue["resourceType"])
	require.Equal(t, []any{map[string]any{"reference": "MedicationRequest/d1"}, map[string]any{"reference": "MedicationRequest/w"}}, issue["implicated"])

	a = one(t, hooks.Client{SystemActions: hooks.InExtension, DetectedIssues: true})
	require.Empty(t, a.SystemActions)
	var actions []map[string]any
	require.NoError(t, json.Unmarshal(a.Extension["systemActions"], &actions))
	require.Len(t, actions, 2)

	a = one(t, hooks.Client{DetectedIssues: true})
	require.Empty(t, a.SystemActions)
	require.Contains(t, a.Cards[0].Extension, "io.github.primum-cds.detected-issues")
}

// What went wrong in the service is not a card.
func TestC13NoCardsForErrors(t *testing.T) {
	a := answered(t, post(handler(t, hooks.Config{}), "order-sign", signing([]string{clarithromycin})))
	require.Empty(t, a.Cards)
	require.Equal(t, []string{"panics"}, a.report(t).Failed)
}

// Every extension is an object of names whose values are objects, but for Da Vinci's, which is a list.
func TestE1Extensions(t *testing.T) {
	a := answered(t, post(handler(t, hooks.Config{}), "order-sign", signing([]string{ibuprofen, clarithromycin, metformin}, takesWarfarin)))
	look := func(e map[string]json.RawMessage) {
		for name, value := range e {
			require.Contains(t, name, ".")
			if name != "davinci-crd.associated-resource" {
				require.Equal(t, byte('{'), value[0], name)
			}
		}
	}
	look(a.Extension)
	for _, k := range a.Cards {
		look(k.Extension)
	}
	require.JSONEq(t, `["MedicationRequest/d1"]`, string(a.Cards[0].Extension["davinci-crd.associated-resource"]))
}

// Critical cards come first, then others as the engine sorts them, then what was not decided.
func TestCardsAreInOrder(t *testing.T) {
	drafts := []string{metformin, ibuprofen, clarithromycin}
	h := handler(t, hooks.Config{})
	want := []string{
		"critical: Rhabdomyolysis: clarithromycin interacts", "warning: Bleeding: ibuprofen interacts",
		"warning: Warfarin and ibuprofen are taken together", "info: Metformin: no eGFR in a year",
	}
	a := answered(t, post(h, "order-sign", signing(drafts, takesWarfarin, takesStatin)))
	require.Equal(t, want, a.summaries())
	a = answered(t, post(h, "order-sign", signing([]string{clarithromycin, ibuprofen, metformin}, takesStatin, takesWarfarin)))
	require.Equal(t, want, a.summaries())
}

// Two orders of the same, of which a card says the same, are one card that names both.
func TestCardsThatReadTheSameAreOne(t *testing.T) {
	again := drug("d9", "draft", "6809", "metformin")
	body := asking("order-sign", `,"draftOrders":`+bundle("collection", metformin, again), `{"patient":{"resourceType":"Patient","id":"7","gender":"male"}}`)
	a := answered(t, post(handler(t, hooks.Config{}), "order-sign", body))
	require.Equal(t, []string{"info: A man", "info: Metformin: no eGFR in a year", "info: Metformin: no eGFR in a year"}, a.summaries())
	require.JSONEq(t, `["MedicationRequest/d3","MedicationRequest/d9"]`, string(a.Cards[0].Extension["davinci-crd.associated-resource"]))
	require.Equal(t, "About: metformin\n\nHe is one.", a.Cards[0].Detail)
}

// What a client does not want is counted.
func TestLimits(t *testing.T) {
	for _, test := range []struct {
		client hooks.Client
		cards  []string
		hidden map[string]int
	}{
		{hooks.Client{}, []string{"critical", "warning", "warning", "info"}, nil},
		{hooks.Client{Minimum: cds.Info}, []string{"critical", "warning", "warning", "info"}, nil},
		{hooks.Client{Minimum: cds.Warning}, []string{"critical", "warning", "warning"}, map[string]int{"below-minimum": 1}},
		{hooks.Client{Minimum: cds.Critical}, []string{"critical"}, map[string]int{"below-minimum": 3}},
		{hooks.Client{MaxCards: 2}, []string{"critical", "warning"}, map[string]int{"over-limit": 2}},
		{hooks.Client{MaxCards: 2, Minimum: cds.Warning}, []string{"critical", "warning"}, map[string]int{"over-limit": 1, "below-minimum": 1}},
	} {
		h := handler(t, hooks.Config{Clients: map[string]hooks.Client{"": test.client}})
		a := answered(t, post(h, "order-sign", signing([]string{metformin, ibuprofen, clarithromycin}, takesWarfarin, takesStatin)))
		var got []string
		for _, k := range a.Cards {
			got = append(got, k.Indicator)
		}
		require.Equal(t, test.cards, got)
		require.Equal(t, test.hidden, a.report(t).Hidden)
		require.Equal(t, []string{"metformin-low-egfr"}, a.report(t).Undecided) // though its card is hidden
	}
	// However few cards a client takes, critical ones are sent.
	h := handler(t, hooks.Config{Clients: map[string]hooks.Client{"": {MaxCards: 1}}})
	again := drug("d9", "draft", "21212", "clarithromycin 500 MG")
	a := answered(t, post(h, "order-sign", signing([]string{again, clarithromycin}, takesStatin)))
	require.Len(t, a.Cards, 2)
}

// Who opens a record gets one card of all that is not critical, and all of it in there.
func TestPatientViewIsSummarised(t *testing.T) {
	h := handler(t, hooks.Config{})
	body := asking("patient-view", "", `{"medications":`+bundle("searchset", takesWarfarin, drug("i", "active", "5640", "ibuprofen"))+`}`)
	a := answered(t, post(h, "patient-view", body))
	require.Equal(t, []string{"warning: 2 findings for this patient: warnings 2, information 0"}, a.summaries())
	k := a.Cards[0]
	require.Equal(t, "any", k.SelectionBehavior)
	require.Equal(t, "ibuprofen: Remove this order", k.Suggestions[0].Label)
	require.Equal(t, "**Bleeding: ibuprofen interacts** (warning)\n\n**Bleeding** with what is taken.\n\nSource: [Trial (not clinically reviewed)](<https://example.org/trial>)\n\n"+
		"**Warfarin and ibuprofen are taken together** (warning)", k.Detail)
	// One alone stands for itself.
	engine, err := trial()
	require.NoError(t, err)
	require.Contains(t, engine.Hooks(), "patient-view")
}

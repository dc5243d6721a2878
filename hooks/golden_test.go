package hooks_test

import (
	"net/http"
	"testing"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/stretchr/testify/require"
)

// Whole responses, so that any difference in what a client gets is seen.
func TestResponses(t *testing.T) {
	unnamed := drug("", "draft", "5640", "ibuprofen")
	everything := `{"medications":` + bundle("searchset", takesWarfarin, takesStatin) + `}`
	for _, test := range []struct {
		name, hook, body string
		client           hooks.Client
	}{
		{"nothing", "order-sign", signing([]string{ibuprofen}), hooks.Client{}},
		{"interaction", "order-sign", signing([]string{ibuprofen}, takesWarfarin), hooks.Client{}},
		{"two-orders", "order-sign", signing([]string{ibuprofen, clarithromycin}, takesWarfarin, takesStatin), hooks.Client{}},
		{"order-without-id", "order-sign", signing([]string{unnamed}, takesWarfarin), hooks.Client{}},
		{"undecided", "order-sign", signing([]string{metformin}), hooks.Client{}},
		{"limited", "order-sign", signing([]string{ibuprofen, clarithromycin, metformin}, takesWarfarin, takesStatin), hooks.Client{Minimum: cds.Warning, MaxCards: 1}},
		{"detected-issue-as-system-action", "order-sign", signing([]string{ibuprofen}, takesWarfarin), hooks.Client{SystemActions: hooks.InResponse, DetectedIssues: true}},
		{"detected-issue-in-extension", "order-sign", signing([]string{ibuprofen}, takesWarfarin), hooks.Client{DetectedIssues: true}},
		{"patient-view", "patient-view", asking("patient-view", "", `{"medications":`+bundle("searchset",
			takesWarfarin, takesStatin, drug("i", "active", "5640", "ibuprofen"), drug("c", "active", "21212", "clarithromycin"))+`}`), hooks.Client{}},
		{"new-allergy", "allergyintolerance-create", asking("allergyintolerance-create", `,"allergyIntolerance":{"resourceType":"AllergyIntolerance","code":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"7980","display":"penicillin"}]}}`, everything), hooks.Client{}},
		{"custom-hook", "org.example.admission", asking("org.example.admission", `,"ward":"3","chosen":["MedicationRequest/a"],"plan":`+bundle("collection",
			drug("a", "draft", "11289", "warfarin"), drug("b", "draft", "11289", "warfarin 5 MG")), everything), hooks.Client{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := post(handler(t, hooks.Config{Clients: map[string]hooks.Client{"": test.client}}), test.hook, test.body)
			require.Equal(t, http.StatusOK, w.Code, w.Body)
			full(t, w.Body.Bytes())
			golden(t, test.name, w.Body.Bytes())
		})
	}
}

package hooks_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/primum-cds/primum/hooks"
	"github.com/stretchr/testify/require"
)

// FuzzRequest: whatever the body is, the status is one that is documented, and no member of what is answered
// is null or empty.
func FuzzRequest(f *testing.F) {
	f.Add("order-sign", signing([]string{ibuprofen, clarithromycin, metformin}, takesWarfarin, takesStatin))
	f.Add("order-sign", signing([]string{drug("", "draft", "5640", "ibuprofen")}, takesWarfarin))
	f.Add("order-select", withServer(asking("order-select", `,"selections":["d1"],"draftOrders":`+bundle("collection", ibuprofen), `{"meds":null,"x":{"resourceType":"OperationOutcome"}}`)))
	f.Add("patient-view", asking("patient-view", `,"encounterId":1`, `{"medications":`+bundle("searchset", takesWarfarin, drug("i", "active", "5640", "ibuprofen"))+`}`))
	f.Add("org.example.admission", `{"hook":"org.example.admission","context":{"patientId":"7","ward":3,"plan":[null,`+ibuprofen+`]},"prefetch":[]}`)
	f.Add("allergyintolerance-create", `{"hook":"allergyintolerance-create","context":{"patientId":"7","userId":"a","allergyIntolerance":{"resourceType":"AllergyIntolerance"}}}`)
	f.Fuzz(func(t *testing.T, hook, body string) {
		h := handler(t, hooks.Config{
			Feedback: &notebook{}, Prefetch: medications, Fetcher: &fhirServer{},
			Clients: map[string]hooks.Client{"": {SystemActions: hooks.InResponse, DetectedIssues: true}},
		})
		w := post(h, "x", "")
		for _, s := range h.Services() {
			if s.Hook == hook {
				w = post(h, hook, body)
			}
		}
		require.True(t, slices.Contains([]int{200, 400, 404, 412, 413, 503}, w.Code), "%d %s", w.Code, w.Body)
		full(t, w.Body.Bytes())
		if w.Code != http.StatusOK {
			issues(t, w, w.Code)
		}
	})
}

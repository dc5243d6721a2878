package server_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
)

// zeros are where uuids come from that are the same each time.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// What is written of a call, from end to end: nothing but the time that it took differs from one run to the next.
func TestWhatIsWrittenOfACall(t *testing.T) {
	dir := t.TempDir()
	config := trial(filepath.Join(dir, "rules"))
	write(t, filepath.Join(dir, "rules", "trial.yaml"), `pack: trial
codes: {ibuprofen: {rxnorm: [5640]}}
rules:
  - {id: says, hooks: [order-sign], for: {order: MedicationRequest}, when: order.drug in ibuprofen, card: {indicator: warning, summary: ibuprofen}}
  - {id: asks, hooks: [order-sign], when: patient.allergicTo(ibuprofen), card: {indicator: info, summary: allergic}}
`)
	ehr := newEHR(t)
	config.Hooks.Authenticator = ehr.verifier()
	config.Hooks.HashKey = []byte("a key of this site, long enough")
	config.Hooks.Random = zeros{}
	config.Hooks.Now = func() time.Time { return time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC) }
	config.Decisions, config.Audit = filepath.Join(dir, "decisions.log"), filepath.Join(dir, "audit.ndjson")
	r := run(t, config)
	call := func(body string, claims jwt.MapClaims) {
		const path = "/cds-services/primum-order-sign"
		request, err := http.NewRequest(http.MethodPost, r.url+path, strings.NewReader(body))
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+ehr.token(path, fmt.Sprint(len(body)), claims))
		response, err := r.client.Do(request)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
	}
	call(orderSign, jwt.MapClaims{"tenant": "ward-3"})
	call(`{"hook":"order-sign","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea","context":{"userId":"Practitioner/1","patientId":"1","draftOrders":{"resourceType":"Bundle"}}}`, nil)
	r.stop()

	decisions, err := os.ReadFile(config.Decisions)
	require.NoError(t, err)
	took := regexp.MustCompile(`"ms":[0-9.]+`)
	require.Len(t, took.FindAll(decisions, -1), 2)
	require.Equal(t, golden(t, "decisions.ndjson"), string(took.ReplaceAll(decisions, []byte(`"ms":0`))))

	audit, err := os.ReadFile(config.Audit)
	require.NoError(t, err)
	require.Equal(t, golden(t, "audit.ndjson"), string(audit))
	table := readElements(t)
	for line := range strings.Lines(string(audit)) {
		var event map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &event))
		require.Empty(t, table.problems(event))
	}
}

func golden(t *testing.T, name string) string {
	text, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return string(text)
}

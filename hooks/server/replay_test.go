package server_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/fetch"
	"github.com/primum-cds/primum/hooks/server"
	"github.com/stretchr/testify/require"
)

// What was decided on data that was fetched is decided again without the FHIR server.
func TestReplay(t *testing.T) {
	fhir := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"MedicationRequest","id":"taken","status":"active","intent":"order",
			"subject":{"reference":"Patient/1"},"medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"11289"}]}}}]}`))
	}))
	defer fhir.Close()
	dir := t.TempDir()
	config := trial(filepath.Join(dir, "rules"))
	both := ruleFile("1") + "  - {id: both, hooks: [order-sign], for: {o: MedicationRequest}, when: patient.takes(warfarin), card: {indicator: info, summary: both}}\n"
	both = strings.Replace(both, "codes:\n", "codes:\n  warfarin: {rxnorm: [11289]}\n", 1)
	write(t, filepath.Join(dir, "rules", "trial.yaml"), both)
	var err error
	config.Hooks.Fetcher, err = fetch.New(fetch.Config{Servers: []fetch.Server{{Base: fhir.URL}}})
	require.NoError(t, err)
	config.Hooks.Prefetch = func(hooks.Service, hooks.TemplateVersion) ([]hooks.Template, error) {
		return []hooks.Template{{Key: "meds", Query: "MedicationRequest?patient={{context.patientId}}"}}, nil
	}
	config.Hooks.HashKey = []byte("a key of this site, long enough")
	config.Decisions, config.Archive = filepath.Join(dir, "decisions.log"), filepath.Join(dir, "archive")
	r := run(t, config)
	request := strings.Replace(orderSign, `"context"`, `"fhirServer":"`+fhir.URL+`","fhirAuthorization":{"access_token":"secret","token_type":"Bearer"},"context"`, 1)
	status, body, err := r.post(request)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "version 1; both", summaries(t, body))
	r.stop()
	fhir.Close()

	line, err := os.ReadFile(config.Decisions)
	require.NoError(t, err)
	var d server.Decision
	require.NoError(t, json.Unmarshal(line, &d))
	archived, err := server.ReadArchived(config.Archive, d.Archive)
	require.NoError(t, err)
	require.NotContains(t, string(archived.Request), "secret")
	_, err = server.ReadArchived(config.Archive, "../"+d.Archive)
	require.ErrorContains(t, err, "is no name in an archive")

	replay := func(config server.Config) []server.Difference {
		replayer, err := server.NewReplayer(context.Background(), config)
		require.NoError(t, err)
		defer replayer.Close()
		require.Len(t, replayer.Digest(), 64)
		found, err := replayer.Replay(context.Background(), &d, archived)
		require.NoError(t, err)
		return found
	}
	require.Empty(t, replay(config))
	decided := d.Results
	d.Results = []server.Result{}
	for _, r := range decided {
		if r.Rule == "both" {
			r = server.Result{Result: hooks.Late, Rule: "both", Focus: r.Focus}
		}
		d.Results = append(d.Results, r)
	}
	require.Empty(t, replay(config), "what there was no time for is not compared")
	d.Results = decided
	other := config
	other.Hooks.HashKey = []byte("another key of another site")
	require.Empty(t, replay(other), "which resources were meant is not compared")

	write(t, filepath.Join(dir, "rules", "trial.yaml"), strings.Replace(both, "when: patient.takes(warfarin)", "when: patient.allergicTo(warfarin)", 1))
	found := replay(config)
	require.Len(t, found, 2)
	require.Contains(t, found[0].Then, `{"result":"found","rule":"both"`)
	require.Contains(t, found[1].Now, `{"result":"undecided","rule":"both"`)
}

package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks/server"
	"github.com/primum-cds/primum/rules"
	"github.com/stretchr/testify/require"
)

// ruleFile is a rule that says which version of it is in force.
func ruleFile(version string) string {
	return `pack: trial
codes:
  ibuprofen: {rxnorm: [5640]}
rules:
  - id: says
    hooks: [order-sign]
    for: {order: MedicationRequest}
    when: order.drug in ibuprofen
    card: {indicator: warning, summary: "version ` + version + `"}
`
}

// orderSign is a request with a new order of ibuprofen.
const orderSign = `{"hook":"order-sign","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
"context":{"userId":"Practitioner/1","patientId":"1","draftOrders":{"resourceType":"Bundle","entry":[{"resource":
{"resourceType":"MedicationRequest","id":"new","status":"draft","intent":"order","subject":{"reference":"Patient/1"},
"medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"5640","display":"ibuprofen"}]}}}]}},
"prefetch":{"patient":{"resourceType":"Patient","id":"1"}}}`

// load compiles rules as the command does. The options are for all rules that it loads.
func load(options ...cds.Option) func(context.Context, server.Paths) (*server.RuleSet, error) {
	return func(_ context.Context, paths server.Paths) (*server.RuleSet, error) {
		packs, err := rules.Load(paths.Packs...)
		if err != nil {
			return nil, err
		}
		with := options
		if paths.Params != "" {
			site, err := rules.LoadSite(paths.Params)
			if err != nil {
				return nil, err
			}
			with = append(with[:len(with):len(with)], cds.WithSite(site))
		}
		engine, err := cds.New(packs, with...)
		if err != nil {
			return nil, err
		}
		return &server.RuleSet{Engine: engine, Packs: packs}, nil
	}
}

func write(t testing.TB, name, text string) {
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
}

// folder returns a folder with one rule file.
func folder(t testing.TB, version string) string {
	dir := filepath.Join(t.TempDir(), "rules")
	write(t, filepath.Join(dir, "trial.yaml"), ruleFile(version))
	return dir
}

// poll is how often tests look for changes.
const poll = 10 * time.Millisecond

// trial is the configuration of a server with the rules in a folder.
func trial(dir string) server.Config {
	return server.Config{Rules: server.Rules{Paths: server.Paths{Packs: []string{dir}}, Load: load(), Poll: poll}}
}

// A running is a Server with real listeners.
type running struct {
	*server.Server
	t          testing.TB
	url, admin string
	client     *http.Client
	stop       func() // ends it, and waits until it has ended
}

// run starts a Server, which ends with the test.
func run(t testing.TB, config server.Config) *running {
	config.Limits.Drain = max(config.Limits.Drain, 5*time.Second)
	s, err := server.New(context.Background(), config)
	require.NoError(t, err)
	service, admin := listen(t), listen(t)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, service, admin) }()
	scheme := "http"
	if config.Certificate != nil {
		scheme = "https"
	}
	r := &running{Server: s, t: t, url: scheme + "://" + service.Addr().String(), admin: "http://" + admin.Addr().String(), client: &http.Client{Timeout: 10 * time.Second}}
	stopped := false
	r.stop = func() {
		if !stopped {
			stopped = true
			cancel()
			require.NoError(t, <-ended)
		}
	}
	t.Cleanup(r.stop)
	return r
}

func listen(t testing.TB) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return l
}

// post calls order-sign, and returns the status and the body.
func (r *running) post(body string) (int, string, error) {
	response, err := r.client.Post(r.url+"/cds-services/primum-order-sign", "application/json", strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, string(answer), err
}

// says returns the summaries of the cards of an order of ibuprofen.
func (r *running) says() string {
	status, body, err := r.post(orderSign)
	require.NoError(r.t, err)
	require.Equal(r.t, http.StatusOK, status, body)
	return summaries(r.t, body)
}

func summaries(t testing.TB, body string) string {
	var answer struct{ Cards []struct{ Summary string } }
	require.NoError(t, json.Unmarshal([]byte(body), &answer), body)
	var all []string
	for _, c := range answer.Cards {
		all = append(all, c.Summary)
	}
	return strings.Join(all, "; ")
}

// get returns what the operator's address answers.
func (r *running) get(path string) (int, string) {
	response, err := r.client.Get(r.admin + path)
	require.NoError(r.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(r.t, err)
	return response.StatusCode, string(body)
}

// metric returns the value of a metric, "" if there is none.
func (r *running) metric(name string) string {
	_, all := r.get("/metrics")
	for line := range strings.Lines(all) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// soon waits until something holds.
func (r *running) soon(holds func() bool, message string) {
	require.Eventually(r.t, holds, time.Minute, poll, message)
}

func TestHealth(t *testing.T) {
	r := run(t, trial(folder(t, "1")))
	require.Equal(t, "version 1", r.says())
	status, body := r.get("/healthz")
	require.Equal(t, "200 ok\n", fmt.Sprint(status, " ", body))
	status, body = r.get("/readyz")
	require.Equal(t, http.StatusOK, status)
	require.Regexp(t, `^\{"ready":true,"rules":"[0-9a-f]{64}","since":"[^"]+"\}\n$`, body)
	for name, value := range map[string]string{
		`primum_calls_total{hook="order-sign",service="primum-order-sign",status="200"}`: "1",
		`primum_rule_results_total{result="found",rule="says"}`:                          "1",
		`primum_cards_total{service="primum-order-sign"}`:                                "1",
		`primum_call_seconds_count{service="primum-order-sign"}`:                         "1",
		`primum_reloads_total{result="success"}`:                                         "1",
		`primum_rules_broken`:                                                            "0",
		`primum_rules_saved`:                                                             "0",
	} {
		require.Equal(t, value, r.metric(name), name)
	}
	_, metrics := r.get("/metrics")
	require.Regexp(t, `primum_rules_info\{digest="[0-9a-f]{64}"\} 1`, metrics)
}

func TestNewSaysWhatIsWrong(t *testing.T) {
	_, err := server.New(context.Background(), server.Config{})
	require.EqualError(t, err, "server: there is nothing to load rules with")
	dir := folder(t, "1")
	write(t, filepath.Join(dir, "trial.yaml"), "pack: trial\nrule: []\n")
	_, err = server.New(context.Background(), trial(dir))
	require.ErrorContains(t, err, `unknown key "rule" in a rule file (did you mean "rules"?)`)
	config := trial(folder(t, "1"))
	config.Traces.Endpoint = "collector"
	_, err = server.New(context.Background(), config)
	require.EqualError(t, err, "the endpoint of traces: a URL such as http://127.0.0.1:4318 was expected")
}

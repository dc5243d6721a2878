package hooks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/auth"
	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/primum-cds/primum/hooks/fetch"
	"github.com/primum-cds/primum/rules"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write what the handler answers into testdata/responses: read the difference before it is kept")

// admission is a hook that is not of the library.
var admission = cds.Hook{
	Name: "org.example.admission", Version: "2.1", Focus: "plan", Selections: "chosen", Orders: true,
	Fields: []cds.HookField{
		{Name: "patientId", Form: "id", Required: true, Token: true},
		{Name: "ward", Form: "text", Required: true, Token: true},
		{Name: "plan", Form: "resource", Required: true},
		{Name: "chosen", Form: "references"},
	},
}

var trial = sync.OnceValues(func() (*cds.Engine, error) {
	packs, err := rules.Load("testdata/rules")
	if err != nil {
		return nil, err
	}
	return cds.New(packs, cds.WithHooks(admission), cds.WithFunction("panics", func(cds.Concept) bool { panic("Mrs Canary") }))
})

// What a Handler needs of others is what these have.
var (
	_ hooks.Authenticator = (*auth.Verifier)(nil)
	_ hooks.Fetcher       = (*fetch.Client)(nil)
	_ hooks.Feedback      = feedback.Store(nil)
)

// counter is a source of uuids that are the same in each run.
type counter struct {
	lock sync.Mutex
	n    byte
}

func (c *counter) Read(b []byte) (int, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.n++
	clear(b)
	b[len(b)-1] = c.n
	return len(b), nil
}

var march = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// handler is one with the trial rules, at a fixed time. The key is what a test gives it or none.
func handler(t testing.TB, config hooks.Config) *hooks.Handler {
	engine, err := trial()
	require.NoError(t, err)
	config.Now = func() time.Time { return march }
	if config.Random == nil {
		config.Random = &counter{}
	}
	if config.HashKey == nil {
		config.HashKey = []byte("a key for tests")
	}
	if config.Deadlines == nil {
		config.Deadlines = map[string]time.Duration{"": time.Minute}
	}
	h, err := hooks.New(engine, config)
	require.NoError(t, err)
	return h
}

// do makes a call without a network.
func do(h http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	var b io.Reader
	if body != "" {
		b = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, path, b)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// post calls the service of a hook.
func post(h http.Handler, hook, body string) *httptest.ResponseRecorder {
	return do(h, "POST", "/cds-services/primum-"+hook, body, "Content-Type", "application/json")
}

// postWithin calls the service of a hook for a client that goes away when ctx ends.
func postWithin(ctx context.Context, h http.Handler, hook, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "POST", "/cds-services/primum-"+hook, strings.NewReader(body)))
	return w
}

// An answer is what tests look at in a response.
type answer struct {
	Cards []struct {
		UUID              string
		Summary           string
		Detail            string
		Indicator         string
		Source            map[string]any
		SelectionBehavior string
		Suggestions       []struct {
			UUID, Label   string
			IsRecommended bool
			Actions       []map[string]any
		}
		OverrideReasons []map[string]string
		Links           []map[string]string
		Extension       map[string]json.RawMessage
	}
	SystemActions []map[string]any
	Extension     map[string]json.RawMessage
}

func (a *answer) summaries() []string {
	out := []string{}
	for _, k := range a.Cards {
		out = append(out, k.Indicator+": "+k.Summary)
	}
	return out
}

// report is what the response says beside its cards.
func (a *answer) report(t testing.TB) (r struct {
	Hidden     map[string]int
	Undecided  []string
	Failed     []string
	Late       []string
	Unscreened []map[string]string
	Warnings   []map[string]string
}) {
	if raw := a.Extension["io.github.primum-cds.report"]; raw != nil {
		require.NoError(t, json.Unmarshal(raw, &r))
	}
	return r
}

// answered makes sure that a call was answered with cards, and that nothing in them is empty.
func answered(t testing.TB, w *httptest.ResponseRecorder) *answer {
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	full(t, w.Body.Bytes())
	var a answer
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &a))
	return &a
}

// full makes sure that no member is null, "", [] or {}, but for those lists that CDS Hooks allows to be empty.
func full(t testing.TB, body []byte) {
	var v any
	require.NoError(t, json.Unmarshal(body, &v), "%s", body)
	var look func(path string, v any)
	look = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, member := range v {
				at := path + "." + name
				switch m := member.(type) {
				case nil:
					t.Errorf("%s is null", at)
				case string:
					require.NotEmpty(t, m, at)
				case []any:
					require.True(t, len(m) > 0 || at == ".cards" || at == ".services", "%s is empty", at)
				case map[string]any:
					require.NotEmpty(t, m, at)
				}
				look(at, member)
			}
		case []any:
			for _, item := range v {
				require.NotContains(t, []any{nil, ""}, item, path)
				if object, ok := item.(map[string]any); ok {
					require.NotEmpty(t, object, path)
				}
				look(path+"[]", item)
			}
		}
	}
	look("", v)
}

// refused makes sure that a call was refused with an OperationOutcome of one issue, and returns what that says.
func refused(t testing.TB, w *httptest.ResponseRecorder, status int) (code, diagnostics string) {
	said := issues(t, w, status)
	require.Len(t, said, 1)
	var o struct{ Issue []struct{ Code string } }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &o))
	return o.Issue[0].Code, said[0]
}

// issues makes sure that a call was refused with an OperationOutcome, and returns the texts of its issues.
func issues(t testing.TB, w *httptest.ResponseRecorder, status int) (said []string) {
	require.Equal(t, status, w.Code, w.Body)
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	full(t, w.Body.Bytes())
	var o struct {
		ResourceType string
		Issue        []struct{ Severity, Diagnostics string }
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &o))
	require.Equal(t, "OperationOutcome", o.ResourceType)
	for _, i := range o.Issue {
		require.Equal(t, "error", i.Severity)
		said = append(said, i.Diagnostics)
	}
	return said
}

// golden compares JSON with a file.
func golden(t *testing.T, name string, body []byte) {
	var b bytes.Buffer
	require.NoError(t, json.Indent(&b, body, "", "  "))
	b.WriteByte('\n')
	file := filepath.Join("testdata", "responses", name+".json")
	if *update {
		require.NoError(t, os.WriteFile(file, b.Bytes(), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run the tests with -update to write it")
	require.Equal(t, string(want), b.String())
}

// drug is a MedicationRequest.
func drug(id, status, rxcui, name string) string {
	named := ""
	if id != "" {
		named = `"id":"` + id + `",`
	}
	return fmt.Sprintf(`{"resourceType":"MedicationRequest",%s"status":%q,"intent":"order","subject":{"reference":"Patient/7"},
		"medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":%q,"display":%q}]},
		"dosageInstruction":[{"doseAndRate":[{"doseQuantity":{"value":1,"code":"{pill}"}}],"timing":{"repeat":{"frequency":1,"period":1,"periodUnit":"d"}}}]}`,
		named, status, rxcui, name)
}

// Orders and what is taken.
var (
	ibuprofen      = drug("d1", "draft", "5640", "ibuprofen")
	clarithromycin = drug("d2", "draft", "21212", "clarithromycin")
	metformin      = drug("d3", "draft", "6809", "metformin")
	takesWarfarin  = drug("w", "active", "11289", "warfarin")
	takesStatin    = drug("s", "active", "36567", "simvastatin")
)

// bundle is a Bundle of a type that holds resources.
func bundle(kind string, resources ...string) string {
	entries := make([]string, len(resources))
	for i, r := range resources {
		entries[i] = `{"resource":` + r + `}`
	}
	return `{"resourceType":"Bundle","type":"` + kind + `","entry":[` + strings.Join(entries, ",") + `]}`
}

// signing is a request at order-sign with all medications in the prefetch.
func signing(drafts []string, taken ...string) string {
	return asking("order-sign", `,"draftOrders":`+bundle("collection", drafts...), `{"medications":`+bundle("searchset", taken...)+`}`)
}

// asking is a request at a hook.
func asking(hook, context, prefetch string) string {
	return `{"hook":"` + hook + `","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
		"context":{"userId":"Practitioner/1","patientId":"7"` + context + `},"prefetch":` + prefetch + `}`
}

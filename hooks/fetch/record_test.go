package fetch_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks/fetch"
	"github.com/primum-cds/primum/rules"
)

const noWarfarin = `
pack: test
codes:
  warfarin: {rxnorm: [11289]}
rules:
  - id: no-warfarin
    when: "!patient.takes(warfarin)"
    card: {indicator: info, summary: The patient takes no warfarin}
`

const page = `{"resourceType":"Bundle","type":"searchset"%s,"link":[{"relation":"self","url":"MedicationRequest?patient=1&status=active"}%s],"entry":[%s]}`

func order(id, more string) string {
	return `{"resource":{"resourceType":"MedicationRequest","id":"` + id + `","status":"active","intent":"order","subject":{"reference":"Patient/1"},` +
		`"medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"5640"}]}` + more + `},"search":{"mode":"match"}}`
}

// What was fetched says as much as it holds: a list is complete only if its last page came, and what did
// not come makes a rule undecided.
func TestTheRecordKnowsWhatIsMissing(t *testing.T) {
	packs, err := rules.LoadFS(fstest.MapFS{"test.yaml": {Data: []byte(noWarfarin)}}, ".")
	require.NoError(t, err)
	engine, err := cds.New(packs)
	require.NoError(t, err)
	const next = `,{"relation":"next","url":"?page=2"}`
	for _, test := range []struct {
		name          string
		first, second string
		want          string
	}{
		{"one page", fmt.Sprintf(page, "", "", order("1", "")), "", "no-warfarin holds"},
		{"nothing", fmt.Sprintf(page, `,"total":0`, "", ""), "", "no-warfarin holds"},
		{"two pages", fmt.Sprintf(page, `,"total":2`, next, order("1", "")), fmt.Sprintf(page, `,"total":2`, "", order("2", "")), "no-warfarin holds"},
		{"the second is missing", fmt.Sprintf(page, "", next, order("1", "")), "", "next page not supplied"},
		{"the second points elsewhere", fmt.Sprintf(page, "", next, order("1", "")),
			fmt.Sprintf(page, "", `,{"relation":"next","url":"https://example.org"}`, order("2", "")), "next page not supplied"},
		{"an entry moved and one fell out", fmt.Sprintf(page, `,"total":3`, next, order("1", "")+","+order("2", "")),
			fmt.Sprintf(page, `,"total":3`, "", order("2", "")), "only 2 of 3 supplied"},
		{"nothing came", "", "", "the FHIR server does not have it"},
		{"nested as deep as is read", fmt.Sprintf(page, "", "", order("1", `,"x":`+strings.Repeat("[", 182)+strings.Repeat("]", 182))), "", "no-warfarin holds"},
		{"nested deeper", fmt.Sprintf(page, "", "", order("1", `,"x":`+strings.Repeat("[", 190)+strings.Repeat("]", 190))), "", "the FHIR server's answer was too large"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body := test.first
				if r.URL.RawQuery == "page=2" {
					body = test.second
				}
				if body == "" {
					http.NotFound(w, r)
				}
				fmt.Fprint(w, body)
			}))
			defer server.Close()
			client, err := fetch.New(fetch.Config{Servers: []fetch.Server{{Base: server.URL}}, Timeout: 10 * time.Second})
			require.NoError(t, err)
			results := client.Get(t.Context(), fetch.Request{Server: server.URL, Queries: []fetch.Query{
				{Key: "medications", URL: "MedicationRequest?patient=1&status=active"},
			}})
			record, err := engine.ReadPatient("1", results[0].Input())
			require.NoError(t, err)
			defer record.Close()
			report, err := engine.Evaluate(context.Background(), record, cds.Review{Now: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)})
			require.NoError(t, err)
			require.Equal(t, test.want, said(report))
		})
	}
}

// said tells what holds, or what was missing.
func said(report *cds.Report) string {
	if len(report.Findings) > 0 {
		return report.Findings[0].Rule + " holds"
	}
	for _, u := range report.Undecided {
		for _, m := range u.Missing {
			if m.Resource == "MedicationRequest" {
				return m.Reason
			}
		}
	}
	return fmt.Sprint(report.Undecided)
}

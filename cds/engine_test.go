package cds_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/cds/terminology"
	"github.com/primum-cds/primum/rules"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// packs reads rule files, each a pack.
func packs(t testing.TB, files ...string) []cds.Pack {
	fsys := fstest.MapFS{}
	for i, text := range files {
		fsys[fmt.Sprintf("%d.yaml", i)] = &fstest.MapFile{Data: []byte(text)}
	}
	read, err := rules.LoadFS(fsys, ".")
	require.NoError(t, err)
	return read
}

// when is a pack of one rule with a condition.
func when(condition string) string {
	return "pack: test\ncodes:" + sharedCodes + "rules:\n  - id: r\n    when: |\n      " + strings.ReplaceAll(condition, "\n", "\n      ") +
		"\n    card: {indicator: warning, summary: It holds}\n"
}

func compile(t testing.TB, text string, opts ...cds.Option) *cds.Engine {
	engine, err := cds.New(packs(t, text), opts...)
	require.NoError(t, err)
	return engine
}

// ask reads a record and tells what the engine says of it.
func ask(t testing.TB, engine *cds.Engine, record string) string {
	rec, err := engine.Read(cds.JSON([]byte(record)))
	require.NoError(t, err)
	defer rec.Close()
	report, err := engine.Evaluate(context.Background(), rec, cds.Review{Now: now})
	require.NoError(t, err)
	return said(report)
}

// said is what a report tells but for the counts of what was skipped.
func said(r *cds.Report) string {
	clone := *r
	clone.Skipped = nil
	return told(&clone)
}

// ann is a record of everything there is of a patient.
const ann = `[{"resourceType":"Patient","id":"p","gender":"female","birthDate":"1960-05-04","name":[{"text":"Ann"}]},
	{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"},"recordedDate":"2025-02","clinicalStatus":{"coding":[{"code":"active"}]},
	 "code":{"coding":[{"system":"http://snomed.info/sct","code":"709044004","display":"CKD"}],"text":"kidneys"}},
	{"resourceType":"Observation","id":"o","status":"final","subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-02-01",
	 "code":{"coding":[{"system":"http://loinc.org","code":"98979-8"}]},"valueQuantity":{"value":25,"unit":"mL/min/{1.73_m2}","system":"http://unitsofmeasure.org","code":"mL/min/{1.73_m2}"}}]`

func TestEvaluateRefuses(t *testing.T) {
	engine := compile(t, when("patient.gender == 'female'"))
	other := compile(t, when("true"))
	record, err := engine.Read(cds.JSON([]byte(ann)))
	require.NoError(t, err)
	ctx := context.Background()

	_, err = engine.Evaluate(ctx, record, cds.Review{})
	require.ErrorIs(t, err, cds.ErrNoNow)
	require.EqualError(t, err, "the review has no Now: there is no ambient clock")
	_, err = other.Evaluate(ctx, record, cds.Review{Now: now})
	require.EqualError(t, err, "the record was read by another engine")
	_, err = engine.Evaluate(ctx, nil, cds.Review{Now: now})
	require.EqualError(t, err, "there is no record, or it was closed")
	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err = engine.Evaluate(ended, record, cds.Review{Now: now})
	require.ErrorIs(t, err, context.Canceled)

	report, err := engine.Evaluate(ctx, record, cds.Review{Now: now})
	require.NoError(t, err)
	record.Close()
	record.Close()
	_, err = engine.Evaluate(ctx, record, cds.Review{Now: now})
	require.EqualError(t, err, "there is no record, or it was closed")
	_, err = engine.Explain(ctx, record, cds.Review{Now: now}, "r")
	require.EqualError(t, err, "there is no record, or it was closed")
	again, err := engine.Read(cds.JSON([]byte(`[{"resourceType":"Patient","id":"zzzzzz","gender":"male","name":[{"text":"overwritten"}]}]`)))
	require.NoError(t, err)
	defer again.Close()
	require.Equal(t, "finding warning r\n  Patient/p gender = female\n", said(report), "a report owns its memory")
}

func TestRecordIsAskedAgain(t *testing.T) {
	engine := compile(t, when("patient.age() >= years(66)"))
	record, err := engine.Read(cds.JSON([]byte(ann)))
	require.NoError(t, err)
	defer record.Close()
	for _, c := range []struct{ now, want string }{
		{"2026-03-01T00:00:00Z", "nothing\n"},
		{"2026-05-04T00:00:00Z", "finding warning r\n  Patient/p birthDate = 1960-05-04\n"},
		{"2026-03-01T00:00:00Z", "nothing\n"},
	} {
		at, err := time.Parse(time.RFC3339, c.now)
		require.NoError(t, err)
		report, err := engine.Evaluate(context.Background(), record, cds.Review{Now: at, Hook: "patient-view"})
		require.NoError(t, err)
		require.Equal(t, c.want, said(report))
	}
}

func TestDraftRulesAreAskedInTests(t *testing.T) {
	text := strings.Replace(when("patient.gender == 'female'"), "id: r\n", "id: r\n    status: draft\n", 1)
	require.NotContains(t, ask(t, compile(t, text), ann), "finding")
	require.Contains(t, ask(t, compile(t, text, cds.WithDrafts()), ann), "finding warning r\n")
}

const siteRules = `
pack: test
codes: {egfr: {loinc: [98979-8]}}
params: {floor: {value: 20, unit: "mL/min/{1.73_m2}"}, loud: {value: false}}
tables: {rows: {file: rows.csv, columns: {id: string, level: string}}}
rules:
  - {id: low, when: patient.value(egfr) < params.floor || params.loud, card: {indicator: critical, summary: It holds}}
  - {id: rows, each: {row: rows}, when: patient.gender == 'female', card: {indicator: "{{ row.level }}", summary: It holds}}
  - {id: open, when: patient.active, card: {indicator: info, summary: It holds}, undecided: {indicator: warning, summary: open}}
  - {id: old, status: retired, when: patient.active, card: {indicator: info, summary: It holds}}
`

func TestSite(t *testing.T) {
	fsys := fstest.MapFS{"test.yaml": {Data: []byte(siteRules)}, "rows.csv": {Data: []byte("id,level\na,critical\nb,warning\n")}}
	read, err := rules.LoadFS(fsys, ".")
	require.NoError(t, err)
	for _, c := range []struct {
		name string
		site cds.Site
		want string
	}{
		{"nothing", cds.Site{}, "finding critical rows[a]\nfinding warning rows[b]\nundecided open\n  card warning\n"},
		{"a param, in the unit of its default", cds.Site{Params: []cds.SiteParam{{Name: "floor", Value: int64(30)}}},
			"finding critical low\nfinding critical rows[a]\nfinding warning rows[b]\nundecided open\n  card warning\n"},
		{"a param of a pack", cds.Site{Params: []cds.SiteParam{{Name: "test.loud", Value: true}}},
			"finding critical low\nfinding critical rows[a]\nfinding warning rows[b]\nundecided open\n  card warning\n"},
		{"off", cds.Site{Rules: []cds.SiteRule{{ID: "rows", Off: true}, {ID: "open", Off: true}}}, "nothing\n"},
		{"a row off", cds.Site{Rules: []cds.SiteRule{{ID: "rows[a]", Off: true}}}, "finding warning rows[b]\nundecided open\n  card warning\n"},
		{"shadow", cds.Site{Rules: []cds.SiteRule{{ID: "rows", Shadow: true}, {ID: "open", Shadow: true}}},
			"suppressed open shadow\nsuppressed rows[a] shadow\nsuppressed rows[b] shadow\n"},
		{"lowered, never raised", cds.Site{Rules: []cds.SiteRule{{ID: "rows", Indicator: cds.Warning}, {ID: "open", Indicator: cds.Info}}},
			"finding warning rows[a]\nfinding warning rows[b]\nundecided open\n  card info\n"},
		{"a row lowered otherwise than its rule", cds.Site{Rules: []cds.SiteRule{{ID: "rows", Indicator: cds.Warning}, {ID: "rows[b]", Indicator: cds.Info}}},
			"finding warning rows[a]\nfinding info rows[b]\nundecided open\n  card warning\n"},
		{"what is retired", cds.Site{Rules: []cds.SiteRule{{ID: "old", Off: true}}}, "finding critical rows[a]\nfinding warning rows[b]\nundecided open\n  card warning\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			engine, err := cds.New(read, cds.WithSite(c.site))
			require.NoError(t, err)
			var lines []string
			for line := range strings.Lines(ask(t, engine, ann)) {
				if !strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "  card") {
					lines = append(lines, line)
				}
			}
			require.Equal(t, c.want, strings.Join(lines, ""))
		})
	}
}

func TestSiteMistakes(t *testing.T) {
	fsys := fstest.MapFS{"test.yaml": {Data: []byte(siteRules)}, "rows.csv": {Data: []byte("id,level\na,critical\nb,warning\n")}}
	read, err := rules.LoadFS(fsys, ".")
	require.NoError(t, err)
	for _, c := range []struct {
		site cds.Site
		want []string
	}{
		{cds.Site{Params: []cds.SiteParam{{Name: "floor", Value: true}, {Name: "loud", Value: int64(1)}}}, []string{
			`param "floor": expected a number in mL/min/{1.73_m2}, got true`,
			`param "loud": expected true or false, as its default is, found a whole number`,
		}},
		{cds.Site{
			Params: []cds.SiteParam{{Name: "flor", Value: int64(1)}, {Name: "other.floor", Value: int64(1)}},
			Rules:  []cds.SiteRule{{ID: "lwo", Off: true}, {ID: "rows[c]", Off: true}, {ID: "low", Indicator: "loud"}},
		}, []string{
			`no pack has a param "flor"`, `no pack has a param "other.floor"`,
			`no pack has a rule "lwo"`, `no pack has a rule "rows[c]"`,
			`there is no indicator "loud": expected info, warning or critical`,
		}},
	} {
		_, err = cds.New(read, cds.WithSite(c.site))
		require.Equal(t, c.want, messages(t, err))
	}
}

// A source of codes for tests: one value set, one hierarchy.
type source map[string][]terminology.Code

func (s source) ValueSet(_ context.Context, url string) ([]terminology.Code, error) {
	if codes, ok := s[url]; ok {
		return codes, nil
	}
	return nil, errors.New("nobody knows it")
}

func (s source) Descendants(_ context.Context, code terminology.Code) ([]terminology.Code, error) {
	return s.ValueSet(context.Background(), code.String())
}

func TestCodeSource(t *testing.T) {
	const text = `
pack: test
codes:
  kidney:  {valueset: "http://example.org/ValueSet/kidney"}
  disease: {snomed: [64572001], descendants: true}
rules:
  - {id: set, when: patient.has(kidney), card: {indicator: info, summary: It holds}}
  - {id: below, when: patient.has(disease), card: {indicator: info, summary: It holds}}
`
	ckd := []terminology.Code{{System: terminology.SNOMED, Code: "709044004"}}
	full := source{"http://example.org/ValueSet/kidney": ckd, terminology.Code{System: terminology.SNOMED, Code: "64572001"}.String(): ckd}
	require.Equal(t, "finding info below\n  Condition/c code = kidneys (2025-02)\nfinding info set\n  Condition/c code = kidneys (2025-02)\n",
		ask(t, compile(t, text, cds.WithCodes(full)), ann))

	for _, c := range []struct {
		opts []cds.Option
		want []string
	}{
		{nil, []string{
			`codes "kidney": the value set http://example.org/ValueSet/kidney is not loaded`,
			`codes "disease": the descendants of http://snomed.info/sct|64572001 cannot be found: no hierarchy is loaded`,
		}},
		{[]cds.Option{cds.WithCodes(source{})}, []string{
			`codes "kidney": the value set http://example.org/ValueSet/kidney cannot be expanded: nobody knows it`,
			`codes "disease": the descendants of http://snomed.info/sct|64572001 cannot be found: nobody knows it`,
		}},
		{[]cds.Option{cds.WithCodes(source{"http://example.org/ValueSet/kidney": nil, "http://snomed.info/sct|64572001": ckd})}, []string{
			`codes "kidney": the value set http://example.org/ValueSet/kidney is empty`,
		}},
	} {
		_, err := cds.New(packs(t, text), c.opts...)
		require.Equal(t, c.want, messages(t, err))
	}
}

// messages are those of the mistakes in an error.
func messages(t testing.TB, err error) []string {
	var mistakes cds.Errors
	require.ErrorAs(t, err, &mistakes)
	out := make([]string, len(mistakes))
	for i, m := range mistakes {
		out[i] = m.Message
	}
	return out
}

package cds_test

import (
	"context"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

var (
	indexPairs = flag.Int("index-pairs", 600, "how many random (rule set, record) pairs to compare with and without the index")
	indexSeed  = flag.Uint64("index-seed", 0, "the seed of these pairs; 0 for a new one")
)

const randomPack = `pack: random
codes:` + sharedCodes + `
  mixed:     {rxnorm: [11289], codes: ["http://example.org/local|X1"]}
  elsewhere: {codes: ["http://example.org/local|X1"]}
  problems:  {snomed: [709044004], icd10cm: [I10]}
  peanut:    {snomed: [91935009, 709044004]}
  both:      {rxnorm: [723], snomed: [91935009]}
  dialysis:  {snomed: [302497006]}
  vaccine:   {rxnorm: [5640]}
params:
  strict: {value: false}
  loose:  {value: true}
  days:   {value: 90}
tables: {pairs: {file: pairs.csv, columns: {id: string, a: codes, b: codes, c: codes}}}
rules:
`

const randomTable = `id,a,b,c
w-n,warfarin,nsaids,ckd
m-n,metformin;mixed,nsaids,problems
e-w,elsewhere,warfarin,elsewhere
n-m,nsaids,metformin,diabetes;ckd
`

// randomEngine has some random rules. A site switches one of them off, and one row.
func randomEngine(t *testing.T, r *randomRule) (*cds.Engine, string) {
	text := randomPack
	for n := range 8 {
		text += r.rule(n)
	}
	packs, err := rules.LoadFS(fstest.MapFS{"pairs.csv": {Data: []byte(randomTable)}, "all.yaml": {Data: []byte(text)}}, ".")
	require.NoError(t, err, text)
	site := cds.Site{Rules: []cds.SiteRule{{ID: "r1", Off: true}}}
	if strings.Contains(text, "id: r2\n    each") {
		site.Rules = append(site.Rules, cds.SiteRule{ID: "r2[w-n]", Off: true})
	}
	engine, err := cds.New(packs, cds.WithSite(site))
	require.NoError(t, err, text)
	return engine, text
}

// The index never changes an answer: what it leaves asleep does not hold, is decided, and does not fail.
func TestIndexChangesNothing(t *testing.T) {
	seed := *indexSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d", seed)
	outcomes := map[string]int{}
	const records = 20
	for set := range max(1, *indexPairs/records) {
		random := rand.New(rand.NewPCG(seed, uint64(set)))
		engine, text := randomEngine(t, &randomRule{Rand: random})
		plain := engine.WithoutIndex()
		for n := range records {
			inputs := randomChart{randomRecord{random}}.inputs(t)
			review := cds.Review{Now: now, Hook: []string{"", "order-sign", "patient-view", "order-select", "allergyintolerance-create"}[n%5]}
			review.Context = []map[string]any{nil, {"encounterId": "e1", "userId": "Practitioner/1"}, {"encounterId": "e2"}}[n%3]
			want, got := answer(t, plain, inputs, review), answer(t, engine, inputs, review)
			outcomes["findings"] += len(want.Findings)
			outcomes["undecided"] += len(want.Undecided)
			outcomes["failures"] += len(want.Failures)
			outcomes["suppressed"] += len(want.Suppressed)
			outcomes["unscreened"] += len(want.Unscreened)
			outcomes["covered"] += coveredIn(t, want)
			require.Equal(t, written(t, want), written(t, got), "seed %d, set %d, record %d, hook %s, rules:\n%s", seed, set, n, review.Hook, text)
		}
	}
	t.Log(outcomes)
	for _, kind := range []string{"findings", "undecided", "failures", "suppressed", "covered", "unscreened"} {
		if kind != "failures" || *indexPairs >= 5000 { // which are rare
			require.Positive(t, outcomes[kind], kind)
		}
	}
}

// coveredIn counts the findings that others cover, and makes sure that what covers them is shown, or covered by
// what is.
func coveredIn(t *testing.T, report *cds.Report) int {
	by := map[string][]string{}
	for _, s := range report.Suppressed {
		if s.Reason == "covered" {
			by[s.Rule] = append(by[s.Rule], s.By)
		}
	}
	shown := func(rule string) bool {
		return slices.ContainsFunc(report.Findings, func(f cds.Finding) bool { return f.Rule == rule })
	}
	n := 0
	for rule, all := range by {
		for n += len(all); len(all) > 0 && !slices.ContainsFunc(all, shown); all = by[all[0]] {
			require.NotEmpty(t, by[all[0]], "%s is covered by %s, which is not there", rule, all[0])
		}
	}
	return n
}

func answer(t *testing.T, e *cds.Engine, inputs []cds.Input, review cds.Review) *cds.Report {
	record, err := e.Read(inputs...)
	require.NoError(t, err)
	defer record.Close()
	report, err := e.Evaluate(context.Background(), record, review)
	require.NoError(t, err)
	return report
}

func written(t *testing.T, v any) string {
	data, err := json.MarshalIndent(v, "", " ")
	require.NoError(t, err)
	return string(data)
}

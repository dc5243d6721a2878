package cds_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

var indexPairs = flag.Int("index-pairs", 600, "how many random (rule set, record) pairs to compare with and without the index")

// randomRules writes conditions that need a drug, on either side of every operator.
type randomRules struct{ *rand.Rand }

func (r randomRules) one(of ...string) string { return of[r.IntN(len(of))] }

func (r randomRules) codes() string {
	return r.one("warfarin", "nsaids", "metformin", "mixed", "row.a", "row.b", "elsewhere")
}

func (r randomRules) condition(depth int) string {
	if depth == 0 || r.IntN(4) == 0 {
		return r.atom()
	}
	a, b := r.condition(depth-1), r.condition(depth-1)
	switch r.IntN(6) {
	case 0:
		return "!(" + a + ")"
	case 1, 2:
		return "(" + a + " || " + b + ")"
	case 3:
		return "(" + a + " ? " + b + " : " + r.atom() + ")"
	default:
		return "(" + a + " && " + b + ")"
	}
}

func (r randomRules) atom() string {
	switch r.IntN(10) {
	case 0:
		return "patient.takes(" + r.codes() + ")"
	case 1:
		return "patient.allergicTo(penicillins)"
	case 2:
		return "patient.value(egfr) < quantity(30, 'mL/min/{1.73_m2}')"
	case 3:
		return "patient.gender == 'female'"
	case 4:
		return "1 / size(patient.name) > 0"
	case 5:
		return "known(order.drug)"
	case 6:
		return "patient.medications.exists(order, order.drug in " + r.one("warfarin", "nsaids") + ")" // another `order`
	default:
		return "order.drug in " + r.codes()
	}
}

func (r randomRules) engine(t *testing.T) *cds.Engine {
	var b strings.Builder
	b.WriteString("pack: random\ncodes:" + sharedCodes + `
  mixed: {rxnorm: [11289], codes: ["http://example.org/local|X1"]}
  elsewhere: {codes: ["http://example.org/local|X1"]}
tables: {pairs: {file: pairs.csv, columns: {id: string, a: codes, b: codes}}}
rules:
`)
	for n := range 6 {
		fmt.Fprintf(&b, "  - {id: r%d, each: {row: pairs}, for: {order: %s}, when: %q, card: {indicator: info, summary: It holds}}\n",
			n, r.one("MedicationRequest", "MedicationRequest", "MedicationUse"), r.condition(3))
	}
	fsys := fstest.MapFS{
		"pairs.csv": {Data: []byte("id,a,b\nw-n,warfarin,nsaids\nm-n,metformin;mixed,nsaids\ne-w,elsewhere,warfarin\n")},
		"all.yaml":  {Data: []byte(b.String())},
	}
	packs, err := rules.LoadFS(fsys, ".")
	require.NoError(t, err)
	engine, err := cds.New(packs)
	require.NoError(t, err, b.String())
	return engine
}

// The index never changes an answer: what it leaves asleep does not hold, is decided, and does not fail.
func TestIndexChangesNothing(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	outcomes := map[string]int{}
	answer := func(e *cds.Engine, inputs []cds.Input, hook string) string {
		rec, err := e.Read(inputs...)
		require.NoError(t, err)
		defer rec.Close()
		report, err := e.Evaluate(context.Background(), rec, cds.Review{Now: now, Hook: hook})
		require.NoError(t, err)
		outcomes["findings"] += len(report.Findings)
		outcomes["undecided"] += len(report.Undecided)
		outcomes["failures"] += len(report.Failures)
		data, err := json.MarshalIndent(report, "", " ")
		require.NoError(t, err)
		return string(data)
	}
	const records = 20
	for set := range max(1, *indexPairs/records) {
		engine := randomRules{random}.engine(t)
		plain := engine.WithoutIndex()
		for n := range records {
			record, drafts := randomRecord{random}.resources()
			inputs := []cds.Input{cds.JSON(bundleOf(t, record)), {JSON: bundleOf(t, drafts), Draft: true}}
			if len(drafts) == 0 {
				inputs = inputs[:1]
			}
			hook := []string{"", "order-sign", "patient-view"}[n%3]
			require.Equal(t, answer(plain, inputs, hook), answer(engine, inputs, hook), "seed %d, set %d, record %d", seed, set, n)
		}
	}
	t.Log(outcomes)
	for _, kind := range []string{"findings", "undecided", "failures"} {
		require.Positive(t, outcomes[kind], kind)
	}
}

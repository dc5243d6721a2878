package rules

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/stretchr/testify/require"
)

// An askedTest is a test of a pack and what its rules said.
type askedTest struct {
	pack   cds.Pack
	test   *Test
	engine *cds.Engine // of all tests of the pack; that of a test with params differs
	report *cds.Report
}

// askTests asks all tests of the embedded packs.
func askTests(t *testing.T) []askedTest {
	t.Helper()
	files, err := LoadTests("packs")
	require.NoError(t, err)
	r := &runner{opts: []cds.Option{cds.WithDrafts()}}
	engines := map[string]*cds.Engine{}
	var out []askedTest
	for _, file := range files {
		if engines[file.Pack.Name] == nil {
			engines[file.Pack.Name], err = r.engine(file.Pack, nil)
			require.NoError(t, err)
		}
		for i := range file.Tests {
			a := askedTest{pack: file.Pack, test: &file.Tests[i], engine: engines[file.Pack.Name]}
			if a.test.Params != nil {
				a.engine, err = r.engine(file.Pack, a.test.Params)
				require.NoError(t, err)
			}
			a.report, err = r.report(context.Background(), engines[file.Pack.Name], file.Pack, a.test)
			require.NoError(t, err, a.test.Name)
			out = append(out, a)
		}
	}
	return out
}

// base is the id of a rule without a row.
func base(rule string) string {
	id, _, _ := strings.Cut(rule, "[")
	return id
}

// Each rule has a test in which it holds, one in which it is asked and does not, and, if it can be left
// undecided for want of data, one in which it is.
func TestEachRuleHasItsKindsOfTests(t *testing.T) {
	tests := askTests(t)
	var found []string
	for _, pack := range packsOnDisk(t) {
		ofPack := slices.Clone(tests)
		ofPack = slices.DeleteFunc(ofPack, func(a askedTest) bool { return a.pack.Name != pack.Name })
		for i := range pack.Rules {
			rule := &pack.Rules[i]
			if rule.Status == cds.Retired {
				continue
			}
			gap := func(what string) { found = append(found, pack.Name+": "+rule.ID+": "+what) }
			if !slices.ContainsFunc(ofPack, func(a askedTest) bool { return a.holds(rule) != nil }) {
				gap("no test in which it holds")
			}
			names := rowsOf(pack, rule)
			if len(names) > manyRows {
				names = slices.DeleteFunc(names, func(name string) bool { return !told(ofPack, name) })
			}
			if !slices.ContainsFunc(ofPack, func(a askedTest) bool { return a.silent(t, names) }) {
				gap("no test in which its codes match and it does not hold")
			}
			if !slices.ContainsFunc(ofPack, func(a askedTest) bool { return a.undecided(rule) }) &&
				slices.ContainsFunc(ofPack, func(a askedTest) bool { return a.needsMore(t, rule) }) {
				gap("no test in which it is undecided")
			}
		}
	}
	requireGaps(t, "kinds of tests", found)
}

// holds returns a finding of a rule, nil if there is none.
func (a askedTest) holds(rule *cds.Rule) *cds.Finding {
	for i := range a.report.Findings {
		if base(a.report.Findings[i].Rule) == rule.ID {
			return &a.report.Findings[i]
		}
	}
	return nil
}

func (a askedTest) undecided(rule *cds.Rule) bool {
	return slices.ContainsFunc(a.report.Undecided, func(u cds.Undecided) bool { return u.Rule == rule.ID })
}

// silent reports whether the test asks a rule, or a row of it, that does not hold though something in the
// record is of its codes.
func (a askedTest) silent(t *testing.T, names []string) bool {
	rec, err := a.test.read(a.engine, a.pack)
	require.NoError(t, err)
	defer rec.Close()
	for _, name := range names {
		explained, err := a.engine.Explain(context.Background(), rec, a.test.review(rec), name)
		require.NoError(t, err)
		for _, x := range explained {
			if x.Outcome == "does not hold" && !x.Assumed && x.NotAsked == "" && matches(x.Clauses) {
				return true
			}
		}
	}
	return false
}

// manyRows are too many to ask each of them in each test: those are asked that some test tells of.
const manyRows = 500

// told reports whether a test of a pack names a row, "rule[row]", of whatever rule.
func told(tests []askedTest, name string) bool {
	return slices.ContainsFunc(tests, func(a askedTest) bool {
		return slices.ContainsFunc(a.test.Want, func(e Expected) bool { return strings.HasSuffix(name, "["+e.Row+"]") })
	})
}

// matches reports whether a clause that looks for codes is true, or there is no clause that does.
func matches(clauses []cds.Clause) bool {
	looked := false
	for _, c := range clauses {
		if strings.HasPrefix(c.Text, "!") || !looksForCodes(c.Text) {
			continue
		}
		if looked = true; c.Value == "true" {
			return true
		}
	}
	return !looked
}

func looksForCodes(clause string) bool {
	return slices.ContainsFunc([]string{" in ", ".takes(", ".took", ".startedWithin(", ".held(", ".allergicTo(", ".has(", ".had(", ".exists("},
		func(s string) bool { return strings.Contains(clause, s) })
}

// rowsOf names a rule, or each of its rows: "rule[row]".
func rowsOf(pack cds.Pack, rule *cds.Rule) []string {
	var names []string
	for _, table := range pack.Tables {
		id := slices.IndexFunc(table.Columns, func(c cds.Column) bool { return c.Name == "id" })
		for _, row := range table.Rows {
			if table.Name == rule.Each.Of {
				names = append(names, rule.ID+"["+row.Cells[id]+"]")
			}
		}
	}
	if rule.Each.Of == "" {
		return []string{rule.ID}
	}
	return names
}

// needsMore reports whether a rule that holds is undecided once all is gone but what it is asked about.
func (a askedTest) needsMore(t *testing.T, rule *cds.Rule) bool {
	f := a.holds(rule)
	if f == nil {
		return false
	}
	record, drafts, err := a.test.Bundle(a.pack)
	require.NoError(t, err)
	inputs := []cds.Input{{Name: "little", JSON: onlyFocus(t, record, f.Focus), Supplies: []string{}}}
	if drafts != nil {
		inputs = append(inputs, cds.Input{Name: "orders", JSON: drafts, Draft: true})
	}
	rec, err := a.engine.Read(inputs...)
	require.NoError(t, err)
	defer rec.Close()
	report, err := a.engine.Evaluate(context.Background(), rec, a.test.review(rec))
	require.NoError(t, err)
	return askedTest{report: report}.undecided(rule)
}

// onlyFocus takes all out of a record but the patient, of whom only the id is left, and one resource.
func onlyFocus(t *testing.T, record []byte, focus string) []byte {
	var bundle struct {
		Entry []struct{ Resource map[string]any }
	}
	require.NoError(t, json.Unmarshal(record, &bundle))
	var entries []any
	for _, e := range bundle.Entry {
		kind, _ := e.Resource["resourceType"].(string)
		id, _ := e.Resource["id"].(string)
		switch {
		case kind == "Patient":
			entries = append(entries, map[string]any{"resource": map[string]any{"resourceType": kind, "id": id}})
		case kind+"/"+id == focus:
			entries = append(entries, map[string]any{"resource": e.Resource})
		}
	}
	data, err := json.Marshal(map[string]any{"resourceType": "Bundle", "type": "collection", "entry": entries})
	require.NoError(t, err)
	return data
}

// Each rule says what it rests on, and how a clinician may go against it; none claims a review.
func TestEachRuleSaysWhatItRestsOn(t *testing.T) {
	var found []string
	for _, pack := range packsOnDisk(t) {
		require.NotEmpty(t, pack.Title, pack.Name)
		require.NotEmpty(t, pack.Version, pack.Name)
		require.NotEmpty(t, pack.Licence, pack.Name)
		require.Empty(t, pack.Reviewed, "%s: only a clinician who has reviewed a pack dates the review", pack.Name)
		for i := range pack.Rules {
			rule := &pack.Rules[i]
			lacks := func(what string, ok bool) {
				if !ok {
					found = append(found, pack.Name+": "+rule.ID+": "+what)
				}
			}
			require.Empty(t, rule.Evidence.Reviewed, "%s: only a clinician who has reviewed a rule dates the review", rule.ID)
			lacks("no title", rule.Title != "")
			lacks("no citation", rule.Evidence.Citation != "")
			lacks("no strength", rule.Evidence.Strength != "")
			lacks("no override reasons", len(rule.Card.Override) > 0)
			lacks("no label of a source", !rule.Card.SourceLabel.Empty())
			lacks("no detail", !rule.Card.Detail.Empty())
			lacks("no label of a source where it is undecided", rule.Undecided == nil || !rule.Undecided.SourceLabel.Empty())
		}
	}
	requireGaps(t, "metadata", found)
}

// What a fact calls contraindicated, block or do not use is critical, and nothing else; serious and warn are a
// warning, moderate is info. A rule, or a row of one, says no more than the facts that it covers, and of each
// fact at least one says as much. A card that only tells what could not be checked is never critical.
func TestIndicatorsFollowTheSeverityOfFacts(t *testing.T) {
	c := readCoverage(t)
	said := map[string]cds.Indicator{} // by "pack/rule" and "pack/rule[row]": the most
	var found []string
	for _, pack := range packsOnDisk(t) {
		alone := map[string]int{} // rows that are critical without a fact, by the rule
		for _, f := range indicators(t, pack, func(r *cds.Rule) *cds.Card { return &r.Card }) {
			for _, name := range []string{f.Rule, base(f.Rule)} {
				said[pack.Name+"/"+name] = most(said[pack.Name+"/"+name], f.Indicator)
			}
			switch level := most(c.most(pack.Name, f.Rule), c.most(pack.Name, base(f.Rule))); {
			case level != "" && most(level, f.Indicator) != level:
				found = append(found, fmt.Sprintf("%s: %s: %s is more than its facts say", pack.Name, f.Rule, f.Indicator))
			case level == "" && f.Indicator == cds.Critical && c.coversSome(pack.Name, f.Rule):
				alone[base(f.Rule)]++
				found = append(found, fmt.Sprintf("%s: %s: critical without a fact", pack.Name, f.Rule))
			case level == "" && f.Indicator == cds.Critical:
				found = append(found, fmt.Sprintf("%s: %s: critical without a fact", pack.Name, base(f.Rule)))
			}
		}
		for rule, n := range alone {
			if n > manyRows { // told once, with their number, so that one more is seen
				found = slices.DeleteFunc(found, func(s string) bool {
					return strings.HasPrefix(s, pack.Name+": "+rule+"[") && strings.HasSuffix(s, ": critical without a fact")
				})
				found = append(found, fmt.Sprintf("%s: %s: critical without a fact in %d rows", pack.Name, rule, n))
			}
		}
		for _, f := range indicators(t, pack, func(r *cds.Rule) *cds.Card { return r.Undecided }) {
			if f.Indicator == cds.Critical {
				found = append(found, fmt.Sprintf("%s: %s: critical where it is undecided", pack.Name, f.Rule))
			}
		}
	}
	for _, table := range c.facts {
		for _, f := range table.facts {
			var highest cds.Indicator
			pack := ""
			for _, line := range c.lines[f.id] {
				if line.rule != "" && line.pack != vocabularyFacts {
					highest, pack = most(highest, said[line.pack+"/"+line.rule]), cmp.Or(pack, line.pack)
				}
			}
			if pack != "" && !f.loose && most(highest, f.level) != highest {
				found = append(found, fmt.Sprintf("%s: %s: %s is less than %s", pack, f.id, highest, f.level))
			}
		}
	}
	requireGaps(t, "severity", found)
}

// most returns the more urgent of two indicators; "" is the least.
func most(a, b cds.Indicator) cds.Indicator {
	order := []cds.Indicator{"", cds.Info, cds.Warning, cds.Critical}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

// most returns the highest level of the facts that a rule or row is named for, "" for none.
func (c *coverage) most(pack, rule string) cds.Indicator {
	var level cds.Indicator
	for _, table := range c.facts {
		for _, f := range table.facts {
			if slices.ContainsFunc(c.lines[f.id], func(l coverageLine) bool { return l.pack == pack && l.rule == rule }) {
				if level = most(level, f.level); f.grave {
					level = cds.Critical
				}
			}
		}
	}
	return level
}

// coversSome reports whether a rule, or a row of it, is named for a fact.
func (c *coverage) coversSome(pack, rule string) bool {
	for _, lines := range c.lines {
		if slices.ContainsFunc(lines, func(l coverageLine) bool { return l.pack == pack && base(l.rule) == base(rule) && l.rule != "" }) {
			return true
		}
	}
	return false
}

// indicators returns a finding for each rule and row of a pack, with the indicator of one of its cards,
// which depends on nothing but the row and the params.
func indicators(t *testing.T, pack cds.Pack, of func(*cds.Rule) *cds.Card) []cds.Finding {
	var rules []cds.Rule
	for _, rule := range pack.Rules {
		if card := of(&rule); card != nil {
			rules = append(rules, cds.Rule{
				ID: rule.ID, Each: rule.Each, When: cds.Text{Value: "true"},
				Card: cds.Card{Indicator: card.Indicator, Summary: cds.Text{Value: "x"}},
			})
		}
	}
	pack.Rules = rules
	engine, err := cds.New([]cds.Pack{pack})
	require.NoError(t, err)
	rec, err := engine.Read(cds.Input{JSON: []byte(`{"resourceType":"Patient","id":"p"}`)})
	require.NoError(t, err)
	defer rec.Close()
	report, err := engine.Evaluate(context.Background(), rec, cds.Review{Now: time.Unix(0, 0)})
	require.NoError(t, err)
	return report.Findings
}

// All tests of the packs pass.
func TestPacksPassTheirTests(t *testing.T) {
	results, err := RunTests(context.Background(), []string{"packs"})
	require.NoError(t, err)
	require.NotEmpty(t, results)
	for _, r := range results {
		if !r.Passed() {
			t.Errorf("%s: %s: %v", r.Pack, r.Test, r.Mistakes)
		}
	}
}

package rules

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/cds/terminology"
	"github.com/stretchr/testify/require"
)

// A coverage tells for each fact which rules cover it, and why others do not.
type coverage struct {
	facts     []factTable
	instances map[string]*instanceOf
	lines     map[string][]coverageLine // by fact
	packs     []string
}

// A coverageLine is one of packs/knowledge/coverage/PACK.csv: a fact, and the rule or row of the pack that
// covers it or the reason why none does. A calculator is covered by a function of the vocabulary.
type coverageLine struct{ pack, fact, rule, reason string }

// vocabularyFacts is the file of facts that functions cover.
const vocabularyFacts = "vocabulary"

func readCoverage(t *testing.T) *coverage {
	packs := packsOnDisk(t)
	c := &coverage{facts: factTables(t), instances: instances(t, packs), lines: map[string][]coverageLine{}}
	for _, p := range packs {
		c.packs = append(c.packs, p.Name)
	}
	files, err := filepath.Glob(filepath.Join(knowledge, "coverage", "*.csv"))
	require.NoError(t, err)
	for _, file := range files {
		pack := strings.TrimSuffix(filepath.Base(file), ".csv")
		for _, row := range rows(t, file) {
			line := coverageLine{pack, row["fact"], row["rule"], row["reason"]}
			c.lines[line.fact] = append(c.lines[line.fact], line)
		}
	}
	return c
}

func packsOnDisk(t *testing.T) []cds.Pack {
	t.Helper()
	packs, err := Load("packs")
	require.NoError(t, err)
	return packs
}

// Every fact is covered by a rule, or it is said why none does.
func TestCoverageOfFacts(t *testing.T) {
	c := readCoverage(t)
	known := map[string]bool{}
	for _, table := range c.facts {
		for _, f := range table.facts {
			require.False(t, known[f.id], "the fact %s is there twice", f.id)
			known[f.id] = true
			if len(c.lines[f.id]) == 0 {
				t.Errorf("%s (%s) is in no file of %s/coverage", f.id, f.what, knowledge)
			}
		}
	}
	for id, lines := range c.lines {
		if !known[id] {
			t.Errorf("%s/coverage/%s.csv: there is no fact %q", knowledge, lines[0].pack, id)
		}
		for i, line := range lines {
			if slices.Contains(lines[:i], line) {
				t.Errorf("%s/coverage/%s.csv: the line of %s, %s is there twice", knowledge, line.pack, id, line.rule)
			}
			if err := c.wrong(line); err != "" {
				t.Errorf("%s/coverage/%s.csv: %s: %s", knowledge, line.pack, id, err)
			}
		}
	}
}

// wrong says what is wrong with a line; "" if nothing is.
func (c *coverage) wrong(line coverageLine) string {
	pack, pending := strings.CutPrefix(line.reason, "pending: ")
	switch {
	case line.rule == "" && line.reason == "":
		return "it has neither a rule nor a reason"
	case line.rule != "" && line.reason != "":
		return "it has both a rule and a reason: the reason is for facts, or parts of them, that no rule covers"
	case pending && slices.Contains(c.packs, pack):
		return fmt.Sprintf("the pack %s is there, and the fact still waits for it", pack)
	case line.reason != "":
		return ""
	case line.pack == vocabularyFacts:
		manual, err := os.ReadFile("doc.go")
		if err != nil || !strings.Contains(string(manual), line.rule+"(") {
			return fmt.Sprintf("the manual has no function %s", line.rule)
		}
		return ""
	}
	switch in := c.instances[line.pack+"/"+line.rule]; {
	case in == nil:
		return fmt.Sprintf("the pack has no rule or row %s", line.rule)
	case in.rule.Status != cds.Active && in.rule.Status != "":
		return fmt.Sprintf("the rule %s is %s", line.rule, in.rule.Status)
	}
	return ""
}

// The rules that cover a fact read its drugs: each pair of an interaction, each member of a group.
func TestCoverageHoldsTheCodesOfFacts(t *testing.T) {
	c := readCoverage(t)
	var found []string
	for _, table := range c.facts {
		for _, f := range table.facts {
			covering := c.covering(f.id)
			if len(covering) == 0 {
				continue
			}
			pack := c.lines[f.id][slices.IndexFunc(c.lines[f.id], func(l coverageLine) bool { return l.rule != "" })].pack
			for _, missing := range f.missing(covering) {
				found = append(found, pack+": "+f.id+" "+missing)
			}
		}
	}
	requireGaps(t, "codes of facts", found)
}

func (c *coverage) covering(fact string) []*instanceOf {
	var out []*instanceOf
	for _, line := range c.lines[fact] {
		if in := c.instances[line.pack+"/"+line.rule]; in != nil && line.rule != "" {
			out = append(out, in)
		}
	}
	return out
}

// missing names the codes, or pairs of codes, of a fact that no instance reads.
func (f *fact) missing(covering []*instanceOf) []string {
	var out []string
	for _, a := range f.a {
		if !f.pair {
			if !slices.ContainsFunc(covering, func(in *instanceOf) bool { return in.reads(a) }) {
				out = append(out, a.Code)
			}
			continue
		}
		for _, b := range f.b {
			if a != b && !slices.ContainsFunc(covering, func(in *instanceOf) bool {
				return in.readsBoth(a, b, slices.Contains(f.b, a) && slices.Contains(f.a, b))
			}) {
				out = append(out, a.Code+" with "+b.Code)
			}
		}
	}
	if f.any && len(out) < len(f.a) {
		return nil
	}
	return out
}

func (in *instanceOf) reads(code terminology.Code) bool {
	return slices.ContainsFunc(in.sets, func(set []terminology.Code) bool { return slices.Contains(set, code) })
}

// readsBoth reports whether two codes are in two sets of the rule, or in one of it if that is meant.
func (in *instanceOf) readsBoth(a, b terminology.Code, same bool) bool {
	for i, x := range in.sets {
		for j, y := range in.sets {
			if (i != j || same) && slices.Contains(x, a) && slices.Contains(y, b) {
				return true
			}
		}
	}
	return false
}

// The limit of a dose is what a rule that covers it compares with: in its row, its params or its condition.
func TestCoverageHoldsTheLimitsOfDoses(t *testing.T) {
	c := readCoverage(t)
	var found []string
	for _, table := range c.facts {
		for _, f := range table.facts {
			for _, line := range c.lines[f.id] {
				if f.number != "" && line.rule != "" && !slices.ContainsFunc(c.covering(f.id), func(in *instanceOf) bool { return in.comparesWith(f.number) }) {
					found = append(found, line.pack+": "+f.id+": no rule compares with "+f.number)
					break
				}
			}
		}
	}
	requireGaps(t, "limits", found)
}

// comparesWith reports whether a number is in the row of an instance, in a param that it reads, or in its condition.
func (in *instanceOf) comparesWith(number string) bool {
	var texts []string
	for _, cell := range in.row {
		if leading.MatchString(cell) { // a number, not words about one
			texts = append(texts, cell)
		}
	}
	words := wordsOf(in.rule)
	for _, p := range in.pack.Params {
		if words["params."+p.Name] {
			texts = append(texts, p.Exact, fmt.Sprint(p.Value))
		}
	}
	for _, text := range textsOf(in.rule) {
		texts = append(texts, text.Value)
	}
	exactly := regexp.MustCompile(`(^|[^0-9.])` + regexp.QuoteMeta(number) + `($|[^0-9.])`)
	return slices.ContainsFunc(texts, exactly.MatchString)
}

// The page tells a reader what the packs know, fact by fact.
func TestCoveragePage(t *testing.T) {
	const name = "packs/COVERAGE.md"
	page := readCoverage(t).page()
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(page), 0o644))
	}
	written, err := os.ReadFile(name)
	require.NoError(t, err)
	if string(written) != page {
		t.Errorf("%s is not what the packs cover: write it anew with go test ./rules -run Coverage -update", name)
	}
}

func (c *coverage) page() string {
	var b strings.Builder
	b.WriteString("# What the packs cover\n\nEvery row of the fact tables in `knowledge/facts`, and the rule or row that covers it or the reason why none\n" +
		"does. This page is written by `go test ./rules -run Coverage -update` from the files in `knowledge/coverage`.\n" +
		"Nothing of it is clinically reviewed.\n\n| facts | rows | covered | not covered |\n|---|---|---|---|\n")
	for _, table := range c.facts {
		covered := 0
		for _, f := range table.facts {
			if slices.ContainsFunc(c.lines[f.id], func(l coverageLine) bool { return l.rule != "" }) {
				covered++
			}
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", table.title, len(table.facts), covered, len(table.facts)-covered)
	}
	for _, table := range c.facts {
		fmt.Fprintf(&b, "\n## %s\n\n| fact | what | covered by | not covered, because |\n|---|---|---|---|\n", table.title)
		for _, f := range table.facts {
			var by, why []string
			for _, line := range c.lines[f.id] {
				switch {
				case line.reason != "":
					why = append(why, line.reason)
				case line.pack == vocabularyFacts:
					by = append(by, "`"+line.rule+"()`")
				default:
					by = append(by, line.pack+" `"+line.rule+"`")
				}
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(f.id), cell(f.what), strings.Join(by, ", "), cell(strings.Join(why, "; ")))
		}
	}
	return b.String()
}

// cell escapes what would end a cell of a Markdown table or be taken for markup.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "<", "&lt;", "\n", " ").Replace(s)
}

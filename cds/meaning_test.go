package cds_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

var update = flag.Bool("update", false, "write what the engine answers into testdata/meaning: read the difference before it is kept")

// sharedCodes are what the conditions of all cases can name.
const sharedCodes = `
  warfarin:    {rxnorm: [11289]}
  ibuprofen:   {rxnorm: [5640]}
  nsaids:      {rxnorm: [5640, 7258]}
  metformin:   {rxnorm: [6809]}
  codeine:     {rxnorm: [2670]}
  penicillins: {rxnorm: [723, 7984]}
  egfr:        {loinc: [98979-8]}
  potassium:   {loinc: [2823-3]}
  glucose:     {loinc: [2345-7, 15074-8], molar: "180.16 g/mol"}
  systolic:    {loinc: [8480-6]}
  ckd:         {snomed: [709044004]}
  diabetes:    {icd10cm: [E11], descendants: true}
`

// A meaningCase is one question to the engine: rules, a record, and everything that the report says.
type meaningCase struct {
	Case    string
	Rule    yaml.Node         // parts of the one rule, in the words of a rule file
	Rules   []yaml.Node       // or several rules
	Codes   yaml.Node         // beside the shared ones
	Params  yaml.Node         //
	Tables  map[string]string // name → CSV whose first line is "column:type,…"
	Record  []yaml.Node       // resources in short hand, supplied as a collection
	Inputs  []meaningInput    // or inputs of other shapes
	Drafts  []yaml.Node
	Hook    string
	Now     string
	Focus   []string
	Context map[string]any
	Want    string
}

// A meaningInput is one Input: a Bundle of resources, or one resource alone.
type meaningInput struct {
	Name, Bundle, Self, Next string
	Single, Array            bool
	Resources                []yaml.Node
	Query, Absent            string
	Supplies                 []string
}

// TestMeaning asks what design.md promises of the vocabulary and of results: a file a subject, a case a
// sentence. What the report says must be what the case wants, complete.
func TestMeaning(t *testing.T) {
	files, err := filepath.Glob("testdata/meaning/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			var cases []meaningCase
			decoder := yaml.NewDecoder(strings.NewReader(string(data)))
			decoder.KnownFields(true)
			require.NoError(t, decoder.Decode(&cases))
			answers := make([]string, len(cases))
			for i, c := range cases {
				t.Run(c.Case, func(t *testing.T) {
					answers[i] = c.answer(t)
					if !*update {
						require.Equal(t, c.Want, answers[i])
					}
				})
			}
			if *update {
				require.NoError(t, os.WriteFile(file, rewritten(t, string(data), answers), 0o644))
			}
		})
	}
}

var (
	caseStart = regexp.MustCompile(`(?m)^- case: `)
	wantStart = regexp.MustCompile(`(?ms)^  want: .*?(\n\n|\n?\z|\n(?:#|- ))`)
)

// rewritten is the text of a file with the answers for what its cases want.
func rewritten(t *testing.T, text string, answers []string) []byte {
	starts := caseStart.FindAllStringIndex(text, -1)
	require.Len(t, starts, len(answers))
	out := text[:starts[0][0]]
	for i, answer := range answers {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		body := text[starts[i][0]:end]
		if at := wantStart.FindStringIndex(body); at != nil {
			body = body[:at[0]]
		}
		want := "  want: |\n    " + strings.ReplaceAll(strings.TrimSuffix(answer, "\n"), "\n", "\n    ") + "\n"
		out += strings.TrimRight(body, "\n") + "\n" + want + "\n"
	}
	return []byte(strings.TrimRight(out, "\n") + "\n")
}

// answer asks the question and writes down the report.
func (c *meaningCase) answer(t *testing.T) string {
	now := c.Now
	if now == "" {
		now = "2026-03-01T12:00:00Z"
	}
	at, err := time.Parse(time.RFC3339, now)
	require.NoError(t, err)
	packs, err := rules.LoadFS(c.files(t), ".")
	require.NoError(t, err)
	engine, err := cds.New(packs)
	if err != nil {
		return "refused: " + err.Error() + "\n"
	}
	record, err := engine.Read(c.inputs(t)...)
	require.NoError(t, err)
	defer record.Close()
	report, err := engine.Evaluate(context.Background(), record, cds.Review{Hook: c.Hook, Now: at, Focus: c.Focus, Context: c.Context})
	require.NoError(t, err)
	return told(report)
}

// files are the pack of the case as the rules package reads it.
func (c *meaningCase) files(t *testing.T) fstest.MapFS {
	out := fstest.MapFS{}
	text := "pack: test\ncodes:" + sharedCodes + indented(t, c.Codes)
	if c.Params.Kind != 0 {
		text += "params:\n" + indented(t, c.Params)
	}
	if c.Tables != nil {
		text += "tables:\n"
	}
	for name, csv := range c.Tables {
		header, rows, _ := strings.Cut(csv, "\n")
		var columns []string
		for _, column := range strings.Split(header, ",") {
			columnName, kind, _ := strings.Cut(column, ":")
			columns = append(columns, columnName+": "+kind)
			header = strings.Replace(header, column, columnName, 1)
		}
		text += fmt.Sprintf("  %s: {file: %s.csv, columns: {%s}}\n", name, name, strings.Join(columns, ", "))
		out[name+".csv"] = &fstest.MapFile{Data: []byte(header + "\n" + rows)}
	}
	all := yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, r := range append(c.Rules, c.Rule) {
		if r.Kind != 0 {
			all.Content = append(all.Content, withDefaults(&r))
		}
	}
	text += "rules:\n" + indented(t, all)
	out["test.yaml"] = &fstest.MapFile{Data: []byte(text)}
	return out
}

// withDefaults adds the id and the card that a case about a condition alone leaves out.
func withDefaults(rule *yaml.Node) *yaml.Node {
	out := *rule
	if rule.Kind == yaml.ScalarNode {
		out = yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{text("when"), text(rule.Value)}}
	}
	if !hasKey(&out, "id") {
		out.Content = append([]*yaml.Node{text("id"), text("r")}, out.Content...)
	}
	if !hasKey(&out, "card") {
		card := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{text("indicator"), text("warning"), text("summary"), text("It holds")}}
		out.Content = append(out.Content, text("card"), card)
	}
	return &out
}

func hasKey(n *yaml.Node, key string) bool {
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return true
		}
	}
	return false
}

func text(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

// indented is a node as YAML, two columns in; "" for none.
func indented(t *testing.T, n yaml.Node) string {
	if n.Kind == 0 {
		return ""
	}
	n.Style = 0
	data, err := yaml.Marshal(&n)
	require.NoError(t, err)
	return "  " + strings.ReplaceAll(strings.TrimRight(string(data), "\n"), "\n", "\n  ") + "\n"
}

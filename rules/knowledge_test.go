package rules

import (
	"bytes"
	"encoding/csv"
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

const knowledge = "packs/knowledge"

// gadoterate has the wrong RxCUI in the facts: no pack may use it.
const gadoterate = "1086770"

// rows reads a CSV file, each line by the names of its columns.
func rows(t *testing.T, file string) []map[string]string {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	lines, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	require.NoError(t, err, file)
	require.NotEmpty(t, lines, file)
	var out []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		out = append(out, row)
	}
	return out
}

// A fact is a row of the fact tables that a rule has to cover.
type fact struct {
	id     string
	what   string
	level  cds.Indicator // of its severity: the most that a rule may say of it, and what one should
	loose  bool          // nothing is said of the least
	grave  bool          // its condition makes it contraindicated
	a, b   []terminology.Code
	pair   bool   // both sides are drugs, each of a with each of b
	number string // that a rule compares with; "" if it is none
	any    bool   // one code of a is enough
}

// A factTable is a table of facts as the coverage page shows it.
type factTable struct {
	title string
	facts []fact
}

// factTables reads the facts that rules have to cover.
func factTables(t *testing.T) []factTable {
	table := func(title, file string, of func(map[string]string) fact) factTable {
		out := factTable{title: title}
		for _, row := range rows(t, filepath.Join(knowledge, "facts", file)) {
			out.facts = append(out.facts, of(row))
		}
		return out
	}
	return []factTable{
		table("Interactions", "interactions.csv", func(r map[string]string) fact {
			return fact{id: r["id"], what: r["a"] + " with " + r["b"] + ": " + r["severity"] + conditional(r["condition"]),
				level: levels[r["severity"]], grave: strings.Contains(r["condition"], "contraindicated"), a: ingredients(r["a_rxcui"]), b: ingredients(r["b_rxcui"]), pair: true}
		}),
		table("Allergy groups", "allergy_groups.csv", func(r map[string]string) fact {
			f := fact{id: r["group_id"], what: r["name"] + ": " + r["default_action"], level: levels[r["default_action"]], a: ingredients(r["rxcui_members"])}
			if r["snomed_allergy_code"] != "" && !unverified(r["snomed_verified_by"]) {
				f.a = append(f.a, terminology.Code{System: terminology.SNOMED, Code: r["snomed_allergy_code"]})
			}
			return f
		}),
		table("Doses", "dosing.csv", func(r map[string]string) fact {
			action, _, _ := strings.Cut(r["action"], " ")
			return fact{id: r["id"], what: fmt.Sprintf("%s, %s, %s: %s %s %s%s", r["drug"], r["route"], r["population"], r["kind"], r["value"], r["ucum_unit"], conditional(r["condition"])),
				number: limit(r), level: levels[action], a: ingredients(r["rxcui"]), any: strings.Contains(r["drug"], "+")}
		}),
		table("Contraindications", "contraindications.csv", func(r map[string]string) fact {
			return fact{id: r["id"], what: r["drug"] + ", " + r["condition"] + ": " + r["severity"], level: levels[r["severity"]], a: ingredients(r["rxcui"])}
		}),
		table("Pharmacogenomics", "pgx.csv", func(r map[string]string) fact {
			advice, level := r["recommendation_restated"], cds.Warning
			if strings.Contains(advice, "do not use") || strings.Contains(advice, "contraindicated") {
				level = cds.Critical
			}
			return fact{id: strings.Join([]string{"PGX", r["drug"], r["gene"], r["phenotype_or_variant"]}, " "), what: advice,
				level: level, loose: level != cds.Critical, a: ingredients(r["rxcui"])}
		}),
		table("Opioid factors", "mme.csv", func(r map[string]string) fact {
			return fact{id: "MME " + r["drug"] + " " + r["route"], what: "factor " + r["factor"] + " for " + r["dose_unit"], level: cds.Warning, loose: true, a: ingredients(r["rxcui"])}
		}),
		table("Calculators", "calculators.csv", func(r map[string]string) fact {
			return fact{id: "CALC " + r["calculator"]}
		}),
	}
}

// levels are what the policy makes of the severities and actions of facts.
var levels = map[string]cds.Indicator{
	"contraindicated": cds.Critical, "block": cds.Critical,
	"serious": cds.Warning, "warn": cds.Warning, "warn-high": cds.Warning, "warn-premed": cds.Warning, "adjust": cds.Warning,
	"moderate": cds.Info, "allow-info": cds.Info,
}

// limit is the number of a dose that is the most that may be given.
func limit(row map[string]string) string {
	if strings.HasPrefix(row["kind"], "max_") {
		return row["value"]
	}
	return ""
}

func conditional(condition string) string {
	if condition == "" {
		return ""
	}
	return " (" + condition + ")"
}

// ingredients reads RxCUIs separated by ";". That of gadoterate is wrong in the facts.
func ingredients(list string) []terminology.Code {
	var out []terminology.Code
	for _, rxcui := range strings.Split(list, ";") {
		if rxcui != "" && rxcui != gadoterate {
			out = append(out, terminology.Code{System: terminology.RxNorm, Code: rxcui})
		}
	}
	return out
}

func unverified(how string) bool { return strings.Contains(how, "UNVERIFIED") }

// An instanceOf is a rule, or one row of its table, and the codes that it reads: one set for each name of
// codes, column or table in its condition and lets.
type instanceOf struct {
	name string // "rule" or "rule[row]"
	pack *cds.Pack
	rule *cds.Rule
	row  map[string]string // cells by column; nil without a table
	sets [][]terminology.Code
}

// instances lists the rules of packs and their rows by "pack/rule" and "pack/rule[row]". A rule with a
// table is there as a whole, too, with the codes of all its rows.
func instances(t *testing.T, packs []cds.Pack) map[string]*instanceOf {
	out := map[string]*instanceOf{}
	for p := range packs {
		pack := &packs[p]
		for r := range pack.Rules {
			rule := &pack.Rules[r]
			whole := &instanceOf{name: rule.ID, pack: pack, rule: rule}
			out[pack.Name+"/"+rule.ID] = whole
			words := wordsOf(rule)
			named := namedCodes(t, pack, words)
			whole.sets = named
			for _, table := range pack.Tables {
				if table.Name != rule.Each.Of {
					continue
				}
				for _, row := range table.Rows {
					in := &instanceOf{pack: pack, rule: rule, row: map[string]string{}, sets: slices.Clone(named)}
					for c, column := range table.Columns {
						in.row[column.Name] = row.Cells[c]
						if column.Type == "codes" && words[rule.Each.Name+"."+column.Name] {
							set := cellCodes(t, pack, row.Cells[c])
							in.sets, whole.sets = append(in.sets, set), append(whole.sets, set)
						}
					}
					in.name = rule.ID + "[" + in.row["id"] + "]"
					out[pack.Name+"/"+in.name] = in
				}
			}
		}
	}
	return out
}

var word = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?`)

// wordsOf are the names in the condition and the lets of a rule, members with what they are of.
func wordsOf(rule *cds.Rule) map[string]bool {
	words := map[string]bool{}
	for _, text := range textsOf(rule) {
		for _, w := range word.FindAllString(text.Value, -1) {
			words[w] = true
		}
	}
	return words
}

func textsOf(rule *cds.Rule) []cds.Text {
	texts := []cds.Text{rule.When}
	for _, let := range rule.Let {
		texts = append(texts, let.Expr)
	}
	return texts
}

// namedCodes are the sets of codes that are named, and those of the tables that are.
func namedCodes(t *testing.T, pack *cds.Pack, words map[string]bool) [][]terminology.Code {
	var out [][]terminology.Code
	for i := range pack.Codes {
		if words[pack.Codes[i].Name] {
			out = append(out, codesOf(&pack.Codes[i]))
		}
	}
	for _, table := range pack.Tables {
		for c, column := range table.Columns {
			for _, row := range table.Rows {
				if words[table.Name] && column.Type == "codes" {
					out = append(out, cellCodes(t, pack, row.Cells[c]))
				}
			}
		}
	}
	return out
}

func codesOf(codes *cds.Codes) []terminology.Code {
	var out []terminology.Code
	for _, group := range codes.Groups {
		for _, code := range group.Codes {
			out = append(out, terminology.Code{System: group.System, Code: code.Value})
		}
	}
	return out
}

// cellCodes are the codes of a cell: names of codes of the pack, or "system|code".
func cellCodes(t *testing.T, pack *cds.Pack, cell string) []terminology.Code {
	var out []terminology.Code
	for _, part := range strings.Split(cell, ";") {
		part = strings.TrimSpace(part)
		if system, code, literal := strings.Cut(part, "|"); literal {
			out = append(out, terminology.Code{System: systemOf(system), Code: code})
			continue
		}
		i := slices.IndexFunc(pack.Codes, func(c cds.Codes) bool { return c.Name == part })
		require.GreaterOrEqual(t, i, 0, "%s has no codes %q", pack.Name, part)
		out = append(out, codesOf(&pack.Codes[i])...)
	}
	return out
}

func systemOf(name string) string {
	if url, ok := terminology.System(name); ok {
		return url
	}
	return name
}

// requireGaps compares what a check found, each "pack: subject" and perhaps a tab and a text, with the known gaps
// and their reasons, which stand in the file of the pack. What is found must be among them, and they among what is
// found: the lists can only become shorter.
func requireGaps(t *testing.T, check string, found []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(knowledge, "known", "*.csv"))
	require.NoError(t, err)
	known := map[string]bool{}
	for _, file := range files {
		for _, row := range rows(t, file) {
			require.NotEmpty(t, row["reason"], "%s: %s has no reason", file, row["subject"])
			if row["check"] == check {
				known[strings.TrimSuffix(filepath.Base(file), ".csv")+": "+row["subject"]] = false
			}
		}
	}
	slices.Sort(found)
	for _, f := range slices.Compact(found) {
		subject, text, _ := strings.Cut(f, "\t")
		if _, ok := known[subject]; !ok {
			t.Error(strings.TrimRight(fmt.Sprintf("%s: %s\n\t%s", check, subject, text), "\n\t"))
			continue
		}
		known[subject] = true
	}
	for subject, used := range known {
		if !used {
			t.Errorf("%s: %s is among the known gaps and is none any more: take its line out of %s/known", check, subject, knowledge)
		}
	}
}

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

// A factCode is a code that the facts hold: its names, and whether it was verified.
type factCode struct {
	names      []string
	unverified bool
}

// factCodes are all codes of the facts. What another table of facts uses counts as verified if that says so.
func factCodes(t *testing.T) map[terminology.Code]*factCode {
	known := map[terminology.Code]*factCode{}
	add := func(system, code, name string, unverified bool) {
		c := terminology.Code{System: system, Code: code}
		if known[c] == nil {
			known[c] = &factCode{unverified: unverified}
		}
		known[c].names = append(known[c].names, name)
		known[c].unverified = known[c].unverified && unverified
	}
	facts := func(file string) []map[string]string { return rows(t, filepath.Join(knowledge, "facts", file)) }
	for _, r := range facts("codes.csv") {
		add(r["system"], r["code"], r["display"], unverified(r["verified"]))
	}
	for _, r := range facts("rxnorm_ingredient_names.csv") {
		add(terminology.RxNorm, r["rxcui"], r["name"], false)
	}
	for _, r := range facts("rxnorm_ingredients.csv") {
		c := terminology.Code{System: terminology.RxNorm, Code: r["rxcui"]}
		add(terminology.RxNorm, r["rxcui"], r["ingredient"], unverified(r["verification"]))
		known[c].unverified = unverified(r["verification"])
	}
	// Findings that an allergy group names beside its own: "ertapenem 441725009, imipenem 442408006".
	beside := regexp.MustCompile(`([A-Za-z][A-Za-z -]*) (\d{8,9})\b`)
	for _, r := range facts("allergy_groups.csv") {
		if r["snomed_allergy_code"] != "" {
			add(terminology.SNOMED, r["snomed_allergy_code"], r["snomed_display"], unverified(r["snomed_verified_by"]))
		}
		for _, m := range beside.FindAllStringSubmatch(r["snomed_verified_by"], -1) {
			add(terminology.SNOMED, m[2], strings.TrimSpace(m[1]), unverified(r["snomed_verified_by"]))
		}
	}
	for _, file := range []string{"interactions.csv", "dosing.csv", "contraindications.csv", "pgx.csv", "mme.csv"} {
		for _, r := range facts(file) {
			for _, of := range [][2]string{{"a", "a_rxcui"}, {"b", "b_rxcui"}, {"drug", "rxcui"}} {
				if c := known[terminology.Code{System: terminology.RxNorm, Code: r[of[1]]}]; c != nil {
					c.names = append(c.names, r[of[0]])
				}
			}
		}
	}
	delete(known, terminology.Code{System: terminology.RxNorm, Code: gadoterate})
	return known
}

// Every code of the packs is one of the facts; those that nobody could verify never stand alone.
func TestEveryCodeIsAFact(t *testing.T) {
	known := factCodes(t)
	var found []string
	for _, pack := range packsOnDisk(t) {
		check := func(where string, codes []terminology.Code) {
			alone := len(codes) > 0
			for _, code := range codes {
				if known[code] == nil {
					found = append(found, fmt.Sprintf("%s: %s: %s is not among the facts", pack.Name, where, code))
				}
				alone = alone && known[code] != nil && known[code].unverified
			}
			if alone {
				found = append(found, fmt.Sprintf("%s: %s: only codes that are not verified", pack.Name, where))
			}
		}
		for i := range pack.Codes {
			for _, group := range pack.Codes[i].Groups {
				require.True(t, group.ValueSet.Empty(), "%s: %s: a value set is no fact", pack.Name, pack.Codes[i].Name)
			}
			check(pack.Codes[i].Name, codesOf(&pack.Codes[i]))
		}
		for _, table := range pack.Tables {
			for c, column := range table.Columns {
				for _, row := range table.Rows {
					if column.Type == "codes" {
						check(table.Name+" "+row.Cells[0]+" "+column.Name, cellCodes(t, &pack, row.Cells[c]))
					}
				}
			}
		}
	}
	requireGaps(t, "codes", found)
}

// What stands beside a code, in a comment or in the column that names it, is its name, and so is what a drug's
// only code is called.
func TestCodesHaveTheirNames(t *testing.T) {
	known := factCodes(t)
	named := func(code terminology.Code, name string) bool {
		return known[code] == nil || slices.ContainsFunc(known[code].names, func(n string) bool { return sameName(n, name) })
	}
	var found []string
	comment := regexp.MustCompile(`(?m)(?:-|\[)\s*"?([0-9A-Z][0-9A-Z.-]*)"?(?:\]\})?\s+# ([^\n]+)$`)
	files, err := filepath.Glob("packs/*/*.yaml")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range comment.FindAllStringSubmatch(string(text), -1) {
			ok := false
			for code := range known {
				ok = ok || code.Code == m[1] && named(code, m[2])
			}
			if !ok {
				found = append(found, fmt.Sprintf("%s: %s # %s", filepath.Base(filepath.Dir(file)), m[1], m[2]))
			}
		}
	}
	for _, pack := range packsOnDisk(t) {
		for i := range pack.Codes {
			name := strings.ReplaceAll(pack.Codes[i].Name, "_", " ")
			if codes := codesOf(&pack.Codes[i]); len(codes) == 1 && codes[0].System == terminology.RxNorm && !strings.Contains(name, " except ") && !named(codes[0], name) {
				found = append(found, fmt.Sprintf("%s: %s is no name of %s", pack.Name, pack.Codes[i].Name, codes[0]))
			}
		}
		for _, table := range pack.Tables {
			drug := slices.IndexFunc(table.Columns, func(c cds.Column) bool { return c.Name == "drug" && c.Type == "codes" })
			name := slices.IndexFunc(table.Columns, func(c cds.Column) bool { return c.Name == "name" })
			for _, row := range table.Rows {
				if drug < 0 || name < 0 {
					continue
				}
				if codes := cellCodes(t, &pack, row.Cells[drug]); len(codes) == 1 && !named(codes[0], row.Cells[name]) {
					found = append(found, fmt.Sprintf("%s: %s %s: %s is no name of %s", pack.Name, table.Name, row.Cells[0], row.Cells[name], codes[0]))
				}
			}
		}
	}
	requireGaps(t, "names of codes", found)
}

// sameName compares names of codes, of which a salt or a kind may be left out: "dabigatran" for "dabigatran
// etexilate", "Heart failure" for "Heart failure (disorder)".
func sameName(fact, name string) bool {
	fact, name = strings.ToLower(fact), strings.ToLower(strings.TrimSpace(name))
	return fact == name || strings.HasPrefix(fact, name+" ")
}

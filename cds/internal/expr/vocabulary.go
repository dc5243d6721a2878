package expr

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/primum-cds/primum/cds/terminology"
)

// The codes of what the vocabulary itself speaks of: body weight, creatinine, pregnancy.
//
//go:embed vocabulary.csv
var vocabularyCSV string

// creatinineMolar is the molar mass of creatinine, C4H7N3O, in g/mol.
var creatinineMolar = apd.New(11312, -2)

// vocabularyCodes reads the table of the vocabulary's own codes.
func vocabularyCodes(in *terminology.Interner) (map[string]codesVal, error) {
	rows, err := csv.NewReader(strings.NewReader(vocabularyCSV)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("the vocabulary's codes cannot be read: %w", err)
	}
	ids := map[string][]terminology.ID{}
	systems := map[string][]string{}
	for _, row := range rows[1:] {
		name, code := row[0], terminology.Code{System: row[1], Code: row[2]}
		ids[name] = append(ids[name], in.Intern(code))
		systems[name] = append(systems[name], code.System)
	}
	out := map[string]codesVal{}
	for name := range ids {
		v := codesVal{name: readable(name), set: terminology.NewSet(in, ids[name], slices.Compact(systems[name]))}
		if name == "creatinine" {
			v.molar = creatinineMolar
		}
		out[name] = v
	}
	return out, nil
}

// readable parts a name's words: "lastPeriod" → "last period".
func readable(name string) string {
	var b strings.Builder
	for _, r := range name {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

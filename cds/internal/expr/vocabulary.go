package expr

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/terminology"
)

// The codes of what the vocabulary itself speaks of: body weight, creatinine, pregnancy. Where the column
// below says so, a code stands for all that are below it.
//
//go:embed vocabulary.csv
var vocabularyCSV string

// molarMasses are those of what is measured in moles or by mass, in g/mol.
var molarMasses = map[string]*apd.Decimal{
	"creatinine":   apd.New(11312, -2), // C4H7N3O
	"bilirubin":    apd.New(58466, -2), // C33H36N4O6
	"calcium":      apd.New(40078, -3),
	"ureaNitrogen": apd.New(28014, -3), // N2: a mole of urea holds one
}

// vocabularyCodes reads the table of the vocabulary's own codes. A set that stands for all codes below its own
// covers only the systems in which those are known: ICD-10-CM, where a code begins with the one above it, and
// what Widen widens.
func vocabularyCodes(in *terminology.Interner) (codes map[string]codesVal, broad map[string][]terminology.Code, err error) {
	rows, err := csv.NewReader(strings.NewReader(vocabularyCSV)).ReadAll()
	if err != nil {
		return nil, nil, fmt.Errorf("the vocabulary's codes cannot be read: %w", err)
	}
	ids := map[string][]terminology.ID{}
	systems := map[string][]string{}
	broad = map[string][]terminology.Code{}
	for _, row := range rows[1:] {
		name, code := row[0], terminology.Code{System: row[1], Code: row[2]}
		ids[name] = append(ids[name], in.Intern(code))
		if row[4] == "" {
			systems[name] = append(systems[name], code.System)
			continue
		}
		broad[name] = append(broad[name], code)
		if terminology.Canonical(code.System) == terminology.ICD10CM {
			ids[name] = append(ids[name], in.Intern(terminology.Code{System: chart.Below, Code: code.Code}))
			systems[name] = append(systems[name], code.System)
		}
	}
	codes = map[string]codesVal{}
	for name := range ids {
		codes[name] = codesVal{name: readable(name), set: terminology.NewSet(in, ids[name], slices.Compact(systems[name])), molar: molarMasses[name]}
	}
	return codes, broad, nil
}

// Widen adds, to those of the vocabulary's own codes that stand for all below them and that what was compiled
// asks for, the codes below, as far as a source tells them. It is called before anything is evaluated.
func (e *Env) Widen(in *terminology.Interner, below func(terminology.Code) ([]terminology.Code, error)) {
	for name, codes := range e.provider.broad {
		if _, asked := e.asked.Load(name); asked {
			e.provider.codes[name] = widened(in, e.provider.codes[name], codes, below)
		}
	}
}

func widened(in *terminology.Interner, v codesVal, codes []terminology.Code, below func(terminology.Code) ([]terminology.Code, error)) codesVal {
	ids, systems := slices.Collect(v.set.All()), v.set.Systems()
	known := map[string]bool{}
	for _, code := range codes {
		if terminology.Canonical(code.System) == terminology.ICD10CM {
			continue
		}
		found, err := below(code)
		for _, c := range found {
			ids = append(ids, in.Intern(c))
		}
		before, met := known[code.System]
		known[code.System] = err == nil && (before || !met)
	}
	for system, all := range known {
		if all {
			systems = append(systems, system)
		}
	}
	v.set = terminology.NewSet(in, ids, systems)
	return v
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

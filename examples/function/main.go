// Function adds a function of its own to the language of rules: whether the hospital stocks a drug.
//
//	go run ./examples/function
package main

import (
	"context"
	"embed"
	"encoding/csv"
	"fmt"
	"log"
	"slices"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

//go:embed rules formulary.csv order.json
var files embed.FS

func main() {
	formulary, err := readFormulary()
	check(err)
	packs, err := rules.LoadFS(files, "rules")
	check(err)
	engine, err := cds.New(packs, cds.WithFunction("stocked", formulary.stocked))
	check(err)

	order, err := files.ReadFile("order.json")
	check(err)
	record, err := engine.Read(cds.Input{Name: "order.json", JSON: order, Draft: true})
	check(err)
	defer record.Close()
	report, err := engine.Evaluate(context.Background(), record, cds.Review{Hook: "order-sign", Now: time.Now()})
	check(err)
	for _, f := range report.Findings {
		fmt.Printf("%s: %s\n", f.Indicator, f.Summary)
	}
	for _, u := range report.Undecided {
		fmt.Printf("not decided for %s: %s\n", u.Focus, u.Missing[0].Reason)
	}
}

// A formulary holds the RxNorm codes of the drugs that the pharmacy stocks.
type formulary []string

func readFormulary() (formulary, error) {
	file, err := files.Open("formulary.csv")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, err
	}
	var f formulary
	for _, row := range rows[1:] {
		f = append(f, row[0])
	}
	return f, nil
}

// stocked is called `stocked(order.drug)` in rules. A drug without an RxNorm code is neither stocked nor
// not stocked: the rule is then undecided.
func (f formulary) stocked(drug cds.Concept) (bool, error) {
	known := false
	for _, c := range drug.Codings {
		if c.System != "http://www.nlm.nih.gov/research/umls/rxnorm" {
			continue
		}
		if known = true; slices.Contains(f, c.Code) {
			return true, nil
		}
	}
	if !known {
		return false, &cds.ErrUnknown{Missing: "an RxNorm code of " + drug.Text}
	}
	return false, nil
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

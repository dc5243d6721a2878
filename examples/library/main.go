// Library reviews a patient's FHIR data with the embedded rules: from JSON to findings.
//
//	go run ./examples/library examples/patients/warfarin-ibuprofen.json
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: library FILE")
	}
	review(os.Args[1], time.Now())
}

// review prints what the rules say of a patient at an instant.
func review(file string, now time.Time) {
	packs, err := rules.Embedded() // or rules.Load("my-rules")
	check(err)
	engine, err := cds.New(packs) // once: an engine is immutable and serves all goroutines
	check(err)

	data, err := os.ReadFile(file)
	check(err)
	record, err := engine.Read(cds.JSON(data))
	check(err)
	defer record.Close()

	report, err := engine.Evaluate(context.Background(), record, cds.Review{Now: now})
	check(err)
	for _, f := range report.Findings {
		fmt.Printf("%s: %s (%s)\n", f.Indicator, f.Summary, f.Rule)
		for _, e := range f.Evidence {
			fmt.Println("  because of", e.Resource, e.Value)
		}
	}
	for _, u := range report.Undecided {
		fmt.Printf("not decided: %s\n", u.Rule)
		for _, m := range u.Missing {
			fmt.Println("  for want of", m.Resource, m.Path+":", m.Reason)
		}
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

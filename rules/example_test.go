package rules_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

func ExampleLoad() {
	packs, err := rules.Load("testdata/good")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, pack := range packs {
		for _, rule := range pack.Rules {
			fmt.Println(pack.Name, rule.ID, rule.Position.At())
		}
	}
	// Output:
	// interactions drug-drug-interaction testdata/good/interactions/pairs.yaml:5
	// renal-dosing metformin-low-egfr testdata/good/renal/renal.yaml:10
}

func ExampleLoadFS() {
	packs, err := rules.LoadFS(os.DirFS("testdata"), "good/interactions")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(packs[0].Name, packs[0].Version, len(packs[0].Tables[0].Rows), "rows")
	// Output: interactions 1.10 2 rows
}

func ExampleEmbedded() {
	_, err := rules.Embedded()
	fmt.Println(err)
	// Output: <nil>
}

// Mistakes come all at once, each with its place and what was probably meant.
func ExampleCheck() {
	_, err := rules.Check([]string{"testdata/bad/unknown-key.yaml"})
	fmt.Println(err)

	var mistakes cds.Errors
	if errors.As(err, &mistakes) {
		fmt.Println(mistakes[0].Position.Line, mistakes[0].Suggest)
	}
	// Output:
	// testdata/bad/unknown-key.yaml:4:5: rule "r": unknown key "whne" in a rule (did you mean "when"?)
	//         whne: order.drug in metformin
	//         ^
	// 4 when
}

func ExampleLoadSite() {
	site, err := rules.LoadSite("testdata/site/site.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range site.Params {
		fmt.Println(p.Name, p.Exact)
	}
	for _, r := range site.Rules {
		fmt.Printf("%s off=%t shadow=%t indicator=%q\n", r.ID, r.Off, r.Shadow, r.Indicator)
	}
	// Output:
	// metformin_floor 45
	// metformin-low-egfr off=true shadow=false indicator=""
	// drug-drug-interaction off=false shadow=false indicator="info"
	// drug-drug-interaction[warfarin-nsaid] off=false shadow=true indicator=""
}

func ExampleLoadTests() {
	files, err := rules.LoadTests("testdata/good/renal")
	if err != nil {
		fmt.Println(err)
		return
	}
	test := files[0].Tests[0]
	_, drafts, err := test.Bundle(files[0].Pack)
	fmt.Println(test.Name, err)
	fmt.Println(string(drafts[:80]))
	// Output:
	// stops metformin at eGFR 25 <nil>
	// {"entry":[{"resource":{"authoredOn":"2026-03-01T00:00:00Z","dosageInstruction":[
}

func ExampleRunTests() {
	results, err := rules.RunTests(context.Background(), []string{"../examples/site-pack/pack"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range results {
		fmt.Println(r.Passed(), r.Test)
	}
	// Output:
	// true asks for an INR after 60 days
	// true is silent after 10 days
	// true does not take missing results for a missing INR
	// true is not about other drugs
	// true keeps the days of a site
}

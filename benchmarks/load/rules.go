package main

import (
	"fmt"
	"strings"
	"testing/fstest"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

// nRules is how many rules are asked: interactions, allergies, doses and results, as in the comparison of engines.
const nRules = 50

// drugs are RxNorm's codes of ingredients.
var drugs = []int{11289, 5640, 6809, 161, 36567, 21212, 1191, 7258, 3407, 4815, 8183, 10582, 2551, 29046, 52175, 35296, 83367, 301542, 17767, 7646,
	6918, 20352, 1202, 1223, 703}

// engine compiles the rules.
func engine() (*cds.Engine, []cds.Pack, error) {
	var text strings.Builder
	text.WriteString("pack: load\ncodes:\n  egfr: {loinc: [98979-8]}\n")
	for i, code := range drugs {
		fmt.Fprintf(&text, "  d%d: {rxnorm: [%d]}\n", i, code)
	}
	text.WriteString("rules:\n")
	rule := func(id, when, summary string) {
		fmt.Fprintf(&text, "  - {id: %s, hooks: [order-sign], for: {o: MedicationRequest}, when: %q, card: {indicator: warning, summary: %q}}\n", id, when, summary)
	}
	for i := range 20 {
		rule(fmt.Sprint("interaction-", i), fmt.Sprintf("o.drug in d%d && patient.takes(d%d)", (i+1)%len(drugs), i), "{{ o.drug }}: interaction")
	}
	for i := range 10 {
		rule(fmt.Sprint("allergy-", i), fmt.Sprintf("o.drug in d%d && patient.allergicTo(d%d)", i, i), "{{ o.drug }}: allergy")
	}
	for i := range 10 {
		rule(fmt.Sprint("dose-", i), fmt.Sprintf("o.drug in d%d && o.dailyDose() > quantity(1200, 'mg/d')", i), "{{ o.drug }}: {{ o.dailyDose() }}")
	}
	for i := range 10 {
		rule(fmt.Sprint("result-", i), fmt.Sprintf("o.drug in d%d && patient.value(egfr, months(1200)) < quantity(30, 'mL/min/{1.73_m2}')", i), "eGFR {{ patient.value(egfr) }}")
	}
	packs, err := rules.LoadFS(fstest.MapFS{"load/load.yaml": {Data: []byte(text.String())}}, "load")
	if err != nil {
		return nil, nil, err
	}
	e, err := cds.New(packs)
	return e, packs, err
}

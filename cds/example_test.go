package cds_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/cds/terminology"
)

// A pack made by hand. Most packs are read from files, by the package rules.
func metforminPack() cds.Pack {
	return cds.Pack{
		Name: "renal", Version: "1.0",
		Codes: []cds.Codes{
			{Name: "metformin", Groups: []cds.CodeGroup{{System: terminology.RxNorm, Codes: []cds.Text{{Value: "6809"}}}}},
			{Name: "egfr", Groups: []cds.CodeGroup{{System: terminology.LOINC, Codes: []cds.Text{{Value: "98979-8"}}}}},
		},
		Params: []cds.Param{{Name: "floor", Value: int64(30), Unit: cds.Text{Value: "mL/min/{1.73_m2}"}}},
		Rules: []cds.Rule{{
			ID:   "metformin-low-egfr",
			When: cds.Text{Value: `patient.takes(metformin) && patient.value(egfr, months(12)) < params.floor`},
			Card: cds.Card{
				Indicator: cds.Text{Value: "critical"},
				Summary:   cds.Text{Value: "Metformin with eGFR {{ patient.value(egfr) }}"},
			},
		}},
	}
}

const metforminPatient = `{"resourceType": "Bundle", "type": "collection", "entry": [
	{"resource": {"resourceType": "Patient", "id": "ann", "birthDate": "1960-05-04"}},
	{"resource": {"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order", "authoredOn": "2025-11-02",
		"subject": {"reference": "Patient/ann"}, "medicationCodeableConcept": {"coding": [
		{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "861007", "display": "metformin 500 MG"}]}}},
	{"resource": {"resourceType": "Observation", "id": "e", "status": "final", "effectiveDateTime": "2026-02-01",
		"subject": {"reference": "Patient/ann"}, "code": {"coding": [{"system": "http://loinc.org", "code": "98979-8"}]},
		"valueQuantity": {"value": 25, "system": "http://unitsofmeasure.org", "code": "mL/min/{1.73_m2}"}}}]}`

var march = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// evaluate prints what an engine finds in a record.
func evaluate(engine *cds.Engine, inputs ...cds.Input) {
	record, err := engine.Read(inputs...)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer record.Close()
	report, err := engine.Evaluate(context.Background(), record, cds.Review{Now: march})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range report.Findings {
		fmt.Println(f.Indicator, f.Rule+":", f.Summary)
		for _, e := range f.Evidence {
			fmt.Println(" ", e.Resource, e.Path, e.Value, e.Date)
		}
	}
	for _, u := range report.Undecided {
		fmt.Println("undecided", u.Rule, u.Missing)
	}
}

func Example() {
	engine, err := cds.New([]cds.Pack{metforminPack()})
	if err != nil {
		fmt.Println(err)
		return
	}
	evaluate(engine, cds.JSON([]byte(metforminPatient)))
	// Output:
	// critical metformin-low-egfr: Metformin with eGFR 25 mL/min/1.73 m²
	//   MedicationRequest/m medicationCodeableConcept metformin 500 MG 2025-11-02
	//   Observation/e valueQuantity 25 mL/min/1.73 m² 2026-02-01
}

// Mistakes in rules come all at once; errors.As gives them one by one, too.
func ExampleNew() {
	pack := metforminPack()
	pack.Rules[0].When.Value = "patient.takes(metformine) && patient.value(egfr) < 30"
	_, err := cds.New([]cds.Pack{pack})
	fmt.Println(err)
	var mistake *cds.Error
	if errors.As(err, &mistake) {
		fmt.Println(mistake.Rule, mistake.Suggest)
	}
	// Output:
	// rule "metformin-low-egfr": unknown name "metformine" (did you mean "metformin"?)
	// rule "metformin-low-egfr": a Quantity cannot be compared with a whole number: a Quantity has a unit, as in quantity(30, 'mg/dL')
	// metformin-low-egfr metformin
}

func ExampleErrors() {
	file := &cds.File{Name: "renal.yaml", Text: "rules:\n  - when: patient.gander == 'female'\n"}
	pack := cds.Pack{Name: "renal", Rules: []cds.Rule{{
		ID:   "r",
		When: cds.Text{Value: "patient.gander == 'female'", Spans: []cds.Span{{Position: cds.Position{File: file, Line: 2, Column: 11}}}},
		Card: cds.Card{Indicator: cds.Text{Value: "info"}, Summary: cds.Text{Value: "x"}},
	}}}
	_, err := cds.New([]cds.Pack{pack})
	var mistakes cds.Errors
	if errors.As(err, &mistakes) {
		fmt.Println(mistakes[0].Position, mistakes[0].Message)
		fmt.Println(mistakes)
	}
	// Output:
	// renal.yaml:2:19 Patient has no field "gander"
	// renal.yaml:2:19: rule "r": Patient has no field "gander" (did you mean "gender"?)
	//       - when: patient.gander == 'female'
	//                       ^
}

func ExampleEngine_Read() {
	engine, err := cds.New([]cds.Pack{metforminPack()})
	if err != nil {
		fmt.Println(err)
		return
	}
	record, err := engine.Read(cds.JSON([]byte(metforminPatient)))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer record.Close()
	fmt.Println(record.PatientID(), record.Newest())

	_, err = engine.Read(cds.Input{Name: "ann.json", JSON: []byte(`{"resourceType": "Patient",`)})
	var wrong *cds.ReadError
	fmt.Println(errors.As(err, &wrong))
	fmt.Println(err)
	// Output:
	// ann 2026-02-01
	// true
	// ann.json: line 1, byte 27: the JSON ends where a member's name in quotes was expected
}

// A service that knows whose data it asked for says so.
func ExampleEngine_ReadPatient() {
	engine, err := cds.New([]cds.Pack{metforminPack()})
	if err != nil {
		fmt.Println(err)
		return
	}
	record, err := engine.ReadPatient("bob", cds.JSON([]byte(metforminPatient)))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer record.Close()
	report, err := engine.Evaluate(context.Background(), record, cds.Review{Now: march})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(record.PatientID(), len(report.Findings))
	for _, w := range report.Warnings {
		fmt.Println(w.Resource, w.Message)
	}
	// Output:
	// bob 0
	// MedicationRequest/m left out: it belongs to Patient/ann
	// Observation/e left out: it belongs to Patient/ann
	// Patient/ann left out: it belongs to Patient/ann
}

// What is missing is never taken for safety: a single resource says nothing of all others.
func ExampleEngine_Evaluate() {
	engine, err := cds.New([]cds.Pack{metforminPack()})
	if err != nil {
		fmt.Println(err)
		return
	}
	record, err := engine.Read(cds.JSON([]byte(`{"resourceType": "Patient", "id": "ann"}`)))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer record.Close()
	report, err := engine.Evaluate(context.Background(), record, cds.Review{Hook: "patient-view", Now: march})
	if err != nil {
		fmt.Println(err)
		return
	}
	data, err := json.MarshalIndent(report.Undecided, "", "  ")
	fmt.Println(string(data), err)
	_, err = engine.Evaluate(context.Background(), record, cds.Review{})
	fmt.Println(errors.Is(err, cds.ErrNoNow))
	// Output:
	// [
	//   {
	//     "rule": "metformin-low-egfr",
	//     "missing": [
	//       {
	//         "resource": "MedicationRequest",
	//         "reason": "not supplied"
	//       },
	//       {
	//         "resource": "Observation",
	//         "path": "egfr",
	//         "reason": "not supplied"
	//       }
	//     ]
	//   }
	// ] <nil>
	// true
}

func ExampleEngine_Explain() {
	engine, err := cds.New([]cds.Pack{metforminPack()})
	if err != nil {
		fmt.Println(err)
		return
	}
	record, err := engine.Read(cds.JSON([]byte(metforminPatient)))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer record.Close()
	explanations, err := engine.Explain(context.Background(), record, cds.Review{Now: march}, "metformin-low-egfr")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, x := range explanations {
		fmt.Println(x.Rule, x.Outcome)
		for _, c := range x.Clauses {
			fmt.Printf("%*s%s: %s\n", 2*c.Depth, "", c.Text, c.Value)
		}
	}
	_, err = engine.Explain(context.Background(), record, cds.Review{Now: march}, "metformin-low-gfr")
	fmt.Println(err)
	// Output:
	// metformin-low-egfr holds
	// patient.takes(metformin) && patient.value(egfr, months(12)) < params.floor: true
	//   patient.takes(metformin): true
	//   patient.value(egfr, months(12)) < params.floor: true
	//     patient.value(egfr, months(12)): 25 mL/min/1.73 m²
	//     params.floor: 30 mL/min/1.73 m²
	// there is no rule "metformin-low-gfr" (did you mean "metformin-low-egfr"?)
}

// A lab alone wakes nothing: without a result the rule is undecided, so that every patient is asked about.
func ExampleEngine_Slow() {
	pack := metforminPack()
	pack.Rules = append(pack.Rules, cds.Rule{
		ID: "low-egfr", When: cds.Text{Value: "patient.value(egfr) < params.floor"},
		Card: cds.Card{Indicator: cds.Text{Value: "info"}, Summary: cds.Text{Value: "Low eGFR"}},
	})
	engine, err := cds.New([]cds.Pack{pack})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, slow := range engine.Slow() {
		fmt.Println(slow)
	}
	// Output: rule "low-egfr": asked about every patient: no code is needed for patient.value(egfr) < params.floor
}

func ExampleWithSite() {
	site := cds.Site{
		Params: []cds.SiteParam{{Name: "renal.floor", Value: int64(20)}},
		Rules:  []cds.SiteRule{{ID: "metformin-low-egfr", Indicator: cds.Warning}},
	}
	engine, err := cds.New([]cds.Pack{metforminPack()}, cds.WithSite(site))
	if err != nil {
		fmt.Println(err)
		return
	}
	evaluate(engine, cds.JSON([]byte(metforminPatient)))
	fmt.Println("that is all")
	// Output: that is all
}

func ExampleWithDrafts() {
	pack := metforminPack()
	pack.Rules[0].Status = cds.Draft
	for _, options := range [][]cds.Option{nil, {cds.WithDrafts()}} {
		engine, err := cds.New([]cds.Pack{pack}, options...)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(len(options), "option:")
		evaluate(engine, cds.JSON([]byte(metforminPatient)))
	}
	// Output:
	// 0 option:
	// 1 option:
	// critical metformin-low-egfr: Metformin with eGFR 25 mL/min/1.73 m²
	//   MedicationRequest/m medicationCodeableConcept metformin 500 MG 2025-11-02
	//   Observation/e valueQuantity 25 mL/min/1.73 m² 2026-02-01
}

// A function of the program's own. What it does not know makes the rule undecided, not false.
func ExampleWithFunction() {
	stock := map[string]int64{"861007": 3}
	inStock := func(drug cds.Concept) (int64, error) {
		for _, coding := range drug.Codings {
			if n, ok := stock[coding.Code]; ok {
				return n, nil
			}
		}
		return 0, &cds.ErrUnknown{Missing: "the pharmacy does not know this drug"}
	}
	pack := cds.Pack{Name: "pharmacy", Rules: []cds.Rule{{
		ID:   "low-stock",
		For:  cds.Binding{Name: "order", Of: "MedicationRequest"},
		When: cds.Text{Value: "inStock(order.drug) < 10"},
		Card: cds.Card{Indicator: cds.Text{Value: "info"}, Summary: cds.Text{Value: "{{ inStock(order.drug) }} left of {{ order.drug }}"}},
	}}}
	engine, err := cds.New([]cds.Pack{pack}, cds.WithFunction("inStock", inStock))
	if err != nil {
		fmt.Println(err)
		return
	}
	evaluate(engine, cds.JSON([]byte(metforminPatient)))
	delete(stock, "861007")
	evaluate(engine, cds.JSON([]byte(metforminPatient)))
	// Output:
	// info low-stock: 3 left of metformin 500 MG
	// undecided low-stock [{inStock  the pharmacy does not know this drug}]
}

// biguanides is a source of codes that knows one value set.
type biguanides struct{}

func (biguanides) ValueSet(_ context.Context, url string) ([]terminology.Code, error) {
	if url != "http://example.org/ValueSet/biguanides" {
		return nil, errors.New("it is not known here")
	}
	return []terminology.Code{{System: terminology.RxNorm, Code: "6809"}}, nil
}

func (biguanides) Descendants(context.Context, terminology.Code) ([]terminology.Code, error) {
	return nil, errors.New("there are no hierarchies here")
}

func ExampleWithCodes() {
	pack := metforminPack()
	pack.Codes[0].Groups = []cds.CodeGroup{{ValueSet: cds.Text{Value: "http://example.org/ValueSet/biguanides"}}}
	_, err := cds.New([]cds.Pack{pack})
	fmt.Println(err)
	engine, err := cds.New([]cds.Pack{pack}, cds.WithCodes(biguanides{}))
	if err != nil {
		fmt.Println(err)
		return
	}
	evaluate(engine, cds.JSON([]byte(metforminPatient)))
	// Output:
	// codes "metformin": the value set http://example.org/ValueSet/biguanides is not loaded
	// critical metformin-low-egfr: Metformin with eGFR 25 mL/min/1.73 m²
	//   MedicationRequest/m medicationCodeableConcept metformin 500 MG 2025-11-02
	//   Observation/e valueQuantity 25 mL/min/1.73 m² 2026-02-01
}

// Resources that a program holds as structs.
func ExampleResources() {
	engine, err := cds.New([]cds.Pack{metforminPack()})
	if err != nil {
		fmt.Println(err)
		return
	}
	text := func(s string) *string { return &s }
	patient := fhir.Patient{Id: text("ann")}
	order := fhir.MedicationRequest{
		Id: text("m"), Status: "active", Intent: "order", Subject: fhir.Reference{Reference: text("Patient/ann")},
		MedicationCodeableConcept: fhir.CodeableConcept{Text: text("Metformin 500 mg tablet")},
	}
	input, err := cds.Resources(patient, order)
	if err != nil {
		fmt.Println(err)
		return
	}
	evaluate(engine, input)
	// Output: undecided metformin-low-egfr [{Observation egfr none in the last 12 months}]
}

// An Input tells how much it says: here a FHIR search for what is active, and one that failed.
func ExampleJSON() {
	engine, err := cds.New([]cds.Pack{metforminPack()})
	if err != nil {
		fmt.Println(err)
		return
	}
	medications := cds.JSON([]byte(`{"resourceType": "Bundle", "type": "searchset"}`))
	medications.Query = "MedicationRequest?patient=ann&status=active"
	results := cds.Input{Query: "Observation?patient=ann", Absent: "the server answered 503"}
	evaluate(engine, medications, results)
	fmt.Println("nothing is taken, so that the result does not matter")
	// Output: nothing is taken, so that the result does not matter
}

func ExampleHookByName() {
	hook, _ := cds.HookByName("order-select")
	fmt.Println(hook.Name, hook.Focus, hook.Selections, hook.Orders)
	fmt.Println(cds.ValidHook("org.example.admission"), cds.ValidHook("order-signs"))
	// Output:
	// order-select draftOrders selections true
	// true false
}

func ExampleStandardOverride() {
	fmt.Println(cds.StandardOverride()[1].Display)
	// Output: Patient refuses/declines (no context given)
}

// A site that holds a full RxNorm release replaces the drugs that ship.
func ExampleWithDrugs() {
	drugs, err := terminology.ShippedDrugs() // or those of a file that `primum import rxnorm` made
	if err != nil {
		fmt.Println(err)
		return
	}
	engine, err := cds.New(nil, cds.WithDrugs(drugs))
	fmt.Println(engine != nil, err)
	// Output: true <nil>
}

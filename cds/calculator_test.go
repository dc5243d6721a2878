package cds_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
)

// loincOf are the codes of what calculators read, as their examples name it.
var loincOf = map[string]string{
	"weight": "29463-7", "height": "8302-2", "creatinine": "2160-0", "bilirubin": "1975-2", "inr": "6301-6", "sodium": "2951-2",
	"albumin": "1751-7", "chloride": "2075-0", "bicarbonate": "1963-8", "calcium": "17861-6", "urea nitrogen": "3094-0",
	"aspartate aminotransferase": "1920-8", "alanine aminotransferase": "1742-6", "platelets": "777-3",
	"qt interval": "8634-8", "qtc interval": "8636-3", "heart rate": "8867-4", "respiratory rate": "9279-1",
	"oxygen saturation": "59408-5", "inhaled oxygen concentration": "3150-0", "inhaled oxygen flow": "3151-8", "oxygen pressure": "2703-7",
	"systolic": "8480-6", "diastolic": "8462-4", "mean pressure": "8478-0", "temperature": "8310-5", "glasgow coma score": "9269-2",
}

var calculatorNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// A calculated is an example of a calculator: a patient, results as "sodium: 133 mmol/L", conditions by
// ICD-10-CM, and what comes out.
type calculated struct {
	name       string
	age        int
	gender     string
	results    []string
	conditions []string
	expression string
	want       float64
	within     float64           // the rounding that the example states
	needs      []string          // what it reads beside results
	also       map[string]string // what is missing beside an input: "" for every input
}

// bundle is the record of an example without one of its inputs: "" for all of them. The lists of conditions and
// procedures are all there is but for "Condition" and "Procedure".
func (c *calculated) bundle(without string) cds.Input {
	patient := map[string]any{"resourceType": "Patient", "id": "p"}
	if without != "birthDate" {
		patient["birthDate"] = fmt.Sprintf("%d-01-01", 2026-c.age)
	}
	if without != "gender" {
		patient["gender"] = c.gender
	}
	entries := []any{map[string]any{"resource": patient}}
	subject := map[string]any{"reference": "Patient/p"}
	for i, text := range c.results {
		what, value, _ := strings.Cut(text, ": ")
		if what == without {
			continue
		}
		parts := quantityForm.FindStringSubmatch(value)
		quantity := map[string]any{"value": json.Number(parts[2]), "system": "http://unitsofmeasure.org", "code": parts[3], "unit": parts[3]}
		if parts[1] != "" {
			quantity["comparator"] = parts[1]
		}
		entries = append(entries, map[string]any{"resource": map[string]any{
			"resourceType": "Observation", "id": fmt.Sprintf("o%d", i), "status": "final", "effectiveDateTime": "2026-03-01T08:00:00Z", "subject": subject,
			"code": map[string]any{"coding": []any{map[string]any{"system": "http://loinc.org", "code": loincOf[what], "display": what}}}, "valueQuantity": quantity,
		}})
	}
	for i, code := range c.conditions {
		system := "http://hl7.org/fhir/sid/icd-10-cm"
		if code[0] <= '9' {
			system = "http://snomed.info/sct"
		}
		entries = append(entries, map[string]any{"resource": map[string]any{
			"resourceType": "Condition", "id": fmt.Sprintf("c%d", i), "subject": subject,
			"clinicalStatus": map[string]any{"coding": []any{map[string]any{"code": "active"}}},
			"code":           map[string]any{"coding": []any{map[string]any{"system": system, "code": code, "display": code}}},
		}})
	}
	data, err := json.Marshal(map[string]any{"resourceType": "Bundle", "type": "collection", "entry": entries})
	if err != nil {
		panic(err)
	}
	supplies := []string{"Patient", "Observation", "MedicationRequest", "AllergyIntolerance", "Encounter"}
	for _, list := range []string{"Condition", "Procedure"} {
		if list != without {
			supplies = append(supplies, list)
		}
	}
	return cds.Input{JSON: data, Supplies: supplies}
}

// ask asks one condition, of which the card shows the calculator.
func (c *calculated) ask(t *testing.T, when, without string) *cds.Report {
	t.Helper()
	return reported(t, asking(t, when, c.expression), c.bundle(without))
}

var shownNumber = regexp.MustCompile(`^(-?[0-9.]+)(?: (.*))?$`)

// exactly is the condition that a calculator comes to what is shown.
func (c *calculated) exactly(shown string) string {
	parts := shownNumber.FindStringSubmatch(shown)
	if parts[2] == "" {
		return fmt.Sprintf("%[1]s >= %[2]s && %[1]s <= %[2]s", c.expression, decimal(parts[1]))
	}
	return fmt.Sprintf("string(%s) == %q", c.expression, shown)
}

func decimal(number string) string {
	if strings.Contains(number, ".") {
		return number
	}
	return number + ".0"
}

// withAll says all that the record does not tell of a score.
func withAll(score string, items map[string]any, but string) string {
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range items {
			if !yield(name) {
				return
			}
		}
	}) {
		if name != but {
			score += fmt.Sprintf(".with('%s', %v)", name, items[name])
		}
	}
	return score
}

var (
	hasBledOpen  = map[string]any{"liver": false, "bleeding": false, "labile INR": false, "drugs": false, "alcohol": false}
	wellsPEOpen  = map[string]any{"signs of DVT": false, "likeliest diagnosis": false, "immobilised": false}
	wellsDVTOpen = map[string]any{
		"paralysis or cast": false, "bedridden": true, "tenderness": true, "leg swollen": false, "calf swollen": true, "pitting edema": true,
		"collateral veins": false, "alternative diagnosis": false,
	}
	centorOpen = map[string]any{"exudate": true, "tender nodes": true, "no cough": false}

	noEGFR   = map[string]string{"": "Observation egfr"} // which would do as well
	noOxygen = map[string]string{"inhaled oxygen flow": "Observation inhaled oxygen concentration"}

	meldResults = []string{"creatinine: 2 mg/dL", "bilirubin: 2 mg/dL", "inr: 1.8 1", "sodium: 131 mmol/L"}
	vitals      = []string{
		"respiratory rate: 16 /min", "oxygen saturation: 97 %", "inhaled oxygen flow: 0 L/min", "temperature: 37.0 Cel", "systolic: 120 mm[Hg]",
		"heart rate: 75 /min", "glasgow coma score: 15 {score}",
	}
)

// The worked examples that are published: transplantr's tests (TR), MedCalc-Bench-Verified (MCB). Those that say
// "own" are not independent: they were calculated from the formula, apart from the code.
var workedExamples = []calculated{
	{name: "Cockcroft-Gault, TR", age: 25, gender: "female", results: []string{"weight: 60 kg", "creatinine: 1.0 mg/dL"},
		expression: "patient.creatinineClearance('actual')", want: 81.46, within: 0.005, needs: []string{"birthDate", "gender"}},
	{name: "Cockcroft-Gault by adjusted weight, MCB", age: 53, gender: "male", results: []string{"weight: 87 kg", "height: 175 cm", "creatinine: 1.39 mg/dL"},
		expression: "patient.creatinineClearance('auto')", want: 67.00, within: 0.005, needs: []string{"birthDate", "gender"}},
	{name: "Cockcroft-Gault, underweight, MCB row 1", age: 87, gender: "male", results: []string{"weight: 48 kg", "height: 163 cm", "creatinine: 1.4 mg/dL"},
		expression: "patient.creatinineClearance('auto')", want: 25.24, within: 0.005, needs: []string{"birthDate", "gender"}},
	{name: "Cockcroft-Gault, normal weight, MCB row 2", age: 83, gender: "male", results: []string{"weight: 67.2 kg", "height: 173 cm", "creatinine: 1.4 mg/dL"},
		expression: "patient.creatinineClearance('auto')", want: 38.0, within: 0.05, needs: []string{"birthDate", "gender"}},
	{name: "the weight that was chosen, MCB", age: 53, gender: "male", results: []string{"weight: 87 kg", "height: 175 cm"},
		expression: "patient.dosingWeight('auto')", want: 77.08, within: 0.005, needs: []string{"birthDate", "gender"}},
	{name: "CKD-EPI 2021, MCB", age: 81, gender: "male", results: []string{"creatinine: 1.7 mg/dL"},
		expression: "patient.egfr()", want: 40.0, within: 0.05, needs: []string{"birthDate", "gender"}, also: noEGFR},
	{name: "CKD-EPI 2021, woman, own", age: 50, gender: "female", results: []string{"creatinine: 1.0 mg/dL"},
		expression: "patient.egfr()", want: 68.6, within: 0.05, needs: []string{"birthDate", "gender"}, also: noEGFR},
	{name: "CKD-EPI 2021, man, own", age: 50, gender: "male", results: []string{"creatinine: 1.0 mg/dL"},
		expression: "patient.egfr()", want: 91.7, within: 0.05, needs: []string{"birthDate", "gender"}, also: noEGFR},
	{name: "CKD-EPI 2021, older man, own", age: 70, gender: "male", results: []string{"creatinine: 2.0 mg/dL"},
		expression: "patient.egfr()", want: 35.2, within: 0.05, needs: []string{"birthDate", "gender"}, also: noEGFR},
	{name: "body surface, MCB", age: 40, gender: "male", results: []string{"weight: 85 kg", "height: 180 cm"},
		expression: "patient.bsa()", want: 2.0616, within: 0.0005},
	{name: "body mass index, own", age: 40, gender: "male", results: []string{"weight: 48 kg", "height: 163 cm"},
		expression: "patient.bmi()", want: 18.07, within: 0.005},
	{name: "ideal weight, MCB", age: 40, gender: "male", results: []string{"height: 173 cm"},
		expression: "patient.idealWeight()", want: 68.65, within: 0.005, needs: []string{"birthDate", "gender"}},
	{name: "adjusted weight, MCB", age: 40, gender: "female", results: []string{"weight: 78 kg", "height: 160 cm"},
		expression: "patient.adjustedWeight()", want: 62.63, within: 0.005, needs: []string{"birthDate", "gender"}},
	{name: "CHA2DS2-VASc, MCB", age: 62, gender: "male", conditions: []string{"I63.9"},
		expression: "patient.cha2ds2vasc()", want: 2, needs: []string{"birthDate", "gender", "Condition"}},
	{name: "CHA2DS2-VASc of a stroke in SNOMED CT, MCB", age: 62, gender: "male", conditions: []string{"230690007"},
		expression: "patient.cha2ds2vasc().with('heart failure', false).with('hypertension', false).with('diabetes', false).with('vascular disease', false)",
		want:       2, needs: []string{"birthDate", "gender"}},
	{name: "CHA2DS2-VASc, all of it, own", age: 76, gender: "female", conditions: []string{"I50.9", "I10", "E11.9", "G45.9", "I25.2"},
		expression: "patient.cha2ds2vasc()", want: 9, needs: []string{"birthDate", "gender"}},
	{name: "HAS-BLED, MCB", age: 43, gender: "male", results: []string{"systolic: 170 mm[Hg]", "creatinine: 1.0 mg/dL"},
		expression: withAll("patient.hasBled()", hasBledOpen, ""), want: 1, needs: []string{"birthDate", "Condition", "Procedure"}},
	{name: "MELD(i), TR", age: 50, gender: "male", results: []string{"creatinine: 170 umol/L", "bilirubin: 54 umol/L", "inr: 2.0 1"},
		expression: "patient.meld('i')", want: 24.798, within: 0.005, needs: []string{"birthDate", "Condition", "Procedure"}},
	{name: "MELD-Na 2016, MCB", age: 50, gender: "male", results: []string{"creatinine: 7.78 mg/dL", "inr: 2.2 1", "sodium: 133 mmol/L", "bilirubin: 36.1 mg/dL"},
		expression: "patient.meld('na-2016')", want: 40, needs: []string{"birthDate"}},
	{name: "MELD-Na 2016 with an INR in {INR}", age: 50, gender: "male",
		results:    []string{"creatinine: 2 mg/dL", "bilirubin: 2 mg/dL", "inr: 1.8 {INR}", "sodium: 131 mmol/L"},
		expression: "patient.meld('na-2016')", want: 26, needs: []string{"birthDate", "Condition", "Procedure"}},
	{name: "MELD-Na 2016 of what Kim 2008 gives another value", age: 50, gender: "male", results: meldResults,
		expression: "patient.meld('na-2016')", want: 26, needs: []string{"birthDate", "Condition", "Procedure"}},
	{name: "MELD-Na Kim 2008, TR", age: 50, gender: "male", results: meldResults,
		expression: "patient.meld('na-2008')", want: 26.257, within: 0.005, needs: []string{"birthDate", "Condition", "Procedure"}},
	{name: "MELD 3.0, own", age: 50, gender: "female", results: []string{"creatinine: 1.5 mg/dL", "bilirubin: 3.0 mg/dL", "inr: 1.8 1", "sodium: 130 mmol/L", "albumin: 2.8 g/dL"},
		expression: "patient.meld('3.0')", want: 27, needs: []string{"birthDate", "gender", "Condition", "Procedure"}},
	{name: "FIB-4, MCB", age: 35, gender: "male", results: []string{"aspartate aminotransferase: 107 U/L", "alanine aminotransferase: 104 U/L", "platelets: 181 10*9/L"},
		expression: "patient.fib4()", want: 2.029, within: 0.0005, needs: []string{"birthDate"}},
	{name: "QTc by Bazett, MCB", age: 40, gender: "male", results: []string{"qt interval: 330 ms", "heart rate: 113 /min"},
		expression: "patient.qtc('bazett')", want: 452.9, within: 0.05},
	{name: "QTc by Fridericia, MCB", age: 40, gender: "male", results: []string{"qt interval: 373 ms", "heart rate: 161 /min"},
		expression: "patient.qtc('fridericia')", want: 518.3, within: 0.05},
	{name: "QTc by Framingham, MCB", age: 40, gender: "male", results: []string{"qt interval: 405 ms", "heart rate: 87 /min"},
		expression: "patient.qtc('framingham')", want: 452.8, within: 0.05},
	{name: "QTc by Hodges, MCB", age: 40, gender: "male", results: []string{"qt interval: 280 ms", "heart rate: 101 /min"},
		expression: "patient.qtc('hodges')", want: 351.75, within: 0.0501},
	{name: "QTc as reported", age: 40, gender: "male", results: []string{"qtc interval: 0.48 s"},
		expression: "patient.qtc('reported')", want: 480},
	{name: "corrected calcium, MCB", age: 40, gender: "male", results: []string{"calcium: 8.4 mg/dL", "albumin: 33 g/L"},
		expression: "patient.correctedCalcium()", want: 8.96, within: 0.005},
	{name: "anion gap, MCB", age: 40, gender: "male", results: []string{"sodium: 140 mmol/L", "chloride: 110 meq/L", "bicarbonate: 9.4 mmol/L"},
		expression: "patient.anionGap()", want: 20.6, within: 0.05},
	{name: "anion gap corrected for albumin, own", age: 40, gender: "male", results: []string{"sodium: 140 mmol/L", "chloride: 110 mmol/L", "bicarbonate: 9.4 mmol/L", "albumin: 3.24 g/dL"},
		expression: "patient.anionGap('albumin-corrected')", want: 22.5, within: 0.05},
	{name: "NEWS2, own", age: 40, gender: "male", results: vitals, expression: "patient.news2()", want: 0, needs: []string{"birthDate"}, also: noOxygen},
	{name: "NEWS2 on scale 2, own", age: 70, gender: "male", expression: "patient.news2('scale-2')", want: 12, needs: []string{"birthDate"}, also: noOxygen, results: []string{
		"respiratory rate: 22 /min", "oxygen saturation: 95 %", "inhaled oxygen flow: 2 L/min", "temperature: 39.1 Cel", "systolic: 100 mm[Hg]", "heart rate: 112 /min", "glasgow coma score: 15 {score}"}},
	{name: "qSOFA, own", age: 60, gender: "male", results: []string{"respiratory rate: 22 /min", "systolic: 100 mm[Hg]", "glasgow coma score: 14 {score}"},
		expression: "patient.qsofa()", want: 3, needs: []string{"birthDate"}},
	{name: "SOFA, own", age: 60, gender: "male", results: []string{"oxygen pressure: 88 mm[Hg]", "inhaled oxygen concentration: 40 %", "platelets: 90 10*3/uL", "bilirubin: 2.5 mg/dL", "glasgow coma score: 13 {score}", "creatinine: 5 mg/dL"},
		expression: "patient.sofa().with('circulation', 1)", want: 12, needs: []string{"birthDate"}},
	{name: "CURB-65, own", age: 65, gender: "male", results: []string{"urea nitrogen: 20 mg/dL", "respiratory rate: 30 /min", "systolic: 95 mm[Hg]", "diastolic: 65 mm[Hg]"},
		expression: "patient.curb65().with('confusion', false)", want: 3, needs: []string{"birthDate"}},
	{name: "Wells of pulmonary embolism, MCB", age: 40, gender: "male", results: []string{"heart rate: 150 /min"},
		expression: withAll("patient.wellsPE()", wellsPEOpen, ""), want: 1.5, needs: []string{"birthDate", "Condition"}},
	{name: "Wells of deep vein thrombosis, own", age: 40, gender: "male",
		expression: withAll("patient.wellsDVT()", wellsDVTOpen, ""), want: 4, needs: []string{"birthDate", "Condition"}},
	{name: "Child-Pugh, own", age: 60, gender: "male", results: []string{"bilirubin: 2.5 mg/dL", "albumin: 2.7 g/dL", "inr: 1.8 1"},
		expression: "patient.childPugh().with('ascites', 2)", want: 10, needs: []string{"Condition"}},
	{name: "Centor, own", age: 20, gender: "male", results: []string{"temperature: 38.5 Cel"},
		expression: withAll("patient.centor()", centorOpen, ""), want: 3},
	{name: "McIsaac, own", age: 50, gender: "male", results: []string{"temperature: 38.5 Cel"},
		expression: withAll("patient.centor('mcisaac')", centorOpen, ""), want: 2, needs: []string{"birthDate"}},
}

// missingText is how a report names an input of an example.
func missingText(without string) string {
	switch without {
	case "birthDate", "gender":
		return "Patient/p " + without
	case "Condition", "Procedure":
		return without
	}
	return "Observation " + without
}

func TestCalculatorsReproduceWorkedExamples(t *testing.T) {
	for _, c := range workedExamples {
		t.Run(c.name, func(t *testing.T) {
			report := c.ask(t, "known("+c.expression+")", "")
			require.Len(t, report.Findings, 1, "%+v", report)
			shown := report.Findings[0].Summary
			got, err := strconv.ParseFloat(shownNumber.FindStringSubmatch(shown)[1], 64)
			require.NoError(t, err)
			require.InDelta(t, c.want, got, c.within+1e-9)
			require.Len(t, c.ask(t, c.exactly(shown), "").Findings, 1)
		})
	}
}

// Without one of its inputs a calculator is unknown, and names that input alone.
func TestCalculatorsNameEachMissingInput(t *testing.T) {
	for _, c := range workedExamples {
		t.Run(c.name, func(t *testing.T) {
			exactly := c.exactly(c.ask(t, "known("+c.expression+")", "").Findings[0].Summary)
			inputs := slices.Clone(c.needs)
			for _, result := range c.results {
				what, _, _ := strings.Cut(result, ":")
				inputs = append(inputs, what)
			}
			for _, without := range inputs {
				t.Run(without, func(t *testing.T) {
					report := c.ask(t, exactly, without)
					require.Empty(t, report.Findings)
					require.Len(t, report.Undecided, 1)
					var missing []string
					for _, m := range report.Undecided[0].Missing {
						missing = append(missing, strings.TrimSpace(m.Resource+" "+m.Path))
					}
					want := []string{missingText(without)}
					for _, input := range []string{"", without} {
						if also := c.also[input]; also != "" {
							want = append(want, also)
						}
					}
					require.ElementsMatch(t, want, missing)
					require.Empty(t, c.ask(t, "known("+c.expression+")", without).Findings)
				})
			}
		})
	}
}

// Each input of a calculator that holds is in the evidence.
func TestCalculatorsShowTheirInputs(t *testing.T) {
	for _, c := range workedExamples {
		t.Run(c.name, func(t *testing.T) {
			report := c.ask(t, c.exactly(c.ask(t, "known("+c.expression+")", "").Findings[0].Summary), "")
			seen := map[string]bool{}
			for _, e := range report.Findings[0].Evidence {
				seen[e.Resource] = true
			}
			for i := range c.results {
				require.True(t, seen[fmt.Sprintf("Observation/o%d", i)], "%s is not in %v", c.results[i], report.Findings[0].Evidence)
			}
			for i := range c.conditions {
				require.True(t, seen[fmt.Sprintf("Condition/c%d", i)], "%s is not in %v", c.conditions[i], report.Findings[0].Evidence)
			}
		})
	}
}

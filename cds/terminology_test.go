package cds_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/cds/terminology"
)

const (
	localCodes = "http://hospital.example/conditions"
	heartURL   = "http://hospital.example/ValueSet/heart"
)

// A hospital's own codes: a hierarchy, a value set over it, and a map from an older system.
var hospital = []string{
	`{"resourceType":"CodeSystem","url":"` + localCodes + `","status":"active","content":"complete","concept":[
		{"code":"heart","display":"Heart disease","concept":[{"code":"hf","display":"Heart failure"}]},
		{"code":"skin","display":"Skin disease"}]}`,
	`{"resourceType":"ValueSet","url":"` + heartURL + `","status":"active","compose":{"include":[
		{"system":"` + localCodes + `","filter":[{"property":"concept","op":"is-a","value":"heart"}]}]}}`,
	`{"resourceType":"ConceptMap","url":"http://hospital.example/ConceptMap/old","status":"active","group":[
		{"source":"http://hospital.example/old","target":"` + localCodes + `","element":[
			{"code":"17","target":[{"code":"hf","equivalence":"equivalent"}]}]}]}`,
}

func hospitalLibrary(t *testing.T) *terminology.Library {
	t.Helper()
	l := terminology.NewLibrary()
	for _, resource := range hospital {
		require.NoError(t, l.Add([]byte(resource), "hospital.json"))
	}
	return l
}

func condition(system, code string) string {
	return `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Condition","id":"c",
		"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},
		"code":{"coding":[{"system":"` + system + `","code":"` + code + `"}]}}}]}`
}

func outcome(t *testing.T, e *cds.Engine, record string) string {
	t.Helper()
	rec, err := e.Read(cds.JSON([]byte(record)))
	require.NoError(t, err)
	defer rec.Close()
	report, err := e.Evaluate(context.Background(), rec, cds.Review{Now: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	require.Empty(t, report.Failures)
	switch {
	case len(report.Findings) > 0:
		return "holds"
	case len(report.Undecided) > 0:
		return "undecided"
	case len(report.Unscreened) > 0:
		return "unscreened"
	}
	return "does not hold"
}

func packOf(codes cds.Codes, when string) []cds.Pack {
	return []cds.Pack{{Name: "local", Codes: []cds.Codes{codes}, Rules: []cds.Rule{{
		ID: "r", When: cds.Text{Value: when},
		Card: cds.Card{Indicator: cds.Text{Value: "info"}, Summary: cds.Text{Value: "It holds"}},
	}}}}
}

func TestCodesOfALibrary(t *testing.T) {
	byValueSet := cds.Codes{Name: "heart", Groups: []cds.CodeGroup{{ValueSet: cds.Text{Value: heartURL}}}}
	byHierarchy := cds.Codes{Name: "heart", Groups: []cds.CodeGroup{{System: localCodes, Codes: []cds.Text{{Value: "heart"}}, Descendants: true}}}
	for name, codes := range map[string]cds.Codes{"value set": byValueSet, "descendants": byHierarchy} {
		t.Run(name, func(t *testing.T) {
			e, err := cds.New(packOf(codes, "patient.has(heart)"), cds.WithCodes(hospitalLibrary(t)))
			require.NoError(t, err)
			require.Equal(t, "holds", outcome(t, e, condition(localCodes, "hf")))
			require.Equal(t, "does not hold", outcome(t, e, condition(localCodes, "skin")))
			require.Equal(t, "holds", outcome(t, e, condition("http://hospital.example/old", "17")), "through the ConceptMap")
			require.Equal(t, "unscreened", outcome(t, e, condition("http://elsewhere.example", "17")))
		})
	}
}

func TestSubsumesOfALibrary(t *testing.T) {
	heart := cds.Codes{Name: "heart", Groups: []cds.CodeGroup{{System: localCodes, Codes: []cds.Text{{Value: "heart"}}}}}
	when := "patient.conditions.exists(a, patient.conditions.exists(b, a.id != b.id && a.code.subsumes(b.code)))"
	two := func(code string) string {
		return `[{"resourceType":"Condition","id":"a","code":{"coding":[{"system":"` + localCodes + `","code":"heart"}]}},
			{"resourceType":"Condition","id":"b","code":{"coding":[{"system":"` + localCodes + `","code":"` + code + `"}]}}]`
	}
	e, err := cds.New(packOf(heart, when), cds.WithCodes(hospitalLibrary(t)))
	require.NoError(t, err)
	require.Equal(t, "holds", outcome(t, e, two("hf")))
	require.Equal(t, "does not hold", outcome(t, e, two("skin")))
	e, err = cds.New(packOf(heart, when))
	require.NoError(t, err)
	require.Equal(t, "undecided", outcome(t, e, two("hf")), "without a hierarchy nothing can be told")
}

func TestDrugsThatShareAnIngredient(t *testing.T) {
	codes := cds.Codes{Name: "ibuprofen", Groups: []cds.CodeGroup{{System: terminology.RxNorm, Codes: []cds.Text{{Value: "5640"}}}}}
	e, err := cds.New(packOf(codes, "patient.allergies.exists(a, patient.medications.exists(m, a.code.sharesIngredient(m.drug)))"))
	require.NoError(t, err)
	for _, c := range []struct{ allergy, drug, want string }{
		{"723", "723", "holds"},
		{"723", "562251", "holds"},            // amoxicillin 250 MG / clavulanate 125 MG Oral Tablet
		{"151392", "723", "holds"},            // Augmentin, a brand name
		{"151392", "48203", "holds"},          // clavulanate
		{"151392", "733", "does not hold"},    // ampicillin
		{"723", "197806", "does not hold"},    // ibuprofen 600 MG Oral Tablet
		{"723", "99999999", "undecided"},      // no known drug
		{"99999999", "99999999", "undecided"}, // a code alone tells no ingredient
	} {
		record := `[{"resourceType":"AllergyIntolerance","id":"a","code":{"coding":[{"system":"` + terminology.RxNorm + `","code":"` + c.allergy + `"}]}},
			{"resourceType":"MedicationRequest","id":"m","status":"active","intent":"order",
			"medicationCodeableConcept":{"coding":[{"system":"` + terminology.RxNorm + `","code":"` + c.drug + `"}]}}]`
		require.Equal(t, c.want, outcome(t, e, record), "%s and %s", c.allergy, c.drug)
	}
}

// An allergy whose codes tell no drug is read by its name, as a medication is; what is no drug is not guessed.
func TestAllergiesByName(t *testing.T) {
	drugs := cds.Codes{Name: "drugs", Groups: []cds.CodeGroup{{System: terminology.RxNorm, Codes: []cds.Text{{Value: "723"}}}}}
	snomed := func(display string) string {
		return `{"coding":[{"system":"` + terminology.SNOMED + `","code":"372687004","display":"` + display + `"}]}`
	}
	for _, when := range []string{"patient.allergicTo(drugs)", "patient.allergies.exists(a, a.code in drugs)"} {
		e, err := cds.New(packOf(drugs, when))
		require.NoError(t, err)
		for code, want := range map[string]string{
			`{"text":"Amoxicillin"}`:                     "holds",
			`{"text":"amoxicillin allergy"}`:             "holds",
			`{"text":"Allergic to amoxicillin"}`:         "holds",
			snomed("Amoxicillin"):                        "holds",
			snomed("Amoxicillin (substance)"):            "holds",
			snomed("Allergy to amoxicillin (finding)"):   "holds",
			`{"text":"Ibuprofen"}`:                       "does not hold",
			`{"text":"Penicillin"}`:                      "unscreened",
			`{"text":"No known allergy to amoxicillin"}`: "unscreened",
			`{"text":"Allergy to "}`:                     "unscreened",
			snomed("Allergy to penicillin"):              "unscreened",
		} {
			require.Equal(t, want, outcome(t, e, `[{"resourceType":"AllergyIntolerance","id":"a","code":`+code+`}]`), "%s of %s", when, code)
		}
	}
	e, err := cds.New(packOf(drugs, "patient.allergicTo(drugs)"))
	require.NoError(t, err)
	require.Equal(t, "holds", outcome(t, e, `[{"resourceType":"AllergyIntolerance","id":"a","code":{"text":"antibiotics"},
		"reaction":[{"substance":{"text":"Amoxicillin"},"manifestation":[{"text":"rash"}]}]}]`))
}

// An allergy that rules name is seen, though not all of them name its code system.
func TestAllergiesThatRulesNameAreScreened(t *testing.T) {
	set := func(name, system, code string) cds.Codes {
		return cds.Codes{Name: name, Groups: []cds.CodeGroup{{System: system, Codes: []cds.Text{{Value: code}}}}}
	}
	packs := packOf(set("acyclovir", terminology.RxNorm, "281"), "patient.allergicTo(acyclovir)")
	packs[0].Codes = append(packs[0].Codes, set("penicillins", terminology.SNOMED, "91936005"))
	packs[0].Rules = append(packs[0].Rules, packs[0].Rules[0])
	packs[0].Rules[1].ID, packs[0].Rules[1].When = "s", cds.Text{Value: "patient.allergicTo(penicillins) && patient.age() > years(300)"}
	e, err := cds.New(packs)
	require.NoError(t, err)
	for code, want := range map[string]string{"91936005": "does not hold", "91930004": "unscreened"} {
		record := `[{"resourceType":"Patient","id":"p","birthDate":"1950-01-01"},{"resourceType":"AllergyIntolerance","id":"a",
			"code":{"coding":[{"system":"` + terminology.SNOMED + `","code":"` + code + `"}]}}]`
		require.Equal(t, want, outcome(t, e, record), code)
	}
}

func TestDrugsByNDC(t *testing.T) {
	ibuprofen := cds.Codes{Name: "ibuprofen", Groups: []cds.CodeGroup{{System: terminology.RxNorm, Codes: []cds.Text{{Value: "5640"}}}}}
	e, err := cds.New(packOf(ibuprofen, "patient.takes(ibuprofen)"))
	require.NoError(t, err)
	order := func(code string) string {
		return `[{"resourceType":"MedicationRequest","id":"m","status":"active","intent":"order",
			"medicationCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/ndc","code":"` + code + `"}]}}]`
	}
	require.Equal(t, "holds", outcome(t, e, order("0045-0481-01")), "ibuprofen 200 MG Oral Tablet")
	require.Equal(t, "holds", outcome(t, e, order("00045048101")))
	require.Equal(t, "unscreened", outcome(t, e, order("99999999999")))
}

func TestAdviceOnCodesThatNoDrugCanReach(t *testing.T) {
	file := &cds.File{Name: "codes.yaml", Text: "  x: {rxnorm: [161, 99999999]}\n"}
	at := func(value string, column int) cds.Text {
		return cds.Text{Value: value, Spans: []cds.Span{{Position: cds.Position{File: file, Line: 1, Column: column}}}}
	}
	codes := cds.Codes{Name: "x", Groups: []cds.CodeGroup{{System: terminology.RxNorm, Codes: []cds.Text{at("161", 16), at("99999999", 21)}}}}
	e, err := cds.New(packOf(codes, "patient.takes(x)"))
	require.NoError(t, err)
	require.Len(t, e.Advice(), 1)
	require.Equal(t, "codes.yaml:1:21: no known drug has the RxNorm code 99999999: only an order with this very code can match it\n"+
		"      x: {rxnorm: [161, 99999999]}\n                        ^", e.Advice()[0].Detail())
}

func TestDoseByTheIngredientsOfAMedication(t *testing.T) {
	ibuprofen := cds.Codes{Name: "ibuprofen", Groups: []cds.CodeGroup{{System: terminology.RxNorm, Codes: []cds.Text{{Value: "5640"}}}}}
	e, err := cds.New(packOf(ibuprofen, "patient.dailyDose(ibuprofen) == quantity(800, 'mg/d')"))
	require.NoError(t, err)
	require.Equal(t, "holds", outcome(t, e, `[{"resourceType":"MedicationRequest","id":"m","status":"active","intent":"order",
		"contained":[{"resourceType":"Medication","id":"own","code":{"text":"House mixture 7"},"form":{"text":"Oral Tablet"},"ingredient":[{
			"itemCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"5640"}]},
			"strength":{"numerator":{"value":200,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"},"denominator":{"value":1,"unit":"tablet"}}}]}],
		"medicationReference":{"reference":"#own"},
		"dosageInstruction":[{"timing":{"repeat":{"frequency":2,"period":1,"periodUnit":"d"}},
			"doseAndRate":[{"doseQuantity":{"value":2,"unit":"tablet"}}]}]}]`))
}

func TestNDCsAreComparedInOneForm(t *testing.T) {
	product := cds.Codes{Name: "product", Groups: []cds.CodeGroup{{System: terminology.NDC, Codes: []cds.Text{{Value: "00093-1721-01"}}}}}
	e, err := cds.New(packOf(product, "patient.takes(product)"))
	require.NoError(t, err)
	for _, code := range []string{"00093172101", "0093-1721-01", "00093-1721-01"} {
		require.Equal(t, "holds", outcome(t, e, `[{"resourceType":"MedicationRequest","id":"m","status":"active","intent":"order",
			"medicationCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/ndc","code":"`+code+`"}]}}]`), code)
	}
}

func TestStrengthOfAMedicationWhoseCodeTellsNone(t *testing.T) {
	ibuprofen := cds.Codes{Name: "ibuprofen", Groups: []cds.CodeGroup{{System: terminology.RxNorm, Codes: []cds.Text{{Value: "5640"}}}}}
	e, err := cds.New(packOf(ibuprofen, "patient.dailyDose(ibuprofen) == quantity(400, 'mg/d')"))
	require.NoError(t, err)
	const coding = `"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"5640"}]`
	require.Equal(t, "holds", outcome(t, e, `[{"resourceType":"MedicationRequest","id":"m","status":"active","intent":"order",
		"contained":[{"resourceType":"Medication","id":"own","code":{`+coding+`},"ingredient":[{"itemCodeableConcept":{`+coding+`},
			"strength":{"numerator":{"value":200,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"},"denominator":{"value":1,"unit":"tablet"}}}]}],
		"medicationReference":{"reference":"#own"},
		"dosageInstruction":[{"timing":{"repeat":{"frequency":2,"period":1,"periodUnit":"d"}},"doseAndRate":[{"doseQuantity":{"value":1,"unit":"tablet"}}]}]}]`))
}

// The vocabulary's own codes of diseases stand for all below them: where a hierarchy tells which those are, other
// codes of the system are known to be outside.
func TestScoresByTheHierarchyOfALibrary(t *testing.T) {
	const snomed = "http://snomed.info/sct"
	var concepts []string
	for _, code := range []string{"84114007", "42343007", "88805009", "703272007", "446221000", "417996009", "418304008", "38341003", "73211009", "44054006",
		"46635009", "230690007", "266257000", "22298006", "399957001", "195967001"} {
		concepts = append(concepts, `{"code":"`+code+`","display":"`+code+`"}`)
	}
	concepts = append(concepts, `{"code":"59621000","display":"Essential hypertension","concept":[{"code":"1201005","display":"Benign essential hypertension"}]}`)
	library := func(content string) *terminology.Library {
		l := terminology.NewLibrary()
		require.NoError(t, l.Add([]byte(`{"resourceType":"CodeSystem","url":"`+snomed+`","status":"active","content":"`+content+`","concept":[`+strings.Join(concepts, ",")+`]}`), "snomed.json"))
		return l
	}
	man := func(code string) string {
		return `[{"resourceType":"Patient","id":"p","gender":"male","birthDate":"1970-01-01"},{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"},
			"clinicalStatus":{"coding":[{"code":"active"}]},"code":{"coding":[{"system":"` + snomed + `","code":"` + code + `"}]}}]`
	}
	none := cds.Codes{Name: "none", Groups: []cds.CodeGroup{{System: localCodes, Codes: []cds.Text{{Value: "skin"}}}}}
	for _, test := range []struct {
		name    string
		options []cds.Option
		when    string
		code    string
		want    string
	}{
		{"below a code", []cds.Option{cds.WithCodes(library("complete"))}, "patient.cha2ds2vasc() >= 1", "1201005", "holds"},
		{"beside all codes", []cds.Option{cds.WithCodes(library("complete"))}, "patient.cha2ds2vasc() < 1", "195967001", "holds"},
		{"beside all codes, without a hierarchy", nil, "patient.cha2ds2vasc() < 1", "195967001", "unscreened"},
		{"below a code, without a hierarchy", nil, "patient.cha2ds2vasc() >= 1", "1201005", "unscreened"},
		{"a code of the vocabulary, without a hierarchy", nil, "patient.cha2ds2vasc() >= 1", "59621000", "holds"},
		{"a part of a hierarchy", []cds.Option{cds.WithCodes(library("fragment"))}, "patient.cha2ds2vasc() < 1", "195967001", "unscreened"},
		{"another library", []cds.Option{cds.WithCodes(hospitalLibrary(t))}, "patient.cha2ds2vasc() < 1", "195967001", "unscreened"},
		{"in a loop", []cds.Option{cds.WithCodes(library("complete"))}, "[1].exists(i, patient.cha2ds2vasc() >= i)", "1201005", "holds"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e, err := cds.New(packOf(none, test.when), test.options...)
			require.NoError(t, err)
			require.Equal(t, test.want, outcome(t, e, man(test.code)))
		})
	}
}

package record

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// absent is the mark that normalising leaves where a value was lost.
const absent = `{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"error"}]}`

func TestNormalise(t *testing.T) {
	for _, test := range []struct{ name, in, want, warnings string }{
		{"nothing to do",
			`{"resourceType":"Observation","id":"1","status":"final","valueQuantity":{"value":1.50,"unit":"mg"},"category":[{"text":"lab"}],"_issued":{"id":"a"},"issued":"2020-01-01T00:00:00Z"}`,
			`{"resourceType":"Observation","id":"1","status":"final","valueQuantity":{"value":1.50,"unit":"mg"},"category":[{"text":"lab"}],"_issued":{"id":"a"},"issued":"2020-01-01T00:00:00Z"}`, ""},
		{"a single value for a list",
			`{"resourceType":"Observation","id":"1","status":"final","category":{"coding":{"code":"laboratory"}}}`,
			`{"resourceType":"Observation","id":"1","status":"final","category":[{"coding":[{"code":"laboratory"}]}]}`,
			"category | a single value where a list is expected, read as a list of one\n" +
				"category.coding | a single value where a list is expected, read as a list of one"},
		{"a list for a single value",
			`{"resourceType":"Observation","id":"1","status":["final"],"code":[{"text":"a"}],"method":[{"text":"a"},{"text":"b"}]}`,
			`{"resourceType":"Observation","id":"1","status":"final","code":{"text":"a"},"_method":` + absent + `}`,
			"code | a list where a single value is expected, read as its one value\n" +
				"method | a list of 2 where an object (CodeableConcept) is expected: taken as unknown\n" +
				"status | a list where a single value is expected, read as its one value"},
		{"STU3's codes for concepts",
			`{"resourceType":"Condition","id":"1","clinicalStatus":"active","verificationStatus":"confirmed","severity":"mild"}`,
			`{"resourceType":"Condition","id":"1","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},` +
				`"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}]},"severity":{"coding":[{"code":"mild"}]}}`,
			"clinicalStatus | a code where a CodeableConcept is expected, read as its coding\n" +
				"severity | a code where a CodeableConcept is expected, read as its coding\n" +
				"verificationStatus | a code where a CodeableConcept is expected, read as its coding"},
		{"the same of an allergy, with a code that is not in the value set",
			`{"resourceType":"AllergyIntolerance","id":"1","clinicalStatus":"active","verificationStatus":"sure"}`,
			`{"resourceType":"AllergyIntolerance","id":"1","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},` +
				`"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-verification","code":"sure"}]}}`,
			"clinicalStatus | a code where a CodeableConcept is expected, read as its coding\n" +
				`verificationStatus | "sure" is not in the value set (expected unconfirmed | confirmed | refuted | entered-in-error)` + "\n" +
				"verificationStatus | a code where a CodeableConcept is expected, read as its coding"},
		{"a Coding and a CodeableReference for a concept",
			`{"resourceType":"AllergyIntolerance","id":"1","code":{"system":"s","code":"c"},"reaction":[{"manifestation":[{"concept":{"text":"rash"}}]}]}`,
			`{"resourceType":"AllergyIntolerance","id":"1","code":{"coding":[{"system":"s","code":"c"}]},"reaction":[{"manifestation":[{"text":"rash"}]}]}`,
			"code | a Coding where a CodeableConcept is expected, read as its coding\n" +
				"reaction.manifestation | a CodeableReference (FHIR R5), read as its concept"},
		{"a concept for a code",
			`{"resourceType":"AllergyIntolerance","id":"1","type":{"coding":[{"code":"allergy"}]}}`,
			`{"resourceType":"AllergyIntolerance","id":"1","type":"allergy"}`,
			"type | a CodeableConcept where a code is expected, read as its code"},
		{"a string for a Reference",
			`{"resourceType":"Observation","id":"1","status":"final","encounter":"Encounter/1","device":"the big one"}`,
			`{"resourceType":"Observation","id":"1","status":"final","encounter":{"reference":"Encounter/1"},"_device":` + absent + `}`,
			"device | a string where an object (Reference) is expected: taken as unknown\n" +
				"encounter | a string where a Reference is expected, read as its reference"},
		{"strings, numbers and booleans for each other",
			`{"resourceType":"Patient","id":7,"active":"true","deceasedBoolean":"no","multipleBirthInteger":"2","birthDate":1950,"gender":true}`,
			`{"resourceType":"Patient","id":"7","active":true,"multipleBirthInteger":2,"birthDate":"1950","gender":"true","_deceasedBoolean":` + absent + `}`,
			"active | a string where a boolean is expected, read as one\n" +
				"birthDate | a number where a string is expected, read as one\n" +
				"deceasedBoolean | a string where a boolean is expected: taken as unknown\n" +
				`gender | "true" is not in the value set (expected male | female | other | unknown)` + "\n" +
				"gender | a boolean where a string is expected, read as one\n" +
				"id | a number where a string is expected, read as one\n" +
				"multipleBirthInteger | a string where a number is expected, read as one"},
		{"numbers that are none",
			`{"resourceType":"Observation","id":"1","status":"final","valueQuantity":{"value":1e999999999},"component":[{"valueQuantity":{"value":NaN}},{"valueQuantity":{"value":01}},{"valueQuantity":{"value":"1e999999999"}},{"valueQuantity":{"value":1e-999999999}},{"valueQuantity":{"value":-0.5e3}}]}`,
			`{"resourceType":"Observation","id":"1","status":"final","valueQuantity":{"_value":` + absent + `},"component":[{"valueQuantity":{"_value":` + absent + `}},{"valueQuantity":{"_value":` + absent + `}},{"valueQuantity":{"_value":` + absent + `}},{"valueQuantity":{"_value":` + absent + `}},{"valueQuantity":{"value":-0.5e3}}]}`,
			"component.valueQuantity.value | a string where a number is expected: taken as unknown\n" +
				"component.valueQuantity.value | the number 01 where a number is expected: taken as unknown\n" +
				"component.valueQuantity.value | the number 1e-999999999 where a number is expected: taken as unknown\n" +
				"component.valueQuantity.value | the number NaN where a number is expected: taken as unknown\n" +
				"valueQuantity.value | the number 1e999999999 where a number is expected: taken as unknown"},
		{"null and the empty string",
			`{"resourceType":"Patient","id":"1","gender":null,"name":[null,{"given":["A",null,"C",""],"_given":[null,{"id":"x"}],"family":""}],"photo":null,"contact":[]}`,
			`{"resourceType":"Patient","id":"1","name":[{"given":["A",null,"C",null],"_given":[null,{"id":"x"},null,` + absent + `],"_family":` + absent + `}],"contact":[],"_gender":` + absent + `,"_name":` + absent + `,"_photo":` + absent + `}`,
			"gender | null where there must be a value: taken as unknown\n" +
				"name | null where there must be a value: taken as unknown\n" +
				"name.family | an empty string where a string is expected: taken as unknown\n" +
				"name.given | an empty string where a string is expected: taken as unknown\n" +
				"photo | null where there must be a value: taken as unknown"},
		{"a field twice",
			`{"resourceType":"Observation","id":"1","status":"final","code":{"text":"a"},"issued":"2020","code":{"text":"b"},"valueQuantity":{"value":1,"value":1,"value":3}}`,
			`{"resourceType":"Observation","id":"1","status":"final","issued":"2020","valueQuantity":{"_value":` + absent + `},"_code":` + absent + `}`,
			"code | given twice: taken as unknown\nvalueQuantity.value | given twice: taken as unknown"},
		{"a field twice, once escaped",
			`{"resourceType":"Observation","id":"1","status":"final","\u0073tatus":"amended"}`,
			`{"resourceType":"Observation","id":"1","_status":` + absent + `}`,
			"status | given twice: taken as unknown"},
		{"a code that is not in the value set, a status that is not there",
			`{"resourceType":"MedicationRequest","id":"1","intent":"wish"}`,
			`{"resourceType":"MedicationRequest","id":"1","intent":"wish"}`,
			`intent | "wish" is not in the value set (expected proposal | plan | order | original-order | reflex-order | filler-order | instance-order | option)` + "\n" +
				"status | it has no status: taken as unknown"},
		{"unknown fields stay",
			`{"resourceType":"MedicationRequest","id":"1","status":"active","renderedDosageInstruction":"one","dosageInstruction":[{"what":[1]}],"_nothing":{"id":"a"}}`,
			`{"resourceType":"MedicationRequest","id":"1","status":"active","renderedDosageInstruction":"one","dosageInstruction":[{"what":[1]}],"_nothing":{"id":"a"}}`,
			"_nothing | not an element of FHIR R4: left as it is\n" +
				"dosageInstruction.what | not an element of FHIR R4: left as it is\n" +
				"renderedDosageInstruction | not an element of FHIR R4: left as it is"},
		{"a companion that is none",
			`{"resourceType":"Patient","id":"1","_birthDate":"why","_gender":null,"_active":[{"id":"a"}]}`,
			`{"resourceType":"Patient","id":"1","_active":[{"id":"a"}]}`,
			"_birthDate | neither an object nor a list of objects: left out"},
		{"STU3 of a MedicationRequest",
			`{"resourceType":"MedicationRequest","id":"1","status":"active","context":{"reference":"Encounter/1"},"dosageInstruction":[{"doseQuantity":{"value":1},"rateRatio":{"numerator":{"value":2}}},{"doseRange":{"low":{"value":1}},"doseAndRate":[{"rateQuantity":{"value":3}}]}]}`,
			`{"resourceType":"MedicationRequest","id":"1","status":"active","dosageInstruction":[{"doseAndRate":[{"doseQuantity":{"value":1},"rateRatio":{"numerator":{"value":2}}}]},{"doseAndRate":[{"rateQuantity":{"value":3},"doseRange":{"low":{"value":1}}}]}],"encounter":{"reference":"Encounter/1"}}`,
			"context | an element of FHIR STU3, read as encounter\n" +
				"dosageInstruction.doseQuantity | an element of FHIR STU3, read as doseAndRate.doseQuantity\n" +
				"dosageInstruction.doseRange | an element of FHIR STU3, read as doseAndRate.doseRange\n" +
				"dosageInstruction.rateRatio | an element of FHIR STU3, read as doseAndRate.rateRatio"},
		{"what STU3 says was not done",
			`{"resourceType":"MedicationStatement","id":"1","status":"active","taken":"n"}`,
			`{"resourceType":"MedicationStatement","id":"1","status":"not-taken"}`,
			`taken | an element of FHIR STU3, read as status "not-taken"`},
		{"STU3's context of an episode stays",
			`{"resourceType":"Condition","id":"1","context":{"reference":"EpisodeOfCare/1"},"assertedDate":"2020"}`,
			`{"resourceType":"Condition","id":"1","context":{"reference":"EpisodeOfCare/1"},"recordedDate":"2020"}`,
			"assertedDate | an element of FHIR STU3, read as recordedDate\ncontext | not an element of FHIR R4: left as it is"},
		{"R5 of a MedicationRequest",
			`{"resourceType":"MedicationRequest","id":"1","status":"active","medication":{"concept":{"text":"a"}},"reason":[{"concept":{"text":"b"}},{"reference":{"reference":"Condition/1"}}],"dosageInstruction":[{"asNeeded":true}]}`,
			`{"resourceType":"MedicationRequest","id":"1","status":"active","dosageInstruction":[{"asNeededBoolean":true}],"medicationCodeableConcept":{"text":"a"},"reasonCode":[{"text":"b"}],"reasonReference":[{"reference":"Condition/1"}]}`,
			"dosageInstruction.asNeeded | an element of FHIR R5, read as asNeededBoolean\n" +
				"medication | an element of FHIR R5, read as medicationCodeableConcept or medicationReference\n" +
				"reason | an element of FHIR R5, read as reasonCode and reasonReference"},
		{"contained resources",
			`{"resourceType":"MedicationRequest","id":"1","status":"active","contained":[{"resourceType":"Medication","id":"m","code":"x","ingredient":{"isActive":"true"}},{"id":"y"}]}`,
			`{"resourceType":"MedicationRequest","id":"1","status":"active","contained":[{"resourceType":"Medication","id":"m","code":{"coding":[{"code":"x"}]},"ingredient":[{"isActive":true}]}],"_contained":` + absent + `}`,
			"contained | a contained resource without a known resourceType: left out\n" +
				"contained.code | a code where a CodeableConcept is expected, read as its coding\n" +
				"contained.ingredient | a single value where a list is expected, read as a list of one\n" +
				"contained.ingredient.isActive | a string where a boolean is expected, read as one"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := read(t, Options{}, Input{Name: "in", JSON: []byte(test.in)})
			require.Len(t, r.Resources, 1)
			got := string(r.Resources[0].JSON.AppendJSON(nil))
			require.JSONEq(t, test.want, got)
			var warnings []string
			for _, w := range r.Warnings {
				require.Equal(t, r.Resources[0].Ref(), w.Resource)
				warnings = append(warnings, w.Path+" | "+w.Message)
			}
			require.Equal(t, test.warnings, strings.Join(warnings, "\n"))
			again := read(t, Options{}, Input{Name: "in", JSON: []byte(got)})
			require.Equal(t, got, string(again.Resources[0].JSON.AppendJSON(nil)), "normalising twice does nothing more")
		})
	}
}

func TestNormaliseDeepNesting(t *testing.T) {
	nested := strings.Repeat(`{"url":"u","extension":[`, 90) + strings.Repeat("]}", 90)
	r := read(t, Options{}, Input{JSON: []byte(`{"resourceType":"Patient","id":"1","extension":[` + nested + `]}`)})
	require.Len(t, r.Warnings, 1)
	require.Equal(t, "nested too deep: taken as unknown", r.Warnings[0].Message)
	require.Equal(t, deepest+1, strings.Count(r.Warnings[0].Path, "extension"))
}

func TestWarningsAreCountedAndCapped(t *testing.T) {
	var b strings.Builder
	b.WriteString(`[{"resourceType":"Observation","id":"1","status":"final","x":1}`)
	for _, id := range []string{"2", "3"} {
		b.WriteString(`,{"resourceType":"Observation","id":"` + id + `","status":"final","x":1}`)
	}
	r := read(t, Options{}, Input{JSON: []byte(b.String() + "]")})
	require.Contains(t, r.Warnings, Warning{"Observation/1", "x", "not an element of FHIR R4: left as it is (and in 2 others)"})

	b.Reset()
	b.WriteString(`{"resourceType":"Patient","id":"1"`)
	for i := range 150 {
		fmt.Fprintf(&b, `,"u%d":1`, i)
	}
	r = read(t, Options{}, Input{JSON: []byte(b.String() + "}")})
	require.Len(t, r.Warnings, maxWarnings+1)
	require.Equal(t, Warning{Message: "50 more warnings are not shown"}, r.Warnings[maxWarnings])
}

func TestHostileObjectsTakeBoundedWork(t *testing.T) {
	const n = 300_000
	twice := strings.Repeat(`,"code":1`, n)
	many := strings.Builder{}
	for i := range n {
		fmt.Fprintf(&many, `,"k%d":1`, i)
	}
	for _, test := range []struct{ name, json, want string }{
		{"one name many times in a resource", `[` + patient1 + `,{"resourceType":"Condition"` + twice + `}]`, "! in |  | a Condition that is an object with more than 256 members was left out"},
		{"many names in a resource", `[` + patient1 + `,{"resourceType":"Condition"` + many.String() + `}]`, "! in |  | a Condition that is an object with more than 256 members was left out"},
		{"one name many times in an element", `{"resourceType":"Patient","id":"1","maritalStatus":{"text":"x"` + twice + `}}`, "! Patient/1 | maritalStatus | an object with more than 256 members: taken as unknown"},
		{"many names beside a primitive", `{"resourceType":"Patient","id":"1","_birthDate":{"id":"x"` + many.String() + `}}`, "! Patient/1 | _birthDate | an object with more than 256 members: taken as unknown"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := read(t, Options{}, Input{Name: "in", JSON: []byte(test.json)})
			require.Equal(t, lines("patient 1", "Patient/1", test.want), r.text())
		})
	}

	drafts := strings.Repeat(`,{"resourceType":"ServiceRequest","status":"draft"}`, 20_000)[1:]
	r := read(t, Options{}, Input{JSON: []byte("[" + drafts + "]"), Draft: true})
	require.Len(t, r.Resources, 20_000)

	names := strings.Builder{}
	for i := range 25_000 {
		fmt.Fprintf(&names, `,{"resourceType":"Basic","id":"b","k%d":1}`, i)
		fmt.Fprintf(&names, `,{"resourceType":"Basic","id":"b%d","k%d":1}`, i, i)
	}
	r = read(t, Options{}, Input{JSON: []byte("[" + names.String()[1:] + "]")})
	require.Equal(t, Warning{Message: "many more warnings are not shown"}, r.Warnings[maxWarnings])
}

func TestAppendJSON(t *testing.T) {
	r := read(t, Options{}, Input{JSON: []byte(`{"resourceType":"Patient","id":"1","name":[{"text":"a\"\\\u0001\n\u200b\ud83d\ude00"}],"x":NaN}`)})
	r.Patient.JSON.Text("name", "0", "text")
	require.Equal(t, "{\"resourceType\":\"Patient\",\"id\":\"1\",\"name\":[{\"text\":\"a\\\"\\\\\\u0001\\n\u200b😀\"}],\"x\":null}", string(r.Patient.JSON.AppendJSON(nil)))
}

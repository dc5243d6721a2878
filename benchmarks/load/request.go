package main

import (
	"fmt"
	"strings"
)

// request is an order-sign of some 45 KB: two orders of a patient with 20 medications, 82 results, allergies and
// conditions.
func request() []byte {
	var meds, labs, others []string
	for i := range 20 {
		code, status := drugs[i%len(drugs)], "completed"
		if i < 5 {
			status = "active"
		}
		meds = append(meds, medication(fmt.Sprint("m", i), status, code))
	}
	for i := range 82 {
		labs = append(labs, fmt.Sprintf(`{"resourceType":"Observation","id":"o%d","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"effectiveDateTime":"2025-%02d-%02dT08:00:00Z","subject":{"reference":"Patient/1"},"code":{"coding":[{"system":"http://loinc.org","code":%q}]},"valueQuantity":{"value":%d,"system":"http://unitsofmeasure.org","code":"mL/min/{1.73_m2}"}}`,
			i, i%12+1, i%28+1, []string{"98979-8", "2160-0", "718-7"}[i%3], 20+i))
	}
	for i := range 3 {
		others = append(others, fmt.Sprintf(`{"resourceType":"AllergyIntolerance","id":"a%d","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"patient":{"reference":"Patient/1"},"code":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"%d"}]}}`, i, drugs[i+10]))
	}
	return fmt.Appendf(nil, `{"hook":"order-sign","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea","context":{"userId":"Practitioner/1","patientId":"1","draftOrders":%s},
"prefetch":{"patient":{"resourceType":"Patient","id":"1","gender":"female","birthDate":"1950-01-01"},"medicationRequests":%s,"allergyIntolerances":%s,"observations":%s}}`,
		bundle("collection", []string{medication("new-1", "draft", 5640), medication("new-2", "draft", 6809)}), bundle("searchset", meds), bundle("searchset", others), bundle("searchset", labs))
}

func medication(id, status string, code int) string {
	return fmt.Sprintf(`{"resourceType":"MedicationRequest","id":%q,"status":%q,"intent":"order","authoredOn":"2026-01-05","subject":{"reference":"Patient/1"},"medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"%d"}]},"dosageInstruction":[{"timing":{"repeat":{"frequency":3,"period":1,"periodUnit":"d"}},"doseAndRate":[{"doseQuantity":{"value":600,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}}]}]}`, id, status, code)
}

func bundle(kind string, resources []string) string {
	return `{"resourceType":"Bundle","type":"` + kind + `","entry":[{"resource":` + strings.Join(resources, `},{"resource":`) + `}]}`
}

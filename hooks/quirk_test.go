package hooks_test

import (
	"strings"
	"testing"

	"github.com/primum-cds/primum/hooks"
	"github.com/stretchr/testify/require"
)

// What clients are known to do otherwise than the specification says. Each gets the card it is to get.
func TestQuirksOfClients(t *testing.T) {
	const card = "warning: Bleeding: ibuprofen interacts"
	taken := `{"item1":` + bundle("searchset", takesWarfarin) + `}`
	selecting := func(selections, drafts string) string {
		return asking("order-select", `,"selections":`+selections+`,"draftOrders":`+drafts, taken)
	}
	plain := signing([]string{ibuprofen}, takesWarfarin)
	for _, test := range []struct {
		name, hook, body string
		want             string // "": no card
		warnings         []string
	}{
		{"draftOrders without Bundle type", "order-sign", strings.Replace(plain, `"type":"collection",`, "", 1), card, nil},
		{"category as an object", "order-sign", strings.Replace(plain, `"intent"`, `"category":{"coding":[{"code":"outpatient"}]},"reasonCode":{"text":"pain"},"intent"`, 1), card,
			[]string{"a single value where a list is expected, read as a list of one", "a single value where a list is expected, read as a list of one"}},
		{"first order-select without medication and intent", "order-select",
			selecting(`["MedicationRequest/n"]`, bundle("collection", `{"resourceType":"MedicationRequest","id":"n","status":"draft"}`)), "", nil},
		{"selections that match no draft are all drafts", "order-select", selecting(`["MedicationRequest/other"]`, bundle("collection", ibuprofen)), card,
			[]string{"none of the drafts is MedicationRequest/other: all of them are reviewed"}},
		{"no selections", "order-select", selecting(`[]`, bundle("collection", ibuprofen)), card, []string{"nothing is selected: all drafts are reviewed"}},
		{"a selection of a draft without id by its fullUrl", "order-select",
			selecting(`["urn:uuid:1"]`, strings.Replace(bundle("collection", drug("", "draft", "5640", "ibuprofen")), `{"resource"`, `{"fullUrl":"urn:uuid:1","resource"`, 1)), card, nil},
		{"dose of {pill} without unit", "order-sign", plain, card, nil},
		{"STU3 dose", "order-sign", strings.Replace(plain, `"doseAndRate":[{"doseQuantity":{"value":1,"code":"{pill}"}}]`, `"doseQuantity":{"value":1,"unit":"patch"}`, 1), card,
			[]string{"an element of FHIR STU3, read as doseAndRate.doseQuantity", `the unit "patch" is not UCUM, read as "{patch}"`}},
		{"no encounterId, no fhirAuthorization, no fhirServer", "order-sign", plain, card, nil},
		{"patientId as a reference", "order-sign", strings.Replace(plain, `"patientId":"7"`, `"patientId":"Patient/7"`, 1), card, nil},
		{"user and patient outside the context", "order-sign", strings.Replace(plain, `"context":{"userId":"Practitioner/1","patientId":"7",`, `"user":"Practitioner/1","patient":"7","context":{`, 1), card,
			[]string{"outside the context, read as context.patientId", "outside the context, read as context.userId"}},
		{"userId outside the context", "order-sign", strings.Replace(plain, `"context":{"userId":"Practitioner/1",`, `"userId":"Practitioner/1","context":{`, 1), card,
			[]string{"outside the context, read as context.userId"}},
		{"an unresolved token was searched for literally", "order-sign", asking("order-sign", `,"draftOrders":`+bundle("collection", ibuprofen, drug("w", "draft", "11289", "warfarin")),
			`{"meds":{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"https://example.org/MedicationRequest?patient={{context.patientId}}"}]}}`), card, nil},
		{"a prefetch that is no FHIR", "order-sign", strings.Replace(plain, `"prefetch":{`, `"prefetch":{"x":"text","y":[],`, 1), card,
			[]string{"a FHIR resource or null was expected: left out", "a FHIR resource or null was expected: left out"}},
		{"null members", "order-sign", strings.Replace(plain, `{"hook"`, `{"fhirServer":null,"fhirAuthorization":null,"extension":null,"hook"`, 1), card, nil},
		{"an active order that is signed again", "order-sign", strings.Replace(plain, `"status":"draft"`, `"status":"active"`, 1), card, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := answered(t, post(handler(t, hooks.Config{}), test.hook, test.body))
			if test.want != "" {
				require.Contains(t, a.summaries(), test.want)
			} else {
				require.Empty(t, a.Cards)
				require.Equal(t, map[string]int{"nothing-chosen": 1}, a.report(t).Hidden)
			}
			var warnings []string
			for _, w := range a.report(t).Warnings {
				warnings = append(warnings, w["message"])
			}
			require.ElementsMatch(t, test.warnings, warnings)
		})
	}
}

package hooks_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/rules"
)

func ExampleNew() {
	packs, err := rules.Embedded()
	if err != nil {
		fmt.Println(err)
		return
	}
	engine, err := cds.New(packs)
	if err != nil {
		fmt.Println(err)
		return
	}
	handler, err := hooks.New(engine, hooks.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(handler) // or http.ListenAndServe("127.0.0.1:8080", handler)
	defer server.Close()

	response, err := http.Post(server.URL+"/cds-services/primum-order-sign", "application/json", strings.NewReader(`{
		"hook": "order-sign", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
		"context": {"userId": "Practitioner/1", "patientId": "7", "draftOrders": {"resourceType": "Bundle", "entry": [{"resource":
			{"resourceType": "MedicationRequest", "id": "new", "status": "draft", "intent": "order", "medicationCodeableConcept": {"coding": [
				{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "197806", "display": "ibuprofen 600 MG Oral Tablet"}]}}}]}},
		"prefetch": {"medications": {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource":
			{"resourceType": "MedicationRequest", "id": "w", "status": "active", "intent": "order", "medicationCodeableConcept": {"coding": [
				{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "855332", "display": "warfarin sodium 5 MG Oral Tablet"}]}}}]}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	var answer struct {
		Cards []struct{ Indicator, Summary string }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(response.Status)
	for _, card := range answer.Cards {
		fmt.Println(card.Indicator+":", card.Summary)
	}
	// Output:
	// 200 OK
	// warning: Major bleeding: ibuprofen 600 MG Oral Tablet with warfarin sodium 5 MG Oral Tablet
	// warning: ibuprofen 600 MG Oral Tablet: 4 checks could not be made (allergies, dose-limits)
}

func ExampleNew_error() {
	engine, err := cds.New(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = hooks.New(engine, hooks.Config{Services: []hooks.Service{{ID: "orders", Hook: "order-sgin"}}})
	fmt.Println(err)
	// Output: hooks: service "orders": there is no hook "order-sgin"
}

func ExampleDecode() {
	body := []byte(`{
		"hook": "order-sign", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
		"context": {"userId": "Practitioner/1", "patientId": "Patient/7", "draftOrders": {"resourceType": "Bundle", "entry": [
			{"resource": {"resourceType": "MedicationRequest", "id": "new", "status": "draft"}}]}},
		"prefetch": {"activeMeds": null}
	}`)
	request, err := hooks.Decode(body)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(request.Hook, "for patient", request.PatientID)
	for _, in := range request.Inputs() {
		fmt.Printf("%s draft=%t %q\n", in.Name, in.Draft, in.Query)
	}
	review := request.Review(time.Now())
	fmt.Println(review.Hook, review.Context["userId"])
	// Output:
	// order-sign for patient 7
	// context.draftOrders draft=true ""
	// prefetch.activeMeds draft=false "MedicationRequest?patient=7&status=active"
	// order-sign Practitioner/1
}

func ExampleDecode_error() {
	_, err := hooks.Decode([]byte(`{"hook": "order-sign", "context": {"patientId": "7"}}`))
	fmt.Println(err)
	// Output: context.draftOrders: a FHIR resource or Bundle was expected
}

func ExampleIsRequest() {
	fmt.Println(hooks.IsRequest([]byte(`{"hook": "patient-view", "context": {"patientId": "7"}}`)))
	fmt.Println(hooks.IsRequest([]byte(`{"resourceType": "Bundle"}`)))
	// Output:
	// true
	// false
}

package hooks_test

import (
	"fmt"
	"time"

	"github.com/primum-cds/primum/hooks"
)

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

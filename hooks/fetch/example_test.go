package fetch_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/primum-cds/primum/hooks/fetch"
)

func ExampleClient_Get() {
	ehr := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.RequestURI() {
		case "/fhir/MedicationRequest?patient=7&status=active":
			fmt.Fprint(w, `{"resourceType":"Bundle","type":"searchset","total":0}`)
		default:
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	defer ehr.Close()
	client, err := fetch.New(fetch.Config{Servers: []fetch.Server{{Issuer: "https://ehr.example.org", Base: ehr.URL + "/fhir"}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
	defer cancel()
	results := client.Get(ctx, fetch.Request{
		Server: ehr.URL + "/fhir/", Issuer: "https://ehr.example.org", Token: "t0ken", TokenType: "Bearer",
		Queries: []fetch.Query{
			{Key: "medications", URL: "MedicationRequest?patient=7&status=active"},
			{Key: "conditions", URL: "Condition?patient=7"},
		},
	})
	for _, r := range results {
		in := r.Input()
		fmt.Printf("%s %q %q %s\n", in.Name, in.Query, in.Absent, in.JSON)
	}
	// Output:
	// fhirServer.medications "MedicationRequest?patient=7&status=active" "" {"resourceType":"Bundle","type":"searchset","total":0}
	// fhirServer.conditions "Condition?patient=7" "the FHIR server did not allow it"
}

func ExampleNew_error() {
	_, err := fetch.New(fetch.Config{Servers: []fetch.Server{{Issuer: "https://ehr.example.org", Base: "http://ehr.example.org/fhir"}}})
	fmt.Println(err)
	// Output: fetch: Servers[0].Base must be https
}

func ExampleMedicationReferences() {
	order := `{"resourceType": "MedicationRequest", "medicationReference": {"reference": "Medication/55"}}`
	fmt.Println(fetch.MedicationReferences([]byte(order)))
	// Output: [Medication/55]
}

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
)

func Example() {
	request, err := os.Open("order-sign.json")
	check(err)
	defer request.Close()
	server := httptest.NewServer(service())
	defer server.Close()
	response, err := http.Post(server.URL+"/cds-services/primum-order-sign", "application/json", request)
	check(err)
	defer response.Body.Close()
	var answer struct {
		Cards []struct{ Indicator, Summary string }
	}
	check(json.NewDecoder(response.Body).Decode(&answer))
	for _, card := range answer.Cards {
		fmt.Println(card.Indicator+":", card.Summary)
	}
	// Output:
	// warning: Major bleeding: ibuprofen 600 MG Oral Tablet with warfarin sodium 5 MG Oral Tablet
	// warning: Ibuprofen 600 MG Oral Tablet: allergies not fully checked, the allergy list is not complete
}

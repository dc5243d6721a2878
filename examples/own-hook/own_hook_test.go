// Package ownhook is a pack that declares a hook of its own, and what a client answers to it.
package ownhook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/rules"
)

// A hook that a pack declares is a service like any other.
func Example() {
	packs, err := rules.Load("pack")
	check(err)
	engine, err := cds.New(packs)
	check(err)
	handler, err := hooks.New(engine, hooks.Config{Prefetch: hooks.RuleTemplates})
	check(err)
	server := httptest.NewServer(handler)
	defer server.Close()
	request, err := os.ReadFile("request.json")
	check(err)
	response, err := http.Post(server.URL+"/cds-services/primum-org.example.discharge-medications", "application/json", bytes.NewReader(request))
	check(err)
	defer response.Body.Close()
	var answer struct {
		Cards []struct {
			Indicator, Summary string
			Links              []struct{ Label, AppContext string }
		}
	}
	check(json.NewDecoder(response.Body).Decode(&answer))
	for _, card := range answer.Cards {
		fmt.Println(card.Indicator+":", card.Summary)
		for _, link := range card.Links {
			fmt.Println(link.Label+":", link.AppContext)
		}
	}
	// Output:
	// warning: Warfarin sodium 5 MG Oral Tablet: no INR is booked after the discharge from Ward 3
	// Book an INR: {"test":"INR","ward":"Ward 3"}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

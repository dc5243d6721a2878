// Package coverage is a payer's pack that notes on orders what it needs, as Da Vinci CRD has it.
package coverage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/rules"
)

// System actions are off unless it is known that a client takes them.
func Example() {
	packs, err := rules.Load("pack")
	check(err)
	engine, err := cds.New(packs)
	check(err)
	request, err := os.ReadFile("request.json")
	check(err)
	for _, client := range []hooks.Client{{}, {SystemActions: hooks.InResponse}} {
		handler, err := hooks.New(engine, hooks.Config{
			Prefetch: hooks.RuleTemplates,
			Clients:  map[string]hooks.Client{"": client},
			Now:      func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) },
		})
		check(err)
		server := httptest.NewServer(handler)
		response, err := http.Post(server.URL+"/cds-services/primum-order-sign", "application/json", bytes.NewReader(request))
		check(err)
		var answer struct {
			Cards         []struct{ Indicator, Summary string }
			SystemActions []struct {
				Type     string
				Resource struct {
					ResourceType, ID, Status string
					Extension                []struct {
						URL       string
						Extension []map[string]any
					}
				}
			}
		}
		check(json.NewDecoder(response.Body).Decode(&answer))
		check(response.Body.Close())
		server.Close()
		for _, card := range answer.Cards {
			fmt.Println(card.Indicator+":", card.Summary)
		}
		for _, action := range answer.SystemActions {
			fmt.Println(action.Type, action.Resource.ResourceType, action.Resource.ID, action.Resource.Status)
			for _, extension := range action.Resource.Extension {
				fmt.Println(extension.URL)
				for _, part := range extension.Extension {
					fmt.Println(" ", part)
				}
			}
		}
	}
	// Output:
	// info: CT Abdomen and Pelvis W contrast IV: the payer wants clinical documentation with the claim
	// info: CT Abdomen and Pelvis W contrast IV: the payer wants clinical documentation with the claim
	// update ServiceRequest ct draft
	// http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-coverage-information
	//   map[url:coverage valueReference:map[reference:Coverage/plan]]
	//   map[url:covered valueCode:covered]
	//   map[url:pa-needed valueCode:no-auth]
	//   map[url:doc-needed valueCode:clinical]
	//   map[url:doc-purpose valueCode:withclaim]
	//   map[url:questionnaire valueCanonical:https://payer.example.org/Questionnaire/abdominal-ct]
	//   map[url:date valueDate:2026-03-01]
	//   map[url:coverage-assertion-id valueString:documentation-ct]
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

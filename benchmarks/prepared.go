package main

import "encoding/json"

// A prepared is what a host makes of a decoded bundle for engines that would else look through all of it.
type prepared struct {
	orders       []any // MedicationRequests that are active, each with its `ingredient`
	allergies    []any // active
	conditions   []any // active
	observations []any // final
}

var preparedNames = []string{"order", "orders", "allergies", "conditions", "observations"}

// variables are the lists by the names that rules read them by. `order` is to be added.
func (p *prepared) variables() map[string]any {
	return map[string]any{"orders": p.orders, "allergies": p.allergies, "conditions": p.conditions, "observations": p.observations}
}

func prepare(data []byte, ingredient map[string]string) (*prepared, error) {
	var bundle struct {
		Entry []struct {
			Resource map[string]any `json:"resource"`
		} `json:"entry"`
	}
	if err := json.Unmarshal(data, &bundle); err != nil {
		return nil, err
	}
	p := &prepared{}
	for _, entry := range bundle.Entry {
		r := entry.Resource
		switch r["resourceType"] {
		case "MedicationRequest":
			if r["status"] == "active" {
				for _, code := range codesOf(r["medicationCodeableConcept"]) {
					r["ingredient"] = ingredient[code]
				}
				p.orders = append(p.orders, r)
			}
		case "AllergyIntolerance":
			p.allergies = appendActive(p.allergies, r)
		case "Condition":
			p.conditions = appendActive(p.conditions, r)
		case "Observation":
			if r["status"] == "final" {
				p.observations = append(p.observations, r)
			}
		}
	}
	return p, nil
}

func appendActive(list []any, resource map[string]any) []any {
	for _, code := range codesOf(resource["clinicalStatus"]) {
		if code == "active" {
			return append(list, resource)
		}
	}
	return list
}

// codesOf returns the codes of a CodeableConcept.
func codesOf(concept any) []string {
	object, _ := concept.(map[string]any)
	codings, _ := object["coding"].([]any)
	var codes []string
	for _, coding := range codings {
		if c, ok := coding.(map[string]any); ok {
			if code, ok := c["code"].(string); ok {
				codes = append(codes, code)
			}
		}
	}
	return codes
}

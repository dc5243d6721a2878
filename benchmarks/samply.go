package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/samply/golang-fhir-models/fhir-models/fhir"
)

// A samply is what one writes by hand: resources decoded into structs, and loops over them with the rules
// in maps. It knows nothing but these four kinds of rule.
type samply struct {
	ingredient map[string]string
	pairs      map[string][]pair // by an ingredient
	classes    []AllergyRule
	doses      map[string][]DoseRule
	labs       []LabRule
}

// A pair is an interaction seen from one of its ingredients.
type pair struct {
	rule string
	with []string
}

func newSamply(s *RuleSet, ingredient map[string]string) (Engine, error) {
	e := &samply{ingredient: ingredient, pairs: map[string][]pair{}, classes: s.Allergies, doses: map[string][]DoseRule{}, labs: s.Labs}
	for _, r := range s.Interactions {
		for _, a := range r.A {
			e.pairs[a] = append(e.pairs[a], pair{r.Name(), r.B})
		}
		for _, b := range r.B {
			e.pairs[b] = append(e.pairs[b], pair{r.Name(), r.A})
		}
	}
	for _, r := range s.Doses {
		e.doses[r.Ingredient] = append(e.doses[r.Ingredient], r)
	}
	return e, nil
}

// A structRecord is what of a bundle the rules are about.
type structRecord struct {
	orders       []fhir.MedicationRequest // active
	allergies    []fhir.AllergyIntolerance
	conditions   []fhir.Condition
	observations []fhir.Observation
}

func (e *samply) Evaluate(bundle []byte) ([]Hit, error) {
	r, err := readStructs(bundle)
	if err != nil {
		return nil, err
	}
	taken := map[string][]string{} // ids of orders by ingredient
	for _, o := range r.orders {
		in := e.drug(&o)
		taken[in] = append(taken[in], *o.Id)
	}
	var hits []Hit
	for _, o := range r.orders {
		hits = append(hits, e.order(r, &o, taken)...)
	}
	for _, rule := range e.labs {
		if rule.Problem != "" && hasCondition(r, rule.Problem) && labBeyond(r, rule) {
			hits = append(hits, Hit{rule.Name(), ""})
		}
	}
	return once(hits), nil
}

// order tells what holds of one order.
func (e *samply) order(r *structRecord, o *fhir.MedicationRequest, taken map[string][]string) []Hit {
	var hits []Hit
	in := e.drug(o)
	for _, p := range e.pairs[in] {
		for _, with := range p.with {
			for _, other := range taken[with] {
				if other != *o.Id {
					hits = append(hits, Hit{p.rule, *o.Id})
				}
			}
		}
	}
	for _, rule := range e.classes {
		if slices.Contains(rule.Ingredients, in) && allergic(r, rule.Ingredients) {
			hits = append(hits, Hit{rule.Name(), *o.Id})
		}
	}
	for _, rule := range e.doses[in] {
		if dose, ok := dailyDose(o); ok && dose > number(rule.Limit) {
			hits = append(hits, Hit{rule.Name(), *o.Id})
		}
	}
	for _, rule := range e.labs {
		if rule.Ingredient == in && labBeyond(r, rule) {
			hits = append(hits, Hit{rule.Name(), *o.Id})
		}
	}
	return hits
}

func (e *samply) drug(o *fhir.MedicationRequest) string {
	for _, c := range o.MedicationCodeableConcept.Coding {
		if c.Code != nil && c.System != nil && *c.System == rxnorm {
			return e.ingredient[*c.Code]
		}
	}
	return ""
}

const rxnorm = "http://www.nlm.nih.gov/research/umls/rxnorm"

func dailyDose(o *fhir.MedicationRequest) (float64, bool) {
	sum := 0.0
	for _, d := range o.DosageInstruction {
		if d.Timing == nil || d.Timing.Repeat == nil || d.Timing.Repeat.Frequency == nil || d.Timing.Repeat.Period == nil ||
			len(d.DoseAndRate) == 0 || d.DoseAndRate[0].DoseQuantity == nil || d.DoseAndRate[0].DoseQuantity.Value == nil {
			return 0, false
		}
		dose, err := d.DoseAndRate[0].DoseQuantity.Value.Float64()
		if err != nil {
			return 0, false
		}
		period, err := d.Timing.Repeat.Period.Float64()
		if err != nil || period == 0 {
			return 0, false
		}
		sum += dose * float64(*d.Timing.Repeat.Frequency) / period
	}
	return sum, true
}

func allergic(r *structRecord, ingredients []string) bool {
	for _, a := range r.allergies {
		if a.Code == nil || a.ClinicalStatus == nil || !coded(*a.ClinicalStatus, "active") {
			continue
		}
		for _, c := range a.Code.Coding {
			if c.Code != nil && c.System != nil && *c.System == rxnorm && slices.Contains(ingredients, *c.Code) {
				return true
			}
		}
	}
	return false
}

func hasCondition(r *structRecord, code string) bool {
	for _, c := range r.conditions {
		if c.Code != nil && c.ClinicalStatus != nil && coded(*c.ClinicalStatus, "active") && coded(*c.Code, code) {
			return true
		}
	}
	return false
}

func coded(concept fhir.CodeableConcept, codes ...string) bool {
	for _, c := range concept.Coding {
		if c.Code != nil && slices.Contains(codes, *c.Code) {
			return true
		}
	}
	return false
}

func labBeyond(r *structRecord, rule LabRule) bool {
	newest, value := now.AddDate(0, -12, 0), 0.0
	found := false
	for _, o := range r.observations {
		if o.Status != fhir.ObservationStatusFinal || o.EffectiveDateTime == nil || o.ValueQuantity == nil || o.ValueQuantity.Value == nil || !coded(o.Code, rule.Tests...) {
			continue
		}
		at, err := time.Parse(time.RFC3339, *o.EffectiveDateTime)
		if err != nil || !at.After(newest) || at.After(now) {
			continue
		}
		if v, err := o.ValueQuantity.Value.Float64(); err == nil {
			newest, value, found = at, v, true
		}
	}
	limit := number(rule.Limit)
	return found && (rule.Above && value > limit || !rule.Above && value < limit)
}

// readStructs decodes each resource of a type that rules are about.
func readStructs(data []byte) (*structRecord, error) {
	var bundle fhir.Bundle
	if err := json.Unmarshal(data, &bundle); err != nil {
		return nil, err
	}
	r := &structRecord{}
	for _, entry := range bundle.Entry {
		var head struct {
			ResourceType string `json:"resourceType"`
		}
		err := json.Unmarshal(entry.Resource, &head)
		if err != nil {
			return nil, err
		}
		switch head.ResourceType {
		case "MedicationRequest":
			var o fhir.MedicationRequest
			if o, err = fhir.UnmarshalMedicationRequest(entry.Resource); err == nil && o.Status == "active" {
				r.orders = append(r.orders, o)
			}
		case "AllergyIntolerance":
			err = add(&r.allergies, entry.Resource)
		case "Condition":
			err = add(&r.conditions, entry.Resource)
		case "Observation":
			err = add(&r.observations, entry.Resource)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", head.ResourceType, err)
		}
	}
	return r, nil
}

func add[T any](list *[]T, resource json.RawMessage) error {
	var one T
	if err := json.Unmarshal(resource, &one); err != nil {
		return err
	}
	*list = append(*list, one)
	return nil
}

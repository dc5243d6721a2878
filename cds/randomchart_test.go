package cds_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
)

// A randomChart makes a patient's data of every list, status and shape that may leave a question open.
type randomChart struct{ randomRecord }

// stranger is how many codes in a hundred no rule can map.
func (r randomChart) concept(names ...any) any {
	switch r.IntN(12) {
	case 0:
		return r.code("strange", "strangeDrug", "text", nil)
	case 1:
		return map[string]any{"coding": []any{r.coding(names...), r.coding("strange", "ckd", "warfarin")}}
	case 2:
		return map[string]any{"coding": []any{r.coding("strangeDrug"), r.coding(names...)}, "text": "two"}
	}
	return r.code(names...)
}

func (r randomChart) coding(names ...any) map[string]any {
	system, code, _ := cutCode(codeOf[r.one(names...).(string)])
	return map[string]any{"system": system, "code": code}
}

func (r randomChart) drug(m map[string]any) {
	delete(m, "medicationCodeableConcept")
	names := []any{"warfarin", "ibuprofen", "naproxen", "metformin"}
	switch r.IntN(14) {
	case 0:
		m["medicationReference"] = map[string]any{"reference": "#med"}
		m["contained"] = []any{map[string]any{"resourceType": "Medication", "id": "med", "code": r.concept(names...)}}
	case 1:
		m["medicationReference"] = map[string]any{"reference": r.one("Medication/drug", "Medication/nowhere"), "display": "a drug"}
	case 2:
		m["medicationCodeableConcept"] = map[string]any{"text": r.one("metformin", "Warfarin 5 mg tablet", "herbal tea")}
	case 3:
		m["medicationCodeableConcept"] = nil
	default:
		m["medicationCodeableConcept"] = r.concept(names...)
	}
}

func (r randomChart) medication() map[string]any {
	m := r.randomRecord.medication()
	r.drug(m)
	if r.IntN(3) > 0 {
		m["subject"] = map[string]any{"reference": "Patient/p"}
	}
	m["status"] = r.one("active", "active", "active", "active", "completed", "stopped", "on-hold", "draft", "cancelled", "unknown", nil, "entered-in-error", "odd")
	m["doNotPerform"] = r.one(nil, nil, nil, nil, nil, true)
	if m["resourceType"] == "MedicationDispense" {
		m["daysSupply"] = r.one(nil, map[string]any{"value": 400, "code": "d", "system": "http://unitsofmeasure.org"})
	}
	if dosages, ok := m["dosageInstruction"].([]any); ok {
		dosages[0].(map[string]any)["route"] = r.one(nil, map[string]any{"coding": []any{map[string]any{"system": "http://snomed.info/sct", "code": r.one("26643006", "6064005")}}})
	}
	return m
}

func (r randomChart) other() map[string]any {
	me := map[string]any{"reference": "Patient/p"}
	status := func(of ...any) any {
		if s := r.one(of...); s != nil {
			return map[string]any{"coding": []any{map[string]any{"code": s}}}
		}
		return nil
	}
	verification := status(nil, nil, nil, "confirmed", "unconfirmed", "refuted", "entered-in-error")
	switch r.IntN(8) {
	case 7:
		return r.measure()
	case 0, 1:
		return map[string]any{"resourceType": "Condition", "id": r.id(), "subject": me, "code": r.concept("ckd", "diabetes", "pressure"), "recordedDate": r.date(),
			"clinicalStatus": status("active", "active", "resolved", "recurrence", "inactive", "odd", nil), "verificationStatus": verification,
			"note": r.one(nil, []any{map[string]any{"text": "x"}}), "abatementDateTime": r.one(nil, nil, "2025-01-01")}
	case 2:
		a := map[string]any{"resourceType": "AllergyIntolerance", "id": r.id(), "patient": me, "code": r.concept("amoxicillin", "ckd", "noAllergy", "noDrug", "noFood"),
			"clinicalStatus": status("active", "active", "resolved", nil), "verificationStatus": verification,
			"category": r.one(nil, []any{"food"}, []any{"medication"}, []any{"biologic", "food"}), "recordedDate": r.date()}
		if r.IntN(3) == 0 {
			a["reaction"] = []any{map[string]any{"substance": r.concept("amoxicillin", "ckd", "strange"), "manifestation": []any{map[string]any{"text": "rash"}}}}
		}
		return a
	case 3:
		return map[string]any{"resourceType": "Procedure", "id": r.id(), "subject": me, "code": r.concept("hemodialysis", "ckd"), "performedDateTime": r.date(),
			"status": r.one("completed", "completed", "not-done", "in-progress", "unknown", nil)}
	case 4:
		return map[string]any{"resourceType": "Immunization", "id": r.id(), "patient": me, "vaccineCode": r.concept("ibuprofen", "strange"), "occurrenceDateTime": r.date(),
			"status": r.one("completed", "completed", "not-done", nil)}
	case 5:
		return map[string]any{"resourceType": "ServiceRequest", "id": r.id(), "subject": me, "code": r.concept("egfr", "ckd", "hemodialysis"), "authoredOn": r.date(),
			"status": r.one("active", "active", "completed", "draft", nil), "intent": "order"}
	default:
		o := map[string]any{"resourceType": "Observation", "id": r.id(), "subject": me, "code": r.concept("egfr", "potassium", "ckd"), "effectiveDateTime": r.date(),
			"status": r.one("final", "final", "preliminary", "amended", nil), "valueQuantity": map[string]any{"value": r.one(20, 25, 50),
				"code": r.one("mL/min/{1.73_m2}", "mL/min/{1.73_m2}", "mg"), "system": "http://unitsofmeasure.org"}}
		if r.IntN(4) == 0 {
			o["component"] = []any{map[string]any{"code": r.concept("egfr", "potassium"), "valueQuantity": map[string]any{"value": 3}}}
		}
		return o
	}
}

// inputs are the data of one patient in the shapes in which data comes.
func (r randomChart) inputs(t testing.TB) []cds.Input {
	record := []map[string]any{{"resourceType": "Patient", "id": "p", "gender": r.one("female", "male", nil), "birthDate": r.one("1950-02-03", "1990", nil)}}
	if r.IntN(3) > 0 {
		record = append(record, map[string]any{"resourceType": "Medication", "id": "drug", "code": r.concept("warfarin", "metformin")})
	}
	for range r.IntN(6) {
		record = append(record, r.medication())
	}
	for range r.IntN(9) {
		record = append(record, r.other())
	}
	inputs := r.shaped(t, clean(record))
	if drafts := r.drafts(); len(drafts) > 0 {
		inputs = append(inputs, cds.Input{JSON: bundleOf(t, drafts), Draft: true})
	}
	return inputs
}

func (r randomChart) drafts() []map[string]any {
	var drafts []map[string]any
	for range r.IntN(3) {
		m := r.medication()
		m["resourceType"], m["subject"], m["status"] = "MedicationRequest", map[string]any{"reference": "Patient/p"}, r.one("draft", "draft", "active", "cancelled")
		drafts = append(drafts, m)
	}
	if r.IntN(3) == 0 {
		drafts = append(drafts, r.other())
	}
	return clean(drafts)
}

// shaped supplies resources in whole, in part, or by the answers of searches.
func (r randomChart) shaped(t testing.TB, resources []map[string]any) []cds.Input {
	whole := cds.JSON(bundleOf(t, resources))
	switch r.IntN(10) {
	case 0:
		whole.Supplies = []string{"MedicationRequest", "Condition"}
		return []cds.Input{whole}
	case 1:
		whole.Supplies = []string{"MedicationStatement", "AllergyIntolerance", "Procedure", "Immunization", "Observation"}
		return []cds.Input{whole}
	case 2:
		return []cds.Input{cds.JSON(r.searchset(t, resources, ""))}
	case 3, 4:
		return r.searches(t, resources)
	case 5:
		whole.Supplies = []string{}
		return []cds.Input{whole}
	}
	return []cds.Input{whole}
}

// searchset may have another page.
func (r randomChart) searchset(t testing.TB, resources []map[string]any, self string) []byte {
	entries := []any{}
	for _, resource := range resources {
		entries = append(entries, map[string]any{"resource": resource, "search": map[string]any{"mode": "match"}})
	}
	links := []any{}
	if self != "" {
		links = append(links, map[string]any{"relation": "self", "url": "http://example.org/fhir/" + self})
	}
	if r.IntN(4) == 0 {
		links = append(links, map[string]any{"relation": "next", "url": "http://example.org/fhir?page=2"})
	}
	data, err := json.Marshal(map[string]any{"resourceType": "Bundle", "type": "searchset", "entry": entries, "link": links})
	require.NoError(t, err)
	return data
}

// searches are the answers to one search for each type.
func (r randomChart) searches(t testing.TB, resources []map[string]any) []cds.Input {
	byType := map[string][]map[string]any{}
	for _, resource := range resources {
		of := resource["resourceType"].(string)
		byType[of] = append(byType[of], resource)
	}
	var inputs []cds.Input
	for _, of := range []string{"Patient", "MedicationRequest", "MedicationStatement", "MedicationDispense", "Medication", "AllergyIntolerance", "Condition", "Procedure",
		"Immunization", "Observation", "ServiceRequest"} {
		query := of + "?patient=p"
		switch r.IntN(8) {
		case 0:
			continue // never asked for
		case 1:
			inputs = append(inputs, cds.Input{Name: of, Query: query, Absent: "the server did not answer"})
			continue
		case 2:
			query += map[string]string{"Condition": "&clinical-status=active", "AllergyIntolerance": "&clinical-status=active", "MedicationRequest": "&authoredon=ge2026-01-01",
				"Observation": "&code=98979-8"}[of]
		case 3:
			query += map[string]string{"MedicationRequest": "&status=active", "MedicationStatement": "&status=active"}[of]
		}
		inputs = append(inputs, cds.Input{Name: of, Query: query, JSON: r.searchset(t, byType[of], query)})
	}
	return inputs
}

package cds_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/primum-cds/primum/cds"
)

// codeOf are the codes that short hand names: "system|code|display".
var codeOf = map[string]string{
	"warfarin":     "http://www.nlm.nih.gov/research/umls/rxnorm|855332|warfarin 5 MG Oral Tablet",
	"ibuprofen":    "http://www.nlm.nih.gov/research/umls/rxnorm|310965|ibuprofen 200 MG Oral Tablet",
	"naproxen":     "http://www.nlm.nih.gov/research/umls/rxnorm|7258|naproxen",
	"metformin":    "http://www.nlm.nih.gov/research/umls/rxnorm|861007|metformin 500 MG Oral Tablet",
	"amoxicillin":  "http://www.nlm.nih.gov/research/umls/rxnorm|723|amoxicillin",
	"egfr":         "http://loinc.org|98979-8|eGFR",
	"potassium":    "http://loinc.org|2823-3|Potassium",
	"glucose":      "http://loinc.org|15074-8|Glucose",
	"pressure":     "http://loinc.org|85354-9|Blood pressure",
	"ckd":          "http://snomed.info/sct|709044004|Chronic kidney disease",
	"diabetes":     "http://hl7.org/fhir/sid/icd-10-cm|E11.9|Type 2 diabetes",
	"noAllergy":    "http://snomed.info/sct|716186003|No known allergy",
	"noDrug":       "http://snomed.info/sct|409137002|No known drug allergy",
	"noFood":       "http://snomed.info/sct|429625007|No known food allergy",
	"strange":      "http://example.org/local|X1|Strange thing",
	"strangeDrug":  "http://example.org/local|D1|Strange drug",
	"creatinine":   "http://loinc.org|2160-0|Creatinine",
	"weight":       "http://loinc.org|29463-7|Body weight",
	"height":       "http://loinc.org|8302-2|Body height",
	"hemodialysis": "http://snomed.info/sct|302497006|Hemodialysis",
	"pregnant":     "http://snomed.info/sct|77386006|Pregnancy",
	"respirations": "http://loinc.org|9279-1|Respiratory rate",
	"saturation":   "http://loinc.org|59408-5|Oxygen saturation",
	"oxygenFlow":   "http://loinc.org|3151-8|Inhaled oxygen flow rate",
	"heartRate":    "http://loinc.org|8867-4|Heart rate",
	"temperature":  "http://loinc.org|8310-5|Body temperature",
	"ast":          "http://loinc.org|1920-8|AST",
	"alt":          "http://loinc.org|1742-6|ALT",
	"platelets":    "http://loinc.org|777-3|Platelets",
	"bilirubin":    "http://loinc.org|1975-2|Bilirubin",
	"inr":          "http://loinc.org|6301-6|INR",
	"sodium":       "http://loinc.org|2951-2|Sodium",
	"qt":           "http://loinc.org|8634-8|QT interval",
}

// usual are the elements that short hand adds unless it gives them; null leaves them out.
var usual = map[string]map[string]any{
	"MedicationRequest":        {"status": "active", "intent": "order"},
	"MedicationStatement":      {"status": "active"},
	"MedicationDispense":       {"status": "completed"},
	"MedicationAdministration": {"status": "completed"},
	"Observation":              {"status": "final"},
	"Procedure":                {"status": "completed"},
	"ServiceRequest":           {"status": "active", "intent": "order"},
	"Condition":                {"clinicalStatus": "active"},
	"AllergyIntolerance":       {"clinicalStatus": "active"},
}

var (
	quantityForm = regexp.MustCompile(`^(<=|>=|<|>)?([0-9.]+) (\S+)$`)
	statusForm   = regexp.MustCompile(`^(clinical|verification)Status$`)
)

// resource reads short hand: `{Type/id: code, …}`, the rest of it FHIR. "value: 5 mg" is a valueQuantity,
// "clinicalStatus: active" a CodeableConcept.
func resource(t *testing.T, n yaml.Node) map[string]any {
	require.Equal(t, yaml.MappingNode, n.Kind, "line %d", n.Line)
	out := map[string]any{}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i].Value, plain(n.Content[i+1])
		kind, id, short := strings.Cut(key, "/")
		text, isText := value.(string)
		switch {
		case short && i == 0:
			out["resourceType"] = kind
			if id != "" {
				out["id"] = id
			}
			if isText {
				out[codeElement(kind)] = concept(t, text)
			}
			for name, v := range usual[kind] {
				out[name] = v
			}
			owner(out, kind)
		case key == "value" && isText:
			out["valueQuantity"] = quantity(t, text)
		case key == "code" && isText, key == "substance" && isText:
			out[key] = concept(t, text)
		case value == nil:
			delete(out, key)
		default:
			out[key] = value
		}
	}
	for key, value := range out {
		if text, isText := value.(string); isText && statusForm.MatchString(key) {
			out[key] = map[string]any{"coding": []any{map[string]any{"code": text}}}
		}
	}
	return out
}

// owner makes a resource the patient's.
func owner(out map[string]any, kind string) {
	reference := map[string]any{"reference": "Patient/p"}
	switch kind {
	case "Patient", "Medication":
	case "AllergyIntolerance", "Immunization":
		out["patient"] = reference
	default:
		out["subject"] = reference
	}
}

func codeElement(kind string) string {
	switch {
	case kind == "Immunization":
		return "vaccineCode"
	case strings.HasPrefix(kind, "Medication") && kind != "Medication":
		return "medicationCodeableConcept"
	}
	return "code"
}

// concept is a named code, "system|code|display", or "text:…".
func concept(t *testing.T, name string) map[string]any {
	if text, ok := strings.CutPrefix(name, "text:"); ok {
		return map[string]any{"text": text}
	}
	code := name
	if !strings.Contains(name, "|") {
		code = codeOf[name]
	}
	parts := append(strings.Split(code, "|"), "")
	require.GreaterOrEqual(t, len(parts), 3, "there is no code %q", name)
	coding := map[string]any{"system": parts[0], "code": parts[1]}
	if parts[2] != "" {
		coding["display"] = parts[2]
	}
	return map[string]any{"coding": []any{coding}}
}

func quantity(t *testing.T, text string) map[string]any {
	m := quantityForm.FindStringSubmatch(text)
	require.NotNil(t, m, "no quantity: %q", text)
	out := map[string]any{"value": json.Number(m[2]), "unit": m[3], "system": "http://unitsofmeasure.org", "code": m[3]}
	if m[1] != "" {
		out["comparator"] = m[1]
	}
	return out
}

// plain is the value of a node as JSON has it: dates stay text, numbers keep their digits.
func plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		out := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			out[n.Content[i].Value] = plain(n.Content[i+1])
		}
		return out
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, item := range n.Content {
			out[i] = plain(item)
		}
		return out
	}
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return n.Value == "true"
	case "!!int", "!!float":
		return json.Number(n.Value)
	}
	return n.Value
}

// inputs are the record and the drafts of a case.
func (c *meaningCase) inputs(t *testing.T) []cds.Input {
	all := c.Inputs
	if all == nil {
		record := c.Record
		if !slices.ContainsFunc(record, func(n yaml.Node) bool { return strings.HasPrefix(n.Content[0].Value, "Patient/") }) {
			record = append([]yaml.Node{*somebody}, record...)
		}
		all = []meaningInput{{Bundle: "collection", Resources: record}}
	}
	var out []cds.Input
	for _, in := range all {
		out = append(out, in.input(t))
	}
	if c.Drafts != nil {
		drafts := meaningInput{Bundle: "collection", Resources: c.Drafts}.input(t)
		drafts.Draft = true
		out = append(out, drafts)
	}
	return out
}

// somebody is the patient of cases that do not say who.
var somebody = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{
	text("Patient/p"), {Kind: yaml.ScalarNode, Tag: "!!null"}, text("gender"), text("female"), text("birthDate"), text("1960-05-04"),
}}

func (in meaningInput) input(t *testing.T) cds.Input {
	out := cds.Input{Name: in.Name, Query: in.Query, Absent: in.Absent, Supplies: in.Supplies}
	if in.Absent != "" {
		return out
	}
	var resources []any
	for _, r := range in.Resources {
		resources = append(resources, resource(t, r))
	}
	var value any = resources
	switch {
	case in.Single:
		value = resources[0]
	case !in.Array:
		bundle := map[string]any{"resourceType": "Bundle", "type": in.Bundle}
		var entries, links []any
		for _, r := range resources {
			entries = append(entries, map[string]any{"resource": r})
		}
		for relation, url := range map[string]string{"self": in.Self, "next": in.Next} {
			if url != "" {
				links = append(links, map[string]any{"relation": relation, "url": url})
			}
		}
		bundle["entry"], bundle["link"] = entries, links
		if links == nil {
			delete(bundle, "link")
		}
		if entries == nil {
			delete(bundle, "entry")
		}
		value = bundle
	}
	data, err := json.Marshal(value)
	require.NoError(t, err)
	out.JSON = data
	return out
}

package rules

import (
	"maps"
	"slices"
)

var urls = map[string]string{
	"rxnorm":  "http://www.nlm.nih.gov/research/umls/rxnorm",
	"loinc":   "http://loinc.org",
	"snomed":  "http://snomed.info/sct",
	"icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
	"ndc":     "http://hl7.org/fhir/sid/ndc",
	"cvx":     "http://hl7.org/fhir/sid/cvx",
}

func system(short string) (string, bool) { url, ok := urls[short]; return url, ok }
func systems() []string                  { return slices.Sorted(maps.Keys(urls)) }

package chart

import (
	"strings"

	"github.com/primum-cds/primum/cds/internal/tree"
	"github.com/primum-cds/primum/cds/terminology"
)

// noKnown are the SNOMED CT situations by which a record says that there is no allergy, with what they
// rule out.
var noKnown = map[string]bool{
	"716186003": true,  // No known allergy
	"409137002": true,  // No known drug allergy
	"429625007": false, // No known food allergy: says nothing of drugs
}

// absence reports whether an allergy entry says that there is none, and whether that is said of drugs.
func absence(c *Concept) (is, drugs bool) {
	if c.First.System != terminology.SNOMED {
		return false, false
	}
	drugs, is = noKnown[c.First.Code]
	return is, drugs
}

// DrugAllergy reports whether an allergy may be one to a drug: food and environment allergies are not,
// if they say so.
func (e *Entry) DrugAllergy() bool {
	if e.Absence {
		return false
	}
	categories := e.JSON.Member("category")
	if categories.Kind() != tree.Array {
		return true
	}
	said := false
	for category := range categories.All() {
		said = true
		if s := category.Bytes(); string(s) == "medication" || string(s) == "biologic" {
			return true
		}
	}
	return !said
}

// What stands around the name of a substance where an allergy to it is named, as people and SNOMED CT write it.
var (
	beforeSubstance = []string{"allergy to ", "allergic to ", "hypersensitivity to ", "intolerance to ", "adverse reaction to "}
	afterSubstance  = []string{" (substance)", " (finding)", " (disorder)", " (product)", " allergy", " hypersensitivity", " intolerance"}
)

// substance is what an allergy of this name is to: "amoxicillin" of "Allergy to amoxicillin (finding)".
func substance(name string) string {
	name = strings.TrimSpace(name)
	for _, end := range afterSubstance {
		if n := len(name) - len(end); n > 0 && strings.EqualFold(name[n:], end) {
			name = name[:n]
		}
	}
	for _, start := range beforeSubstance {
		if n := len(start); len(name) > n && strings.EqualFold(name[:n], start) {
			return name[n:]
		}
	}
	return name
}

package chart

import "github.com/primum-cds/primum/cds/terminology"

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
	said := false
	for category := range e.JSON.EachItem("category") {
		said = true
		if s := category.Text(); s == "medication" || s == "biologic" {
			return true
		}
	}
	return !said
}

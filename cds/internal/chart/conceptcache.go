package chart

import "github.com/primum-cds/primum/cds/internal/tree"

// A conceptCache keeps what the concepts of records mean, by their JSON: the same few hundred are in nearly
// every record. It belongs to one goroutine; the concepts in it are shared and must not be changed.
type conceptCache struct {
	coder       *Coder
	concepts    tree.Cache[*Concept]
	medications tree.Cache[*Concept]
	allergies   tree.Cache[*Concept]
	chart       int // counts the charts that were made with it
}

// mostCached bounds the JSON that is kept of each, in bytes; longestCached, that of one concept.
const (
	mostCached    = 1 << 19
	longestCached = 4 << 10
)

func newConceptCache(coder *Coder) conceptCache {
	kept := func() tree.Cache[*Concept] { return tree.NewCache[*Concept](mostCached, longestCached) }
	return conceptCache{coder: coder, concepts: kept(), medications: kept(), allergies: kept()}
}

// concept reads a CodeableConcept; the empty concept if there is none.
func (c *conceptCache) concept(v tree.Value) *Concept { return read(&c.concepts, v, c.coder.Concept) }

// medication reads the concept of a medication.
func (c *conceptCache) medication(v tree.Value) *Concept {
	return read(&c.medications, v, c.coder.Medication)
}

// allergy reads what an allergy is to.
func (c *conceptCache) allergy(v tree.Value) *Concept { return read(&c.allergies, v, c.coder.Allergy) }

func read(known *tree.Cache[*Concept], v tree.Value, meaning func(tree.Value) Concept) *Concept {
	if concept, ok := known.Get(v); ok {
		return concept
	}
	concept := meaning(v)
	known.Put(v, &concept)
	return &concept
}

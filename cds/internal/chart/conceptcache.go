package chart

import "github.com/primum-cds/primum/cds/internal/tree"

// A conceptCache keeps what the concepts of records mean, by their JSON: the same few hundred are in nearly
// every record. It belongs to one goroutine; the concepts in it are shared and must not be changed.
type conceptCache struct {
	coder       *Coder
	concepts    map[string]*Concept
	medications map[string]*Concept
	size        int // of the JSON in it, in bytes
	chart       int // counts the charts that were made with it
}

// mostCached bounds the JSON that a cache keeps, in bytes; longestCached, that of one concept.
const (
	mostCached    = 1 << 20
	longestCached = 4 << 10
)

func newConceptCache(coder *Coder) conceptCache {
	return conceptCache{coder: coder, concepts: map[string]*Concept{}, medications: map[string]*Concept{}}
}

// concept reads a CodeableConcept; the empty concept if there is none.
func (c *conceptCache) concept(v tree.Value) *Concept { return c.read(c.concepts, v, c.coder.Concept) }

// medication reads the concept of a medication.
func (c *conceptCache) medication(v tree.Value) *Concept {
	return c.read(c.medications, v, c.coder.Medication)
}

func (c *conceptCache) read(known map[string]*Concept, v tree.Value, meaning func(tree.Value) Concept) *Concept {
	raw := v.Raw()
	if concept := known[string(raw)]; concept != nil {
		return concept
	}
	concept := meaning(v)
	if len(raw) > longestCached {
		return &concept
	}
	if c.size += len(raw); c.size > mostCached {
		clear(c.concepts)
		clear(c.medications)
		c.size = len(raw)
	}
	known[string(raw)] = &concept
	return &concept
}

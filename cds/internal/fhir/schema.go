// Package fhir is the element table of FHIR R4 (version 4.0.1): which elements each resource and data type has,
// of which types, how often, and bound to which codes. It knows nothing of any patient.
//
// The table restates the FHIR R4 specification, which is in the public domain (CC0). "FHIR" is a
// registered trademark of Health Level Seven International.
package fhir

import (
	_ "embed"
	"slices"
	"sync"
)

//go:embed elements.txt
var elements string

//go:embed valuesets.txt
var valueSets string

// A Schema holds every type of FHIR R4. It is immutable and safe for concurrent use.
type Schema struct {
	types     map[string]*Type
	resources []string
}

// Load returns the schema of FHIR R4. It is read once, on the first call, and shared.
func Load() *Schema { return loadOnce() }

// The embedded text cannot fail to parse without failing the tests of this package.
var loadOnce = sync.OnceValue(func() *Schema {
	s, _ := parse(elements, valueSets)
	return s
})

// Type returns the type of that name: a resource ("Patient"), a data type ("Quantity"), a primitive
// ("dateTime"), an abstract type ("Resource", "DomainResource", "Element", "BackboneElement"), or, for
// elements with children of their own, the path ("Bundle.entry", "Dosage.doseAndRate").
func (s *Schema) Type(name string) (*Type, bool) {
	t, ok := s.types[name]
	return t, ok
}

// Resources returns the names of the resources that can be instances (neither "Resource" nor
// "DomainResource"), sorted.
func (s *Schema) Resources() []string { return slices.Clone(s.resources) }

package store

import (
	"errors"
	"fmt"

	"github.com/primum-cds/primum/cds/terminology"
)

// AddTo adds to a library what the file holds: code systems, in place of those that were added before,
// value sets and concept maps. Drugs are no part of a library. The library must not be used after Close.
// The error joins one for each value set and concept map that l holds with other codes under the same
// version.
func (f *File) AddTo(l *terminology.Library) error {
	for url, s := range f.systems {
		l.AddSystem(url, s)
	}
	everything := func(string) bool { return true }
	return errors.Join(f.addValueSets(l, everything), f.addConceptMaps(l))
}

// addValueSets adds the value sets with the URLs that are wanted.
func (f *File) addValueSets(l *terminology.Library, wanted func(url string) bool) error {
	var errs []error
	for _, url := range f.ValueSets() {
		if !wanted(url) {
			continue
		}
		v, ok := f.ValueSet(url)
		if !ok {
			errs = append(errs, &FormatError{f.path, "is damaged: value set " + url + " makes no sense"})
			continue
		}
		if err := l.AddValueSet(v.URL, v.Version, f.path, v.Codes); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f.path, err))
		}
	}
	return errors.Join(errs...)
}

func (f *File) addConceptMaps(l *terminology.Library) error {
	var errs []error
	for _, url := range f.ConceptMaps() {
		m, ok := f.ConceptMap(url)
		if !ok {
			errs = append(errs, &FormatError{f.path, "is damaged: concept map " + url + " makes no sense"})
			continue
		}
		mappings := make([]terminology.Mapping, len(m.Mappings))
		for i, one := range m.Mappings {
			mappings[i] = terminology.Mapping(one)
		}
		if err := l.AddConceptMap(m.URL, m.Version, f.path, mappings); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f.path, err))
		}
	}
	return errors.Join(errs...)
}

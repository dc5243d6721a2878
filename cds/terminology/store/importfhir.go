package store

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"github.com/primum-cds/primum/cds/terminology"
)

// ImportFHIR writes what was loaded into l from FHIR resources: each CodeSystem with its hierarchy, each
// ValueSet with all its codes, each ConceptMap with the mappings that Library.Translate uses; of several
// versions the newest. A code keeps its display, whether it is inactive and its place in the hierarchy; its
// other properties serve to expand value sets and are not kept, nor is whether a system tells upper from
// lower case: codes are then found as the system writes them.
//
// l takes in the code systems and value sets that the file had before and l lacks, so that value sets can be
// expanded with an imported SNOMED CT; it must not be used after w is finished. CodeSystems that
// hold only a part of their system, or none of it, are not written, for who reads the file would take that
// for all: partial says which. The error joins an *ImportError for each value set that cannot be expanded
// completely and each code system that cannot be written; it is ctx's error if ctx ends.
func ImportFHIR(ctx context.Context, w *Writer, l *terminology.Library) (partial []*terminology.NotLoadedError, err error) {
	i := &fhirImport{ctx: ctx, w: w, library: l, valueSets: l.ValueSets(), conceptMaps: l.ConceptMaps()}
	i.findSystems()
	if err := i.addOld(); err != nil {
		return nil, err
	}
	if err := i.expand(); err != nil {
		return nil, err
	}
	for _, write := range []func() error{i.writeSystems, i.writeValueSets, i.writeConceptMaps} {
		if err := errors.Join(ctx.Err(), write()); err != nil {
			return nil, err
		}
	}
	return i.partial, nil
}

// A fhirImport is the state of ImportFHIR. What it lists was there before the file's own was added.
type fhirImport struct {
	ctx     context.Context
	w       *Writer
	library *terminology.Library

	systems     []loadedSystem
	partial     []*terminology.NotLoadedError
	valueSets   []terminology.Loaded
	conceptMaps []terminology.Loaded
}

type loadedSystem struct {
	terminology.Loaded
	system terminology.CodeSystem
}

// findSystems tells the code systems that are complete from the others.
func (i *fhirImport) findSystems() {
	for _, loaded := range i.library.CodeSystems() {
		system, err := i.library.CodeSystem(loaded.URL)
		var part *terminology.NotLoadedError
		if errors.As(err, &part) {
			i.partial = append(i.partial, part)
			continue
		}
		i.systems = append(i.systems, loadedSystem{loaded, system})
	}
}

// addOld adds what the file had and the library lacks.
func (i *fhirImport) addOld() error {
	if i.w.old == nil {
		return nil
	}
	for url, s := range i.w.old.systems {
		if _, err := i.library.CodeSystem(url); err != nil {
			i.library.AddSystem(url, s)
		}
	}
	return i.w.old.addValueSets(i.library, func(url string) bool {
		return !slices.ContainsFunc(i.valueSets, func(v terminology.Loaded) bool { return v.URL == url })
	})
}

// expand finds all that is wrong with the value sets before anything is written.
func (i *fhirImport) expand() error {
	var errs []error
	for _, v := range i.valueSets {
		if _, err := i.library.ValueSet(i.ctx, v.URL); err != nil {
			errs = append(errs, &ImportError{File: v.File, Message: "ValueSet " + v.URL + " cannot be expanded: " + err.Error()})
		}
		if err := i.ctx.Err(); err != nil {
			return err
		}
	}
	return errors.Join(errs...)
}

func (i *fhirImport) writeSystems() error {
	var errs []error
	for _, s := range i.systems {
		if err := i.writeSystem(s); err != nil {
			errs = append(errs, &ImportError{File: s.File, Message: "CodeSystem " + s.URL + ": " + err.Error()})
		}
	}
	return errors.Join(errs...)
}

func (i *fhirImport) writeSystem(from loadedSystem) error {
	to := i.w.System(SystemInfo{URL: from.URL, Version: from.Version, Source: filepath.Base(from.File)})
	properties, _ := from.system.(terminology.Properties)
	codes := from.system.All()
	for _, code := range codes {
		inactive := properties != nil && slices.Contains(properties.Property(code, "inactive"), "true")
		if err := to.Add(code, from.system.Display(code), inactive); err != nil {
			return err
		}
	}
	if properties == nil || !properties.HasProperty("parent") {
		return to.Close()
	}
	to.Hierarchical()
	for _, code := range codes {
		for _, parent := range properties.Property(code, "parent") {
			if err := to.IsA(code, parent); err != nil {
				return err
			}
		}
	}
	return to.Close()
}

func (i *fhirImport) writeValueSets() error {
	for _, v := range i.valueSets {
		codes, err := i.library.ValueSet(i.ctx, v.URL)
		if err != nil {
			return err
		}
		if err := i.w.ValueSet(ValueSet{v.URL, v.Version, filepath.Base(v.File), codes}); err != nil {
			return err
		}
	}
	return nil
}

func (i *fhirImport) writeConceptMaps() error {
	for _, m := range i.conceptMaps {
		var mappings []Mapping
		for _, one := range i.library.Mappings(m.URL) {
			mappings = append(mappings, Mapping(one))
		}
		if len(mappings) == 0 {
			i.dropOld(conceptMapSection, m.URL) // as when it was retired since
			continue
		}
		if err := i.w.ConceptMap(ConceptMap{m.URL, m.Version, filepath.Base(m.File), mappings}); err != nil {
			return err
		}
	}
	return nil
}

// dropOld keeps a section of the old file out of the new one.
func (i *fhirImport) dropOld(kind uint64, url string) {
	if i.w.old != nil {
		i.w.old.entries = slices.DeleteFunc(i.w.old.entries, func(e entry) bool { return e.kind == kind && e.url == url })
	}
}

package store

import (
	"encoding/binary"
	"fmt"

	"github.com/primum-cds/primum/cds/terminology"
)

// A ConceptMap maps codes to codes.
type ConceptMap struct {
	URL, Version, Source string
	Mappings             []Mapping
}

// A Mapping is one code that a ConceptMap maps to another.
type Mapping struct {
	From, To    terminology.Code
	Equivalence string // as FHIR R4 has it: "equivalent", "wider", …
}

// ConceptMap writes a concept map. It is an error if it maps nothing.
func (w *Writer) ConceptMap(m ConceptMap) error {
	if len(m.Mappings) == 0 {
		return fmt.Errorf("concept map %s is empty", m.URL)
	}
	w.begin(entry{kind: conceptMapSection, url: m.URL, version: m.Version, source: m.Source, count: uint64(len(m.Mappings))})
	codes := make([]terminology.Code, 0, 2*len(m.Mappings))
	for _, one := range m.Mappings {
		one.From.System, one.To.System = terminology.Canonical(one.From.System), terminology.Canonical(one.To.System)
		codes = append(codes, one.From, one.To)
	}
	b := appendCodes(binary.AppendUvarint(nil, uint64(len(m.Mappings))), codes)
	for _, one := range m.Mappings {
		b = appendString(b, one.Equivalence)
	}
	w.write(b)
	w.end()
	return w.err
}

// ConceptMaps lists the URLs of the concept maps, sorted.
func (f *File) ConceptMaps() []string { return f.urls(conceptMapSection) }

// ConceptMap returns the concept map with that URL, its mappings in the order in which they were written.
func (f *File) ConceptMap(url string) (ConceptMap, bool) {
	for _, e := range f.entries {
		if e.kind != conceptMapSection || e.url != url {
			continue
		}
		r := codeReader{reader: reader{rest: f.section(e)}}
		m := ConceptMap{URL: e.url, Version: e.version, Source: e.source}
		for n := r.uvarint(); n > 0 && !r.bad; n-- {
			m.Mappings = append(m.Mappings, Mapping{From: r.code(), To: r.code()})
		}
		for i := range m.Mappings {
			m.Mappings[i].Equivalence = r.string()
		}
		return m, !r.bad
	}
	return ConceptMap{}, false
}

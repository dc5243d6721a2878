package store

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/primum-cds/primum/cds/terminology"
)

// A ValueSet is an expanded value set: all its codes.
type ValueSet struct {
	URL, Version, Source string
	Codes                []terminology.Code
}

// ValueSet writes a value set. It is an error if it has no code.
func (w *Writer) ValueSet(v ValueSet) error {
	if len(v.Codes) == 0 {
		return fmt.Errorf("value set %s is empty", v.URL)
	}
	codes := slices.Clone(v.Codes)
	for i := range codes {
		codes[i].System = terminology.Canonical(codes[i].System)
	}
	slices.SortFunc(codes, compare)
	codes = slices.Compact(codes)
	w.begin(entry{kind: valueSetSection, url: v.URL, version: v.Version, source: v.Source, count: uint64(len(codes))})
	b := binary.AppendUvarint(nil, uint64(len(codes)))
	b = appendCodes(b, codes)
	w.write(b)
	w.end()
	return w.err
}

// ValueSets lists the URLs of the value sets, sorted.
func (f *File) ValueSets() []string { return f.urls(valueSetSection) }

// ValueSet returns the value set with that URL, its codes sorted.
func (f *File) ValueSet(url string) (ValueSet, bool) {
	for _, e := range f.entries {
		if e.kind != valueSetSection || e.url != url {
			continue
		}
		r := codeReader{reader: reader{rest: f.section(e)}}
		v := ValueSet{URL: e.url, Version: e.version, Source: e.source}
		for n := r.uvarint(); n > 0 && !r.bad; n-- {
			v.Codes = append(v.Codes, r.code())
		}
		return v, !r.bad
	}
	return ValueSet{}, false
}

func compare(a, b terminology.Code) int {
	if a.System != b.System {
		return compareCodes(textCodes, a.System, b.System)
	}
	return compareCodes(textCodes, a.Code, b.Code)
}

// appendCodes writes a code after the other. The system is written only where it changes: 0, or its length
// plus one and itself.
func appendCodes(b []byte, codes []terminology.Code) []byte {
	for i, c := range codes {
		if i > 0 && c.System == codes[i-1].System {
			b = append(b, 0)
		} else {
			b = append(binary.AppendUvarint(b, uint64(len(c.System))+1), c.System...)
		}
		b = appendString(b, c.Code)
	}
	return b
}

// A codeReader reads what appendCodes wrote.
type codeReader struct {
	reader
	system string
}

func (r *codeReader) code() terminology.Code {
	if n := r.uvarint(); n > 0 {
		r.system = string(r.bytes(n - 1))
	}
	return terminology.Code{System: r.system, Code: r.string()}
}

package store

import (
	"cmp"
	"fmt"
	"hash/crc32"
	"slices"
	"sync"

	"github.com/primum-cds/primum/cds/terminology"
)

// A File is an open terminology file. It is immutable and safe for concurrent use. What it hands out as
// strings belongs to the caller; a System or the Drugs of a File must not be used after Close.
type File struct {
	path    string
	data    []byte
	unload  func() error
	entries []entry
	systems map[string]*System
	drugs   func() *terminology.Drugs
}

// A SystemInfo describes a code system of a File.
type SystemInfo struct {
	URL     string
	Version string // "" if its release does not tell
	Codes   int
	Source  string // what it was imported from
}

// Open opens the terminology file at path. Where the operating system can, the file is mapped, so that
// processes share its memory; it may be replaced while it is open (Writer does so safely), but must not
// be overwritten in place. The error is a *FormatError if the file is not a terminology file, is damaged
// or of another version.
func Open(path string) (*File, error) {
	data, unload, err := load(path)
	if err != nil {
		return nil, err
	}
	f, err := read(path, data)
	if err != nil {
		unload()
		return nil, err
	}
	f.unload = unload
	return f, nil
}

// Close gives the file's memory back.
func (f *File) Close() error {
	unload := f.unload
	f.unload = func() error { return nil }
	return unload()
}

// read makes a File of its bytes.
func read(path string, data []byte) (*File, error) {
	f := &File{path: path, data: data, systems: map[string]*System{}}
	directory, message := checkHeader(data)
	if message == "" {
		message = f.readDirectory(directory)
	}
	if message != "" {
		return nil, &FormatError{path, message}
	}
	for _, e := range f.entries {
		if e.kind != systemSection {
			continue
		}
		s, ok := readSystem(f.section(e))
		if !ok {
			return nil, &FormatError{path, fmt.Sprintf("is damaged: code system %s makes no sense", e.url)}
		}
		f.systems[e.url] = s
	}
	f.drugs = sync.OnceValue(f.readDrugs)
	if i := slices.IndexFunc(f.entries, func(e entry) bool { return e.kind == drugSection }); i >= 0 {
		if _, ok := readDrugTable(f.section(f.entries[i]), nil); !ok {
			return nil, &FormatError{path, "is damaged: its drugs make no sense"}
		}
	}
	return f, nil
}

// checkHeader returns the directory, or what is wrong with the file.
func checkHeader(data []byte) (directory []byte, message string) {
	if len(data) < headerSize || string(data[:len(magic)]) != magic {
		return nil, "is not a terminology file of primum"
	}
	r := reader{rest: data[len(magic):headerSize]}
	found, sum, offset, length := r.uint32(), r.uint32(), r.uint64(), r.uint64()
	size := uint64(len(data))
	switch {
	case crc32.Checksum(data[:headerSize-4], castagnoli) != r.uint32():
		return nil, "is damaged: its header has another checksum"
	case found != version:
		return nil, fmt.Sprintf("is of version %d, this program reads version %d: import it again", found, version)
	case offset > size || length > size-offset:
		return nil, fmt.Sprintf("is truncated: it has %d bytes instead of %d", size, offset+length)
	case offset+length < size:
		return nil, fmt.Sprintf("is damaged: it has %d bytes instead of %d", size, offset+length)
	}
	directory = data[offset:]
	if crc32.Checksum(directory, castagnoli) != sum {
		return nil, "is damaged: its directory has another checksum"
	}
	return directory, ""
}

// readDirectory reads the entries and checks the sections; it returns what is wrong.
func (f *File) readDirectory(directory []byte) (message string) {
	r := reader{rest: directory}
	for n := r.uvarint(); n > 0 && !r.bad; n-- {
		e := r.entry()
		if r.bad || e.offset > uint64(len(f.data)) || e.length > uint64(len(f.data))-e.offset {
			break
		}
		if crc32.Checksum(f.section(e), castagnoli) != e.crc {
			return fmt.Sprintf("is damaged: %s has another checksum", e.name())
		}
		f.entries = append(f.entries, e)
		if n == 1 && len(r.rest) == 0 {
			return ""
		}
	}
	if !r.bad && len(f.entries) == 0 && len(r.rest) == 0 {
		return ""
	}
	return "is damaged: its directory makes no sense"
}

func (f *File) section(e entry) []byte { return f.data[e.offset : e.offset+e.length] }

// name says what a section is.
func (e entry) name() string {
	switch e.kind {
	case systemSection:
		return "code system " + e.url
	case valueSetSection:
		return "value set " + e.url
	case conceptMapSection:
		return "concept map " + e.url
	}
	return "its drugs"
}

// Systems describes the code systems of the file, sorted by URL.
func (f *File) Systems() []SystemInfo {
	var out []SystemInfo
	for _, e := range f.entries {
		if e.kind == systemSection {
			out = append(out, SystemInfo{e.url, e.version, int(min(e.count, uint64(len(f.data)))), e.source})
		}
	}
	slices.SortFunc(out, func(a, b SystemInfo) int { return cmp.Compare(a.URL, b.URL) })
	return out
}

// System returns the code system with that URL, under any of the spellings that
// terminology.Canonical knows.
func (f *File) System(url string) (*System, bool) {
	s, ok := f.systems[terminology.Canonical(url)]
	return s, ok
}

// urls lists the sections of a kind, sorted.
func (f *File) urls(kind uint64) []string {
	var out []string
	for _, e := range f.entries {
		if e.kind == kind {
			out = append(out, e.url)
		}
	}
	slices.Sort(out)
	return out
}

package store

import (
	"bytes"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/terminology"
)

var (
	_ terminology.CodeSystem = (*System)(nil)
	_ terminology.Properties = (*System)(nil)
	_ terminology.DrugSource = (*drugTable)(nil)
)

var someMap = ConceptMap{URL: "http://example.org/map", Version: "1", Source: "by hand", Mappings: []Mapping{
	{terminology.Code{System: terminology.CVX, Code: "3"}, terminology.Code{System: terminology.RxNorm, Code: "161"}, "equivalent"},
	{terminology.Code{System: terminology.CVX, Code: "2"}, terminology.Code{System: terminology.RxNorm, Code: "161"}, "wider"},
}}

// someFile returns a file with one of everything.
func someFile(t testing.TB) []byte {
	path := filepath.Join(t.TempDir(), "f")
	w, err := Create(path)
	require.NoError(t, err)
	require.NoError(t, ImportSNOMED(w, someSNOMED(), nil))
	require.NoError(t, ImportRxNorm(w, someRxNorm().files(), nil))
	require.NoError(t, ImportLOINC(w, someLOINC(), nil))
	s := w.System(SystemInfo{URL: "http://example.org/words"})
	require.NoError(t, s.Add("entered-in-error", "Entered in error", false))
	require.NoError(t, s.Close())
	require.NoError(t, w.ConceptMap(someMap))
	require.NoError(t, w.Finish())
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return data
}

func TestMerge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	fill := func(fill func(w *Writer)) *File {
		w, err := Create(path)
		require.NoError(t, err)
		fill(w)
		require.NoError(t, w.Finish())
		f, err := Open(path)
		require.NoError(t, err)
		t.Cleanup(func() { f.Close() })
		return f
	}
	one := fill(func(w *Writer) {
		require.NoError(t, ImportSNOMED(w, someSNOMED(), nil))
		require.NoError(t, ImportRxNorm(w, someRxNorm().files(), nil))
		require.NoError(t, w.ConceptMap(someMap))
	})
	two := fill(func(w *Writer) {
		s := w.System(SystemInfo{URL: "https://snomed.info/sct/", Version: "2"})
		require.NoError(t, s.Add("1", "new", false))
		require.NoError(t, s.Close())
		require.NoError(t, w.ValueSet(ValueSet{URL: "http://x", Codes: []terminology.Code{{System: "s", Code: "2"}, {System: "s", Code: "1"}, {System: "r", Code: "1"}, {System: "s", Code: "1"}}}))
	})
	require.Equal(t, []string{terminology.SNOMED, terminology.RxNorm}, []string{two.Systems()[0].URL, two.Systems()[1].URL})
	s, _ := two.System(terminology.SNOMED)
	require.Equal(t, []string{"1"}, s.All())
	_, ok := two.Drugs()
	require.True(t, ok)
	m, ok := two.ConceptMap(someMap.URL)
	require.True(t, ok)
	require.Equal(t, someMap, m)
	require.Equal(t, []string{someMap.URL}, two.ConceptMaps())
	v, ok := two.ValueSet("http://x")
	require.True(t, ok)
	require.Equal(t, []terminology.Code{{System: "r", Code: "1"}, {System: "s", Code: "1"}, {System: "s", Code: "2"}}, v.Codes)
	for _, missing := range []string{"", "http://y"} {
		_, ok = two.ValueSet(missing)
		require.False(t, ok)
		_, ok = two.ConceptMap(missing)
		require.False(t, ok)
		_, ok = two.System(missing)
		require.False(t, ok)
	}
	s, _ = one.System(terminology.SNOMED) // what was open stays as it was
	require.Len(t, s.All(), 6)
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1)
}

// The same content in another order gives the same bytes.
func TestDeterministic(t *testing.T) {
	require.True(t, bytes.Equal(someFile(t), someFile(t)))
}

func TestOpenErrors(t *testing.T) {
	good := someFile(t)
	changed := func(at int) []byte {
		data := bytes.Clone(good)
		data[at] ^= 1
		return data
	}
	newer := bytes.Clone(good)
	newer[8] = 2
	little.PutUint32(newer[headerSize-4:], crc32.Checksum(newer[:headerSize-4], castagnoli))
	for name, test := range map[string]struct {
		data []byte
		want string
	}{
		"empty":     {nil, "is not a terminology file of primum"},
		"text":      {[]byte("{\"resourceType\": \"CodeSystem\", \"url\": \"http://x\"}"), "is not a terminology file of primum"},
		"header":    {changed(20), "is damaged: its header has another checksum"},
		"version":   {newer, "is of version 2, this program reads version 1: import it again"},
		"system":    {changed(headerSize + 100), "is damaged: code system http://snomed.info/sct has another checksum"},
		"directory": {changed(len(good) - 1), "is damaged: its directory has another checksum"},
		"longer":    {append(bytes.Clone(good), 0), "is damaged: it has "},
		"truncated": {good[:len(good)-1], "is truncated: it has "},
		"half":      {good[:len(good)/2], "is truncated: it has "},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f")
			require.NoError(t, os.WriteFile(path, test.data, 0o600))
			_, err := Open(path)
			require.ErrorContains(t, err, path+": "+test.want)
			var format *FormatError
			require.ErrorAs(t, err, &format)
			_, err = Create(path)
			require.ErrorAs(t, err, &format)
		})
	}
	_, err := Open(filepath.Join(t.TempDir(), "f"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = Open(t.TempDir())
	require.Error(t, err)
	_, err = Create(filepath.Join(t.TempDir(), "no", "f"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestNoDrugs(t *testing.T) {
	f := written(t, func(w *Writer) error { return nil })
	require.Empty(t, f.Systems())
	require.Empty(t, f.ValueSets())
	_, ok := f.Drugs()
	require.False(t, ok)
}

func TestConcurrentUse(t *testing.T) {
	f, err := read("f", someFile(t))
	require.NoError(t, err)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() { useAll(f) })
	}
	wait.Wait()
}

// useAll asks a file everything.
func useAll(f *File) {
	for _, info := range f.Systems() {
		s, _ := f.System(info.URL)
		if s == nil {
			continue
		}
		all := s.All()
		for i, code := range all[:min(len(all), 40)] {
			s.Display(code)
			s.Ancestors(code)
			s.Descendants(code)
			s.Inactive(code)
			s.Property(code, "parent")
			s.Property(code, "child")
			s.Subsumes(code, all[(i*7+1)%len(all)])
			s.Subsumes(all[(i*7+1)%len(all)], code)
		}
	}
	for _, url := range f.ValueSets() {
		f.ValueSet(url)
	}
	for _, url := range f.ConceptMaps() {
		f.ConceptMap(url)
	}
	if d, ok := f.Drugs(); ok {
		for _, rxcui := range []string{"161", "1049221", "5", "9"} {
			d.Lookup(rxcui)
			d.Ingredients(rxcui)
			d.Name(rxcui)
		}
		d.ByName("acetaminophen 325 MG Oral Tablet")
		d.NDC("0406-0523-01")
	}
}

// seal gives damaged bytes the checksums that an undamaged file would have, so that all of it is read.
func seal(data []byte) []byte {
	if len(data) < headerSize {
		return data
	}
	r := reader{rest: data[len(magic)+8 : headerSize]}
	offset, length := r.uint64(), r.uint64()
	if size := uint64(len(data)); offset > size || length > size-offset {
		return data
	}
	directory := data[offset : offset+length]
	at := reader{rest: directory}
	for n := at.uvarint(); n > 0 && !at.bad; n-- {
		e := at.entry()
		if used := len(directory) - len(at.rest); !at.bad && e.offset <= offset && e.length <= offset-e.offset {
			little.PutUint32(directory[used-4:], crc32.Checksum(data[e.offset:e.offset+e.length], castagnoli))
		}
	}
	copy(data, header(directory, offset))
	return data
}

// FuzzOpen changes two places of a file, as they are or with new checksums: it is an error or it can be
// used, and never a panic.
func FuzzOpen(f *testing.F) {
	good := someFile(f)
	for _, at := range []uint32{0, 9, 16, 30, headerSize + 8, headerSize + 160, headerSize + 700, 4000, uint32(len(good) - 80), uint32(len(good) - 3)} {
		f.Add(at, uint32(0xffffffff), at+4, uint32(1), false)
		f.Add(at, uint32(3), at*3, uint32(0x80000000), true)
	}
	f.Fuzz(func(t *testing.T, at, with, then, thenWith uint32, honest bool) {
		data := bytes.Clone(good)
		for _, change := range [][2]uint32{{at, with}, {then, thenWith}} {
			if i := uint64(change[0]) % uint64(len(data)); i+4 <= uint64(len(data)) {
				little.PutUint32(data[i:], change[1])
			}
		}
		if !honest {
			data = seal(data)
		}
		file, err := read("f", data)
		if err != nil {
			var format *FormatError
			require.True(t, errors.As(err, &format))
			return
		}
		useAll(file)
	})
}

// Every single changed byte of the small file is found, and cannot do harm if it is not.
func TestEveryChangedByte(t *testing.T) {
	good := someFile(t)
	for at := range good {
		data := bytes.Clone(good)
		data[at] ^= 0xff
		if _, err := read("f", data); err == nil {
			require.Zero(t, good[at], "the byte at %d is not padding", at)
		}
	}
}

package store

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/terminology"
)

// written makes a file and opens it.
func written(t testing.TB, fill func(w *Writer) error) *File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "terminology")
	w, err := Create(path)
	require.NoError(t, err)
	defer w.Abort()
	require.NoError(t, fill(w))
	require.NoError(t, w.Finish())
	f, err := Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

// Each generated hierarchy is compared with a walk over what was drawn, however the closure is kept.
func TestSystemAgainstModel(t *testing.T) {
	for seed := range int64(6) {
		for name, parent := range map[string]shape{"bushy": bushy, "uniform": uniform} {
			for _, limit := range []int{maxListed, 3000, 0} {
				t.Run(fmt.Sprintf("%s %d, limit %d", name, seed, limit), func(t *testing.T) {
					random := rand.New(rand.NewSource(seed))
					n := 2 + random.Intn(150)
					release := generateSNOMED(seed, n, random.Intn(4*n), parent)
					s := readBack(t, release, limit)
					requireModel(t, s, release)
				})
			}
		}
	}
}

// A band is needed only from some thousands of concepts on.
func TestBandAgainstModel(t *testing.T) {
	release := generateSNOMED(7, 6000, 18000, uniform)
	s := readBack(t, release, 400_000)
	require.Equal(t, uint32(2048), s.above.band)
	random := rand.New(rand.NewSource(1))
	for range 300 {
		b := random.Intn(len(release.codes))
		above := release.above(b)
		for range 300 {
			a := random.Intn(len(release.codes))
			got, known := s.Subsumes(release.codes[a], release.codes[b])
			require.True(t, known)
			require.Equal(t, a == b || above[a], got)
		}
	}
}

// readBack writes the hierarchy with lists of at most limit numbers.
func readBack(t *testing.T, release snomedRelease, limit int) *System {
	f := written(t, func(w *Writer) error {
		s := w.System(SystemInfo{URL: terminology.SNOMED})
		s.limit = limit
		s.Hierarchical()
		for _, code := range release.codes {
			if err := s.Add(code, "display of "+code, false); err != nil {
				return err
			}
		}
		for i, parents := range release.parents {
			for _, parent := range parents {
				if err := s.IsA(release.codes[i], release.codes[parent]); err != nil {
					return err
				}
			}
		}
		return s.Close()
	})
	s, ok := f.System(terminology.SNOMED)
	require.True(t, ok)
	return s
}

func requireModel(t *testing.T, s *System, release snomedRelease) {
	below := make([][]string, len(release.codes))
	for b, code := range release.codes {
		above := release.above(b)
		var ancestors []string
		for a, other := range release.codes {
			got, known := s.Subsumes(other, code)
			require.True(t, known)
			require.Equal(t, a == b || above[a], got, "%s subsumes %s", other, code)
			if above[a] {
				ancestors = append(ancestors, other)
				below[a] = append(below[a], code)
			}
		}
		requireCodes(t, ancestors, s.Ancestors, code)
		require.Equal(t, "display of "+code, s.Display(code))
	}
	for a, code := range release.codes {
		requireCodes(t, below[a], s.Descendants, code)
	}
	all := slices.Clone(release.codes)
	slices.Sort(all)
	require.Equal(t, all, s.All())
}

func requireCodes(t *testing.T, want []string, list func(string) ([]string, bool), code string) {
	got, ok := list(code)
	require.True(t, ok)
	slices.Sort(want)
	require.Len(t, got, len(want))
	if len(want) > 0 {
		require.Equal(t, want, got)
	}
}

var unknownCodes = []string{"", "2", "001", "x y", "404684003 ", "1.0", "-1", "toolongforakey", "1\x00", "99999999999999999999"}

func TestCodesOfAnyForm(t *testing.T) {
	for name, codes := range map[string][]string{
		"numbers":          {"1", "9", "10", "404684003", "999999999999999999"},
		"short":            {"1", "62238-1", "A00.0", "LP1-8", "µmol"},
		"leading zero":     {"01", "1"},
		"long numbers":     {"1", "1000000000000000000"},
		"text":             {"a b", "confirmed", "entered-in-error", "a", "z"},
		"one":              {"x"},
		"none":             {},
		"bytes of the key": {"a", "a\x00", "ab"},
	} {
		t.Run(name, func(t *testing.T) {
			f := written(t, func(w *Writer) error {
				s := w.System(SystemInfo{URL: "http://example.org/codes", Version: "1", Source: "by hand"})
				for _, code := range codes {
					if err := s.Add(code, "is "+code, code == codes[0]); err != nil {
						return err
					}
				}
				return s.Close()
			})
			s, ok := f.System("http://example.org/codes")
			require.True(t, ok)
			require.Len(t, s.All(), len(codes))
			require.Equal(t, []SystemInfo{{URL: "http://example.org/codes", Version: "1", Codes: len(codes), Source: "by hand"}}, f.Systems())
			for _, code := range codes {
				require.True(t, s.Has(code), code)
				require.Equal(t, "is "+code, s.Display(code))
				require.Equal(t, code == codes[0], s.Inactive(code))
				require.Contains(t, s.All(), code)
			}
			for _, code := range unknownCodes {
				require.False(t, s.Has(code), "%q", code)
				require.Empty(t, s.Display(code))
				require.False(t, s.Inactive(code))
			}
		})
	}
}

// What has no place in a hierarchy is not known to be outside of anything.
func TestPlaces(t *testing.T) {
	for _, complete := range []bool{true, false} {
		f := written(t, func(w *Writer) error {
			s := w.System(SystemInfo{URL: terminology.LOINC})
			if complete {
				s.Hierarchical()
			}
			for _, code := range []string{"top", "below", "alone", "old"} {
				if err := s.Add(code, "", code == "old"); err != nil {
					return err
				}
			}
			if err := s.IsA("below", "top"); err != nil {
				return err
			}
			return s.Close()
		})
		s, _ := f.System(terminology.LOINC)
		for _, test := range []struct {
			a, b            string
			subsumes, known bool
		}{
			{"top", "below", true, true},
			{"below", "top", false, true},
			{"top", "top", true, true},
			{"old", "old", true, true},
			{"top", "alone", false, complete},
			{"alone", "below", false, complete},
			{"top", "old", false, false},
			{"old", "top", false, false},
			{"top", "other", false, false},
			{"other", "other", false, false},
		} {
			subsumes, known := s.Subsumes(test.a, test.b)
			require.Equal(t, test.subsumes, subsumes, "%s %s", test.a, test.b)
			require.Equal(t, test.known, known, "%s %s", test.a, test.b)
		}
		_, known := s.Descendants("alone")
		require.Equal(t, complete, known)
		_, known = s.Ancestors("old")
		require.False(t, known)
		_, known = s.Descendants("other")
		require.False(t, known)
	}
}

func TestCircles(t *testing.T) {
	for _, test := range []struct {
		relations [][2]string
		want      string
	}{
		{[][2]string{{"3", "3"}}, "code system http://snomed.info/sct: is-a runs in a circle: 3 → 3"},
		{[][2]string{{"1", "2"}, {"2", "3"}, {"3", "1"}, {"4", "1"}, {"3", "5"}}, "code system http://snomed.info/sct: is-a runs in a circle: 1 → 2 → 3 → 1"},
	} {
		w, err := Create(filepath.Join(t.TempDir(), "f"))
		require.NoError(t, err)
		defer w.Abort()
		s := w.System(SystemInfo{URL: terminology.SNOMED})
		for _, code := range []string{"5", "4", "3", "2", "1"} {
			require.NoError(t, s.Add(code, "", false))
		}
		for _, r := range test.relations {
			require.NoError(t, s.IsA(r[0], r[1]))
		}
		require.EqualError(t, s.Close(), test.want)
	}
}

func TestWriterRefuses(t *testing.T) {
	w, err := Create(filepath.Join(t.TempDir(), "f"))
	require.NoError(t, err)
	s := w.System(SystemInfo{URL: terminology.SNOMED})
	require.EqualError(t, s.Add("", "", false), `"" is not a code`)
	require.EqualError(t, s.Add("\xff", "", false), `"\xff" is not a code`)
	require.NoError(t, s.Add("1", "a \xff", false))
	require.EqualError(t, s.IsA("1", "2"), "code 2 is not listed")
	require.EqualError(t, s.IsA("2", "1"), "code 2 is not listed")
	require.EqualError(t, w.ValueSet(ValueSet{URL: "http://x"}), "value set http://x is empty")
	require.EqualError(t, w.ConceptMap(ConceptMap{URL: "http://x"}), "concept map http://x is empty")
	require.EqualError(t, w.Drug(terminology.Drug{RxCUI: "x"}), `"x" is not an RxCUI`)
	require.EqualError(t, w.NDC("0002015201", "1"), `"0002015201" of RxCUI "1" is not an NDC`)
	w.Abort()
	w.Abort()
	require.EqualError(t, w.Finish(), "the terminology file was finished or given up before")
	left, err := os.ReadDir(filepath.Dir(w.path))
	require.NoError(t, err)
	require.Empty(t, left)
}

package store

import (
	"flag"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/terminology"
)

var large = flag.Bool("large", false, "import generated releases of full size and measure them")

// TestLargeRF2 imports 500,000 concepts with 1,500,000 is-a relations.
func TestLargeRF2(t *testing.T) {
	for name, parent := range map[string]shape{"bushy": bushy, "uniform": uniform} {
		t.Run(name, func(t *testing.T) {
			if !*large {
				t.Skip("only with -large")
			}
			release := generateSNOMED(1, 500_000, 1_500_000, parent)
			path := importLarge(t, release.files(), ImportSNOMED, 120*time.Second)
			begin := time.Now()
			f, err := Open(path)
			require.NoError(t, err)
			defer f.Close()
			took := time.Since(begin)
			t.Logf("opened in %v", took)
			require.Less(t, took, 300*time.Millisecond)
			s, _ := f.System(terminology.SNOMED)
			if s.above.band != unlisted {
				t.Logf("band %d, %d ancestors listed, %d ways into the band", s.above.band, s.above.ancestors.len(), len(s.above.enter.values)/2)
			}
			random := rand.New(rand.NewSource(2))
			pairs := make([][2]int, 1<<16)
			for i := range pairs {
				pairs[i] = [2]int{random.Intn(len(release.codes)), random.Intn(len(release.codes))}
			}
			measureSubsumes(t, s, release, "two random concepts", pairs)
			measureSubsumes(t, s, release, "a hundred pairs", pairs[:100])
			for i := range pairs {
				pairs[i][0] = pairs[i][1]
				for steps := 1 + random.Intn(4); steps > 0 && len(release.parents[pairs[i][0]]) > 0; steps-- {
					up := release.parents[pairs[i][0]]
					pairs[i][0] = up[random.Intn(len(up))]
				}
			}
			measureSubsumes(t, s, release, "an ancestor and its descendant", pairs)
			measureSubsumes(t, s, release, "a hundred ancestors and descendants", pairs[:100])
		})
	}
}

func measureSubsumes(t *testing.T, s *System, r snomedRelease, what string, pairs [][2]int) {
	codes := make([][2]string, len(pairs)) // beside each other, as codes lie that were just read from a record
	for i, pair := range pairs {
		codes[i] = [2]string{strings.Clone(r.codes[pair[0]]), strings.Clone(r.codes[pair[1]])}
	}
	result := testing.Benchmark(func(b *testing.B) {
		i := 0
		for b.Loop() {
			pair := &codes[i%len(codes)]
			s.Subsumes(pair[0], pair[1])
			i++
		}
	})
	t.Logf("%s: %d ns, %d allocations", what, result.NsPerOp(), result.AllocsPerOp())
	for _, pair := range pairs[:20] {
		want := pair[0] == pair[1] || r.above(pair[1])[pair[0]]
		got, known := s.Subsumes(r.codes[pair[0]], r.codes[pair[1]])
		require.True(t, known)
		require.Equal(t, want, got)
	}
}

// importLarge imports a release from a folder, as it would lie on disk.
func importLarge(t *testing.T, files fs.FS, read func(*Writer, fs.FS, func(done, total int64)) error, limit time.Duration) string {
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(folder, "release"), files))
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	path := filepath.Join(folder, "out")
	begin := time.Now()
	peak := watchMemory()
	w, err := Create(path)
	require.NoError(t, err)
	require.NoError(t, read(w, os.DirFS(filepath.Join(folder, "release")), nil))
	require.NoError(t, w.Finish())
	took := time.Since(begin)
	info, err := os.Stat(path)
	require.NoError(t, err)
	t.Logf("imported in %v, heap at most %d MB, file %d MB", took, (peak()-before.HeapAlloc)>>20, info.Size()>>20)
	require.Less(t, took, limit)
	return path
}

// watchMemory samples the memory that the program holds, until the function it returns is called.
func watchMemory() (peak func() uint64) {
	stop, result := make(chan bool), make(chan uint64)
	go func() {
		var most uint64
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.Sys-m.HeapReleased)
			select {
			case <-stop:
				result <- most
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(stop); return <-result }
}

package cds_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
)

// An engine uses the memory of one record for the next, and remembers what concepts, units and doses mean:
// no answer tells which records came before, nor which are read at the same time.
func TestMemoryOfOtherRecordsChangesNothing(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	const records, goroutines = 12, 4
	for set := range uint64(5) {
		random := rand.New(rand.NewPCG(seed, set))
		engine, text := randomEngine(t, &randomRule{Rand: random})
		var inputs [records][]cds.Input
		var want [records]string
		for n := range inputs {
			inputs[n] = randomChart{randomRecord{random}}.inputs(t)
			alone, _ := randomEngine(t, &randomRule{Rand: rand.New(rand.NewPCG(seed, set))})
			want[n] = written(t, answer(t, alone, inputs[n], cds.Review{Now: now}))
			require.Equal(t, want[n], written(t, answer(t, engine, inputs[n], cds.Review{Now: now})), "seed %d, set %d, record %d, rules:\n%s", seed, set, n, text)
		}
		var together sync.WaitGroup
		for g := range goroutines {
			together.Go(func() {
				for n := range inputs {
					n = (n + g*records/goroutines) % records
					if got := written(t, answer(t, engine, inputs[n], cds.Review{Now: now})); got != want[n] {
						t.Errorf("seed %d, set %d, record %d, among others at the same time: %s\nwanted: %s", seed, set, n, got, want[n])
					}
				}
			})
		}
		together.Wait()
	}
}

package slab_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/slab"
)

func TestMadeAgain(t *testing.T) {
	var s slab.Of[int]
	var all []*int
	for round := range 3 {
		for i := range 300 {
			n := s.New()
			require.Zero(t, *n)
			*n = i + 1
			if round == 0 {
				all = append(all, n)
			} else {
				require.Same(t, all[i], n)
			}
		}
		for i, n := range all {
			require.Equal(t, i+1, *n)
		}
		require.Equal(t, 300, s.Len())
		s.Reset()
		require.Zero(t, s.Len())
	}
}

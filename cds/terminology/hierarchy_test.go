package terminology

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHierarchyNamesTheCircle(t *testing.T) {
	for _, c := range []struct {
		pairs []isA
		want  []int32
	}{
		{[]isA{{0, 0}}, []int32{0, 0}},
		{[]isA{{0, 1}, {1, 0}}, []int32{0, 1, 0}},
		{[]isA{{3, 0}, {0, 1}, {1, 2}, {2, 0}}, []int32{0, 1, 2, 0}},
		{[]isA{{0, 1}, {1, 2}, {2, 1}, {0, 3}}, []int32{1, 2, 1}},
	} {
		_, circle := newHierarchy(4, c.pairs)
		require.Equal(t, c.want, circle, fmt.Sprint(c.pairs))
	}
}

func TestHierarchyWithoutConcepts(t *testing.T) {
	h, circle := newHierarchy(0, nil)
	require.Nil(t, circle)
	require.NotNil(t, h)
}

// The oracle is the transitive closure by repeated joining.
func TestHierarchyIsTheTransitiveClosure(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 200 {
		n := 1 + r.IntN(25)
		under := make([][]bool, n)
		for i := range under {
			under[i] = make([]bool, n)
		}
		var pairs []isA
		for range r.IntN(3 * n) {
			if child, parent := r.IntN(n), r.IntN(n); parent < child {
				pairs = append(pairs, isA{int32(child), int32(parent)})
				under[parent][child] = true
			}
		}
		for k := range n {
			for i := range n {
				for j := range n {
					under[i][j] = under[i][j] || under[i][k] && under[k][j]
				}
			}
		}
		h, circle := newHierarchy(n, pairs)
		require.Nil(t, circle)
		for i := range n {
			var down, up []int32
			for j := range n {
				if under[i][j] {
					down = append(down, int32(j))
				}
				if under[j][i] {
					up = append(up, int32(j))
				}
				require.Equal(t, i == j || under[i][j], h.subsumes(int32(i), int32(j)))
			}
			require.Equal(t, down, h.descendants(int32(i)))
			require.Equal(t, up, h.ancestors(int32(i)))
		}
	}
}

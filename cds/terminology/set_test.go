package terminology_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/terminology"
)

func interned(codes ...string) (*terminology.Interner, []terminology.ID) {
	in := terminology.NewInterner()
	ids := make([]terminology.ID, len(codes))
	for i, code := range codes {
		ids[i] = in.Intern(terminology.Code{System: terminology.RxNorm, Code: code})
	}
	return in, ids
}

func TestSet(t *testing.T) {
	in, ids := interned("11289", "5640", "3407")
	other := in.Intern(terminology.Code{System: terminology.SNOMED, Code: "3407"})
	s := terminology.NewSet(in, []terminology.ID{ids[1], ids[0], ids[1], 0}, []string{"https://loinc.org/"})
	require.Equal(t, []terminology.ID{ids[0], ids[1]}, s.IDs())
	require.Equal(t, 2, s.Len())
	require.True(t, s.Has(ids[0]))
	require.False(t, s.Has(ids[2]))
	require.False(t, s.Has(0))
	require.False(t, s.Has(1<<31))

	require.True(t, s.HasString("11289"))
	require.False(t, s.HasString("3407"))
	require.False(t, s.HasString("no such code"))
	require.True(t, terminology.NewSet(in, ids[2:], nil).HasString("3407"), "the first of two systems")
	require.True(t, terminology.NewSet(in, []terminology.ID{other}, nil).HasString("3407"), "the second")

	require.True(t, s.Covers(terminology.LOINC))
	require.True(t, s.Covers("urn:oid:2.16.840.1.113883.6.1"))
	require.False(t, s.Covers(terminology.RxNorm), "only what the caller states")

	given := s.IDs()
	given[0] = 99
	require.True(t, s.Has(ids[0]), "IDs is a copy")
}

func TestEmptySet(t *testing.T) {
	in, ids := interned("11289")
	for name, s := range map[string]*terminology.Set{
		"nil": nil, "no ids": terminology.NewSet(in, nil, nil), "none": terminology.NewSet(in, []terminology.ID{0}, nil),
		"no sets": terminology.Union(), "nil sets": terminology.Union(nil, nil),
	} {
		t.Run(name, func(t *testing.T) {
			require.False(t, s.Has(ids[0]))
			require.False(t, s.Has(0))
			require.False(t, s.HasString("11289"))
			require.False(t, s.Covers(terminology.RxNorm))
			require.Zero(t, s.Len())
			require.Empty(t, s.IDs())
		})
	}
}

func TestUnion(t *testing.T) {
	in, ids := interned("1", "2", "3")
	a := terminology.NewSet(in, ids[:2], []string{terminology.RxNorm})
	b := terminology.NewSet(in, ids[1:], []string{terminology.SNOMED})
	u := terminology.Union(nil, a, b)
	require.Equal(t, ids, u.IDs())
	require.True(t, u.Covers(terminology.RxNorm))
	require.True(t, u.Covers(terminology.SNOMED))
	require.False(t, u.Covers(terminology.LOINC))
	require.True(t, u.HasString("3"))
	require.Equal(t, 2, a.Len(), "what was joined is as it was")
}

func TestSetAgreesWithMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	in := terminology.NewInterner()
	for i := range 5000 {
		in.Intern(terminology.Code{System: terminology.NDC, Code: fmt.Sprint(i)})
	}
	for range 200 {
		members := map[terminology.ID]bool{}
		var ids []terminology.ID
		for range r.IntN(300) {
			id := terminology.ID(1 + r.IntN(1+r.IntN(in.Len())))
			members[id] = true
			ids = append(ids, id)
		}
		s := terminology.NewSet(in, ids, nil)
		require.Len(t, members, s.Len())
		require.IsIncreasing(t, append([]terminology.ID{0, 1}[:1], s.IDs()...))
		for id := range terminology.ID(in.Len() + 2) {
			require.Equal(t, members[id], s.Has(id))
			require.Equal(t, members[id], s.HasString(in.Code(id).Code))
		}
	}
}

func TestSetHasDoesNotAllocate(t *testing.T) {
	in, ids := interned("11289", "5640", "3407")
	s := terminology.NewSet(in, ids, []string{terminology.RxNorm})
	require.Zero(t, testing.AllocsPerRun(100, func() {
		s.Has(ids[1])
		s.HasString("3407")
		s.Covers(terminology.SNOMED)
	}))
}

func BenchmarkSetHas(b *testing.B) {
	in := terminology.NewInterner()
	var ids []terminology.ID
	for i := range 10000 {
		id := in.Intern(terminology.Code{System: terminology.RxNorm, Code: fmt.Sprint(i)})
		if i%3 == 0 {
			ids = append(ids, id)
		}
	}
	s := terminology.NewSet(in, ids, nil)
	id := terminology.ID(0)
	for b.Loop() {
		id = (id + 7) % 10000
		s.Has(id)
	}
}

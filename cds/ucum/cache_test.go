package ucum

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/cockroachdb/apd/v3"
	"github.com/stretchr/testify/require"
)

func TestCacheIsBounded(t *testing.T) {
	c := new(cache[int, int])
	for i := range 100_000 {
		c.put(i, uint64(i), i)
		require.Equal(t, i, *c.get(i, uint64(i)))
	}
	kept := 0
	for i := range 100_000 {
		if v := c.get(i, uint64(i)); v != nil {
			require.Equal(t, i, *v)
			kept++
		}
	}
	require.Equal(t, cacheRows*cacheWays, kept)
}

func TestHostileUnitsHarmNobody(t *testing.T) {
	mg, err := Parse("mg")
	require.NoError(t, err)
	for i := range 20_000 {
		u, err := Parse(fmt.Sprintf("%d.g/{x%d}", i+1, i))
		require.NoError(t, err)
		_, _ = u.Convert(apd.New(1, 0), mg)
	}
	g, err := Parse("g")
	require.NoError(t, err)
	got, err := g.Convert(apd.New(5, 0), mg)
	require.NoError(t, err)
	require.Equal(t, "5000", got.String())
}

func TestWhatIsLongIsNotRemembered(t *testing.T) {
	code := "{" + strings.Repeat("a", maxRemembered) + "}"
	u, err := Parse(code)
	require.NoError(t, err)
	again, err := Parse(code)
	require.NoError(t, err)
	require.NotSame(t, u, again)
	require.True(t, u.Equal(again))
	lenient, mapped, err := ParseLenient(" " + code)
	require.NoError(t, err)
	require.True(t, mapped)
	require.True(t, lenient.Equal(u))
	_, err = Parse(code + "/foo")
	require.ErrorContains(t, err, `unknown unit "foo"`)
}

// Codes may stand in memory that is used again, as those of JSON parsers do.
func TestCodesAreCopied(t *testing.T) {
	buffer := []byte("mg/{copied}")
	code := unsafe.String(&buffer[0], len(buffer))
	u, err := Parse(code)
	require.NoError(t, err)
	lenient, _, err := ParseLenient(code)
	require.NoError(t, err)
	copy(buffer, "kg/{spoilt}")
	require.Equal(t, "mg/{copied}", u.String())
	require.Equal(t, "mg/{copied}", lenient.String())
	again, err := Parse("mg/{copied}")
	require.NoError(t, err)
	require.Same(t, u, again)
}

func TestLenientAndStrictShareUnits(t *testing.T) {
	strict, err := Parse("ug/mL")
	require.NoError(t, err)
	lenient, mapped, err := ParseLenient("mcg/mL")
	require.NoError(t, err)
	require.True(t, mapped)
	require.Same(t, strict, lenient)
}

func TestCachesAreShared(t *testing.T) {
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 3000 {
				n := i*(g+1)%1500 + 1
				u, err := Parse(fmt.Sprintf("%d.g", n))
				if err != nil {
					t.Error(err)
					return
				}
				got, err := u.Convert(apd.New(1, 0), One())
				if got != nil || err == nil {
					t.Error("g is no number")
				}
				mg, _, err := ParseLenient("MG")
				if err != nil {
					t.Error(err)
					return
				}
				if got, err = u.Convert(apd.New(1, 0), mg); err != nil || got.String() != fmt.Sprint(n*1000) {
					t.Error(n, got, err)
				}
			}
		})
	}
	wg.Wait()
}

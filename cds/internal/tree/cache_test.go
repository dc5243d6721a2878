package tree

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCacheIsBounded(t *testing.T) {
	value := func(json string) Value {
		v, err := Parse([]byte(json))
		require.NoError(t, err)
		return v
	}
	c := NewCache[int](8, 5)
	c.Put(value(`[10]`), 1)
	c.Put(value(`[11]`), 2)
	c.Put(value(`"long"`), 3)
	for json, want := range map[string]int{`[10]`: 1, `[11]`: 2} {
		is, ok := c.Get(value(json))
		require.True(t, ok)
		require.Equal(t, want, is)
	}
	_, ok := c.Get(value(`"long"`))
	require.False(t, ok, "it is too long")
	c.Put(value(`[12]`), 4)
	_, ok = c.Get(value(`[10]`))
	require.False(t, ok, "there was no room beside it")
	is, ok := c.Get(value(`[12]`))
	require.True(t, ok)
	require.Equal(t, 4, is)
}

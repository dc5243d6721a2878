package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBundles(t *testing.T) {
	catalogue, err := readCatalogue()
	require.NoError(t, err)
	for _, n := range []int{30, 300, 3000} {
		record := generate(catalogue, n)
		require.Equal(t, n, record.Size())
		data, err := bundle(record)
		require.NoError(t, err)
		again, err := bundle(generate(catalogue, n))
		require.NoError(t, err)
		require.Equal(t, string(data), string(again))
		t.Log(len(data), len(data)/n)
		_, err = readStructs(data)
		require.NoError(t, err)
	}
}

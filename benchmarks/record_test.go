package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// FHIR's own structs read them, they are the same each time, and as large as they are said to be.
func TestBundlesAreValidAndAlwaysTheSame(t *testing.T) {
	catalogue, err := readCatalogue()
	require.NoError(t, err)
	for _, n := range []int{30, 300, 3000} {
		t.Run(fmt.Sprintf("%d resources", n), func(t *testing.T) {
			record := generate(catalogue, 3, n)
			require.Equal(t, n, record.Size())
			data, err := bundle(record)
			require.NoError(t, err)
			again, err := bundle(generate(catalogue, 3, n))
			require.NoError(t, err)
			require.True(t, string(data) == string(again))
			require.InDelta(t, 1080, len(data)/n, 60)
			_, err = readStructs(data)
			require.NoError(t, err)
		})
	}
}

func TestPatientsDiffer(t *testing.T) {
	catalogue, err := readCatalogue()
	require.NoError(t, err)
	one, err := bundle(generate(catalogue, 0, 30))
	require.NoError(t, err)
	other, err := bundle(generate(catalogue, 1, 30))
	require.NoError(t, err)
	require.NotEqual(t, string(one), string(other))
}

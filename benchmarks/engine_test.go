package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryEngineFindsWhatTheOracleExpects(t *testing.T) {
	catalogue, err := readCatalogue()
	require.NoError(t, err)
	rules, err := readRules(100)
	require.NoError(t, err)
	for _, c := range contenders {
		if c.Silent {
			continue
		}
		engine, err := c.Make(rules, catalogue.Ingredient())
		require.NoError(t, err, c.Name)
		for _, n := range []int{30, 300} {
			t.Run(fmt.Sprintf("%s, %d resources", c.Name, n), func(t *testing.T) {
				record := generate(catalogue, n)
				data, err := bundle(record)
				require.NoError(t, err)
				for range 2 {
					hits, err := engine.Evaluate(data)
					require.NoError(t, err)
					require.Equal(t, expected(rules, record), hits)
				}
			})
		}
	}
}

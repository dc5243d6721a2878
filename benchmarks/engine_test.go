package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// Primum's engine also fails where a report holds a warning or anything undecided or unscreened.
func TestEveryEngineFindsWhatTheOracleExpects(t *testing.T) {
	w, err := newWorkload()
	require.NoError(t, err)
	rules, err := w.Rules(100)
	require.NoError(t, err)
	for _, c := range contenders {
		engine, err := w.make(c, 100)
		require.NoError(t, err)
		for _, n := range []int{30, 300} {
			t.Run(fmt.Sprintf("%s, %d resources", c.Name, n), func(t *testing.T) {
				one, err := w.timed(c.Name, c, engine, rules, n)
				require.NoError(t, err)
				require.NoError(t, one.Run())
			})
		}
	}
}

func TestIndexedEnginesFindTheSameInLargeRuleSets(t *testing.T) {
	w, err := newWorkload()
	require.NoError(t, err)
	rules, err := w.Rules(5_000)
	require.NoError(t, err)
	for _, name := range []string{"primum", "samply", "opa"} {
		c := contender(name)
		engine, err := w.make(c, 5_000)
		require.NoError(t, err)
		_, err = w.timed(name, c, engine, rules, 300)
		require.NoError(t, err)
	}
}

func TestRulesWrittenOneByOne(t *testing.T) {
	w, err := newWorkload()
	require.NoError(t, err)
	var cases []Case
	require.NoError(t, w.addSingle(&cases, "150 singles", 150))
	require.Len(t, cases, 1)
}

func TestAnEngineThatDisagreesIsShown(t *testing.T) {
	require.EqualError(t, agree("opa", []Hit{{"dose-a", "mr-1"}}, []Hit{{"dose-b", "mr-1"}}),
		"opa: it finds\n  [{dose-b mr-1}]\nbut should find\n  [{dose-a mr-1}]")
}

func TestAnInteractionIsToldOnce(t *testing.T) {
	require.Equal(t, []Hit{{"dose-a", "1"}, {"dose-a", "2"}, {"interaction[a]", "1"}},
		once([]Hit{{"interaction[a]", "2"}, {"dose-a", "2"}, {"interaction[a]", "1"}, {"dose-a", "1"}, {"dose-a", "2"}}))
}

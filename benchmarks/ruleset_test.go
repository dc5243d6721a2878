package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheOracleFindsEachKindOfRule(t *testing.T) {
	catalogue, err := readCatalogue()
	require.NoError(t, err)
	rules, err := readRules(100)
	require.NoError(t, err)
	require.Equal(t, 150, rules.Len())
	small := []Hit{
		{"allergy-penicillins", "mr-00004"},
		{"dose-ibuprofen", "mr-00002"},
		{"interaction[warfarin-nsaid]", "mr-00001"},
		{"lab-kidney-disease-potassium", ""},
		{"lab-metformin-egfr", "mr-00003"},
	}
	require.Equal(t, small, expected(rules, generate(catalogue, 0, 30)))
	large := []Hit{
		{"allergy-penicillins", "mr-00004"},
		{"dose-ibuprofen", "mr-00002"},
		{"interaction[ace-inhibitor-nsaid]", "mr-00002"},
		{"interaction[warfarin-nsaid]", "mr-00001"},
		{"interaction[warfarin-statin]", "mr-00001"},
		{"lab-kidney-disease-potassium", ""},
		{"lab-metformin-egfr", "mr-00003"},
	}
	require.Equal(t, large, expected(rules, generate(catalogue, 0, 300)))
	require.Equal(t, large, expected(rules, generate(catalogue, 0, 3000)))
}

// What makes a rule set grow is about drugs that no record holds: pairs that differ.
func TestRulesThatAreAddedMatchNothing(t *testing.T) {
	catalogue, err := readCatalogue()
	require.NoError(t, err)
	rules, err := readRules(100_000)
	require.NoError(t, err)
	require.Equal(t, 100_050, rules.Len())
	held := map[string]bool{}
	for _, d := range catalogue.Drugs {
		held[d.Ingredient] = true
	}
	pairs := map[[2]string]bool{}
	for _, r := range rules.Interactions[100:] {
		a, b := r.A[0], r.B[0]
		require.False(t, held[a] || held[b], r.ID)
		require.NotEqual(t, a, b)
		require.False(t, pairs[[2]string{a, b}] || pairs[[2]string{b, a}], r.ID)
		pairs[[2]string{a, b}] = true
	}
}

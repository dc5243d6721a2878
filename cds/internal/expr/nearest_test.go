package expr

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNearest(t *testing.T) {
	words := []string{"status", "metformin", "warfarin", "takes", "taking", "ok", "MedicationRequest", "MedicationUse"}
	for word, want := range map[string]string{
		"statsu":            "status",            // two letters swapped
		"metfromin":         "metformin",         // and in the middle
		"warfrin":           "warfarin",          // one left out
		"warfarinn":         "warfarin",          // one too many
		"worforin":          "warfarin",          // two replaced in a long word
		"wxrxxrin":          "",                  // three are too many
		"Takes":             "takes",             // case is near
		"STATUS":            "status",            //
		"medicationrequest": "MedicationRequest", //
		"tak":               "",                  // two of three letters
		"taes":              "takes",             // of two as near the first
		"x":                 "",                  // a word with no letter in common
		"takes":             "",                  // what is right is not what was meant
		"":                  "",
	} {
		require.Equal(t, want, Nearest(word, words), word)
	}
}

func TestDistance(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "cab", 2}, {"kitten", "sitting", 3},
		{"höhe", "hoehe", 2},
	} {
		require.Equal(t, tc.want, distance(tc.a, tc.b), "%s %s", tc.a, tc.b)
		require.Equal(t, tc.want, distance(tc.b, tc.a), "%s %s", tc.b, tc.a)
	}
}

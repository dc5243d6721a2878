package cds

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestALineIsWordsWithOneSpaceBetweenThem(t *testing.T) {
	for _, s := range []string{
		"", " ", "a", "a b", " a", "a ", "a  b", "a\tb", "a\nb", "a\u00a0b", "ä ö", "25 mL/min/1.73 m²", "a\u2003b", "a\u0085b", "\xff a", "a \xff", "\x00 a",
	} {
		require.Equal(t, strings.Join(strings.Fields(s), " "), line(s), "%q", s)
	}
}

func TestSentencesThatDataBeginsHaveACapitalLetter(t *testing.T) {
	for written, text := range map[string]string{"": "Metformin", "Stop. ": "Metformin", "Why?\n": "Metformin", "\n": "Metformin", "With ": "metformin", "5.": "metformin", "e": "metformin"} {
		got := "metformin"
		if begins([]byte(written)) {
			got = capital(got)
		}
		require.Equal(t, text, got, "%q", written)
	}
	for s, want := range map[string]string{
		"": "", "metformin 500 MG": "Metformin 500 MG", "metformin, ibuprofen": "Metformin, ibuprofen", "beta-blocker": "Beta-blocker", "ärztin": "Ärztin",
		"eGFR is 25": "eGFR is 25", "pH": "pH", "mg/d": "mg/d", "25 mg": "25 mg", "Metformin": "Metformin", "\xff": "\xff", "α1": "α1",
	} {
		require.Equal(t, want, capital(s), "%q", s)
	}
}

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

package ucum

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTableIsWhole(t *testing.T) {
	table, err := units()
	require.NoError(t, err)
	require.Len(t, table.prefixes, 24)
	require.Len(t, table.atoms, 312) // 7 base units of UCUM and 305 defined ones, mol among them
	for code, a := range table.atoms {
		require.NotEmpty(t, a.display, code)
		u, err := Parse(code)
		require.NoError(t, err, code)
		require.NotEmpty(t, u.Display(), code)
	}
}

func TestNoSymbolCanBeReadInTwoWays(t *testing.T) {
	table, err := units()
	require.NoError(t, err)
	find := func(code string) *atom { return table.atoms[code] }
	for _, p := range table.prefixes {
		for _, a := range table.atoms {
			if a.metric {
				pre, found := split(p.code+a.code, table.prefixes, find)
				require.True(t, pre == p && found == a, "%s + %s", p.code, a.code)
			}
		}
	}
}

func TestEverySpellingIsMapped(t *testing.T) {
	known, err := spellings()
	require.NoError(t, err)
	for spelling, code := range known {
		want, err := Parse(code)
		require.NoError(t, err, spelling)
		got, mapped, err := ParseLenient(spelling)
		require.NoError(t, err, spelling)
		require.True(t, mapped, spelling)
		require.True(t, got.Equal(want), "%s is %s, not %s", spelling, got, want)
	}
}

func TestLoadTableRefuses(t *testing.T) {
	_, err := loadTable(strings.Join([]string{
		"prefix\tk\tmany\tkilo",
		"base\tx\tlength\tmeter",
		"base\tm\tlength",
		"unit\ta\tm\t1\tb\t-\ta\tp\tn",
		"unit\tb\tm\t1\ta\t-\tb\tp\tn",
		"unit\tc\tm\tmany\t1\t-\tc\tp\tn",
		"unit\td\tm\t1\t1\tfoo\td\tp\tn",
	}, "\n"))
	for _, message := range []string{
		"units.txt: prefix k: bad factor",
		"units.txt: base x: unknown base unit",
		"units.txt: base m: malformed line",
		`unknown unit "`,
		"units.txt: unit c: bad factor",
		"units.txt: unit d: unknown function",
	} {
		require.ErrorContains(t, err, message)
	}
	_, err = loadSpellings("mg\tMG\nMg\tMG\n")
	require.EqualError(t, err, `spellings.txt: "MG" is both mg and Mg`)
}

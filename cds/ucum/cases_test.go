package ucum_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/ucum"
)

// cases reads a table of testdata: lines of columns, # before remarks.
func cases(t *testing.T, file, separator string, columns int) [][]string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + file)
	require.NoError(t, err)
	var rows [][]string
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		row := strings.Split(strings.TrimSuffix(line, "\n"), separator)
		require.Len(t, row, columns, line)
		rows = append(rows, row)
	}
	return rows
}

func TestTablesOfConversions(t *testing.T) {
	for _, file := range []string{"conversions.tsv", "special.tsv", "measured.tsv"} {
		for _, c := range cases(t, file, "\t", 4) {
			value, from, to, want := number(t, c[0]), parse(t, c[1]), parse(t, c[2]), number(t, c[3])
			for range 2 { // what is remembered gives the same
				got, err := from.Convert(value, to)
				require.NoError(t, err, c)
				require.Zero(t, got.Cmp(want), "%s %s is %s %s, not %s", value, from, got, to, want)
			}
		}
	}
}

func TestTableOfProducts(t *testing.T) {
	for _, c := range cases(t, "products.txt", " | ", 4) {
		u, v := parse(t, c[0]), parse(t, c[1])
		product, err := u.Mul(v)
		require.NoError(t, err, c)
		require.True(t, product.Equal(parse(t, c[2])), "%s × %s is %s, not %s", u, v, product, c[2])
		swapped, err := v.Mul(u)
		require.NoError(t, err, c)
		require.True(t, swapped.Equal(product), "%s × %s is not %s × %s", v, u, u, v)
		quotient, err := u.Div(v)
		require.NoError(t, err, c)
		require.True(t, quotient.Equal(parse(t, c[3])), "%s / %s is %s, not %s", u, v, quotient, c[3])
	}
}

func TestTableOfValidUnits(t *testing.T) {
	for _, c := range cases(t, "valid.txt", " | ", 2) {
		u, v := parse(t, c[0]), parse(t, c[1])
		require.Equal(t, c[0], u.String())
		require.True(t, u.Equal(v), "%s is not %s", u, v)
		require.True(t, u.Comparable(v), "%s and %s", u, v)
	}
}

func TestTableOfInvalidUnits(t *testing.T) {
	for _, c := range cases(t, "invalid.txt", " | ", 3) {
		offset, err := strconv.Atoi(c[1])
		require.NoError(t, err)
		for range 2 {
			_, err = ucum.Parse(c[0])
			var syntax *ucum.SyntaxError
			require.ErrorAs(t, err, &syntax, c[0])
			require.Equal(t, c[2], syntax.Message, c[0])
			require.Equal(t, offset, syntax.Offset, c[0])
			syntax.Message = "changed by the caller"
		}
	}
}

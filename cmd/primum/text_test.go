package main

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTextIsWrappedUnderItsLabel(t *testing.T) {
	var b bytes.Buffer
	p := &paper{w: bufio.NewWriter(&b)}
	p.labelled("because", strings.Repeat("word ", 20)+"\nanother line\n\n"+strings.Repeat("x", 95))
	p.labelled("nothing", " ")
	p.item(strings.Repeat("über ", 21))
	require.NoError(t, p.w.Flush())
	require.Equal(t, `  because   word word word word word word word word word word word word word word word word word
            word word word
            another line

            `+strings.Repeat("x", 95)+`
  über über über über über über über über über über über über über über über über über über über
      über über
`, b.String())
}

func TestMarkdownIsReadWithoutItsEscapes(t *testing.T) {
	require.Equal(t, `a*b [c] http://d \ e\f`, plain(`a\*b \[c\] http:\//d \\ e\f`))
}

func TestRowsAreCountedWhereTheyAreMany(t *testing.T) {
	require.Equal(t, "", rows(nil))
	require.Equal(t, "[a]", rows([]string{"a"}))
	require.Equal(t, "(2 rows: a, b)", rows([]string{"a", "b"}))
	require.Equal(t, "(7 rows: a, b, c, d, e, …)", rows(strings.Split("a b c d e f g", " ")))
}

func TestADayStandsForItsLastSecond(t *testing.T) {
	for text, want := range map[string]string{
		"2026-03-01":                "2026-03-01T23:59:59Z",
		"2026-03-01T09:30:00+02:00": "2026-03-01T09:30:00+02:00",
	} {
		got, err := instant(text)
		require.NoError(t, err)
		require.Equal(t, want, got.Format(time.RFC3339))
	}
	_, err := instant("yesterday")
	require.EqualError(t, err, "expected a time such as 2026-03-01T09:00:00Z or a day such as 2026-03-01")
}

func TestThePartialDateOfOldDataEndsWithItsLastDay(t *testing.T) {
	require.Equal(t, "2020-12-31", lastDay("2020"))
	require.Equal(t, "2020-02-29", lastDay("2020-02"))
	require.Equal(t, "2020-02-03", lastDay("2020-02-03"))
}

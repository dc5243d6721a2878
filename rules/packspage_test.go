package rules

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/primum-cds/primum/cds"
	"github.com/stretchr/testify/require"
)

// The README of the packs counts what is in them.
func TestPacksReadme(t *testing.T) {
	const name = "packs/README.md"
	const begin, end = "<!-- packs: go test ./rules -run PacksReadme -update -->\n", "<!-- end of packs -->\n"
	readme, err := os.ReadFile(name)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(readme), begin)
	require.True(t, found, "%s has no line %q", name, begin)
	_, after, found := strings.Cut(rest, end)
	require.True(t, found, "%s has no line %q", name, end)
	want := before + begin + packsTable(t) + end + after
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(readme), "write it anew with go test ./rules -run PacksReadme -update")
}

func packsTable(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| pack | what | rules | with the rows of their tables |\n|---|---|---|---|\n")
	for _, pack := range packsOnDisk(t) {
		rules, instances := 0, 0
		for i := range pack.Rules {
			if pack.Rules[i].Status != cds.Retired {
				rules, instances = rules+1, instances+len(rowsOf(pack, &pack.Rules[i]))
			}
		}
		fmt.Fprintf(&b, "| [%s](%s) | %s | %d | %d |\n", pack.Name, pack.Name, pack.Title, rules, instances)
	}
	return b.String()
}

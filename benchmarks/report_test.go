package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPrintedTables(t *testing.T) {
	c := &Comparison{
		Engines: []string{"fastjson", "primum"},
		Columns: []string{"30 resources"},
		Series: []map[string]Series{{
			"fastjson": {{10 * time.Microsecond, 0}, {20 * time.Microsecond, 0}, {40 * time.Microsecond, 0}},
			"primum":   {{15 * time.Microsecond, 1234}, {20 * time.Microsecond, 1234}, {1234 * time.Microsecond, 1234}},
		}},
	}
	var out strings.Builder
	c.print(&out, "150 rules, growing bundles")
	require.Equal(t, `
## 150 rules, growing bundles

| engine | 30 resources | × fastjson | allocations |
|---|--:|--:|--:|
| fastjson | 20.0 | 1 | 0 |
| primum | 20.0 | 1.50 | 1,234 |
`, out.String())

	out.Reset()
	printFigures(&out, []Figure{
		{What: "150 → 10,050 rules", Target: 1.2, Measured: 1.25, Unit: "×"},
		{What: "the same, elsewhere", Measured: 1.5, Unit: "×"},
		{What: "faster than OPA", Target: 15, AtLeast: true, Measured: 61.23, Unit: "×"},
	})
	require.Equal(t, `
## Targets

| figure | target | measured | |
|---|--:|--:|---|
| 150 → 10,050 rules | ≤ 1.20× | 1.25× | **missed** |
| the same, elsewhere | – | 1.50× |  |
| faster than OPA | ≥ 15× | 61.2× | ok |
`, out.String())
}

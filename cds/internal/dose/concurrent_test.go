package dose_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/dose"
)

func TestDailyOfPeriods(t *testing.T) {
	step := func(start, end string) string {
		return `{"timing":{"repeat":{"boundsPeriod":{"start":"` + start + `","end":"` + end + `"},"frequency":1,"period":1,"periodUnit":"d"}},
			"doseAndRate":[{"doseQuantity":{"value":500,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}}]}`
	}
	for _, c := range []struct{ name, dosage, want string }{
		{"one", `[` + step("2026-03-01", "2026-03-07") + `]`, "500 mg/day"},
		{"one after the other", `[` + step("2026-03-01", "2026-03-07") + `,` + step("2026-03-08", "2026-03-10") + `]`, "500 mg/day"},
		{"on one day both", `[` + step("2026-03-01", "2026-03-07") + `,` + step("2026-03-07", "2026-03-10") + `]`, "1000 mg/day"},
		{"one that ends before it begins", `[` + step("2026-03-07", "2026-03-01") + `]`, "500 mg/day"},
		{"of two, one that ends before it begins", `[` + step("2026-03-01", "2026-03-07") + `,` + step("2026-04-07", "2026-04-01") + `]`, "1000 mg/day"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, show(dose.Daily(dosage(t, c.dosage), nil, dose.Body{})))
		})
	}
}

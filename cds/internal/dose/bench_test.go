package dose_test

import (
	"testing"

	"github.com/primum-cds/primum/cds/internal/dose"
)

func BenchmarkDaily(b *testing.B) {
	for name, json := range map[string]string{
		"by weight": `[{"sequence":1,"timing":{"repeat":{"frequency":2,"period":1,"periodUnit":"d"}},"doseAndRate":[{"doseQuantity":{"value":1000,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}}]}]`,
		"in pieces": `[{"timing":{"repeat":{"frequency":1,"period":8,"periodUnit":"h"}},"doseAndRate":[{"doseQuantity":{"value":1,"unit":"tablet"}}]}]`,
	} {
		dosage, strength := dosage(b, json), strength(b, "500 mg")
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !dose.Daily(dosage, strength, dose.Body{}).Known {
					b.Fatal("not known")
				}
			}
		})
	}
}

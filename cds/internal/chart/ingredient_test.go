package chart

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/tree"
)

func TestStrengthOfAnIngredient(t *testing.T) {
	const mg, mL = `"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"`, `"unit":"mL","system":"http://unitsofmeasure.org","code":"mL"`
	for _, c := range []struct{ name, ratio, strength, unit string }{
		{"in a tablet", `{"numerator":{"value":500,` + mg + `},"denominator":{"value":1,"unit":"tablet"}}`, "500", "MG"},
		{"in one", `{"numerator":{"value":0.5,"unit":"g","code":"g"},"denominator":{"value":1}}`, "500", "MG"},
		{"without a denominator", `{"numerator":{"value":250,` + mg + `}}`, "250", "MG"},
		{"in a volume", `{"numerator":{"value":250,` + mg + `},"denominator":{"value":5,` + mL + `}}`, "50", "MG/ML"},
		{"in one millilitre", `{"numerator":{"value":40,` + mg + `},"denominator":{"value":1,` + mL + `}}`, "40", "MG/ML"},
		{"micrograms", `{"numerator":{"value":50,"code":"ug","system":"http://unitsofmeasure.org"},"denominator":{"value":1,"unit":"tablet"}}`, "0.05", "MG"},
		{"in two tablets", `{"numerator":{"value":500,` + mg + `},"denominator":{"value":2,"unit":"tablet"}}`, "250", "MG"},
		{"in an hour", `{"numerator":{"value":25,"code":"ug","system":"http://unitsofmeasure.org"},"denominator":{"value":1,"code":"h","system":"http://unitsofmeasure.org"}}`, "0.025", "MG/HR"},
		{"in a gram", `{"numerator":{"value":10,` + mg + `},"denominator":{"value":1,"code":"g","system":"http://unitsofmeasure.org"}}`, "", ""},
		{"units of no mass", `{"numerator":{"value":100,"unit":"IU"},"denominator":{"value":1,` + mL + `}}`, "", ""},
		{"an interval", `{"numerator":{"value":500,"comparator":">",` + mg + `}}`, "", ""},
		{"nothing", `{}`, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			ratio, err := tree.Parse([]byte(c.ratio))
			require.NoError(t, err)
			strength, unit := strengthOf(ratio)
			require.Equal(t, [2]string{c.strength, c.unit}, [2]string{strength, unit})
		})
	}
}

package ucum_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDisplay(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{"1", ""},
		{"%", "%"},
		{"mg/dL", "mg/dL"},
		{"mg/dl", "mg/dL"},
		{"ug", "mcg"},
		{"ug/(kg.min)", "mcg/(kg·min)"},
		{"ug{FEU}/mL", "mcg FEU/mL"},
		{"umol/L", "µmol/L"},
		{"uL", "µL"},
		{"[iU]", "IU"},
		{"m[iU]/L", "mIU/L"},
		{"u[IU]/mL", "µIU/mL"},
		{"10*3/uL", "10³/µL"},
		{"10^9/L", "10⁹/L"},
		{"10*-3", "10⁻³"},
		{"10*+3", "10³"},
		{"10*3{rbc}/uL", "10³ rbc/µL"},
		{"mL/min/{1.73_m2}", "mL/min/1.73 m²"},
		{"{tablet}", "tablet"},
		{"1{tablet}", "tablet"},
		{"2{tablet}", "2 tablet"},
		{"{tablet}/d", "tablet/day"},
		{"{beats}/min", "beats/min"},
		{"mg/g{creat}", "mg/g creat"},
		{"Cel", "°C"},
		{"[degF]", "°F"},
		{"kg/m2", "kg/m²"},
		{"m.s-1", "m·s⁻¹"},
		{"/min", "/min"},
		{"mg/kg/d", "mg/kg/day"},
		{"mg/d/kg", "mg/kg/day"},
		{"mg/d/m2", "mg/m²/day"},
		{"mg/(24.h)", "mg/(24·h)"},
		{"wk", "week"},
		{"mo", "month"},
		{"a", "year"},
		{"meq/L", "mEq/L"},
		{"mosm/kg", "mOsm/kg"},
		{"mm[Hg]", "mmHg"},
		{"cm[H2O]", "cmH2O"},
		{"[lb_av]", "lb"},
		{"[in_i]", "in"},
		{"[pH]", "pH"},
		{"dB[SPL]", "dB(SPL)"},
		{"[beth'U]", "Bethesda unit"},
		{"U/L", "U/L"},
		{"g%", "g%"},
		{"Ohm", "Ω"},
	} {
		require.Equal(t, c.want, parse(t, c.code).Display(), c.code)
	}
}

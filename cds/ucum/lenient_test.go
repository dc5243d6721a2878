package ucum_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/ucum"
)

func TestParseLenient(t *testing.T) {
	for _, c := range []struct {
		spelling, want string
		mapped         bool
	}{
		{"mg/dL", "mg/dL", false},
		{"mg/dl", "mg/dl", false}, // UCUM: l is the litre, too
		{"U/l", "U/l", false},
		{"mL/min/{1.73_m2}", "mL/min/{1.73_m2}", false},
		{"10^3/uL", "10^3/uL", false},
		{"{a/b}", "{a/b}", false},
		{" mg ", "mg", true},
		{"mcg", "ug", true},
		{"mcg/mL", "ug/mL", true},
		{"mcg/kg/min", "ug/kg/min", true},
		{"µg/L", "ug/L", true},
		{"μmol/L", "umol/L", true},
		{"MG", "mg", true},
		{"ML", "mL", true},
		{"MG/ML", "mg/mL", true},
		{"MG/DL", "mg/dL", true},
		{"MG/HR", "mg/h", true},
		{"MEQ/ML", "meq/mL", true},
		{"mEq/L", "meq/L", true},
		{"mOsm/kg", "mosm/kg", true},
		{"IU", "[iU]", true},
		{"IU/L", "[iU]/L", true},
		{"mIU/mL", "m[iU]/mL", true},
		{"uIU/mL", "u[iU]/mL", true},
		{"kIU/L", "k[iU]/L", true},
		{"units", "{unit}", true},
		{"UNT/ML", "{unit}/mL", true},
		{"units/kg/hr", "{unit}/kg/h", true},
		{"units/L", "U/L", true},
		{"u/L", "U/L", true},
		{"tablet", "{tablet}", true},
		{"Tablets", "{tablet}", true},
		{"tablet(s)", "{tablet}", true},
		{"tabs/day", "{tablet}/d", true},
		{"mg/tab", "mg/{tablet}", true},
		{"MG/ACTUAT", "mg/{actuation}", true},
		{"puffs", "{puff}", true},
		{"patch", "{patch}", true},
		{"(score)", "{score}", true},
		{"K/uL", "10*3/uL", true},
		{"x10E3/uL", "10*3/uL", true},
		{"x10^9/L", "10*9/L", true},
		{"10³/µL", "10*3/uL", true},
		{"thousand/mm3", "10*3/mm3", true},
		{"million/uL", "10*6/uL", true},
		{"cells/mcL", "{cells}/uL", true},
		{"cc", "mL", true},
		{"cc/hr", "mL/h", true},
		{"hr", "h", true},
		{"mins", "min", true},
		{"days", "d", true},
		{"mg per day", "mg/d", true},
		{"mg/24hr", "mg/(24.h)", true},
		{"mmHg", "mm[Hg]", true},
		{"mm Hg", "mm[Hg]", true},
		{"cmH2O", "cm[H2O]", true},
		{"mL/min/1.73m2", "mL/min/{1.73_m2}", true},
		{"ml/min/1.73 m²", "ml/min/{1.73_m2}", true},
		{"mL/min/1.73.m2", "mL/min/{1.73_m2}", true},
		{"kg/m^2", "kg/m2", true},
		{"kg/m²", "kg/m2", true},
		{"lbs", "[lb_av]", true},
		{"ft", "[ft_i]", true},
		{"°C", "Cel", true},
		{"F", "[degF]", true},
		{"C/kg", "C/kg", false}, // degrees cannot be divided: coulomb
		{"pH", "[pH]", true},
		{"bpm", "/min", true},
		{"/HPF", "/[HPF]", true},
	} {
		u, mapped, err := ucum.ParseLenient(c.spelling)
		require.NoError(t, err, c.spelling)
		require.Equal(t, c.want, u.String(), c.spelling)
		require.Equal(t, c.mapped, mapped, c.spelling)
	}
}

func TestParseLenientDoesNotGuess(t *testing.T) {
	for _, c := range []struct{ spelling, message string }{
		{"mG/Dl", `unit "mG/Dl": unknown unit "Dl" at character 4 (did you mean "dl"?)`},
		{"gr", `unit "gr": unknown unit "gr" at character 1 (did you mean "[gr]"?)`},
		{"MIU", `unit "MIU": unknown unit "MIU" at character 1`},
		{"", `unit "": nothing written (a number without unit has the unit "1") at character 1`},
		{"/", `unit "/": a unit is missing after "/" at character 2`},
		{"mg day", `unit "mg day": unexpected " " at character 3`},
	} {
		_, mapped, err := ucum.ParseLenient(c.spelling)
		require.EqualError(t, err, c.message)
		require.False(t, mapped)
	}
	long := strings.Repeat("µ", 2000)
	_, mapped, err := ucum.ParseLenient(long)
	require.False(t, mapped)
	require.EqualError(t, err, `unit "`+long[:80]+`…": more than 256 characters at character 257`)
}

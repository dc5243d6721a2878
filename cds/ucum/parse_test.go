package ucum_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/ucum"
)

func TestParseAcceptsUCUM(t *testing.T) {
	for _, code := range []string{
		"1", "m", "/m", "10*3/ul", "10*-3/ul", "10*+3/ul", "10^3/uL", "10*", "m[H2O]", "rad2", "rad2{a}", "{a}.rad2{b}", "1{c}", "{e}",
		"m3.kg-1.s-2", "4.[pi].10*-7.N/A2", "%", "dB[10.nV]", "%[slope]", "[m/s2/Hz^(1/2)]", "cal_[15]", "[cup_us]", "[in_i'H2O]", "''", "'",
		"mg/dL", "mg/dl", "U/l", "kU/L", "k[iU]/L", "[IU]/mL", "umol/2.h", "mmol/(8.h.kg)", "ug/(kg.min)", "mg/kg/d", "g.m/{hb}", "mL/{hb}.m2", "/{tot}", "/[arb'U]",
		"mL/min/{1.73_m2}", "10.L/(min.m2)", "((m))", "(m/s)/(kg/s)", "1/min", "007.m", "wk", "mo", "a", "dar", "dam", "[Amb'a'1'U]", "B[SPL]", "Cel{oral}", "(Cel)", "m0", "g%", "{a.b/c(}",
	} {
		u, err := ucum.Parse(code)
		require.NoError(t, err, code)
		require.Equal(t, code, u.String())
	}
}

func TestParseRefuses(t *testing.T) {
	long := strings.Repeat("m.", 128) + "m"
	for _, c := range []struct{ code, message string }{
		{"", `unit "": nothing written (a number without unit has the unit "1") at character 1`},
		{"mg/DL", `unit "mg/DL": unknown unit "DL" at character 4 (did you mean "dL"?)`},
		{"mcg/mL", `unit "mcg/mL": unknown unit "mcg" at character 1 (did you mean "ug"?)`},
		{"iU", `unit "iU": unknown unit "iU" at character 1 (did you mean "[iU]"?)`},
		{"arb'U", `unit "arb'U": unknown unit "arb'U" at character 1 (did you mean "[arb'U]"?)`},
		{"mmHg", `unit "mmHg": unknown unit "mmHg" at character 1 (did you mean "mm[Hg]"?)`},
		{"mm Hg", `unit "mm Hg": unexpected " " at character 3 (did you mean "mm[Hg]"?)`},
		{"[BETH'U]", `unit "[BETH'U]": unknown unit "[BETH'U]" at character 1 (did you mean "[beth'U]"?)`},
		{"[iIU]", `unit "[iIU]": unknown unit "[iIU]" at character 1`},
		{"mmol/kg[H20]", `unit "mmol/kg[H20]": unknown unit "kg[H20]" at character 6`},
		{"molv", `unit "molv": unknown unit "molv" at character 1 (did you mean "mol"?)`},
		{"[lb_aw]", `unit "[lb_aw]": unknown unit "[lb_aw]" at character 1`}, // [lb_av] or [lb_ap]
		{"[foz_uk]", `unit "[foz_uk]": unknown unit "[foz_uk]" at character 1 (did you mean "[foz_us]"?)`},
		{"kmin", `unit "kmin": unknown unit "kmin": "min" takes no prefix at character 1 (did you mean "min"?)`},
		{"k[lb_av]", `unit "k[lb_av]": unknown unit "k[lb_av]": "[lb_av]" takes no prefix at character 1 (did you mean "[lb_av]"?)`},
		{"m/", `unit "m/": a unit is missing after "/" at character 3`},
		{"/", `unit "/": a unit is missing after "/" at character 2`},
		{"m..g", `unit "m..g": a unit is missing after "." at character 3`},
		{"()", `unit "()": a unit is missing after "(" at character 2`},
		{"(/m)", `unit "(/m)": a unit is missing after "(" at character 2`},
		{".m", `unit ".m": unexpected "." at character 1`},
		{"(m", `unit "(m": "(" is never closed at character 1`},
		{"m)", `unit "m)": ")" was never opened at character 2`},
		{"{a", `unit "{a": "{" is never closed at character 1`},
		{"mg{}", `unit "mg{}": an annotation is empty at character 3`},
		{"[in_i", `unit "[in_i": "[" is never closed at character 1`},
		{"rad2{錠}", `unit "rad2{錠}": "錠" is not allowed in an annotation at character 6`},
		{"{a b}", `unit "{a b}": " " is not allowed in an annotation at character 3`},
		{"{a}rad2{b}", `unit "{a}rad2{b}": "." or "/" is missing before "r" at character 4`},
		{"{|}1", `unit "{|}1": "." or "/" is missing before "1" at character 4`},
		{"ug(8.h)", `unit "ug(8.h)": "." or "/" is missing before "(" at character 3`},
		{"g/12h", `unit "g/12h": "." or "/" is missing before "h" at character 5 (did you mean "g/(12.h)"?)`},
		{"mL/min/1.73m2", `unit "mL/min/1.73m2": "." or "/" is missing before "m" at character 12 (did you mean "mL/min/{1.73_m2}"?)`},
		{"10+3/ul", `unit "10+3/ul": unexpected "+" at character 3`},
		{"(m)2", `unit "(m)2": "." or "/" is missing before "2" at character 4`},
		{"m-", `unit "m-": an exponent is missing after "-" at character 3`},
		{"m31", `unit "m31": an exponent is beyond ±30 at character 2`},
		{"m-99999999999999999999", `unit "m-99999999999999999999": an exponent is beyond ±30 at character 2`},
		{"mg/0", `unit "mg/0": a number in a unit must be above 0 at character 4`},
		{"0.5", `unit "0.5": a number in a unit must be above 0 at character 1`},
		{"µg", `unit "µg": unexpected "µ" at character 1 (did you mean "ug"?)`},
		{"m]", `unit "m]": unexpected "]" at character 2`},
		{"mg/ day", `unit "mg/ day": unexpected " " at character 4 (did you mean "mg/d"?)`},
		{"m\x00", `unit "m\x00": unexpected "\x00" at character 2`},
		{"Cel/h", `unit "Cel/h": the special unit "Cel" must stand alone at character 1`},
		{"10.Cel", `unit "10.Cel": the special unit "Cel" must stand alone at character 4`},
		{"/[pH]", `unit "/[pH]": the special unit "[pH]" must stand alone at character 2`},
		{"Cel2", `unit "Cel2": the special unit "Cel" must stand alone at character 1`},
		{"dB.{x}", `unit "dB.{x}": the special unit "B" must stand alone at character 1`},
		{"Ym30.Ym30.Ym30.Ym30", `unit "Ym30.Ym30.Ym30.Ym30": the unit becomes too large or too small to calculate with at character 16`},
		{long, `unit "` + long[:40] + `…": more than 256 characters at character 257`},
	} {
		_, err := ucum.Parse(c.code)
		require.EqualError(t, err, c.message)
		var syntax *ucum.SyntaxError
		require.ErrorAs(t, err, &syntax)
		require.Equal(t, c.code, syntax.Unit)
	}
}

package terminology

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func shipped(t testing.TB) *Drugs {
	t.Helper()
	d, err := ShippedDrugs()
	require.NoError(t, err)
	return d
}

func TestLookup(t *testing.T) {
	acetaminophen := Ingredient{RxCUI: "161", Name: "acetaminophen", Strength: "325", Unit: "MG"}
	oxycodone := Ingredient{RxCUI: "7804", Name: "oxycodone", Strength: "5", Unit: "MG"}
	tests := []struct {
		name, rxcui string
		want        Drug
	}{
		{"a clinical drug", "1049221", Drug{RxCUI: "1049221", Kind: "SCD", Form: "Oral Tablet",
			Ingredients: []Ingredient{acetaminophen, oxycodone}, ByName: true}},
		{"a branded drug", "866414", Drug{RxCUI: "866414", Kind: "SBD", Form: "Extended Release Oral Tablet",
			Ingredients: []Ingredient{{RxCUI: "6918", Name: "metoprolol", Strength: "100", Unit: "MG"}}}},
		{"a component", "315971", Drug{RxCUI: "315971", Kind: "SCDC",
			Ingredients: []Ingredient{{RxCUI: "4603", Name: "furosemide", Strength: "40", Unit: "MG"}}}},
		{"an ingredient", "11289", Drug{RxCUI: "11289", Kind: "IN",
			Ingredients: []Ingredient{{RxCUI: "11289", Name: "warfarin"}}}},
		{"a precise ingredient is its base", "28004", Drug{RxCUI: "28004", Kind: "PIN",
			Ingredients: []Ingredient{{RxCUI: "6057", Name: "isosorbide"}}}},
		{"a drug given by a precise ingredient too", "310028", Drug{RxCUI: "310028", Kind: "SCD",
			Ingredients: []Ingredient{{RxCUI: "3640", Name: "doxycycline"}}, ByName: true}},
		{"several ingredients", "10831", Drug{RxCUI: "10831", Kind: "MIN", Ingredients: []Ingredient{
			{RxCUI: "10180", Name: "sulfamethoxazole"}, {RxCUI: "10829", Name: "trimethoprim"}}, ByName: true}},
		{"a brand", "38", Drug{RxCUI: "38", Kind: "BN", Ingredients: []Ingredient{{RxCUI: "1760", Name: "bromocriptine"}}}},
		{"an ingredient is missing", "243463", Drug{RxCUI: "243463", Kind: "SCD", Form: "Oral Suspension",
			Ingredients: []Ingredient{{RxCUI: "6581", Name: "magnesium hydroxide", Strength: "40", Unit: "MG/ML"}}, Partial: true}},
		{"all are missing", "1723187", Drug{RxCUI: "1723187", Kind: "SCD", Form: "Injection", Partial: true}},
		{"a component, though its code was once recalled as an ingredient's", "1086770", Drug{RxCUI: "1086770", Kind: "SCDC",
			Ingredients: []Ingredient{{RxCUI: "1086769", Name: "vilazodone", Strength: "10", Unit: "MG"}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, ok := shipped(t).Lookup(test.rxcui)
			require.True(t, ok)
			require.Equal(t, test.want, got)
		})
	}
}

func TestLookupUnknown(t *testing.T) {
	for _, rxcui := range []string{
		"", "0", "855350", "197605", "2587898", "011289", "+11289", " 11289", "11289 ", "warfarin", "1e5",
		"99999999999999999999", "4294967297",
	} {
		_, ok := shipped(t).Lookup(rxcui)
		require.False(t, ok, "%q", rxcui)
	}
}

func TestIngredients(t *testing.T) {
	for rxcui, want := range map[string][]string{
		"11289":   {"11289"},
		"28004":   {"6057"},
		"1049221": {"161", "7804"},
		"225110":  {"7980"},
		"313552":  {"314881"},
		"855350":  {"855350"},
		"1723187": {"1723187"},
		"":        {""},
	} {
		require.Equal(t, want, shipped(t).Ingredients(rxcui), rxcui)
	}
}

func TestName(t *testing.T) {
	for rxcui, want := range map[string]string{
		"11289":   "warfarin",
		"28004":   "isosorbide mononitrate",
		"1049221": "acetaminophen 325 MG / oxycodone 5 MG Oral Tablet",
		"315971":  "furosemide 40 MG",
		"10831":   "sulfamethoxazole / trimethoprim",
		"243463":  "",
		"719":     "",
		"855350":  "",
		"":        "",
	} {
		require.Equal(t, want, shipped(t).Name(rxcui), rxcui)
	}
}

// The digest was taken from the source tables, read plainly: one line a drug, precise ingredients
// replaced by their base.
func TestEveryDrugIsReadAsItWasWritten(t *testing.T) {
	d := shipped(t)
	table := d.source.(*drugTable)
	digest := sha256.New()
	kinds := map[string]int{}
	for _, id := range table.rxcuis {
		rxcui := strconv.FormatUint(uint64(id), 10)
		drug, ok := d.Lookup(rxcui)
		require.True(t, ok)
		kinds[drug.Kind]++
		digest.Write([]byte(plainLine(drug)))
	}
	require.Equal(t, map[string]int{"SCD": 11827, "SCDC": 9397, "SBD": 7649, "BN": 3797, "PIN": 784, "MIN": 750}, kinds)
	require.Equal(t, "3e4e79f57066163a663822b2103ca7c9e256fcf48168a51b841e177985902df4", hex.EncodeToString(digest.Sum(nil)))
	require.Len(t, table.ingredients, 2567)
	require.Len(t, d.byName, 2532)
}

func plainLine(d Drug) string {
	var rxcuis, strengths, units []string
	for _, in := range d.Ingredients {
		rxcuis, strengths, units = append(rxcuis, in.RxCUI), append(strengths, in.Strength), append(units, in.Unit)
	}
	known := "relation"
	if d.Partial {
		known = "partial"
	} else if d.ByName {
		known = "name"
	}
	return strings.Join([]string{d.RxCUI, d.Kind, d.Form, strings.Join(rxcuis, ";"), strings.Join(strengths, ";"),
		strings.Join(units, ";"), known}, "|") + "\n"
}

func TestWhatEveryDrugHolds(t *testing.T) {
	d := shipped(t)
	for _, id := range d.source.(*drugTable).rxcuis {
		drug, _ := d.Lookup(strconv.FormatUint(uint64(id), 10))
		for _, in := range drug.Ingredients {
			own, ok := d.Lookup(in.RxCUI)
			require.True(t, ok, drug.RxCUI)
			require.Equal(t, "IN", own.Kind, "%s holds %s", drug.RxCUI, in.RxCUI)
			require.Equal(t, in.Strength == "", in.Unit == "", drug.RxCUI)
			if in.Strength != "" {
				require.True(t, isNumber(in.Strength), drug.RxCUI)
				_, ok := strengthUnit(in.Unit)
				require.True(t, ok, "%s: unit %s", drug.RxCUI, in.Unit)
			}
		}
		if len(drug.Ingredients) == 0 {
			require.True(t, drug.Partial, drug.RxCUI)
		}
	}
}

func TestUCUM(t *testing.T) {
	tests := []struct {
		unit, want string
		ok         bool
	}{
		{"MG", "mg", true},
		{"MG/ML", "mg/mL", true},
		{"MCG", "ug", true},
		{"MEQ/ML", "meq/mL", true},
		{"MG/ACTUAT", "mg/{actuat}", true},
		{"MG/HR", "mg/h", true},
		{"%", "%", true},
		{"BAU", "[BAU]", true},
		{"UNT", "", false},
		{"UNT/ML", "", false},
		{"CELLS", "", false},
		{"mg", "", false},
		{"", "", false},
	}
	for _, test := range tests {
		code, ok := Ingredient{Strength: "1", Unit: test.unit}.UCUM()
		require.Equal(t, test.want, code, test.unit)
		require.Equal(t, test.ok, ok, test.unit)
	}
}

func TestReadDrugsOfADamagedFile(t *testing.T) {
	_, err := readDrugs([]byte("no gzip"))
	require.EqualError(t, err, "drug file: unexpected EOF")
	_, err = readDrugs(drugFile[:len(drugFile)/2])
	require.EqualError(t, err, "drug file: unexpected EOF")
	for _, line := range []string{"x;SCD", "12", "0;SCD", "-1;SCD", "4294967296;SCD"} {
		_, _, err = readDeltas("5;SCD\n"+line+"\n", ";")
		require.EqualError(t, err, fmt.Sprintf("drug file: bad line %q", line+"\n"))
	}
}

func BenchmarkReadDrugs(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := readDrugs(drugFile); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	d := shipped(b)
	b.ReportAllocs()
	for b.Loop() {
		d.Lookup("1049221")
	}
}

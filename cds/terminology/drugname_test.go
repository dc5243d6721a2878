package terminology

import (
	"flag"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func ingredient(rxcui, name, strength, unit string) Ingredient {
	return Ingredient{RxCUI: rxcui, Name: name, Strength: strength, Unit: unit}
}

func TestByName(t *testing.T) {
	tests := []struct {
		text string
		want Drug
	}{
		{"Warfarin Sodium 0.5 MG Oral Tablet", Drug{Kind: "SCD", Form: "Oral Tablet",
			Ingredients: []Ingredient{ingredient("11289", "warfarin", "0.5", "MG")}}},
		{"Digoxin 0.2 MG Oral Capsule", Drug{Kind: "SCD", Form: "Oral Capsule",
			Ingredients: []Ingredient{ingredient("3407", "digoxin", "0.2", "MG")}}},
		{"Acetaminophen 325 MG / oxyCODONE Hydrochloride 5 MG Oral Tablet", Drug{Kind: "SCD", Form: "Oral Tablet",
			Ingredients: []Ingredient{ingredient("161", "acetaminophen", "325", "MG"), ingredient("7804", "oxycodone", "5", "MG")}}},
		{"Acetaminophen 300 MG / HYDROcodone Bitartrate 5 MG [Vicodin]", Drug{Kind: "SBD",
			Ingredients: []Ingredient{ingredient("161", "acetaminophen", "300", "MG"), ingredient("5489", "hydrocodone", "5", "MG")}}},
		{"10 ML Furosemide 10 MG/ML Injection", Drug{Kind: "SCD", Form: "Injection",
			Ingredients: []Ingredient{ingredient("4603", "furosemide", "10", "MG/ML")}}},
		{"24 HR metoprolol succinate 100 MG Extended Release Oral Tablet [Toprol]", Drug{Kind: "SBD", Form: "Extended Release Oral Tablet",
			Ingredients: []Ingredient{ingredient("6918", "metoprolol", "100", "MG")}}},
		{"Hydrochlorothiazide 25 MG", Drug{Kind: "SCDC",
			Ingredients: []Ingredient{ingredient("5487", "hydrochlorothiazide", "25", "MG")}}},
		{"Sertraline 100MG", Drug{Kind: "SCDC", Ingredients: []Ingredient{ingredient("36437", "sertraline", "100", "MG")}}},
		{"Acetaminophen/Hydrocodone", Drug{Kind: "MIN",
			Ingredients: []Ingredient{ingredient("161", "acetaminophen", "", ""), ingredient("5489", "hydrocodone", "", "")}}},
		{"acetaminophen / hydrocodone bitartrate Oral Tablet", Drug{Kind: "SCD", Form: "Oral Tablet",
			Ingredients: []Ingredient{ingredient("161", "acetaminophen", "", ""), ingredient("5489", "hydrocodone", "", "")}}},
		{"Acetaminophen/Hydrocodone 300 MG Oral Tablet", Drug{Kind: "SCD", Form: "Oral Tablet", // whose strength is not said
			Ingredients: []Ingredient{ingredient("161", "acetaminophen", "", ""), ingredient("5489", "hydrocodone", "", "")}}},
		{"Vitamin B 12 5 MG/ML Injectable Solution", Drug{Kind: "SCD", Form: "Injectable Solution",
			Ingredients: []Ingredient{ingredient("11248", "vitamin B12", "5", "MG/ML")}}},
		{"polyethylene glycol 3350 17000 MG Powder for Oral Solution", Drug{Kind: "SCD", Form: "Powder for Oral Solution",
			Ingredients: []Ingredient{ingredient("221147", "polyethylene glycol 3350", "17000", "MG")}}},
		{"insulin, regular, human 100 UNT/ML Injectable Solution", Drug{Kind: "SCD", Form: "Injectable Solution",
			Ingredients: []Ingredient{ingredient("253182", "insulin, regular, human", "100", "UNT/ML")}}},
		{"sertraline 50 mg tablets", Drug{Kind: "SCD", Ingredients: []Ingredient{ingredient("36437", "sertraline", "50", "MG")}}},
		{"levothyroxine sodium anhydrous 50 mcg", Drug{Kind: "SCDC", Ingredients: []Ingredient{ingredient("10582", "levothyroxine", "50", "MCG")}}},
		{"isosorbide mononitrate 30 MG", Drug{Kind: "SCDC", Ingredients: []Ingredient{ingredient("6057", "isosorbide", "30", "MG")}}},

		{"warfarin", Drug{RxCUI: "11289", Kind: "IN", Ingredients: []Ingredient{ingredient("11289", "warfarin", "", "")}}},
		{"  WARFARIN\t", Drug{RxCUI: "11289", Kind: "IN", Ingredients: []Ingredient{ingredient("11289", "warfarin", "", "")}}},
		{"warfarin sodium", Drug{Kind: "PIN", Ingredients: []Ingredient{ingredient("11289", "warfarin", "", "")}}},
		{"warfarin tablets", Drug{Kind: "SCD", Ingredients: []Ingredient{ingredient("11289", "warfarin", "", "")}}},
		{"warfarin [Coumadin]", Drug{Kind: "SBD", Ingredients: []Ingredient{ingredient("11289", "warfarin", "", "")}}},
		{"isosorbide mononitrate", Drug{RxCUI: "28004", Kind: "PIN", Ingredients: []Ingredient{ingredient("6057", "isosorbide", "", "")}}},
		{"sodium chloride", Drug{RxCUI: "9863", Kind: "IN", Ingredients: []Ingredient{ingredient("9863", "sodium chloride", "", "")}}},
		{"potassium chloride 20 MEQ", Drug{Kind: "SCDC", Ingredients: []Ingredient{ingredient("8591", "potassium chloride", "20", "MEQ")}}},
		{"mineral oil", Drug{RxCUI: "6972", Kind: "IN", Ingredients: []Ingredient{ingredient("6972", "mineral oil", "", "")}}},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			test.want.ByName = true
			got, ok := shipped(t).ByName(test.text)
			require.True(t, ok)
			require.Equal(t, test.want, got)
		})
	}
}

func TestByNamePartial(t *testing.T) {
	for _, text := range []string{
		"Acetylsomething 325 MG / Warfarin Sodium 5 MG Oral Tablet",
		"Warfarin Sodium 5 MG / Acetylsomething 325 MG Oral Tablet",
		"Warfarin Sodium 5 MG and ibuprofen 200 MG",
		"Warfarin Sodium 5 MG Oral Tablet / ibuprofen",
		"Warfarin Sodium 5 MG pack",
		"Warfarin Sodium 5 MG / ",
	} {
		t.Run(text, func(t *testing.T) {
			got, ok := shipped(t).ByName(text)
			require.True(t, ok)
			require.True(t, got.Partial)
			require.Contains(t, got.Ingredients, ingredient("11289", "warfarin", "5", "MG"))
		})
	}
}

func TestByNameDoesNotGuess(t *testing.T) {
	for _, text := range []string{
		"", " ", "/", " / ", "[", "[]", "[Coumadin]", "5", "5 MG", "5 MG Oral Tablet", "10 ML", "Oral Tablet", "sodium besylate",
		"Insulin pump supplies", "insulin", "Simvistatin 10 MG", "Lasix 40mg", "warfarine", "warfari", "no warfarin",
		"warfarin monitoring", "warfarin allergy", "INR / warfarin", "warfarin, ibuprofen", "warfarin and ibuprofen",
		"aspirin-free 500 MG", "sodium", "hydrochloride", "sodium sodium", "potassium hydroxide", "potassium besylate",
		"Alteplase 100 MG Injection", "gadoterate",
		strings.Repeat("warfarin ", 60), "warfarin" + strings.Repeat(" ", maxDrugName),
	} {
		got, ok := shipped(t).ByName(text)
		require.False(t, ok, "%q", text)
		require.Equal(t, Drug{}, got, "%q", text)
	}
}

var everyName = flag.Bool("every-name", false, "read back the name of every shipped drug, not of one in eleven")

// Each drug's name, made of its parts, is read back as those parts.
func TestByNameReadsEveryName(t *testing.T) {
	d := shipped(t)
	read, least := 0, 2900
	step := 11
	if *everyName {
		step, least = 1, 32000
	}
	for n, id := range d.source.(*drugTable).rxcuis {
		if n%step > 0 {
			continue
		}
		rxcui := strconv.FormatUint(uint64(id), 10)
		name := d.Name(rxcui)
		drug, _ := d.Lookup(rxcui)
		if name == "" || len(name) > maxDrugName || drug.Kind == "PIN" {
			continue
		}
		got, ok := d.ByName(name)
		require.True(t, ok, name)
		require.Equal(t, drug.Ingredients, got.Ingredients, name)
		require.Equal(t, drug.Form, got.Form, name)
		require.False(t, got.Partial, name)
		read++
	}
	require.Greater(t, read, least)
}

func FuzzByName(f *testing.F) {
	for _, seed := range []string{
		"Warfarin Sodium 0.5 MG Oral Tablet", "24 HR metoprolol succinate 100 MG Extended Release Oral Tablet [Toprol]",
		"Acetaminophen/Hydrocodone", "Sertraline 100MG", "a / b / ", "10 ML ", "[", "\xff 5 MG", "warfarin İ",
	} {
		f.Add(seed)
	}
	d := shipped(f)
	precise := map[string][]string{} // base ingredient → names of its salts that are listed
	for rxcui, name := range d.source.(*drugTable).all {
		if drug, _ := d.Lookup(rxcui); drug.Kind == "PIN" {
			precise[drug.Ingredients[0].RxCUI] = append(precise[drug.Ingredients[0].RxCUI], name)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		drug, ok := d.ByName(text)
		if !ok {
			require.Equal(t, Drug{}, drug)
			return
		}
		require.NotEmpty(t, drug.Ingredients)
		written := nameKey(strings.Fields(text))
		for _, in := range drug.Ingredients {
			require.NotEmpty(t, in.RxCUI)
			found := strings.Contains(written, nameKey(strings.Fields(in.Name)))
			for _, name := range precise[in.RxCUI] {
				found = found || strings.Contains(written, nameKey(strings.Fields(name)))
			}
			require.True(t, found, "%q holds no %q", text, in.Name)
			require.Contains(t, text, in.Strength)
		}
	})
}

func BenchmarkByName(b *testing.B) {
	d := shipped(b)
	for name, text := range map[string]string{
		"drug":   "Acetaminophen 325 MG / oxyCODONE Hydrochloride 5 MG Oral Tablet",
		"salts":  strings.Repeat("sodium ", 73),
		"forms":  "warfarin x" + strings.Repeat(" oral", 100),
		"parts":  strings.Repeat("a / ", 127),
		"digits": strings.Repeat("1 ", 255),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				d.ByName(text)
			}
		})
	}
}

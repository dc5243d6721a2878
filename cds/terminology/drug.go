package terminology

import "strings"

// A Drug is what is known of a medication's content.
type Drug struct {
	RxCUI string // "" for a Drug that was read from a name and is not an ingredient itself
	// Kind is RxNorm's term type: "SCD" and "SBD" are clinical and branded drugs, "SCDC" a component of
	// one, "IN", "PIN" and "MIN" an ingredient, a salt or other precise form of one, and several
	// together, "BN" a brand, "GPCK" and "BPCK" packs of several drugs.
	Kind        string
	Form        string // dose form, as RxNorm names it: "Oral Tablet"; "" if not known
	Ingredients []Ingredient
	Partial     bool // at least one ingredient is missing: what is not listed may still be in it
	ByName      bool // the ingredients were read from a name, not from RxNorm's relations
	Obsolete    bool // RxNorm no longer lists it as current; only an imported release tells
}

// An Ingredient is an active ingredient of a Drug with its strength.
type Ingredient struct {
	RxCUI    string // of the ingredient itself (IN), never of its salt
	Name     string // "" for some that RxNorm no longer lists
	Strength string // an exact decimal number as RxNorm writes it; "" if not known
	Unit     string // as RxNorm writes it: "MG", "MG/ML", "UNT"; "" if Strength is
}

// UCUM returns the unit of the strength as a UCUM code; false if there is none. RxNorm's UNT is left out
// on purpose: it stands for international, USP and other units alike, and which one it is depends on the
// ingredient. So are units of allergen and cell products for which UCUM has no unit of its own.
func (i Ingredient) UCUM() (code string, ok bool) {
	for _, u := range units {
		if u.rxnorm == i.Unit && u.ucum != "" {
			return u.ucum, true
		}
	}
	return "", false
}

// The units of strength: all that occur in RxNorm, and those with grams and micrograms that people write
// in names of the same style.
var units = []struct{ rxnorm, ucum string }{
	{"MG", "mg"},
	{"MG/ML", "mg/mL"},
	{"MG/MG", "mg/mg"},
	{"MG/ACTUAT", "mg/{actuat}"},
	{"MG/HR", "mg/h"},
	{"MG/SQCM", "mg/cm2"},
	{"MCG", "ug"},
	{"MCG/ML", "ug/mL"},
	{"MCG/HR", "ug/h"},
	{"MCG/ACTUAT", "ug/{actuat}"},
	{"G", "g"},
	{"MEQ", "meq"},
	{"MEQ/ML", "meq/mL"},
	{"MEQ/MG", "meq/mg"},
	{"ML/ML", "mL/mL"},
	{"MCI/ML", "mCi/mL"},
	{"SQCM", "cm2"},
	{"%", "%"},
	{"BAU", "[BAU]"},
	{"BAU/ML", "[BAU]/mL"},
	{"AU/ML", "[AU]/mL"},
	{"IR", "[IR]"},
	{"UNT", ""},
	{"UNT/ML", ""},
	{"UNT/MG", ""},
	{"UNT/ACTUAT", ""},
	{"CELLS", ""},
	{"CELLS/ML", ""},
	{"EIN/ML", ""},
	{"SQ-HDM", ""},
	{"VECTOR-GENOMES/ML", ""},
	{"VIRAL-PARTICLES/ML", ""},
}

// strengthUnit returns the unit as RxNorm writes it, whatever the case of word.
func strengthUnit(word string) (string, bool) {
	for _, u := range units {
		if strings.EqualFold(u.rxnorm, word) {
			return u.rxnorm, true
		}
	}
	return "", false
}

package terminology

import (
	"strconv"
	"strings"
)

// maxDrugName bounds the work that a name can cause; the longest names of RxNorm's that stand for one
// drug, those of vaccines with twenty strains apart, are shorter.
const maxDrugName = 512

// ByName reads a drug from a name in RxNorm's style, for codes that are not known and for plain text:
//
//	Warfarin Sodium 0.5 MG Oral Tablet
//	Acetaminophen 325 MG / oxyCODONE Hydrochloride 5 MG Oral Tablet
//	24 HR metoprolol succinate 100 MG Extended Release Oral Tablet [Toprol]
//	Sertraline 100MG
//	warfarin
//
// Nothing is guessed: each part of the name must be an ingredient's name (without regard to case and
// blanks), or that name and words of a salt. If some parts of a name with strengths are an ingredient,
// or words are left over, those found are returned and the Drug is Partial; if none is, ok is false.
// Names over 512 bytes are not read.
func (d *Drugs) ByName(text string) (drug Drug, ok bool) {
	if len(text) > maxDrugName {
		return Drug{}, false
	}
	name := newDrugName(text)
	if len(name.parts) == 1 && name.parts[0].strength == "" && !name.branded {
		if drug, ok := d.ingredientByName(name.parts[0].words); ok {
			return drug, true
		}
	}
	drug.ByName = true
	formed := false
	for i, part := range name.parts {
		last := i == len(name.parts)-1
		found, rest := d.component(part, last)
		drug.Ingredients = append(drug.Ingredients, found...)
		form, known := d.form(rest)
		drug.Form, formed = form, len(rest) > 0
		if len(found) == 0 || !known || formed && !last {
			drug.Partial = true
		}
	}
	if len(drug.Ingredients) == 0 || drug.Partial && !name.stated() {
		return Drug{}, false
	}
	drug.Kind = name.kind(len(drug.Ingredients), formed)
	return drug, true
}

// ingredientByName returns the ingredient, with its code, or the salt, without one.
func (d *Drugs) ingredientByName(words []string) (Drug, bool) {
	id, salt, ok := d.matchName(words)
	if !ok {
		return Drug{}, false
	}
	drug, _ := d.Lookup(strconv.FormatUint(uint64(id), 10))
	drug.ByName = true
	if salt {
		drug.RxCUI, drug.Kind = "", "PIN"
	}
	return drug, true
}

// component returns the ingredient that part names, or several if it lists them as "a/b" (then the
// strength is nobody's), and the words after them.
func (d *Drugs) component(part namePart, last bool) (found []Ingredient, rest []string) {
	words, rest := part.words, part.rest
	if part.strength == "" && last {
		words, rest = d.cutForm(words)
	}
	if id, _, ok := d.matchName(words); ok {
		in := d.ingredient(id)
		in.Strength, in.Unit = part.strength, part.unit
		return []Ingredient{in}, rest
	}
	list := strings.Split(strings.Join(words, " "), "/")
	for _, one := range list {
		id, _, ok := d.matchName(strings.Fields(one))
		if !ok {
			return nil, nil
		}
		found = append(found, d.ingredient(id))
	}
	return found, rest
}

// ingredient returns the ingredient with that RxCUI, or the base of a precise one.
func (d *Drugs) ingredient(id uint32) Ingredient {
	rxcui := strconv.FormatUint(uint64(id), 10)
	if drug, ok := d.Lookup(rxcui); ok && len(drug.Ingredients) == 1 {
		return drug.Ingredients[0]
	}
	return Ingredient{RxCUI: rxcui, Name: d.source.Name(rxcui)}
}

// matchName finds the longest ingredient's name at the beginning of words that only words of a salt
// follow. A salt of what is itself a word of a salt (sodium, calcium) is another substance: those match
// whole or not at all.
func (d *Drugs) matchName(words []string) (id uint32, salt, ok bool) {
	for n := len(words); n > 0; n-- {
		key := nameKey(words[:n])
		if id, ok := d.byName[key]; ok && (n == len(words) || !d.salts[key]) {
			return id, n < len(words), true
		}
		if !d.salts[strings.ToLower(words[n-1])] {
			break
		}
	}
	return 0, false, false
}

// cutForm cuts words of dose forms from the end of a name that has no strength before them, unless they
// belong to the name ("mineral oil").
func (d *Drugs) cutForm(words []string) (name, form []string) {
	for n := len(words); n > 0; n-- {
		if _, _, ok := d.matchName(words[:n]); ok {
			return words[:n], words[n:]
		}
		if !d.isFormWord(words[n-1]) {
			break
		}
	}
	return words, nil
}

// form returns the dose form that words name; ok with "" if they are words of dose forms, but not one
// that RxNorm lists.
func (d *Drugs) form(words []string) (form string, ok bool) {
	if len(words) == 0 {
		return "", true
	}
	text := strings.Join(words, " ")
	for _, form := range d.forms {
		if strings.EqualFold(form, text) {
			return form, true
		}
	}
	for _, word := range words {
		if !d.isFormWord(word) {
			return "", false
		}
	}
	return "", true
}

func (d *Drugs) isFormWord(word string) bool {
	word = strings.ToLower(word)
	return d.formWords[word] || d.formWords[strings.TrimSuffix(word, "s")]
}
